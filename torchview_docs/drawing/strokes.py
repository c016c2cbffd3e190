"""Strokes: the wires of a drawing, and the sheets behind what repeats, as SVG path data.

Everything is rounded to whole px, so that lines are sharp and numbers short; commands are relative.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from torchview_docs.drawing.drawing import Wire
from torchview_docs.graph import Side

__all__ = ["Box", "Way", "heads", "lines", "px", "sheets", "ways"]

#: Radius of a wire's corner.
CORNER = 6
#: Length and width of an arrow head; the narrowest distance of two wires is as wide.
HEAD_LENGTH = 8
HEAD_WIDTH = 7
#: How much of the line goes on under its head.
HEAD_OVERLAP = 3

Point: TypeAlias = tuple[int, int]


class Box(NamedTuple):
    """A box in whole px."""

    x: int
    y: int
    width: int
    height: int


def px(value: float) -> int:
    """A whole number of px; halves go up, so that equal distances stay equal."""
    return math.floor(value + 0.5)


class Way(NamedTuple):
    """A wire in whole px, without the points that change nothing."""

    corners: list[Point]
    arrow: bool
    dashed: bool
    side: Side = ""


def ways(wires: Iterable[Wire]) -> list[Way]:
    """These wires in whole px."""
    return [Way(_corners(wire), wire.arrow, wire.dashed, wire.side) for wire in wires]


def lines(drawn: Iterable[Way]) -> str:
    """Path data of these wires, corners rounded; what several wires share is drawn once."""
    ink = _Ink()
    for corners, arrow, *_ in drawn:
        if arrow and len(corners) > 1:
            end = _back(corners[-2], corners[-1], HEAD_LENGTH - HEAD_OVERLAP)
            _trace([*corners[:-1], end], ink)
        else:
            _trace(corners, ink)
    return "".join(ink.path)


def heads(drawn: Iterable[Way]) -> str:
    """Path data of the arrow heads of these wires, each one once."""
    shapes: dict[str, None] = {}
    for corners, arrow, *_ in drawn:
        if not arrow or len(corners) < 2:
            continue
        (ax, ay), (x, y) = corners[-2:]
        if abs(x - ax) > abs(y - ay):
            back = HEAD_LENGTH if x < ax else -HEAD_LENGTH
            shape = f"l{back}-{HEAD_WIDTH / 2}v{HEAD_WIDTH}z"
        else:
            back = HEAD_LENGTH if y < ay else -HEAD_LENGTH
            shape = f"l-{HEAD_WIDTH / 2}{' ' if back > 0 else ''}{back}h{HEAD_WIDTH}z"
        shapes[f"M{_numbers(x, y)}{shape}"] = None
    return "".join(shapes)


def sheets(box: Box, radius: int, step: int, count: int) -> str:
    """Path data of sheets that look out below and to the right of a rounded box.

    Only what can be seen of a sheet is drawn, for the box itself may be translucent.
    """
    # Two circles of this radius, one `step` right of and below the other, meet at `reach` from
    # the middle between their centres, in x and y.
    reach = math.sqrt(radius**2 - step**2 / 2) / math.sqrt(2)
    arc = f"{radius} {radius} 0 0"
    path = ""
    for k in reversed(range(count)):
        left, top = box.x + k * step, box.y + k * step
        right, bottom = left + box.width, top + box.height
        start = _tenths(right - radius + step / 2 + reach, top + radius + step / 2 - reach)
        end = _tenths(left + radius + step / 2 - reach, bottom - radius + step / 2 + reach)
        path += (
            f"M{start}A{arc} 1 {_numbers(right + step, top + step + radius)}V{bottom + step - radius}"
            f"a{arc} 1 {-radius} {radius}H{left + step + radius}A{arc} 1 {end}"
            f"A{arc} 0 {_numbers(left + radius, bottom)}H{right - radius}"
            f"a{arc} 0 {radius} {-radius}V{top + radius}A{arc} 0 {start}z"
        )
    return path


def _numbers(*values: int) -> str:
    """Numbers as path data: a minus sign separates as well as a space does."""
    return "".join(f"{v}" if i == 0 or v < 0 else f" {v}" for i, v in enumerate(values))


def _tenths(x: float, y: float) -> str:
    return f"{round(x, 1):g} {round(y, 1):g}"


def _corners(wire: Wire) -> list[Point]:
    """A wire's points without those that change nothing."""
    kept: list[Point] = []
    for point_x, point_y in wire.points:
        point = x, y = px(point_x), px(point_y)
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1:
            (ax, ay), (bx, by) = kept[-2:]
            # It lies straight ahead of the way so far.
            if (ax == bx == x and (ay < by) == (by < y)) or (ay == by == y and (ax < bx) == (bx < x)):
                kept.pop()
        kept.append(point)
    return kept


