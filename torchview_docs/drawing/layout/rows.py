"""Rows of panels: which panels must let the trunk out where it came in.

A panel whose ways in and out lie at different x moves all that follows. That does no harm once,
but a row of such panels is a staircase, and a skip around such a panel opens an empty field.
"""

from __future__ import annotations

from collections.abc import Container

from torchview_docs.drawing.layout.nets import Level
from torchview_docs.drawing.layout.panel import BORDER

__all__ = ["returns_to_trunk", "upstream"]


def returns_to_trunk(around: Level, frame: str, frames: Container[str | None]) -> bool:
    """Whether a frame stands between two others, or something skips it."""
    number = around.children.index(frame)
    fed = fills = False
    for draft in around.nets.values():
        sources = {end.box for end in draft.sources} - {BORDER}
        targets = {end.box for end in draft.targets} - {BORDER}
        if number in targets:
            fed |= any(around.children[box] in frames for box in sources - {number})
        if number in sources:
            fills |= any(around.children[box] in frames for box in targets - {number})
    return (fed and fills) or _is_skipped(around, number)


def _is_skipped(around: Level, number: int) -> bool:
    """Whether something that reads what the frame computes also reads something from before it."""
    before = upstream(around, number)
    readers = {
        end.box
        for draft in around.nets.values()
        if any(source.box == number for source in draft.sources)
        for end in draft.targets
    } - {BORDER, number}
    for draft in around.nets.values():
        targets = {end.box for end in draft.targets}
        if not targets & readers:
            continue
        # a tensor that enters the frame around counts if what leads to this frame reads it as well
        if any(end.box in before for end in draft.sources if end.box != BORDER):
            return True
        if draft.sources[0].box == BORDER and targets & (before | {number}):
            return True
    return False


def upstream(around: Level, number: int) -> set[int]:
    """The children that a child depends on."""
    before: dict[int, set[int]] = {}
    for draft in around.nets.values():
        for end in draft.targets:
            before.setdefault(end.box, set()).update(source.box for source in draft.sources)
    found: set[int] = set()
    waiting = [number]
    while waiting:
        for box in before.get(waiting.pop(), ()):
            if box not in (BORDER, number) and box not in found:
                found.add(box)
                waiting.append(box)
    return found
