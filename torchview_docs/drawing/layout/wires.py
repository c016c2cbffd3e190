"""Wires: the lines of the nets, orthogonal, each starting where it leaves what is drawn already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.channels import Channel
from torchview_docs.drawing.layout.layering import Layering, Side
from torchview_docs.drawing.layout.panel import BORDER, End, PanelWire, Point
from torchview_docs.drawing.layout.polyline import Drawn, cut_start, simplify

__all__ = ["Placement", "lateral_height", "place_sides", "route"]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where everything stands: x of each item's middle, y of each box's front, the channels.

    `bottoms[r]` is where channel r begins; `height` the panel's, `left` the x of its left border.
    """

    x: Sequence[float]
    y: Sequence[float]
    channels: Sequence[Channel]
    bottoms: Sequence[float]
    height: float
    left: float = 0.0


@dataclass(frozen=True, slots=True)
class _Path:
    net: int
    source: int
    target: End
    points: list[Point]


def route(layering: Layering, placement: Placement) -> list[PanelWire]:
    """All wires, net by net; of a net's lines the nearest reader's comes first."""
    router = _Router(layering, placement)
    found: list[PanelWire] = []
    paths: dict[int, list[_Path]] = defaultdict(list)
    for strand in range(len(layering.strands)):
        paths[layering.strands[strand].net] += router.strand_paths(strand)
    for net in sorted(paths):
        found += _without_repeats(layering, paths[net])
    return found


def _without_repeats(layering: Layering, paths: Sequence[_Path]) -> list[PanelWire]:
    """Cut off each path's beginning and end where it runs along an earlier one of its net."""
    found: list[PanelWire] = []
    drawn, backwards = Drawn(), Drawn()
    for path in paths:
        points = simplify(path.points)
        backward = points[::-1]
        start, end = drawn.shared(points), backwards.shared(backward)
        drawn.add(points)
        backwards.add(backward)
        length = sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pairwise(points))
        if start >= length - 0.05 or end >= length - 0.05:
            continue
        arrow = path.target.box != BORDER and layering.problem.boxes[path.target.box].kind != "panel"
        if end:
            points = cut_start(backward, min(end - sizes.CORNER, length - start))[::-1]
            arrow = False
        if start:
            points = cut_start(points, start - sizes.CORNER)
        found.append(PanelWire(path.net, path.source, tuple(points), arrow))
    return found


