"""Ranks: which boxes of a panel stand in one row (layer assignment of Sugiyama et al.).

Longest path from the start; then what is cheap to pull down, such as parameters, moves towards
its first reader. Links that close a cycle are found first and left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain
from math import inf

from torchview_docs.drawing.layout.dead_ends import sink_dead_ends
from torchview_docs.drawing.layout.fans import wrap_fans
from torchview_docs.drawing.layout.narrowing import Rows, narrow_ranks
from torchview_docs.drawing.layout.panel import BORDER, Blocked, Box, Problem
from torchview_docs.drawing.layout.plan import PLAIN, Plan

__all__ = ["Ranking", "rank_boxes"]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The rank of each box, from 1; the panel's own ports have rank 0 and `last`.

    `feedback` holds the links (net, source box, target box) that go against the flow, and `order`
    the boxes in a topological order.
    """

    ranks: tuple[int, ...]
    last: int
    feedback: frozenset[tuple[int, int, int]]
    order: tuple[int, ...]


@dataclass(slots=True)
class _Flow:
    """Links between boxes: for each box (other box, net)."""

    before: list[list[tuple[int, int]]]
    after: list[list[tuple[int, int]]]
    #: Boxes that read what enters the panel.
    fed: set[int]
    #: For each box, those that it may stand beside but not above, since it reads them at its side.
    beside: list[list[int]]


def rank_boxes(problem: Problem, plan: Plan = PLAIN) -> Ranking:
    """Give each box a rank such that every link but those of `feedback` goes down."""
    flow = _flow(problem)
    cut = _back_links(len(problem.boxes), flow)
    if cut:
        for v, links in enumerate(flow.before):
            flow.before[v] = [(u, net) for u, net in links if (net, u, v) not in cut]
        for u, links in enumerate(flow.after):
            flow.after[u] = [(v, net) for v, net in links if (net, u, v) not in cut]
    order = _topological(flow)
    if len(order) < len(problem.boxes):
        raise Blocked(_flank_net(problem))
    ranks = _longest_path(flow, order)
    kept = {v for v, box in enumerate(problem.boxes) if box.kind == "input" and plan.input_line}
    _pull_down(flow, order, ranks, kept, len(problem.nets))
    _level_with_readers(problem, flow, order, ranks)
    readers = [[v for v, _ in links] for links in flow.after]
    if plan.limit < inf and not any(flow.beside):
        narrow_ranks(problem, readers, order, ranks, kept=kept, limit=plan.limit)
        _pull_down(flow, order, ranks, kept, len(problem.nets), rows=Rows(problem, ranks, plan.limit))
    if plan.sunk:
        sink_dead_ends(problem, readers, ranks)
    if plan.output_line:
        _outputs_last(problem.boxes, flow, ranks)
    if not any(flow.beside):
        wrap_fans(problem, ((u, v) for v, links in enumerate(flow.before) for u, _ in links), ranks)
    return Ranking(tuple(ranks), max(ranks, default=0) + 1, frozenset(cut), tuple(order))


def _flow(problem: Problem) -> _Flow:
    n = len(problem.boxes)
    flow = _Flow([[] for _ in range(n)], [[] for _ in range(n)], set(), [[] for _ in range(n)])
    for number, net in enumerate(problem.nets):
        for source, target in net.dependencies():
            if target.box == BORDER:
                continue
            if source.box == BORDER:
                if source.port not in problem.laterals:
                    flow.fed.add(target.box)
            elif any(target.port == port for port, _ in problem.boxes[target.box].flanks):
                flow.beside[target.box].append(source.box)
            else:
                flow.before[target.box].append((source.box, number))
                flow.after[source.box].append((target.box, number))
    return flow


def _back_links(count: int, flow: _Flow) -> set[tuple[int, int, int]]:
    """Links that lead back to a box that is still being visited, depth first in given order."""
    cut: set[tuple[int, int, int]] = set()
    state = [0] * count
    roots = sorted(range(count), key=lambda v: bool(flow.before[v]))
    for root in roots:
        if state[root]:
            continue
        state[root] = 1
        stack = [(root, iter(flow.after[root]))]
        while stack:
            u, links = stack[-1]
            for v, net in links:
                if state[v] == 1:
                    cut.add((net, u, v))
                elif not state[v]:
                    state[v] = 1
                    stack.append((v, iter(flow.after[v])))
                    break
            else:
                state[u] = 2
                stack.pop()
    return cut


