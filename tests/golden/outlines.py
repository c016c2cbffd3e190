"""A Drawing as text, one line for each card, panel, wire and label: what a review of a layout reads.

    Net 320×410 TB
    panel  10,60 300×200  body Block · 1.2 k × 3
    card   40,90 120×34   conv Conv2d 3→64 | norm BatchNorm2d 64
    wire   conv:0  100,124 v26 h-40 v10 >
    label  106,140  1×64×8×8

A place is the left upper corner, of a label the left end of its baseline, of a wire its first point;
then come its steps. `>` is an arrow head, `dashed` a wire without data.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from torchview_docs.drawing.drawing import Drawing, PlacedCard, PlacedFrame, Wire
from torchview_docs.drawing.scene import Look

__all__ = ["outline"]


def outline(drawing: Drawing) -> str:
    """The text of a drawing."""
    return "".join(f"{' '.join(line.split())}\n" for line in _lines(drawing))


def _lines(drawing: Drawing) -> Iterator[str]:
    yield f"{drawing.title} {drawing.width:g}×{drawing.height:g} {drawing.direction}"
    yield from (_panel(placed) for placed in drawing.frames)
    yield from (_card(placed) for placed in drawing.cards)
    yield from (_wire(wire) for wire in drawing.wires)
    yield from (f"label {label.x:g},{label.y:g} {label.text}" for label in drawing.labels)
    yield from (f"remark {remark.number} {remark.part}: {remark.text}" for remark in drawing.remarks)
    yield from (f"sign {sign.x:g},{sign.y:g} {sign.kind} {sign.text}" for sign in drawing.legend)


def _place(placed: PlacedCard | PlacedFrame) -> str:
    return f"{placed.x:g},{placed.y:g} {placed.width:g}×{placed.height:g}"


def _panel(placed: PlacedFrame) -> str:
    frame = placed.frame
    words = " · ".join(word for word in (f"{frame.title} {frame.subtitle}", frame.note) if word.strip())
    titles = f"title {placed.title_x:g}" + (f",{placed.subtitle_x:g}" if placed.subtitle_x else "")
    return f"panel {_place(placed)} {words} {_times(frame.repeat)} {titles} {_look(frame.look)}"


def _card(placed: PlacedCard) -> str:
    card = placed.card
    rows = " | ".join(f"{row.family} {row.title} {row.config} {_look(row.look)}" for row in card.rows)
    kind = "" if card.kind == "card" else card.kind
    graph = card.picture
    shown = f"graph of {len(graph.dots)} nodes and {len(graph.lines)} edges" if graph else ""
    return f"card {_place(placed)} {kind} {rows} {_times(card.repeat)} {shown}"


def _times(repeat: int) -> str:
    return f"× {repeat}" if repeat > 1 else ""


def _look(look: Look | None) -> str:
    if look is None:
        return ""
    numbers = [f"({number})" for number in look.numbers]
    words = (look.stance, f"s{look.shade}" if look.shade else "", look.colour, *numbers)
    return " ".join(filter(None, words))


def _wire(wire: Wire) -> str:
    (x, y), *_ = wire.points
    steps = " ".join(_step(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(wire.points))
    ends = f"{'>' if wire.arrow else ''} {'dashed' if wire.dashed else ''}"
    return f"wire {wire.source}:{wire.output} {x:g},{y:g} {steps} {ends}"


def _step(across: float, down: float) -> str:
    across, down = round(across, 1), round(down, 1)
    if across and down:
        return f"l{across:g},{down:g}"
    return f"h{across:g}" if across else f"v{down:g}"
