"""Figures for builders that have no SVG: text, man, latex, texinfo, and whatever else there is.

Before such a builder writes a page, the node of a figure becomes plain docutils: in LaTeX an image
(see `printed`), elsewhere a sentence that describes the model, and a table of its layers after the
figure (not in it: LaTeX cannot break a floating figure over pages). So no builder, also of other
extensions, ever meets a node that it does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes

from torchview_docs.sphinx_ext.nodes import Written, torchview_figure
from torchview_docs.sphinx_ext.printed import Pictures, spell_numbers
from torchview_docs.sphinx_ext.resolving import can_print, needs_figures
from torchview_docs.sphinx_ext.shown import Drawn, Shown

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from torchview_docs.drawing.text import LayerRow
    from torchview_docs.sphinx_ext.resolving import Figures

__all__ = ["setup_plain"]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> nodes.table:
    """A table of texts, its columns as wide as their longest text."""
    lines = [list(header), *([*row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) or 1 for column in range(len(header))]
    group = nodes.tgroup("", *(nodes.colspec("", colwidth=width) for width in widths), cols=len(header))
    group += nodes.thead("", _row(lines[0]))
    group += nodes.tbody("", *(_row(line) for line in lines[1:]))
    # As wide as the page, so that LaTeX breaks long texts in it.
    return nodes.table("", group, align="default", classes=["colwidths-given"])


def _row(texts: Iterable[str]) -> nodes.row:
    row = nodes.row()
    for text in texts:
        row += nodes.entry("", *([nodes.paragraph(text, text)] if text else []))
    return row


def layers(shown: Drawn) -> nodes.table | None:
    """The table of the layers that the figure shows."""
    from torchview_docs.drawing.text import counted_columns, layer_table

    rows = layer_table(shown.figure.view, shown.figure.looks.signs)
    columns = counted_columns(rows)
    return table(("Layer", "Output", *columns), [_cells(row, columns) for row in rows]) if rows else None


def notes(shown: Drawn) -> nodes.enumerated_list | None:
    """The notes of the figure, each with the part that it is about: there are no numbers in a table."""
    items = [
        nodes.list_item(
            "", nodes.paragraph("", "", nodes.literal(one.part, one.part), nodes.Text(f": {one.text}"))
        )
        for one in shown.remarks()
    ]
    return nodes.enumerated_list("", *items, enumtype="arabic", prefix="", suffix=".") if items else None


def _cells(row: LayerRow, columns: Sequence[str]) -> tuple[str, ...]:
    # Writers keep no other space at the start of a cell.
    indent = "\N{NO-BREAK SPACE}" * (2 * row.depth)
    return f"{indent}{row.layer}", row.shape, *row.counts(columns)


def replace(node: torchview_figure, shown: Shown, image: nodes.image | None = None) -> None:
    """Put plain nodes in the place of a figure's node.

    Args:
        node: The figure's node.
        shown: What is shown in its place.
        image: The figure as an image, where the builder can have one.
    """
    figure = node.parent
    if isinstance(shown, Drawn) and figure.parent is not None and not _in_table(figure):
        asked = shown.spec.table in ("below", "details")  # paper opens what can be opened
        table_of_layers = layers(shown) if image is None or asked else None
        below = [element for element in (notes(shown), table_of_layers) if element is not None]
        place = figure.parent.index(figure) + 1
        figure.parent[place:place] = below
    text = shown.description()
    figure.replace(node, nodes.paragraph(text, text) if image is None else image)


def _in_table(node: nodes.Element) -> bool:
    # LaTeX and man have no table in a table.
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.entry):
            return True
    return False


def setup_plain(app: Sphinx, figures: Figures) -> None:
    """Register the replacement."""
    pictures = Pictures()

    def make_plain(app: Sphinx, doctree: nodes.document, docname: str) -> None:  # noqa: ARG001
        if app.builder.format in ("html", "xml", "pseudoxml"):
            return
        for node in list(doctree.findall(torchview_figure)):
            if not needs_figures(app.builder):
                node.parent.remove(node)
                continue
            shown = figures[Written.of(node)]
            image = None
            if isinstance(shown, Drawn) and can_print(app.builder):
                image = pictures.printed(node, shown, Path(app.outdir))
            if app.builder.format == "latex":
                spell_numbers(node.parent)
            replace(node, shown, image)

    def tidy(app: Sphinx, exception: Exception | None) -> None:
        # LaTeX' builder writes all documents in every build.
        if exception is None and can_print(app.builder):
            pictures.tidy(Path(app.outdir))

    app.connect("doctree-resolved", make_plain)
    app.connect("build-finished", tidy)
