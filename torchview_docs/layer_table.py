"""The table of a figure's layers as HTML: for screen readers, and for everybody who asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from torchview_docs.drawing.markings import escape

if TYPE_CHECKING:
    from torchview_docs.drawing.drawing import Layer

__all__ = ["layer_table"]

#: What the columns are called; those of numbers stand only where there is one.
_HEADINGS = ("Layer", "What it is", "Output", "Parameters", "FLOPs", "Activation bytes")
_ALWAYS = 3


def layer_table(layers: Sequence[Layer], place: str) -> str:
    """The table in a box that scrolls, nothing where there are no layers or no table is wanted.

    A hidden one is closed, and its summary is out of sight until it is reached by keyboard; so
    screen readers find it, and nobody's search in the page ends at what cannot be seen.

    Args:
        layers: Its rows.
        place: Where it stands, one of `spec.TABLES`.
    """
    if not layers or place == "none":
        return ""
    shown = [k for k in range(len(_HEADINGS)) if k < _ALWAYS or any(layer[k] for layer in layers)]
    head = "".join(f'<th scope="col">{_HEADINGS[k]}</th>' for k in shown)
    body = "".join(_row(layer, shown) for layer in layers)
    # It may be wider than a narrow page: then it scrolls, also by keyboard.
    table = (
        '<div class="tv-layers" tabindex="0" role="group" aria-label="Layers as a table">'
        f'<table class="tv-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )
    if place == "below":
        return table
    name = "tv-details tv-hidden" if place == "hidden" else "tv-details"
    return f'<details class="{name}"><summary>Layers as a table</summary>{table}</details>'


def _row(layer: Layer, shown: Iterable[int]) -> str:
    first, *others = (escape(layer[k]) for k in shown)
    # A `th` that is first in a row of a table's body is the heading of that row.
    return f"<tr><th>{first}</th>{''.join(f'<td>{cell}</td>' for cell in others)}</tr>"
