"""Trunk and linear segments: which items of different layers share one x.

In each channel the trunk is the link that is the best partner of both its ends, by the longest
path through them measured in height. Trunk, straight pieces of long lines and links without
rivals become linear segments (Sander), none of which cross.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torchview_docs.drawing.layout.layering import Layering, Link

__all__ = ["Segments", "Trunk", "find_trunk", "linear_segments"]

#: What a box adds to a path besides its height; inputs a little more, so that they outrank sources.
BOX_WEIGHT = 20.0
INPUT_WEIGHT = 21.0
PORT_WEIGHT = 1.0
#: What depends on no input hardly counts, however long its path: the trunk is that of the data.
LOOSE_WEIGHT = 0.01


@dataclass(frozen=True, slots=True)
class Trunk:
    """The best partner of each item below and above it, and the longest paths.

    `down[item]` is the longest path from the item to the end, `up[item]` from the start to it.
    """

    below: dict[int, Link]
    above: dict[int, Link]
    up: Sequence[float]
    down: Sequence[float]

    def holds(self, link: Link) -> bool:
        """Whether the link is the best partner of both its ends."""
        return self.below.get(link.upper) is link and self.above.get(link.lower) is link


@dataclass(slots=True)
class Segments:
    """Linear segments: the segment of each item, and its x relative to the segment's."""

    of: list[int]
    offset: list[float]
    members: list[list[int]]


def find_trunk(layering: Layering) -> Trunk:
    """Find each item's best partners; among an odd number of equals the middle one."""
    up, down = _longest_paths(layering)
    place = places(layering)
    below: dict[int, Link] = {}
    above: dict[int, Link] = {}
    for item in range(len(layering.items)):
        links = sorted(layering.below[item], key=lambda k: place[k.lower])
        best = _best(layering, links, lambda k: down[k.lower] - layering.is_dummy(k.lower))
        if best:
            below[item] = best
        links = sorted(layering.above[item], key=lambda k: place[k.upper])
        links = list(_first_of_ports(layering, links))
        best = _best(layering, links, lambda k: up[k.upper] - layering.is_dummy(k.upper))
        if best:
            above[item] = best
    return Trunk(below, above, up, down)


def places(layering: Layering) -> list[int]:
    """The place of each item in its layer."""
    found = [0] * len(layering.items)
    for layer in layering.layers:
        for i, item in enumerate(layer):
            found[item] = i
    return found


def _loose(layering: Layering) -> list[bool]:
    """Whether each item depends on no input, but on parameters and the like only."""
    found = [False] * len(layering.items)
    for layer in layering.layers:
        for item in layer:
            it = layering.items[item]
            above = layering.above[item]
            is_input = it.kind == "in" or (
                it.kind == "box" and layering.problem.boxes[it.index].kind == "input" and not above
            )
            found[item] = not is_input and all(found[link.upper] for link in above)
    return found


def _weight(layering: Layering, item: int) -> float:
    it = layering.items[item]
    if layering.is_dummy(item):
        return 0.0
    if it.kind != "box":
        return PORT_WEIGHT
    box = layering.problem.boxes[it.index]
    return box.height + (INPUT_WEIGHT if box.kind == "input" else BOX_WEIGHT)


def _longest_paths(layering: Layering) -> tuple[list[float], list[float]]:
    up = [0.0] * len(layering.items)
    down = [0.0] * len(layering.items)
    entering: dict[int, list[int]] = {}
    for side in layering.sides:
        entering.setdefault(side.box, []).append(side.dummy)
    loose = _loose(layering)
    for layer in layering.layers:
        for item in layer:
            if layering.is_dummy(item):
                up[item] = max((up[k.upper] for k in layering.above[item]), default=0.0)
        for item in layer:
            if not layering.is_dummy(item):
                before = [up[k.upper] for k in layering.above[item]]
                before += [up[dummy] for dummy in entering.get(item, ())]
                weight = _weight(layering, item) * (LOOSE_WEIGHT if loose[item] else 1.0)
                up[item] = max(before, default=0.0) + weight
    reached: dict[int, list[int]] = {}
    for side in layering.sides:
        reached.setdefault(side.dummy, []).append(side.box)
    for layer in reversed(layering.layers):
        for item in sorted(layer, key=layering.is_dummy):
            after = [down[k.lower] for k in layering.below[item]]
            after += [down[box] for box in reached.get(item, ())]
            down[item] = max(after, default=0.0) + _weight(layering, item)
    return up, down


