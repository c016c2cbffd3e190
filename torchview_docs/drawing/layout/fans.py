"""Fans: many branches side by side, from one tensor or into one card, are wrapped into rows.

A branch is what hangs together without the hubs, the boxes with many neighbours. Branches between
the same hubs are a fan; a fan that is wide stands in rows like words on a page, each row below the
one before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.panel import BORDER, Problem

__all__ = ["wrap_fans"]

#: A hub has so many neighbours, a fan so many branches.
LEAST_BRANCHES = 8
#: A fan that is wider is wrapped, into rows of so much at most.
WIDEST_FAN = 900.0
ROW_WIDTH = 640.0


class _Branch(NamedTuple):
    """A branch: its boxes, its first rank, how many it takes, and how wide it is."""

    boxes: tuple[int, ...]
    first: int
    length: int
    width: float


def wrap_fans(problem: Problem, links: Iterable[tuple[int, int]], ranks: list[int]) -> None:
    """Move branches of wide fans down into rows of their own, and what stands below them further down.

    Args:
        problem: The panel.
        links: Pairs of boxes, without those that go against the flow.
        ranks: The rank of each box, changed in place.
    """
    before, after = _neighbours(problem, links)
    if all(len(held) < LEAST_BRANCHES for held in (*before, *after)) and not _crowded(problem, ranks):
        return
    for hubs, branches in _fans(problem, before, after, ranks):
        if len(branches) >= LEAST_BRANCHES and sum(b.width + sizes.BOX_GAP for b in branches) > WIDEST_FAN:
            _wrap(branches, min((ranks[hub] for hub in hubs), default=None), ranks)


def _crowded(problem: Problem, ranks: Sequence[int]) -> bool:
    """Whether boxes stand in one rank that would make it wider than a fan may be."""
    widths: dict[int, float] = defaultdict(float)
    for box, rank in zip(problem.boxes, ranks, strict=True):
        widths[rank] += box.width + sizes.BOX_GAP
    return max(widths.values(), default=0.0) > WIDEST_FAN


def _neighbours(problem: Problem, links: Iterable[tuple[int, int]]) -> tuple[list[set[int]], list[set[int]]]:
    """The boxes that each box reads and by which it is read; BORDER for the panel's own ports."""
    before: list[set[int]] = [set() for _ in problem.boxes]
    after: list[set[int]] = [set() for _ in problem.boxes]
    for source, target in links:
        before[target].add(source)
        after[source].add(target)
    for net in problem.nets:
        for one, other in net.dependencies():
            if one.box == BORDER and other.box != BORDER:
                before[other.box].add(BORDER)
            elif other.box == BORDER and one.box != BORDER:
                after[one.box].add(BORDER)
    return before, after


def _fans(
    problem: Problem, before: Sequence[set[int]], after: Sequence[set[int]], ranks: Sequence[int]
) -> list[tuple[set[int], list[_Branch]]]:
    """The fans: the hubs that read each, and its branches in the order of execution."""
    count = len(problem.boxes)
    hub = [max(len(before[v]), len(after[v])) >= LEAST_BRANCHES for v in range(count)]
    seen = list(hub)
    found: dict[tuple[frozenset[int], frozenset[int]], list[_Branch]] = {}
    for start in range(count):
        if seen[start]:
            continue
        seen[start] = True
        branch = [start]
        above: set[int] = set()
        below: set[int] = set()
        for v in branch:
            for near, ends in ((before[v], above), (after[v], below)):
                for other in near:
                    if other == BORDER or hub[other]:
                        ends.add(other)
                    elif not seen[other]:
                        seen[other] = True
                        branch.append(other)
        made = _branch(problem, sorted(branch), ranks)
        found.setdefault((frozenset(above), frozenset(below)), []).append(made)
    return [({v for v in below if v != BORDER}, branches) for (_, below), branches in found.items()]


def _branch(problem: Problem, boxes: Sequence[int], ranks: Sequence[int]) -> _Branch:
    widths: dict[int, float] = {}
    for v in boxes:
        own = problem.boxes[v].width + problem.boxes[v].spill
        widths[ranks[v]] = widths[ranks[v]] + sizes.BOX_GAP + own if ranks[v] in widths else own
    first = min(widths)
    return _Branch(tuple(boxes), first, max(widths) + 1 - first, max(widths.values()))


def _wrap(branches: Sequence[_Branch], reader: int | None, ranks: list[int]) -> None:
    """Set the branches in rows; all that stands from the first reader on moves down by as much."""
    start = min(branch.first for branch in branches)
    end = reader if reader is not None else max(branch.first + branch.length for branch in branches)
    rows: list[list[_Branch]] = [[]]
    room = ROW_WIDTH
    for branch in branches:
        room -= branch.width + sizes.BOX_GAP
        if room < 0 and rows[-1]:
            rows.append([])
            room = ROW_WIDTH - branch.width - sizes.BOX_GAP
        rows[-1].append(branch)
    members = {v for branch in branches for v in branch.boxes}
    at = start
    for row in rows:
        for branch in row:
            for v in branch.boxes:
                ranks[v] += at - branch.first
        at += max(branch.length for branch in row)
    for v in range(len(ranks)):
        if v not in members and ranks[v] >= end:
            ranks[v] += max(0, at - end)