def _flank_net(problem: Problem) -> int:
    """The first net that enters a box from the left."""
    for number, net in enumerate(problem.nets):
        for end in net.targets:
            if end.box != BORDER and any(end.port == port for port, _ in problem.boxes[end.box].flanks):
                return number
    raise AssertionError("no order, though all cycles are cut")


def _topological(flow: _Flow) -> list[int]:
    waiting = [len(links) + len(beside) for links, beside in zip(flow.before, flow.beside, strict=True)]
    neighbours: dict[int, list[int]] = {}
    for v, beside in enumerate(flow.beside):
        for u in beside:
            neighbours.setdefault(u, []).append(v)
    order = [v for v, count in enumerate(waiting) if not count]
    for u in order:
        for v in [*(v for v, _ in flow.after[u]), *neighbours.get(u, ())]:
            waiting[v] -= 1
            if not waiting[v]:
                order.append(v)
    return order


def _longest_path(flow: _Flow, order: Iterable[int]) -> list[int]:
    ranks = [1] * len(flow.before)
    for v in order:
        before = [ranks[u] + 1 for u, _ in flow.before[v]]
        ranks[v] = max([1, *before, *(ranks[u] for u in flow.beside[v])])
    return ranks


def _pull_down(
    flow: _Flow,
    order: Sequence[int],
    ranks: list[int],
    kept: AbstractSet[int],
    nets: int,
    *,
    rows: Rows | None = None,
) -> None:
    """Move boxes down to just above their first reader where that makes no line longer.

    A box moves if nothing that enters reaches it, or if fewer lines enter it than leave it; a line
    that passes by anyway does not count. What is kept stays in the first row. Where rows have a
    limit, a box moves as far as that lets it.
    """
    loose = [False] * len(ranks)
    for v in order:
        loose[v] = v not in kept and v not in flow.fed and all(loose[u] for u, _ in flow.before[v])
    reach = [0] * nets
    for v, links in enumerate(flow.before):
        for _, net in links:
            reach[net] = max(reach[net], ranks[v])
    for v in reversed(order):
        if not flow.after[v] or v in kept:
            continue
        lowest = min(ranks[t] for t, _ in flow.after[v]) - 1
        if rows is not None:
            lowest = rows.lowest(v, ranks[v], lowest)
        if lowest <= ranks[v]:
            continue
        entering = {net for _, net in flow.before[v]}
        leaving = {net for _, net in flow.after[v]}
        ending = sum(reach[net] <= ranks[v] for net in entering) + (v in flow.fed)
        if loose[v] or ending < len(leaving):
            if rows is not None:
                rows.move(v, ranks[v], lowest)
            ranks[v] = lowest
            for net in entering:
                reach[net] = max(reach[net], lowest)


def _level_with_readers(problem: Problem, flow: _Flow, order: Sequence[int], ranks: list[int]) -> None:
    """Move a box that another reads at its side down to that one's rank, so that both share a row."""
    for v in reversed(order):
        for u in flow.beside[v]:
            readers = [t for t, _ in flow.after[u] if problem.boxes[t].kind != "output"]
            lowest = min([ranks[v], *(ranks[t] - 1 for t in readers)])
            ranks[u] = max(ranks[u], lowest)


def _outputs_last(boxes: Sequence[Box], flow: _Flow, ranks: list[int]) -> None:
    """All outputs share the last rank, unless something reads one of them."""
    ends = [v for v, box in enumerate(boxes) if box.kind == "output" and not flow.after[v]]
    others = max((rank for v, rank in enumerate(ranks) if boxes[v].kind != "output"), default=0)
    last = max(chain((ranks[v] for v in ends), (others,)), default=1)
    for v in ends:
        ranks[v] = max(last, 1)
