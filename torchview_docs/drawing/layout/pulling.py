"""Pulling: segments on a line, each with least distances to its neighbours and wishes where to be.

First everything is packed to the left; then the segments are pulled, again and again, towards the
weighted mean and later the median of their wishes. Segments that touch and push against each
other move as one region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Field", "Wish", "pack", "pull"]

#: Rounds of pulling: for ordinary panels, and the number of wishes that are looked at, at most.
MOST_ROUNDS = 60
PULL_BUDGET = 600_000
#: When all together move less than so many px in a round, the next rounds are spared.
STILL = 0.05
#: Two segments that wish to stand above each other each go half the way.
DAMPING = 0.5

#: A segment, at which distance from it, and how much.
Wish = tuple[int, float, float]


@dataclass(slots=True)
class Field:
    """Segments with their distances and wishes.

    `right[s]` holds (segment, least distance) for each segment that stands right of s in some
    layer, `left` the reverse; `wishes[s]` where the others want it: (segment, distance, weight).
    """

    x: list[float]
    right: list[dict[int, float]]
    left: list[dict[int, float]]
    wishes: list[list[Wish]] = field(default_factory=list)


def pack(field_: Field) -> None:
    """Everything as far left as it goes, in topological order (segments never cross)."""
    waiting = [len(left) for left in field_.left]
    ready = [s for s, count in enumerate(waiting) if not count]
    for s in ready:
        for other, distance in field_.right[s].items():
            field_.x[other] = max(field_.x[other], field_.x[s] + distance)
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    if len(ready) != len(waiting):
        raise AssertionError("linear segments cross")


def pull(field_: Field) -> None:
    """Move segments towards what their neighbours wish, first the mean, then the median."""
    total = sum(map(len, field_.wishes)) + sum(map(len, field_.right)) + 1
    rounds = max(6, min(MOST_ROUNDS, PULL_BUDGET // total))
    for by_mean in (True, False):
        for _ in range(rounds // 2):
            if _pull_once(field_, by_mean=by_mean) < STILL:
                break


def _pull_once(field_: Field, *, by_mean: bool) -> float:
    x = field_.x
    count = len(x)
    force: list[float] = [0.0] * count
    weight: list[float] = [0.01] * count
    centre = _mean if by_mean else _median
    for s in range(count):
        wishes = field_.wishes[s]
        if wishes:
            at = x[s]
            wanted = [(x[other] + distance - at, w) for other, distance, w in wishes]
            weight[s] = whole = sum([w for _, _, w in wishes])
            force[s] = centre(wanted) * whole
    region = _regions(field_, force, weight)
    members: dict[int, list[int]] = {}
    for s in range(count):
        members.setdefault(region[s], []).append(s)
    moved = 0.0
    for root, segments in members.items():
        shift = force[root] / weight[root]
        if len(segments) > 1:
            # what the members wish of each other moves none of them, or the whole would drift
            wanted = [
                (x[other] + distance - x[s], w)
                for s in segments
                for other, distance, w in field_.wishes[s]
                if region[other] != root
            ]
            shift = centre(wanted) if wanted else 0.0
        shift = _room(field_, region, root, segments, DAMPING * shift)
        for s in segments:
            x[s] += shift
        moved += abs(shift)
    return moved


def _mean(wishes: list[tuple[float, float]]) -> float:
    return sum([x * weight for x, weight in wishes]) / sum([weight for _, weight in wishes])


def _median(wishes: list[tuple[float, float]]) -> float:
    wishes.sort()
    half = sum(weight for _, weight in wishes) / 2
    passed = 0.0
    for i, (x, weight) in enumerate(wishes):
        passed += weight
        if abs(passed - half) < 1e-9 and i + 1 < len(wishes):
            return (x + wishes[i + 1][0]) / 2
        if passed > half:
            return x
    return wishes[-1][0]


def _room(field_: Field, region: Sequence[int], root: int, segments: Sequence[int], shift: float) -> float:
    """As much of the shift as the neighbours of a region leave room for."""
    x = field_.x
    sign = 1.0 if shift > 0 else -1.0
    near = field_.right if shift > 0 else field_.left
    room = abs(shift)
    for s in segments:
        for other, distance in near[s].items():
            if region[other] != root:
                room = min(room, (x[other] - x[s]) * sign - distance)
    return max(room, 0.0) * sign


def _regions(field_: Field, force: list[float], weight: list[float]) -> list[int]:
    """Join touching segments that push against each other; sums their forces at the root."""
    x = field_.x
    parent = list(range(len(x)))

    def find(s: int) -> int:
        while parent[s] != s:
            parent[s] = parent[parent[s]]
            s = parent[s]
        return s

    tight = [
        (a, b)
        for a, right in enumerate(field_.right)
        for b, distance in right.items()
        if x[b] - x[a] - distance < 0.01
    ]
    changed = True
    while changed and tight:
        changed = False
        rest = []
        # the hardest push first: what it stops pushes nothing else
        pull = [f / w for f, w in zip(force, weight, strict=True)]
        tight.sort(key=lambda pair: pull[find(pair[1])] - pull[find(pair[0])])
        for a, b in tight:
            one, other = find(a), find(b)
            if one == other:
                continue
            if force[one] / weight[one] > force[other] / weight[other] + 1e-6:
                parent[other] = one
                force[one] += force[other]
                weight[one] += weight[other]
                changed = True
            else:
                rest.append((a, b))
        tight = rest
    return [find(s) for s in range(len(x))]