def _direction(a: Point, b: Point) -> tuple[int, int]:
    return (b[0] > a[0]) - (b[0] < a[0]), (b[1] > a[1]) - (b[1] < a[1])


def _length(a: Point, b: Point) -> int:
    return abs(b[0] - a[0]) + abs(b[1] - a[1])


def _back(a: Point, b: Point, distance: int) -> Point:
    """The point so far before b on the way from a, but not before a."""
    step = min(distance, _length(a, b))
    dx, dy = _direction(a, b)
    return (b[0] - dx * step, b[1] - dy * step) if 0 in (dx, dy) else b


def _trace(corners: list[Point], ink: _Ink) -> None:
    """Draw a way through these corners."""
    at = corners[0] if corners else (0, 0)
    for i in range(1, len(corners)):
        before, here = corners[i - 1], corners[i]
        if i == len(corners) - 1:
            ink.line(at, here)
            return
        after = corners[i + 1]
        # The first and the last stretch have one corner, those between have two.
        radius = min(
            CORNER,
            _length(before, here) // (1 if i == 1 else 2),
            _length(here, after) // (1 if i == len(corners) - 2 else 2),
        )
        start, end = _back(before, here, radius), _back(after, here, radius)
        ink.line(at, start)
        ink.corner(start, here, end)
        at = end


class _Ink:
    """A pen that draws nothing twice."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self._pen: Point | None = None
        #: What is drawn of each line along an axis: by (whether vertical, its x or y).
        self._drawn: dict[tuple[bool, int], _Line] = defaultdict(_Line)
        self._bent: set[tuple[Point, ...]] = set()

    def line(self, a: Point, b: Point) -> None:
        """Draw from a to b what is not there yet."""
        dx, dy = _direction(a, b)
        if not dx and not dy:
            return
        if dx and dy:
            self._bend((a, b), f"l{_numbers(b[0] - a[0], b[1] - a[1])}")
            return
        vertical = dx == 0
        where = (vertical, a[0] if vertical else a[1])
        along = 1 if vertical else 0
        low, high = sorted((a[along], b[along]))
        missing = self._drawn[where].add(low, high)
        if a[along] > b[along]:
            missing = [(end, start) for start, end in reversed(missing)]
        for start, end in missing:
            self._move((a[0], start) if vertical else (start, a[1]))
            self.path.append(f"{'v' if vertical else 'h'}{end - start}")
            self._pen = (a[0], end) if vertical else (end, a[1])

    def corner(self, start: Point, corner: Point, end: Point) -> None:
        """Draw a rounded corner unless it is there."""
        relative = (corner[0] - start[0], corner[1] - start[1], end[0] - start[0], end[1] - start[1])
        if start != end:
            self._bend((start, corner, end), f"q{_numbers(*relative)}")

    def _bend(self, points: tuple[Point, ...], command: str) -> None:
        if points in self._bent:
            return
        self._bent |= {points, points[::-1]}
        self._move(points[0])
        self.path.append(command)
        self._pen = points[-1]

    def _move(self, to: Point) -> None:
        if self._pen != to:
            self.path.append(f"M{_numbers(*to)}")


class _Line:
    """What is drawn of one line along an axis: stretches that do not touch, in order."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []

    def add(self, low: int, high: int) -> list[tuple[int, int]]:
        """Draw from low to high; gives the stretches that were missing, in order."""
        first, last = bisect_left(self.ends, low), bisect_right(self.starts, high)
        edges = [low]
        for start, end in zip(self.starts[first:last], self.ends[first:last], strict=True):
            edges += [max(start, low), min(end, high)]
        edges.append(high)
        missing = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
        if first < last:
            low, high = min(low, self.starts[first]), max(high, self.ends[last - 1])
        self.starts[first:last] = [low]
        self.ends[first:last] = [high]
        return missing
