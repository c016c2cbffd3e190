"""Session: the build that figures are part of when no plugin collects them.

Zensical makes the extension anew for each page and tells it neither the beginning nor the end of
a build, so what is costly (a worker process that has imported torch) belongs to the process.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torchview_docs.errors import OptionError, TorchviewDocsError
from torchview_docs.markdown.fences import FenceLines
from torchview_docs.markdown.marks import fill, marked
from torchview_docs.markdown.pages import Page, host_root
from torchview_docs.markdown.requests import Request
from torchview_docs.options import flag
from torchview_docs.settings import Project
from torchview_docs.spec import FigureSpec

if TYPE_CHECKING:
    from markdown import Markdown

    from torchview_docs.build import Builder, Figure
    from torchview_docs.errors import Failure
    from torchview_docs.markdown.figures import Placed

__all__ = ["STRICT", "Session"]

#: Environment variable that makes every figure that fails an error.
STRICT = "TORCHVIEW_STRICT"

logger = logging.getLogger("torchview_docs")


@dataclass(frozen=True)
class Session:
    """A project's figures, drawn page by page.

    Attributes:
        project: Its settings.
        strict: Whether a figure that fails is an error.
    """

    project: Project
    strict: bool = False

    @classmethod
    def read(cls, md: Markdown, options: Mapping[str, Any]) -> Session:
        """The session of an extension that was given these options.

        Raises:
            OptionError: An unknown option or a wrong value.
        """
        given = dict(options)
        root = given.pop("root", None)
        strict = _is_strict(given.pop("strict", None))
        project = Project.read(Path(root) if root else host_root(md), given)
        return cls(project, strict)

    def fill(self, md: Markdown, html: str, requests: Sequence[Request]) -> str:
        """The page with its figures.

        Raises:
            TorchviewDocsError: A figure failed and the session is strict.
        """
        asked = marked(html, len(requests))
        if not asked:
            return fill(html, str, 0)
        page = Page.of(md)
        wanted = [requests[number] for number in asked]
        placed = self._place(page, wanted)
        self._tell(page, zip(wanted, placed, strict=True))
        parts = dict(zip(asked, map(str, placed), strict=True))
        parts[asked[0]] = f"<style>{_inline_style()}</style>{parts[asked[0]]}"
        return fill(html, parts.__getitem__, len(requests))

    def _place(self, page: Page, requests: Sequence[Request]) -> list[Placed]:
        from torchview_docs.markdown.figures import PageFigures

        specs = [request.wanted for request in requests if isinstance(request.wanted, FigureSpec)]
        figures = PageFigures(_resolve(self.project, specs), ids=page.ids)
        return [figures.place(request) for request in requests]

    def _tell(self, page: Page, outcomes: Iterable[tuple[Request, Placed]]) -> None:
        lines = FenceLines.read(page.file)
        problems = []
        for request, placed in outcomes:
            line = lines.line(request.fence) if page.file else request.fence.line
            if placed.failure is not None:
                problems.append(request.message(placed.failure, page.name, line))
        if problems and self.strict:
            raise TorchviewDocsError("\n".join(problems))
        for problem in problems:
            logger.warning("%s", problem)


def _is_strict(option: object) -> bool:
    """The option `strict`, else the environment variable, which is off where it is empty."""
    name, written = ("strict", str(option)) if option is not None else (STRICT, os.environ.get(STRICT, ""))
    try:
        return flag.parse(written.strip() or "no")
    except ValueError as error:
        raise OptionError(f"{name!r} cannot be {written!r}: it takes {flag.values}") from error


def _inline_style() -> str:
    """The style sheet without its comments and line breaks: it comes with every page."""
    from torchview_docs.drawing.theme import stylesheet

    return " ".join(re.sub(r"/\*.*?\*/", "", stylesheet(), flags=re.DOTALL).split())


class _Builders:
    """The one builder that is open; another project closes it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.project: Project | None = None
        self.builder: Builder | None = None

    def resolve(self, project: Project, specs: Sequence[FigureSpec]) -> Mapping[FigureSpec, Figure | Failure]:
        from torchview_docs.build import Builder

        with self.lock:
            if self.builder is None or self.project != project:
                self.close()
                self.project, self.builder = project, Builder(project, report=logger.info)
            return self.builder.resolve(specs)

    def close(self) -> None:
        if self.builder is not None:
            self.builder.close()
        self.builder = None


_builders = _Builders()
atexit.register(_builders.close)


def _resolve(project: Project, specs: Sequence[FigureSpec]) -> Mapping[FigureSpec, Figure | Failure]:
    return _builders.resolve(project, specs) if specs else {}
