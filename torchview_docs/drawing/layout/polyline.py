"""Orthogonal polylines: simplifying them, and cutting off what another line has drawn already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import copysign
from typing import TypeAlias

__all__ = ["Drawn", "cut_start", "simplify"]

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


@dataclass(slots=True)
class _Corner:
    """The corners that lines reach next, and how far they go in each direction."""

    following: dict[Point, _Corner] = field(default_factory=dict)
    reach: dict[Point, float] = field(default_factory=dict)


class Drawn:
    """Lines that are drawn already: says how far another one runs along one of them."""

    def __init__(self) -> None:
        self._starts: dict[Point, _Corner] = {}

    def add(self, line: Sequence[Point]) -> None:
        """Remember a line."""
        at = self._starts.setdefault(_key(line[0]), _Corner())
        for a, b in pairwise(line):
            direction = _direction(a, b)
            at.reach[direction] = max(at.reach.get(direction, 0.0), _distance(a, b))
            at = at.following.setdefault(_key(b), _Corner())

    def shared(self, line: Sequence[Point]) -> float:
        """The length of the line's beginning that is drawn."""
        at = self._starts.get(_key(line[0]))
        total = 0.0
        for a, b in pairwise(line):
            if at is None:
                break
            total += min(_distance(a, b), at.reach.get(_direction(a, b), 0.0))
            at = at.following.get(_key(b))
        return total


def _key(point: Point) -> Point:
    return (round(point[0], 1), round(point[1], 1))


def _direction(a: Point, b: Point) -> Point:
    """Unit step from a to b, along the axis in which they differ more."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    return (copysign(1.0, dx), 0.0) if abs(dx) > abs(dy) else (0.0, copysign(1.0, dy))


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
