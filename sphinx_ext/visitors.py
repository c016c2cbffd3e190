"""Writes a figure into HTML, and so into everything that has HTML's format: epub, JSON, pickle.

Other builders never see our node: `plain` takes it away before they write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from docutils import nodes
from torchview_docs.sphinx_ext.links import Links
from torchview_docs.sphinx_ext.nodes import Written, torchview_figure
from torchview_docs.sphinx_ext.resolving import Drawn, Failed

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator
    from torchview_docs.sphinx_ext.resolving import Figures

__all__ = ["setup_visitors"]


def figure_html(shown: Drawn, prefix: str, link: Callable[[str], str | None]) -> str:
    """The figure as HTML."""
    from torchview_docs.drawing.svg import svg
    from torchview_docs.markup import describe, figure_box

    figure, spec = shown.figure, shown.spec
    written = svg(
        figure.drawing,
        prefix=prefix,
        title=figure.graph.name,
        desc=spec.alt or describe(figure.view),
        link=link,
    )
    # Where nothing is said, Sphinx's themes put captions into the middle.
    return figure_box(written, spec if spec.align else replace(spec, align="center"))


def error_html(shown: Failed, written: Written) -> str:
    """The box that says why there is no figure."""
    from torchview_docs.markup import error_box

    return error_box(shown.failure, str(written))


def setup_visitors(app: Sphinx, figures: Figures) -> None:
    """Register the visitor."""

    def visit(translator: HTML5Translator, node: torchview_figure) -> None:
        written = Written.of(node)
        shown = figures[written]
        if isinstance(shown, Failed):
            translator.body.append(error_html(shown, written))
        else:
            builder = translator.builder
            links = Links(builder, builder.current_docname)
            translator.body.append(figure_html(shown, node["prefix"], links))
        raise nodes.SkipNode

    # `override`: one process may run several applications, as test suites do.
    handlers: dict[str, Any] = {"html": (visit, None)}
    app.add_node(torchview_figure, override=True, **handlers)
