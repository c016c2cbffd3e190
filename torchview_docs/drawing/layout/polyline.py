"""Orthogonal polylines: simplifying them, and cutting off what another line has drawn already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

__all__ = ["cut_start", "shared_length", "simplify"]

Point: TypeAlias = tuple[float, float]

#: Points nearer than this are one.
EPSILON = 0.05


def simplify(points: Sequence[Point]) -> list[Point]:
    """Without points that repeat the last one or lie on a straight piece."""
    found: list[Point] = []
    for point in points:
        if found and _distance(found[-1], point) < EPSILON:
            continue
        if len(found) > 1 and _straight(found[-2], found[-1], point):
            found[-1] = point
        else:
            found.append(point)
    return found


def _distance(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _straight(a: Point, b: Point, c: Point) -> bool:
    for axis in (0, 1):
        if abs(a[axis] - b[axis]) < EPSILON and abs(b[axis] - c[axis]) < EPSILON:
            other = 1 - axis
            return (b[other] - a[other]) * (c[other] - b[other]) >= 0
    return False


def shared_length(line: Sequence[Point], drawn: Sequence[Point]) -> float:
    """How far the line runs along another one that starts at the same point."""
    if _distance(line[0], drawn[0]) >= EPSILON:
        return 0.0
    shared = 0.0
    for i in range(1, min(len(line), len(drawn))):
        one, other = _distance(line[i - 1], line[i]), _distance(drawn[i - 1], drawn[i])
        if _distance(line[i], drawn[i]) < EPSILON:
            shared += one
            continue
        # both leave the same corner: in one direction, or not at all
        shorter = min(one, other)
        ahead = _toward(line[i - 1], line[i], shorter)
        if _distance(ahead, _toward(drawn[i - 1], drawn[i], shorter)) < EPSILON:
            shared += shorter
        break
    return shared


def _toward(a: Point, b: Point, length: float) -> Point:
    whole = _distance(a, b)
    part = length / whole if whole else 0.0
    return (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part)


def cut_start(line: Sequence[Point], length: float) -> list[Point]:
    """The line without its first `length` px."""
    if length <= 0:
        return list(line)
    for i in range(1, len(line)):
        piece = _distance(line[i - 1], line[i])
        if length < piece - EPSILON:
            return [_toward(line[i - 1], line[i], length), *line[i:]]
        length -= piece
    return [line[-1], line[-1]]
