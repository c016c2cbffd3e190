"""Nets: which tensors run between the children of each frame, and which cross its border.

A tensor is one net in every frame that it touches: it leaves each frame around its source, runs
among the children of the innermost frame that holds both ends, and enters each frame around its
reader, once. A list that grows, as each concatenation of a dense block reads all before, is one
bus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from torchview_docs.drawing.layout.buses import find_buses
from torchview_docs.drawing.layout.panel import BORDER, End, Net
from torchview_docs.drawing.scene import Link, Scene
from torchview_docs.graph import Side

__all__ = ["Draft", "Level", "NetKey", "levels", "manner", "ports_of", "side_of"]

#: Source card, output, and how it is drawn (see `manner`); a bus has a name of its own.
NetKey: TypeAlias = tuple[str, int, str]


def manner(link: Link) -> str:
    """How a link is drawn: dashed (`.`), and the side of a comparison."""
    return f"{'.' if link.dashed else ''}{link.side}"


def ports_of(scene: Scene) -> Callable[[Link], int]:
    """The port at which a link leaves its card: that of the output, in a comparison one for each side.

    The rightmost is that of the line which tells the shape.
    """
    if not any(link.side for link in scene.links):
        return lambda link: link.output
    return lambda link: 3 * link.output + "-+".find(link.side or " ") % 3


def side_of(key: NetKey) -> Side:
    """The side of a comparison that a net is on."""
    sides: dict[str, Side] = {"-": "-", "+": "+"}
    return sides.get(key[2][-1:], "")


@dataclass(slots=True)
class Draft:
    """A net of one frame in the making."""

    sources: list[End] = field(default_factory=list)
    targets: list[End] = field(default_factory=list)
    pairs: dict[tuple[int, int], None] = field(default_factory=dict)
    #: The tensor that each source stands for.
    tensors: list[tuple[str, int]] = field(default_factory=list)
    label: str = ""
    label_width: float = 0.0

    def join(self, source: End, target: End, tensor: tuple[str, int]) -> None:
        """Add a link; ends that are there already are found by box and port."""
        s = next((i for i, e in enumerate(self.sources) if (e.box, e.port) == (source.box, source.port)), -1)
        if s < 0:
            s = len(self.sources)
            self.sources.append(source)
            self.tensors.append(tensor)
        t = self._target(target)
        self.pairs[s, t] = None

    def _target(self, target: End) -> int:
        for i, end in enumerate(self.targets):
            if (end.box, end.port) == (target.box, target.port):
                return i
        self.targets.append(target)
        return len(self.targets) - 1

    def net(self) -> Net:
        """The finished net."""
        pairs = tuple(sorted(self.pairs)) if len(self.sources) > 1 else ()
        return Net(tuple(self.sources), tuple(self.targets), pairs, self.label_width)


@dataclass(slots=True)
class Level:
    """A frame, or the whole scene: its children, its nets, and what crosses its border.

    `ins` and `outs` hold the nets that cross the border, in the order of their ports.
    """

    frame: str | None
    #: The frame around it.
    parent: str | None
    children: list[str] = field(default_factory=list)
    nets: dict[NetKey, Draft] = field(default_factory=dict)
    ins: dict[NetKey, int] = field(default_factory=dict)
    outs: dict[NetKey, int] = field(default_factory=dict)
    #: For each net that leaves, the width of the label that it gets just outside.
    outside: dict[NetKey, float] = field(default_factory=dict)


@dataclass(slots=True)
class _Tree:
    """Who stands in whom; `chains[card]` is the card and the frames around it, innermost first."""

    chains: dict[str, list[str | None]]
    order: dict[str, int]


def levels(scene: Scene) -> dict[str | None, Level]:
    """Each frame's level, outer before inner, and that of the scene under None."""
    found: dict[str | None, Level] = {None: Level(None, None)}
    for frame in scene.frames:
        found[frame.name] = Level(frame.name, frame.frame)
    tree = _tree(scene)
    for name, level in found.items():
        if name is not None:
            found[level.parent].children.append(name)
    for card in scene.cards:
        found[card.frame].children.append(card.name)
    for level in found.values():
        level.children.sort(key=lambda child: tree.order[child])
    buses = find_buses(scene)
    links = sorted(scene.links, key=lambda k: (tree.order[k.target], k.position))
    keys: list[NetKey] = [
        (buses[link], 0, "") if link in buses else (link.source, link.output, manner(link)) for link in links
    ]
    routes = [_route(tree, link) for link in links]
    _find_ports(found, tree, links, keys, routes)
    _find_nets(found, links, keys, routes, _Ends(_arguments(scene), ports_of(scene)))
    _place_labels(found, links, keys)
    return found


