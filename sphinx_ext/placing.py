"""How a figure stands in its page: alignment, classes, and the placeholders of its caption.

They may come from conf.py or from the model, so they are set when a page is written, not when it is
read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from docutils import nodes

from torchview_docs.placeholders import filled, placeholders
from torchview_docs.sphinx_ext.nodes import Written, torchview_figure
from torchview_docs.sphinx_ext.resolving import needs_figures
from torchview_docs.sphinx_ext.shown import Drawn

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from torchview_docs.sphinx_ext.resolving import Figures

__all__ = ["setup_placing"]


def fill_captions(figure: nodes.figure, facts: Mapping[str, str]) -> None:
    """Write what placeholders say into the captions of a figure; also into translated ones."""
    for caption in figure.findall(nodes.caption):
        for text in list(caption.findall(nodes.Text)):
            text.parent.replace(text, nodes.Text(filled(str(text), facts)))


def setup_placing(app: Sphinx, figures: Figures) -> None:
    """Register the placing."""

    def place(app: Sphinx, doctree: nodes.document, docname: str) -> None:  # noqa: ARG001
        for node in doctree.findall(torchview_figure):
            shown = figures[Written.of(node)]
            spec = shown.spec
            if spec is None or not isinstance(node.parent, nodes.figure):
                continue
            if spec.align is not None:
                node.parent["align"] = spec.align
            node.parent["classes"] += [name for name in spec.class_ if name not in node.parent["classes"]]
            if isinstance(shown, Drawn) and needs_figures(app.builder) and placeholders(spec.caption or ""):
                fill_captions(node.parent, shown.facts(drawn=app.builder.format == "html"))

    # Before other handlers take the node away.
    app.connect("doctree-resolved", place, priority=400)
