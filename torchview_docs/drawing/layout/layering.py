"""The proper layering of a panel: boxes, ports and the dummies of long nets, rank by rank.

A net runs down as one strand with a dummy in each rank that it passes, so that every link joins
two neighbouring layers. A link against the flow is a strand of its own, which leaves its source
and reaches its target by a hook, a turn within one channel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from torchview_docs.drawing.layout.panel import BORDER, End, Problem
from torchview_docs.drawing.layout.ranks import Ranking

__all__ = ["Hook", "Item", "Key", "Layering", "Link", "Side", "SideKey", "Strand"]

ItemKind: TypeAlias = Literal["box", "in", "out", "dummy"]
#: What an item is, whichever way the layering is built: kind, index, rank.
Key: TypeAlias = tuple[ItemKind, int, int]
#: A side entry: net, target in the net.
SideKey: TypeAlias = tuple[int, int]


#: A line that more join is a rail.
LEAST_RAIL = 12


@dataclass(slots=True)
class Item:
    """A place in a layer: a box, a port of the panel, or a dummy of a strand."""

    kind: ItemKind
    #: Of the box, the port, or the strand.
    index: int
    rank: int


@dataclass(slots=True, eq=False)
class Link:
    """A piece of a strand from a layer to the next.

    `source` and `target` are indices of the net's ends, -1 where the link joins a dummy. `tail`
    and `head` are the distances of its ends from the middle of its items; before the ports are
    placed, as fractions of a place in the layer.
    """

    upper: int
    lower: int
    strand: int
    source: int = -1
    target: int = -1
    tail: float = 0.0
    head: float = 0.0


@dataclass(slots=True)
class Hook:
    """A turn within a channel, from a box to a dummy beside it; `end` as in a Link."""

    box: int
    dummy: int
    strand: int
    end: int
    #: Whether it lies below the two, at the source, or above them, at the target.
    below: bool
    offset: float = 0.0
    #: Turns so far below its box, within the layer; None: in the channel.
    turn: float | None = None


@dataclass(slots=True)
class Side:
    """A target that a strand enters from the side, from the dummy in the target's own rank."""

    strand: int
    target: int
    box: int
    dummy: int
    #: -1: from the left, 1: from the right; 0 while nobody knows.
    direction: int = 0
    #: Distance from the middle of the box's side.
    offset: float = 0.0
    #: Where a panel must be entered, from its top; such an entry is not given up.
    flank: float | None = None


@dataclass(slots=True)
class Strand:
    """What is routed as one: a net, or one of its links that does not go down.

    `feedback` is a link against the flow, `beside` one to the box that stands beside its source.
    """

    net: int
    feedback: tuple[int, int] | None = None
    beside: tuple[int, int] | None = None
    #: Dummies by rank.
    dummies: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Layering:
    """Layers of items, the links below each layer, hooks and side entries.

    `links[r]` and `hooks[r]` lie in channel r, between layer r and layer r + 1.
    """

    problem: Problem
    ranking: Ranking
    items: list[Item] = field(default_factory=list)
    layers: list[list[int]] = field(default_factory=list)
    links: list[list[Link]] = field(default_factory=list)
    hooks: list[list[Hook]] = field(default_factory=list)
    sides: list[Side] = field(default_factory=list)
    strands: list[Strand] = field(default_factory=list)
    #: Item of each box, of each tensor that enters, and of each that leaves.
    boxes: list[int] = field(default_factory=list)
    ins: list[int] = field(default_factory=list)
    outs: list[int] = field(default_factory=list)
    #: Links that leave and that reach each item.
    below: list[list[Link]] = field(default_factory=list)
    above: list[list[Link]] = field(default_factory=list)

    def key(self, item: int) -> Key:
        """What the item is, to find it again in another layering of the same panel."""
        it = self.items[item]
        return (it.kind, it.index, it.rank)

    def add(self, kind: ItemKind, index: int, rank: int) -> int:
        """Put a new item at the end of its layer."""
        number = len(self.items)
        self.items.append(Item(kind, index, rank))
        self.layers[rank].append(number)
        self.below.append([])
        self.above.append([])
        return number

    def link(self, link: Link) -> None:
        """Join two items."""
        self.links[self.items[link.upper].rank].append(link)
        self.below[link.upper].append(link)
        self.above[link.lower].append(link)

    def dummy(self, strand: int, rank: int) -> int:
        """The strand's dummy in a rank, made when first asked for."""
        found = self.strands[strand].dummies
        if rank not in found:
            found[rank] = self.add("dummy", strand, rank)
        return found[rank]

    def is_dummy(self, item: int) -> bool:
        """Whether nothing but a line passes there."""
        it = self.items[item]
        return it.kind == "dummy" or self.is_lateral(item)

    def is_lateral(self, item: int) -> bool:
        """Whether a tensor enters there from the left."""
        it = self.items[item]
        return it.kind == "in" and it.index in self.problem.laterals

    def is_rail(self, strand: int) -> bool:
        """Whether so many join a strand that its line stands beside them, not in their middle."""
        net = self.problem.nets[self.strands[strand].net]
        return len(net.sources) + len(net.targets) > LEAST_RAIL

    def source_item(self, end: End) -> int:
        """The item at which a net starts."""
        return self.ins[end.port] if end.box == BORDER else self.boxes[end.box]

    def target_item(self, end: End) -> int:
        """The item at which a net ends."""
        return self.outs[end.port] if end.box == BORDER else self.boxes[end.box]
