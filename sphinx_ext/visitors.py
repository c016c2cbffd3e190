"""Writes a figure into HTML, and so into everything that has HTML's format: epub, JSON, pickle.

Other builders never see our node: `plain` takes it away before they write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

from torchview_docs.sphinx_ext.links import Links
from torchview_docs.sphinx_ext.nodes import Written, torchview_figure
from torchview_docs.sphinx_ext.shown import Failed

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

    from torchview_docs.sphinx_ext.resolving import Figures

__all__ = ["setup_visitors"]


def setup_visitors(app: Sphinx, figures: Figures) -> None:
    """Register the visitor."""

    def visit(translator: HTML5Translator, node: torchview_figure) -> None:
        written = Written.of(node)
        shown = figures[written]
        if isinstance(shown, Failed):
            html = shown.html(str(written))
        else:
            builder = translator.builder
            html = shown.html(node["prefix"], Links(builder, builder.current_docname))
        translator.body.append(html)
        raise nodes.SkipNode

    # `override`: one process may run several applications, as test suites do.
    handlers: dict[str, Any] = {"html": (visit, None)}
    app.add_node(torchview_figure, override=True, **handlers)
