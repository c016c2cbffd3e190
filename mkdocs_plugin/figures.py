"""All figures of a site: one batch, between the reading of the pages and their writing."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from torchview_docs.errors import Failure
from torchview_docs.markdown.fences import FenceLines
from torchview_docs.markdown.figures import PageFigures, Placed
from torchview_docs.markdown.marks import fill, has_mark, marked
from torchview_docs.markdown.requests import Request
from torchview_docs.spec import FigureSpec

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import File, Files
    from mkdocs.structure.pages import Page

    from torchview_docs.build import Figure
    from torchview_docs.settings import Project

__all__ = ["SiteFigures", "logger"]

#: MkDocs counts and shows what goes through its own loggers.
logger = logging.getLogger("mkdocs.plugins.torchview")

_ID = re.compile(r'\bid="([^"]*)"')
_HIDDEN = '<div data-torchview-hidden="{}"></div>'


@dataclass
class SiteFigures:
    """The figures of one build.

    Attributes:
        project: Its settings.
        requests: What the fences ask for; the Markdown extension fills it while pages are read.
        results: What was found for each figure.
        pages: The same for each page that has been read, by its URI, in order.
        failed: `page:line` of each figure that failed.
    """

    project: Project
    requests: list[Request] = field(default_factory=list)
    results: Mapping[FigureSpec, Figure | Failure] = field(default_factory=dict)
    pages: dict[str, list[Figure | Failure]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    _placed: dict[str, list[Placed]] = field(default_factory=dict)
    _written: set[str] = field(default_factory=set)

    def fill(self, config: MkDocsConfig, files: Files) -> None:
        """Put every figure into its page, and warn of those that failed."""
        # A page that a dirty build leaves alone has no content.
        pages = [file.page for file in files if file.page is not None and file.page.content is not None]
        asked = [
            [self.requests[number] for number in marked(page.content or "", len(self.requests))]
            for page in pages
        ]
        wanted = [request.wanted for requests in asked for request in requests]
        self.results = self._resolve([spec for spec in wanted if isinstance(spec, FigureSpec)])
        for page, requests in zip(pages, asked, strict=True):
            figures = PageFigures(self.results)
            self._fill(page, figures)
            self._written.add(page.file.abs_dest_path)
            placed = self._placed[page.file.src_uri]
            self.pages[page.file.src_uri] = [
                done.failure or figures.result(request)
                for done, request in zip(placed, requests, strict=True)
            ]
            self._warn(config, page.file, requests)

    def _resolve(self, specs: Sequence[FigureSpec]) -> Mapping[FigureSpec, Figure | Failure]:
        if not specs:
            return {}
        from torchview_docs.build import Builder

        with Builder(self.project, report=logger.info) as builder:
            return builder.resolve(specs)

    def _fill(self, page: Page, figures: PageFigures) -> None:
        placed = self._placed.setdefault(page.file.src_uri, [])

        def figure(number: int) -> str:
            placed.append(figures.place(self.requests[number]))
            return str(placed[-1])

        page.content = fill(page.content or "", figure, len(self.requests))
        if page.present_anchor_ids is not None:
            # For MkDocs' check of links to anchors.
            page.present_anchor_ids |= figures.ids

    def hide(self, page: Page) -> None:
        """Take the drawings out of a page; captions stay."""
        for number, placed in enumerate(self._placed.get(page.file.src_uri, ())):
            page.content = (page.content or "").replace(placed.box, _HIDDEN.format(number), 1)

    def show(self, page: Page) -> None:
        """Put them back."""
        for number, placed in enumerate(self._placed.get(page.file.src_uri, ())):
            page.content = (page.content or "").replace(_HIDDEN.format(number), placed.box, 1)

    def fill_late(self, html: str) -> str:
        """A finished page with the figures of fences that were converted once more after the pages.

        Material's blog does so with the beginnings of its posts, for its lists of them. What is
        wrong with a figure has been told at its post.
        """
        if not has_mark(html):
            return html
        asked = [self.requests[number].wanted for number in marked(html, len(self.requests))]
        unknown = [spec for spec in asked if isinstance(spec, FigureSpec) and spec not in self.results]
        self.results = {**self.results, **self._resolve(unknown)}
        figures = PageFigures(self.results, ids=set(_ID.findall(html)))
        return fill(html, lambda number: str(figures.place(self.requests[number])), len(self.requests))

    def fill_written(self, folder: Path) -> None:
        """Put figures into files that are no pages: mkdocs-print-site writes all pages into one.

        What it puts together are the pages as they were before all figures were known.
        """
        if not self.requests:
            return
        pages = {Path(path) for path in self._written}
        for path in folder.rglob("*.html"):
            if path not in pages and has_mark(html := path.read_text("utf-8", "replace")):
                path.write_text(self.fill_late(html), "utf-8")

    def _warn(self, config: MkDocsConfig, file: File, requests: Sequence[Request]) -> None:
        if not any(placed.failure for placed in self._placed[file.src_uri]):
            return
        name = _name(config, file)
        lines = FenceLines.read(Path(file.abs_src_path) if file.abs_src_path else None)
        for request, placed in zip(requests, self._placed[file.src_uri], strict=True):
            line = lines.line(request.fence)
            if placed.failure is not None:
                self.failed.append(f"{name}:{line}" if line else name)
                logger.warning("%s", request.message(placed.failure, name, line))


def _name(config: MkDocsConfig, file: File) -> str:
    """A page's path from where mkdocs.yml is, so that editors find it."""
    if file.abs_src_path is None or config.config_file_path is None:
        return file.src_uri
    path, root = Path(file.abs_src_path), Path(config.config_file_path).absolute().parent
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else file.src_uri