class _Router:
    """Finds the way of each strand through the channels."""

    def __init__(self, layering: Layering, placement: Placement) -> None:
        self.layering = layering
        self.at = placement
        self.sides = {(side.strand, side.target): side for side in layering.sides}
        self.starts: dict[tuple[int, int], float] = {}
        self.heads: dict[tuple[int, int], float] = {}
        for links in layering.links:
            for link in links:
                if link.source >= 0:
                    self.starts[link.strand, link.source] = link.tail
                if link.target >= 0:
                    self.heads[link.strand, link.target] = link.head
        self.ends = set(self.heads) | set(self.sides)
        self.hooks = {(hook.strand, hook.below): hook for hooks in layering.hooks for hook in hooks}

    def strand_paths(self, strand: int) -> list[_Path]:
        """The strand's paths from source to target, each target and each source at least once."""
        pair = self.layering.strands[strand].feedback
        if pair is not None:
            return [self._feedback_path(strand, pair)]
        pair = self.layering.strands[strand].beside
        if pair is not None:
            return [self._path_beside(strand, pair)]
        number = self.layering.strands[strand].net
        net = self.layering.problem.nets[number]
        feedback = self.layering.ranking.feedback
        pairs = net.pairs or tuple((0, t) for t in range(len(net.targets)))
        pairs = tuple(
            (s, t)
            for s, t in pairs
            if (number, net.sources[s].box, net.targets[t].box) not in feedback and (strand, t) in self.ends
        )
        rank = {t: self._rank(self.layering.target_item(net.targets[t])) for _, t in pairs}
        found: list[_Path] = []
        seen_sources: set[int] = set()
        seen_targets: set[int] = set()
        for s, t in sorted(pairs, key=lambda pair: (rank[pair[1]], pair[1], pair[0])):
            if s in seen_sources and t in seen_targets:
                continue
            seen_sources.add(s)
            seen_targets.add(t)
            found.append(self._path(strand, s, t))
        return found

    def _rank(self, item: int) -> int:
        return self.layering.items[item].rank

    def _track(self, rank: int, strand: int) -> float:
        """The y of the strand's horizontal piece in channel `rank`; its middle where it has none."""
        channel = self.at.channels[rank]
        return self.at.bottoms[rank] + channel.tracks.get(strand, channel.height / 2)

    def _leave(self, end: End, item: int, offset: float) -> Point:
        if end.box == BORDER:
            return (self.at.x[item], 0.0)
        box = self.layering.problem.boxes[end.box]
        return (self.at.x[item] + offset, self.at.y[end.box] + box.height + box.trail)

    def _arrive(self, end: End, item: int, offset: float) -> Point:
        if end.box == BORDER:
            return (self.at.x[item], self.at.height)
        return (self.at.x[item] + offset, self.at.y[end.box] - self.layering.problem.boxes[end.box].lead)

    def _path(self, strand: int, s: int, t: int) -> _Path:
        layering, x = self.layering, self.at.x
        number = layering.strands[strand].net
        net = layering.problem.nets[number]
        source, target = net.sources[s], net.targets[t]
        start, end = layering.source_item(source), layering.target_item(target)
        side = self.sides.get((strand, t))
        points = [self._leave(source, start, self._tail(strand, s, start))]
        if layering.is_lateral(start):
            y = lateral_height(layering, self.at, start)
            points = [(self.at.left, y)]
            if any(other.dummy == start for other in layering.sides):
                points.append((x[start], y))
        dummies = layering.strands[strand].dummies
        last = self._rank(end) - (side is None)
        for r in range(self._rank(start), last):
            self._across(points, x[dummies[r + 1]], r, strand)
        if side is not None:
            y = entry_height(self.layering, self.at.y, side)
            points += [(points[-1][0], y), (self._flank(side), y)]
        else:
            arrival = self._arrive(target, end, self.heads.get((strand, t), 0.0))
            self._across(points, arrival[0], last, strand)
            points.append((points[-1][0], arrival[1]))
        return _Path(number, s, target, points)

    def _tail(self, strand: int, s: int, item: int) -> float:
        return 0.0 if self.layering.items[item].kind != "box" else self.starts.get((strand, s), 0.0)

    def _across(self, points: list[Point], x: float, rank: int, strand: int) -> None:
        if abs(x - points[-1][0]) > 1.0:
            y = self._track(rank, strand)
            points += [(points[-1][0], y), (x, y)]

    def _path_beside(self, strand: int, pair: tuple[int, int]) -> _Path:
        layering = self.layering
        number = layering.strands[strand].net
        net = layering.problem.nets[number]
        source, target = net.sources[pair[0]], net.targets[pair[1]]
        hook, side = self.hooks[strand, True], self.sides[strand, pair[1]]
        points = [self._leave(source, hook.box, hook.offset)]
        turn = self._track(self._rank(hook.box), strand) if hook.turn is None else points[0][1] + hook.turn
        lane, y = self.at.x[side.dummy], entry_height(self.layering, self.at.y, side)
        points += [(points[0][0], turn), (lane, turn), (lane, y), (self._flank(side), y)]
        return _Path(number, pair[0], target, points)

    def _flank(self, side: Side) -> float:
        box = self.layering.problem.boxes[self.layering.items[side.box].index]
        edge = box.width / 2 + (box.spill if side.direction > 0 else 0.0)
        return self.at.x[side.box] + side.direction * edge

    def _feedback_path(self, strand: int, pair: tuple[int, int]) -> _Path:
        layering, x = self.layering, self.at.x
        number = layering.strands[strand].net
        net = layering.problem.nets[number]
        source, target = net.sources[pair[0]], net.targets[pair[1]]
        start, end = self.hooks[strand, True], self.hooks[strand, False]
        dummies = layering.strands[strand].dummies
        low, high = self._rank(start.box), self._rank(end.box)
        points = [self._leave(source, start.box, start.offset)]
        y = self._track(low, strand)
        points += [(points[-1][0], y), (x[dummies[low]], y)]
        for r in range(low - 1, high - 1, -1):
            self._across(points, x[dummies[r]], r, strand)
        arrival = self._arrive(target, end.box, end.offset)
        y = self._track(high - 1, strand)
        points += [(points[-1][0], y), (arrival[0], y), arrival]
        return _Path(number, pair[0], target, points)


def entry_height(layering: Layering, y: Sequence[float], side: Side) -> float:
    """The y at which a strand enters a box from the side."""
    number = layering.items[side.box].index
    return y[number] + layering.problem.boxes[number].height / 2 + side.offset


def lateral_height(layering: Layering, placement: Placement, item: int) -> float:
    """The y at which a lateral enters the panel."""
    for side in layering.sides:
        if side.dummy == item:
            return entry_height(layering, placement.y, side)
    rank = layering.items[item].rank
    strand = layering.below[item][0].strand
    return placement.bottoms[rank] + placement.channels[rank].tracks[strand]


def place_sides(layering: Layering, x: Sequence[float]) -> None:
    """Set the direction of side entries and their distance from the middle of the card's side."""
    entering: dict[tuple[int, int], list[Side]] = defaultdict(list)
    for side in layering.sides:
        side.direction = 1 if x[side.dummy] > x[side.box] else -1
        if side.flank is not None:
            box = layering.problem.boxes[layering.items[side.box].index]
            side.offset = side.flank - box.height / 2
            continue
        entering[side.box, side.direction].append(side)
    for (_, direction), sides in entering.items():
        sides.sort(key=lambda side: x[side.dummy] * direction)
        # the nearest line enters lowest where lines come from above
        for i, side in enumerate(reversed(sides)):
            side.offset = (i - (len(sides) - 1) / 2) * sizes.SIDE_GAP
