"""How a figure stands in its page: alignment and classes.

They may come from conf.py, so they are set when a page is written, not when it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from torchview_docs.sphinx_ext.nodes import Written, torchview_figure

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from torchview_docs.sphinx_ext.resolving import Figures

__all__ = ["setup_placing"]


def setup_placing(app: Sphinx, figures: Figures) -> None:
    """Register the placing."""

    def place(app: Sphinx, doctree: nodes.document, docname: str) -> None:  # noqa: ARG001
        for node in doctree.findall(torchview_figure):
            spec = figures[Written.of(node)].spec
            if spec is None or not isinstance(node.parent, nodes.figure):
                continue
            if spec.align is not None:
                node.parent["align"] = spec.align
            node.parent["classes"] += [name for name in spec.class_ if name not in node.parent["classes"]]

    # Before other handlers take the node away.
    app.connect("doctree-resolved", place, priority=400)
