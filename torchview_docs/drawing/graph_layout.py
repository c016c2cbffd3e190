"""Where the nodes of a small graph stand, so that what is joined is near.

Each connected part is laid out by stress majorisation: distances on the page become as much as
they can like distances in the graph (Gansner, Koren and North, "Graph drawing by stress
majorization", 2004; the stress is that of Kamada and Kawai, 1989), from a start by classical
scaling (Torgerson 1952). The parts stand in rows.

Nothing is random, and only `+ - * /`, square roots and exact sums are used, which IEEE 754 defines
to the last bit: a graph has the same picture on every machine and in every Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt
from typing import NamedTuple, TypeAlias

__all__ = ["Plan", "lay_out_graph"]

Point: TypeAlias = tuple[float, float]
Matrix: TypeAlias = list[list[float]]

#: Rounds of the two iterations, and the gain of stress at which the second ends.
_POWERS, _ROUNDS, _GAIN = 40, 150, 1e-4
#: Distance of two parts, as a share of an edge.
_GAP = 0.8


class Plan(NamedTuple):
    """A place for each node, in edge lengths from the top left, and the size of the whole."""

    points: tuple[Point, ...]
    width: float
    height: float


def lay_out_graph(count: int, edges: Sequence[tuple[int, int]], width: float) -> Plan:
    """Place the nodes of a graph.

    Args:
        count: How many nodes.
        edges: Pairs of nodes that are joined.
        width: Up to which parts are put beside each other, in edge lengths.
    """
    joined: list[set[int]] = [set() for _ in range(count)]
    for a, b in edges:
        if a != b:
            joined[a].add(b)
            joined[b].add(a)
    near = [sorted(others) for others in joined]
    parts = [(part, _part(part, near)) for part in _parts(near)]
    # Tall ones first, as books on a shelf; of equals the first.
    parts.sort(key=lambda part: (-part[1].height, part[0][0]))
    rows: list[list[tuple[list[int], Plan]]] = []
    room = 0.0
    for part in parts:
        if not rows or part[1].width > room:
            rows.append([])
            room = width
        rows[-1].append(part)
        room -= part[1].width + _GAP
    return _stacked(rows, count)


def _stacked(rows: Sequence[Sequence[tuple[list[int], Plan]]], count: int) -> Plan:
    """Rows of parts, one under the other, each in the middle."""
    widths = [fsum(plan.width for _, plan in row) + _GAP * (len(row) - 1) for row in rows]
    heights = [max(plan.height for _, plan in row) for row in rows]
    widest = max(widths, default=0.0)
    places: dict[int, Point] = {}
    y = 0.0
    for row, width, height in zip(rows, widths, heights, strict=True):
        x = (widest - width) / 2
        for nodes, plan in row:
            top = y + (height - plan.height) / 2
            for node, (left, down) in zip(nodes, plan.points, strict=True):
                places[node] = (x + left, top + down)
            x += plan.width + _GAP
        y += height + _GAP
    return Plan(tuple(places[node] for node in range(count)), widest, max(0.0, y - _GAP))


def _parts(near: Sequence[Sequence[int]]) -> list[list[int]]:
    """The connected parts, each by its nodes in order."""
    seen: set[int] = set()
    found = []
    for node in range(len(near)):
        if node not in seen:
            part = sorted(_distances(node, near))
            seen.update(part)
            found.append(part)
    return found


def _distances(start: int, near: Sequence[Sequence[int]]) -> dict[int, int]:
    """How many edges away each node is that can be reached."""
    found = {start: 0}
    waiting = [start]
    for node in waiting:  # grows while it runs
        for other in near[node]:
            if other not in found:
                found[other] = found[node] + 1
                waiting.append(other)
    return found


def _part(nodes: list[int], near: Sequence[Sequence[int]]) -> Plan:
    """One connected part, its long axis level."""
    far = [[float(row[other]) for other in nodes] for row in (_distances(node, near) for node in nodes)]
    points = _level(_majorised(_scaled(far), far))
    left, top = min(x for x, _ in points), min(y for _, y in points)
    moved = tuple((x - left, y - top) for x, y in points)
    return Plan(moved, max(x for x, _ in moved), max(y for _, y in moved))


def _scaled(far: Matrix) -> list[Point]:
    """A start: the two main axes of the points of which these would be the distances."""
    count = len(far)
    squares = [[d * d for d in row] for row in far]
    means = [fsum(row) / count for row in squares]
    mean = fsum(means) / count
    centred = [
        [(means[i] + means[j] - square - mean) / 2 for j, square in enumerate(row)]
        for i, row in enumerate(squares)
    ]
    axes: list[list[float]] = []
    for number in range(2):
        # Any start does that is no axis itself; the second must not fall into the first.
        axis = [((i * (7 + 4 * number) + number) % (count + 1)) / (count + 1) - 0.5 for i in range(count)]
        length = 0.0
        for _ in range(_POWERS):
            for other in axes:
                size = fsum(v * v for v in other) or 1.0
                share = fsum(a * b for a, b in zip(axis, other, strict=True)) / size
                axis = [a - share * b for a, b in zip(axis, other, strict=True)]
            length = sqrt(fsum(v * v for v in axis)) or 1.0
            axis = [v / length for v in axis]
            axis = [fsum(c * v for c, v in zip(row, axis, strict=True)) for row in centred]
        size = sqrt(sqrt(fsum(v * v for v in axis))) or 1.0
        axes.append([v / size for v in axis])
    # A little of its own for each, since nodes that are alike would stand on each other.
    return [
        (axes[0][i] + (i % 7 - 3) / 97, axes[1][i] + (i % 5 - 2) / 89) if count > 1 else (0.0, 0.0)
        for i in range(count)
    ]


def _majorised(points: list[Point], far: Matrix) -> list[Point]:
    """Moved until the stress hardly falls any more."""
    count = len(points)
    weights = [[1 / (d * d) if d else 0.0 for d in row] for row in far]
    sums = [fsum(row) for row in weights]
    before = _stress(points, far, weights)
    for _ in range(_ROUNDS if count > 1 else 0):
        # Each node in turn goes where all others together want it, which never raises the stress.
        for i in range(count):
            x, y = points[i]
            left = top = 0.0
            for j, (other_x, other_y) in enumerate(points):
                if i == j:
                    continue
                across, down = x - other_x, y - other_y
                apart = sqrt(across * across + down * down)
                share = far[i][j] / apart if apart else 0.0
                left += weights[i][j] * (other_x + share * across)
                top += weights[i][j] * (other_y + share * down)
            points[i] = (left / sums[i], top / sums[i])
        after = _stress(points, far, weights)
        if before - after < _GAIN * before:
            break
        before = after
    return points


def _stress(points: Sequence[Point], far: Matrix, weights: Matrix) -> float:
    total = 0.0
    for i, (x, y) in enumerate(points):
        for j in range(i):
            across, down = x - points[j][0], y - points[j][1]
            missing = sqrt(across * across + down * down) - far[i][j]
            total += weights[i][j] * missing * missing
    return total


def _level(points: Sequence[Point]) -> list[Point]:
    """Turned so that the longest axis lies level."""
    count = len(points)
    middle = fsum(x for x, _ in points) / count, fsum(y for _, y in points) / count
    centred = [(x - middle[0], y - middle[1]) for x, y in points]
    xx = fsum(x * x for x, _ in centred)
    yy = fsum(y * y for _, y in centred)
    xy = fsum(x * y for x, y in centred)
    # The larger eigenvector of the 2 × 2 covariance.
    half = (xx - yy) / 2
    across, down = half + sqrt(half * half + xy * xy), xy
    size = sqrt(across * across + down * down)
    if size < 1e-9:
        return [(x, y) for x, y in centred] if xx >= yy else [(-y, x) for x, y in centred]
    cos, sin = across / size, down / size
    return [(x * cos + y * sin, y * cos - x * sin) for x, y in centred]