def _best(layering: Layering, links: Sequence[Link], score: Callable[[Link], float]) -> Link | None:
    """The link with the highest score.

    Of equals the first if all join the same items, else the middle one, else none.
    """
    if not links:
        return None
    highest = max(map(score, links))
    equal = [link for link in links if score(link) >= highest - 1e-6]
    if len({(link.upper, link.lower) for link in equal}) == 1:
        return min(equal, key=lambda link: _argument(layering, link))
    return equal[len(equal) // 2] if len(equal) % 2 else None


def _first_of_ports(layering: Layering, links: Sequence[Link]) -> Sequence[Link]:
    """Where all that arrives comes straight from the panel's border: the first argument's link only.

    Of equal links between two panels the first is the trunk, or the trunk would bend for all.
    """
    if len(links) < 2 or any(layering.items[k.upper].kind != "in" for k in links):
        return links
    return [min(links, key=lambda link: _argument(layering, link))]


def _argument(layering: Layering, link: Link) -> int:
    """As which argument the link arrives."""
    if link.target < 0:
        return 0
    return layering.problem.nets[layering.strands[link.strand].net].targets[link.target].position


def linear_segments(layering: Layering, trunk: Trunk, *, loose: bool = False) -> Segments:
    """Join items into segments: straight lines first, then the trunk, then links without rivals.

    Where `loose`, what enters a panel as another than its first argument may bend.
    """
    place = places(layering)
    candidates: list[tuple[float, int, int, Link]] = []
    for rank, links in enumerate(layering.links):
        for link in links:
            priority = _priority(layering, trunk, link)
            if priority and not (loose and _is_further_port(layering, link)):
                candidates.append((-priority, rank, len(candidates), link))
    candidates.sort(key=lambda c: c[:3])
    upper: dict[int, Link] = {}
    lower: dict[int, Link] = {}
    taken: list[list[tuple[int, int]]] = [[] for _ in layering.links]
    for _, rank, _, link in candidates:
        if link.upper in lower or link.lower in upper:
            continue
        ends = (place[link.upper], place[link.lower])
        at = bisect_left(taken[rank], ends)
        left, right = taken[rank][:at][-1:], taken[rank][at : at + 1]
        if any(e[1] >= ends[1] for e in left) or any(e[1] <= ends[1] for e in right):
            continue
        taken[rank].insert(at, ends)
        lower[link.upper] = link
        upper[link.lower] = link
    found = Segments([0] * len(layering.items), [0.0] * len(layering.items), [])
    for layer in layering.layers:
        for item in layer:
            above = upper.get(item)
            if above is None:
                found.of[item] = len(found.members)
                found.members.append([item])
            else:
                found.of[item] = found.of[above.upper]
                found.offset[item] = found.offset[above.upper] + above.tail - above.head
                found.members[found.of[item]].append(item)
    return found


def _is_further_port(layering: Layering, link: Link) -> bool:
    """Whether the link enters a panel, and not as its first argument."""
    lower = layering.items[link.lower]
    inside = lower.kind == "box" and layering.problem.boxes[lower.index].ins is not None
    return inside and _argument(layering, link) > 0


def _priority(layering: Layering, trunk: Trunk, link: Link) -> float:
    """How much the link wants to be straight; 0: it may bend."""
    from_line, to_line = layering.is_dummy(link.upper), layering.is_dummy(link.lower)
    if from_line and to_line:
        return 3.0
    if (from_line or to_line) and layering.is_rail(link.strand):
        return 0.0
    if trunk.holds(link):
        return 2.0 + min(0.9, (trunk.up[link.upper] + trunk.down[link.lower]) / 1e5)
    only_below = len(layering.below[link.upper]) == 1
    only_above = len(layering.above[link.lower]) == 1
    lower = layering.items[link.lower]
    if lower.kind == "box" and layering.problem.boxes[lower.index].ins is not None:
        # a panel's ports are fixed: a port's only line may well be straight
        only_above = sum(k.head == link.head for k in layering.above[link.lower]) == 1
    if only_below and only_above:
        return 1.0
    if (from_line and only_above) or (to_line and only_below):
        return 0.5
    return 0.0