def _tree(scene: Scene) -> _Tree:
    outside: dict[str, str | None] = {frame.name: frame.frame for frame in scene.frames}
    chains: dict[str, list[str | None]] = {}
    order: dict[str, int] = {frame.name: len(scene.cards) + i for i, frame in enumerate(scene.frames)}
    for number, card in enumerate(scene.cards):
        chain: list[str | None] = [card.name]
        frame = card.frame
        while frame is not None:
            chain.append(frame)
            order[frame] = min(order[frame], number)
            frame = outside[frame]
        chains[card.name] = [*chain, None]
        order[card.name] = number
    return _Tree(chains, order)


@dataclass(frozen=True, slots=True)
class _Route:
    """(frame, child) pairs: those that a link leaves, where it runs, and those that it enters."""

    leaves: tuple[tuple[str, str], ...]
    across: tuple[str | None, str, str]
    enters: tuple[tuple[str, str], ...]


def _route(tree: _Tree, link: Link) -> _Route:
    up, down = tree.chains[link.source], tree.chains[link.target]
    # the cards themselves may be the same: only frames are shared
    common = 1
    shared = min(len(up), len(down))
    while common < shared and up[-common - 1] == down[-common - 1] and common < shared - 1:
        common += 1
    top = len(up) - common
    bottom = len(down) - common
    leaves = tuple((str(up[i + 1]), str(up[i])) for i in range(top - 1))
    enters = tuple((str(down[i + 1]), str(down[i])) for i in range(bottom - 1))
    return _Route(leaves, (up[top], str(up[top - 1]), str(down[bottom - 1])), enters)


def _find_ports(
    found: Mapping[str | None, Level],
    tree: _Tree,
    links: Iterable[Link],
    keys: Iterable[NetKey],
    routes: Iterable[_Route],
) -> None:
    leaving: dict[str, dict[NetKey, tuple[int, int]]] = {}
    for link, key, route in zip(links, keys, routes, strict=True):
        for frame, _ in route.enters:
            level = found[frame]
            level.ins.setdefault(key, len(level.ins))
        for frame, _ in route.leaves:
            leaving.setdefault(frame, {}).setdefault(key, (tree.order[link.source], link.output))
    for frame, outs in leaving.items():
        for key in sorted(outs, key=outs.__getitem__):
            found[frame].outs[key] = len(found[frame].outs)


def _arguments(scene: Scene) -> dict[tuple[str, int], int]:
    """The place of each argument among those that a card really has."""
    positions: dict[str, set[int]] = {}
    for link in scene.links:
        positions.setdefault(link.target, set()).add(link.position)
    return {
        (card, position): index
        for card, held in positions.items()
        for index, position in enumerate(sorted(held))
    }


class _Ends(NamedTuple):
    """Where links arrive at cards and leave them."""

    arguments: Mapping[tuple[str, int], int]
    ports: Callable[[Link], int]


def _find_nets(
    found: Mapping[str | None, Level],
    links: Iterable[Link],
    keys: Iterable[NetKey],
    routes: Iterable[_Route],
    ends: _Ends,
) -> None:
    index = {name: {child: i for i, child in enumerate(level.children)} for name, level in found.items()}

    def source(frame: str | None, child: str, key: NetKey, output: int) -> End:
        level = found.get(child)
        return End(index[frame][child], level.outs[key] if level else output)

    def target(frame: str | None, child: str, key: NetKey, position: int) -> End:
        level = found.get(child)
        if level:
            return End(index[frame][child], level.ins[key], level.ins[key])
        return End(index[frame][child], 0, position)

    for link, key, route in zip(links, keys, routes, strict=True):
        tensor = (link.source, link.output)
        position = ends.arguments[link.target, link.position]
        for name, child in route.leaves:
            draft = found[name].nets.setdefault(key, Draft())
            draft.join(source(name, child, key, ends.ports(link)), End(BORDER, found[name].outs[key]), tensor)
        frame, one, other = route.across
        draft = found[frame].nets.setdefault(key, Draft())
        draft.join(source(frame, one, key, ends.ports(link)), target(frame, other, key, position), tensor)
        for name, child in route.enters:
            draft = found[name].nets.setdefault(key, Draft())
            draft.join(End(BORDER, found[name].ins[key]), target(name, child, key, position), tensor)


def _place_labels(found: Mapping[str | None, Level], links: Iterable[Link], keys: Iterable[NetKey]) -> None:
    """A tensor's label stands in the innermost frame where something reads it; data come first.

    What is on one side of a comparison has its own.
    """
    first: dict[tuple[str, int, str], tuple[NetKey, Link]] = {}
    for link, key in sorted(zip(links, keys, strict=True), key=lambda pair: pair[0].dashed):
        if link.label and key[0] == link.source:
            first.setdefault((link.source, link.output, link.side), (key, link))
    labels = dict(first.values())
    for level in reversed(list(found.values())):
        for key, draft in level.nets.items():
            label = labels.get(key)
            if label is None or draft.sources[0].box == BORDER:
                continue
            if any(end.box != BORDER for end in draft.targets):
                draft.label, draft.label_width = label.label, label.label_width
                child = level.children[draft.sources[0].box]
                if child in found:
                    found[child].outside[key] = label.label_width
                del labels[key]
