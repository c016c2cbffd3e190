"""Strands: builds the layering of a panel, net by net.

A net that runs down passes ranks by dummies and reaches its readers from above, or from the side;
a link against the flow, and one to the panel beside its source, are strands of their own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from torchview_docs.drawing.layout.layering import Hook, Layering, Link, Side, SideKey, Strand
from torchview_docs.drawing.layout.panel import BORDER, End, Problem
from torchview_docs.drawing.layout.ranks import Ranking
from torchview_docs.errors import LayoutError

__all__ = ["layer", "side_candidates"]

#: So many arguments may enter a card from its sides.
MOST_SIDES = 3
#: A panel with more pieces of line than this, and so many for each card, takes longer than five seconds,
#: and nobody could read it.
MOST_PIECES, PIECES_OF_A_CARD = 36_000, 8


def side_candidates(problem: Problem, ranking: Ranking) -> list[SideKey]:
    """Targets that may be entered from the side.

    Cards two or more ranks below the source of a net with other readers, which also have an
    argument from the rank just above, at most three a card. Two readers in one rank are not worth
    standing on both sides of a line.
    """
    ranks = ranking.ranks
    near: set[int] = set()
    for net in problem.nets:
        for source, target in net.dependencies():
            if target.box != BORDER and _source_rank(source, ranks) == ranks[target.box] - 1:
                near.add(target.box)
    found: list[SideKey] = []
    count: dict[int, int] = defaultdict(int)
    for number, net in enumerate(problem.nets):
        source = net.sources[0]
        if source.box == BORDER and source.port in problem.laterals:
            # far enough from its source wherever that is
            found += [(number, t) for t in _lateral_sides(problem, number, near)]
            continue
        if len(net.sources) > 1 or (len(net.targets) < 2 and source.box != BORDER):
            continue
        rows = Counter(ranks[target.box] for target in net.targets if target.box != BORDER)
        for index, target in enumerate(net.targets):
            box = target.box
            if box == BORDER or box not in near or count[box] == MOST_SIDES or rows[ranks[box]] > 1:
                continue
            long = ranks[box] - _source_rank(source, ranks) >= 2
            if problem.boxes[box].kind == "card" and long:
                found.append((number, index))
                count[box] += 1
    return found


def _lateral_sides(problem: Problem, number: int, near: AbstractSet[int]) -> list[int]:
    """The cards that a lateral may enter from the side."""
    targets = enumerate(problem.nets[number].targets)
    return [t for t, end in targets if end.box in near and problem.boxes[end.box].kind == "card"]


def _source_rank(end: End, ranks: tuple[int, ...]) -> int:
    return 0 if end.box == BORDER else ranks[end.box]


def layer(problem: Problem, ranking: Ranking, sides: Iterable[SideKey]) -> Layering:
    """Build the layers, in the order of the problem: boxes and ports first, then dummies."""
    found = Layering(problem, ranking)
    for _ in range(ranking.last + 1):
        found.layers.append([])
        found.links.append([])
        found.hooks.append([])
    _refuse_too_much(problem, ranking)
    chosen = frozenset(sides)
    for i in range(problem.inputs):
        found.ins.append(found.add("in", i, _entry_rank(problem, ranking, i, chosen)))
    found.boxes = [found.add("box", i, rank) for i, rank in enumerate(ranking.ranks)]
    found.outs = [found.add("out", i, ranking.last) for i in range(len(problem.outputs))]
    for number in range(len(problem.nets)):
        _add_net(found, number, chosen)
    return found


def _refuse_too_much(problem: Problem, ranking: Ranking) -> None:
    """Say so before the work where more would have to be drawn than anybody could follow."""
    pieces = len(problem.boxes)
    for net in problem.nets:
        ranks = [0 if end.box == BORDER else ranking.ranks[end.box] for end in net.sources]
        ends = [ranking.last if end.box == BORDER else ranking.ranks[end.box] for end in net.targets]
        pieces += len(ranks) + len(ends) + max(0, max(ends) - min(ranks))
    # A long chain has many as well: it is what grows faster than the cards that takes too long.
    most = MOST_PIECES + PIECES_OF_A_CARD * len(problem.boxes)
    if pieces > most:
        raise LayoutError(
            f"a panel of {len(problem.boxes)} cards, whose lines pass {pieces} ranks and ends; "
            f"at most {most} are drawn"
        )


def _entry_rank(problem: Problem, ranking: Ranking, entry: int, sides: AbstractSet[SideKey]) -> int:
    """The rank of a tensor that enters: 0; of a lateral that of its first reader, or the one above.

    A lateral reaches the side of its first reader from that one's row, its top from the channel above.
    """
    if entry not in problem.laterals:
        return 0
    found = [ranking.last]
    for number, net in enumerate(problem.nets):
        if (net.sources[0].box, net.sources[0].port) == (BORDER, entry):
            for t, end in enumerate(net.targets):
                aside = (number, t) in sides or _flank(problem, end) is not None
                found.append(ranking.ranks[end.box] - (not aside))
    return min(found)


def _flank(problem: Problem, end: End) -> float | None:
    """Where the end must be entered from the left, from the top of its box; None: from above."""
    if end.box == BORDER:
        return None
    return next((y for port, y in problem.boxes[end.box].flanks if port == end.port), None)


def _add_net(layering: Layering, number: int, sides: AbstractSet[SideKey]) -> None:
    net = layering.problem.nets[number]
    feedback = layering.ranking.feedback
    against = {
        (s, t)
        for s, source in enumerate(net.sources)
        for t, target in enumerate(net.targets)
        if (number, source.box, target.box) in feedback
    }
    pairs = net.pairs or tuple((s, t) for s in range(len(net.sources)) for t in range(len(net.targets)))
    beside = [pair for pair in pairs if _stands_beside(layering, number, pair)]
    forward = [pair for pair in pairs if pair not in against and pair not in beside]
    if forward:
        _add_strand(layering, number, forward, sides)
    for pair in sorted(against & set(pairs)):
        _add_feedback(layering, number, pair)
    for pair in beside:
        _add_beside(layering, number, pair)


def _stands_beside(layering: Layering, number: int, pair: tuple[int, int]) -> bool:
    net = layering.problem.nets[number]
    source, target = net.sources[pair[0]], net.targets[pair[1]]
    if source.box == BORDER or _flank(layering.problem, target) is None:
        return False
    return layering.ranking.ranks[source.box] == layering.ranking.ranks[target.box]


def _add_beside(layering: Layering, number: int, pair: tuple[int, int]) -> None:
    """A link to a box in the same layer: out below its source, up between the two, in at the side."""
    net = layering.problem.nets[number]
    strand = len(layering.strands)
    layering.strands.append(Strand(number, beside=pair))
    source = layering.source_item(net.sources[pair[0]])
    target = net.targets[pair[1]]
    rank = layering.items[source].rank
    dummy = layering.dummy(strand, rank)
    layering.hooks[rank].append(Hook(source, dummy, strand, pair[0], below=True))
    side = Side(strand, pair[1], layering.target_item(target), dummy, flank=_flank(layering.problem, target))
    layering.sides.append(side)


def _add_strand(
    layering: Layering, number: int, pairs: Sequence[tuple[int, int]], sides: AbstractSet[SideKey]
) -> None:
    """A net that runs down: dummies where it passes, links from layer to layer."""
    net = layering.problem.nets[number]
    strand = len(layering.strands)
    layering.strands.append(Strand(number))
    sources = sorted(
        {s for s, _ in pairs}, key=lambda s: layering.items[layering.source_item(net.sources[s])].rank
    )
    targets = sorted({t for _, t in pairs})
    starts = {s: layering.source_item(net.sources[s]) for s in sources}
    ends = {t: layering.target_item(net.targets[t]) for t in targets}
    rank = {t: layering.items[item].rank for t, item in ends.items()}
    first = layering.items[starts[sources[0]]].rank
    if layering.is_dummy(starts[sources[0]]):
        layering.strands[strand].dummies[first] = starts[sources[0]]
    entered = {t for t in targets if (number, t) in sides}
    entered |= {t for t in targets if _flank(layering.problem, net.targets[t]) is not None}
    last = max(rank[t] if t in entered else rank[t] - 1 for t in targets)
    for r in range(first + 1, last + 1):
        layering.dummy(strand, r)
    uppers: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for s in sources:
        uppers[layering.items[starts[s]].rank].append((starts[s], s))
    for r in range(first, last):
        below = layering.dummy(strand, r + 1)
        if r > first:
            layering.link(Link(layering.dummy(strand, r), below, strand))
        for item, s in uppers.get(r, ()):
            layering.link(Link(item, below, strand, source=s))
    for t in targets:
        if t in entered:
            flank = _flank(layering.problem, net.targets[t])
            dummy = layering.dummy(strand, rank[t])
            layering.sides.append(Side(strand, t, ends[t], dummy, flank=flank))
            continue
        r = rank[t] - 1
        if r > first:
            layering.link(Link(layering.dummy(strand, r), ends[t], strand, target=t))
        for item, s in uppers.get(r, ()):
            layering.link(Link(item, ends[t], strand, source=s, target=t))


def _add_feedback(layering: Layering, number: int, pair: tuple[int, int]) -> None:
    """A link against the flow: out below its source, up beside it, in above its target."""
    net = layering.problem.nets[number]
    strand = len(layering.strands)
    layering.strands.append(Strand(number, pair))
    source = layering.source_item(net.sources[pair[0]])
    target = layering.target_item(net.targets[pair[1]])
    low, high = layering.items[source].rank, layering.items[target].rank
    for r in range(high, low + 1):
        layering.dummy(strand, r)
    for r in range(high, low):
        layering.link(Link(layering.dummy(strand, r), layering.dummy(strand, r + 1), strand))
    layering.hooks[low].append(Hook(source, layering.dummy(strand, low), strand, pair[0], below=True))
    layering.hooks[high - 1].append(Hook(target, layering.dummy(strand, high), strand, pair[1], below=False))
