"""Titles: where a panel's title stands so that no wire crosses it, and how wide it makes the panel."""

from __future__ import annotations

from collections.abc import Sequence

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.panel import Title

__all__ = ["place_title"]


def place_title(title: Title, ports: Sequence[float], low: float, high: float) -> tuple[float, float, float]:
    """Find room for a title between the lines that cross its band.

    The title stands in the first gap that holds it, else the panel grows to the left; the note
    stands at the right end, and the panel grows there where it must.

    Args:
        title: Widths of title and note.
        ports: x of the lines, in any order.
        low: Left border of the panel.
        high: Right border.

    Returns:
        Where the title starts, and the borders.
    """
    margin = sizes.TITLE_MARGIN
    note = title.note + margin if title.note else 0.0
    lines = sorted(ports)
    if not lines:
        return low + margin, low, max(high, low + title.width + note + 2 * margin)
    high = max(high, lines[-1] + margin + note)
    starts = [low + margin, *(x + margin for x in lines)]
    ends = [*(x - margin for x in lines), high - note - margin]
    for start, end in zip(starts, ends, strict=True):
        if end - start >= title.width:
            return start, low, high
    low = min(low, lines[0] - 2 * margin - title.width)
    return low + margin, low, high
