"""Titles: where a panel's title stands so that no wire crosses it, and how wide it makes the panel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.panel import Title

__all__ = ["TitlePlace", "place_title"]

#: A title is parted by a wire only if that makes its panel so much narrower.
LEAST_SPARED = 10.0


class TitlePlace(NamedTuple):
    """Where a title starts, where its second part does (None: right after the first), the borders."""

    start: float
    second: float | None
    low: float
    high: float


def place_title(title: Title, ports: Sequence[float], low: float, high: float) -> TitlePlace:
    """Find room for a title between the lines that cross its band.

    The title stands in the first gap that holds it. Where there is none the panel grows to the left,
    or, if it grows less so, the title's two parts stand on both sides of a line. The note stands at the
    right end, and the panel grows there where it must.

    Args:
        title: Widths of title and note.
        ports: x of the lines, in any order.
        low: Left border of the panel.
        high: Right border.
    """
    margin = sizes.TITLE_MARGIN
    note = title.note + margin if title.note else 0.0
    lines = sorted(ports)
    if not lines:
        return TitlePlace(low + margin, None, low, max(high, low + title.width + note + 2 * margin))
    high = max(high, lines[-1] + margin + note)
    for start, end in _gaps(lines, low, high - note):
        if end - start >= title.width:
            return TitlePlace(start, None, low, high)
    left = min(low, lines[0] - 2 * margin - title.width)
    whole = TitlePlace(left + margin, None, left, high)
    if title.second:
        parted = _parted(title, lines, low, high, note)
        if _width(parted) <= _width(whole) - LEAST_SPARED:
            return parted
    return whole


def _parted(title: Title, lines: Sequence[float], low: float, high: float, note: float) -> TitlePlace:
    """The first part left of all lines, the second in the first gap after them that holds it."""
    margin = sizes.TITLE_MARGIN
    low = min(low, lines[0] - 2 * margin - title.first)
    for start, end in list(_gaps(lines, low, high - note))[1:]:
        if end - start >= title.second:
            return TitlePlace(low + margin, start, low, high)
    start = lines[-1] + margin
    return TitlePlace(low + margin, start, low, max(high, start + title.second + margin + note))


def _gaps(lines: Sequence[float], low: float, high: float) -> Iterator[tuple[float, float]]:
    """From where to where a text may reach between each two lines, and between them and the borders."""
    margin = sizes.TITLE_MARGIN
    starts = [low + margin, *(x + margin for x in lines)]
    return zip(starts, [*(x - margin for x in lines), high - margin], strict=True)


def _width(place: TitlePlace) -> float:
    return place.high - place.low
