"""What a book needs beyond pages: EPUB wants to be told which of them hold SVG.

Sphinx neither says it in the book's manifest nor has an event at which it could be said, so the
method that writes the manifest is wrapped, on the one builder that runs.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sphinx.builders.epub3 import Epub3Builder

from torchview_docs.sphinx_ext.collecting import collected
from torchview_docs.sphinx_ext.pages import PageRecord
from torchview_docs.sphinx_ext.shown import Drawn

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from torchview_docs.sphinx_ext.resolving import Figures

__all__ = ["setup_epub"]


def declare_svg(manifest: Path, hrefs: set[str]) -> None:
    """Say in a book's manifest that the pages at `hrefs` hold SVG."""

    def item(match: re.Match[str]) -> str:
        return f'{match[1]} properties="svg" />' if match[2] in hrefs else match[0]

    text = manifest.read_text("utf-8")
    manifest.write_text(re.sub(r'(<item [^>]*href="([^"]*)"[^>]*?) />', item, text), "utf-8")


def setup_epub(app: Sphinx, figures: Figures) -> None:
    """Register what books need."""

    def prepare(app: Sphinx) -> None:
        builder = app.builder
        if not isinstance(builder, Epub3Builder):
            return
        write = builder.build_content

        def build_content() -> None:
            # The builder packs its whole output folder. Only here: with the configuration that the
            # environment is saved with, another one makes Sphinx read all pages again.
            record = PageRecord(Path(app.outdir), builder.name).file.name
            app.config.epub_exclude_files = [*app.config.epub_exclude_files, record]
            write()
            pages = {
                html.escape(quote(docname + builder.out_suffix))
                for docname, page in collected(app.env).items()
                if any(isinstance(figures[figure.written], Drawn) for figure in page)
            }
            declare_svg(Path(app.outdir, "content.opf"), pages)

        builder.build_content = build_content  # type: ignore[method-assign]  # see the module's docstring

    app.connect("builder-inited", prepare)
