"""The style sheet, on pages that have figures and no other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.builders.singlehtml import SingleFileHTMLBuilder

from torchview_docs.sphinx_ext.collecting import collected

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = ["STYLE_SHEET", "setup_assets"]

#: Its name in `_static`.
STYLE_SHEET = "torchview.css"


def write_style_sheet(app: Sphinx, env: BuildEnvironment) -> None:
    """Put the style sheet into `_static` before any page is written.

    Sphinx puts a checksum of the file into the link, and the pages may be written by several
    processes.
    """
    if app.builder.format != "html" or not collected(env):
        return
    from torchview_docs.drawing.theme import stylesheet

    file = Path(app.outdir, "_static", STYLE_SHEET)
    content = stylesheet().encode()
    if not file.is_file() or file.read_bytes() != content:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def link_style_sheet(
    app: Sphinx,
    pagename: str,
    templatename: str,  # noqa: ARG001
    context: dict[str, Any],  # noqa: ARG001
    doctree: nodes.document | None,  # noqa: ARG001
) -> None:
    """Link the style sheet from a page with figures."""
    pages = collected(app.env)
    if pagename in pages or (pages and isinstance(app.builder, SingleFileHTMLBuilder)):
        app.add_css_file(STYLE_SHEET)


def setup_assets(app: Sphinx) -> None:
    """Register the style sheet."""
    app.connect("env-updated", write_style_sheet, priority=950)
    app.connect("html-page-context", link_style_sheet)
