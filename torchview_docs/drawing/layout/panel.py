"""One panel as a problem of its own, and its solution.

The layout thinks in one direction only: the flow goes down, x runs across it and y along it.
`directions` turns that into TB, BT, LR and RL. A problem is hashable: equal panels are laid out
once, wherever they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

__all__ = [
    "BORDER",
    "Blocked",
    "Box",
    "BoxKind",
    "End",
    "Net",
    "PanelLabel",
    "PanelWire",
    "Problem",
    "Solution",
    "Title",
]

#: In place of a box: the border of the panel itself.
BORDER: Final = -1

BoxKind: TypeAlias = Literal["input", "output", "card", "panel"]
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A child of a panel: a card, or a panel that is laid out already.

    Attributes:
        width: Across the flow, without a stack's sheets.
        height: Along the flow, likewise.
        kind: Inputs stand in the first rank, outputs in the last.
        commutative: Arguments may arrive in any order.
        ins: Where arguments must arrive, from the left edge; None: anywhere.
        outs: Where results must leave.
        lead: Room for a stack's sheets before it, along the flow.
        trail: The same after it.
        spill: The same to its right.
        flanks: Arguments that must arrive at its left side, and how far below its top.
    """

    width: float
    height: float
    kind: BoxKind = "card"
    commutative: bool = False
    ins: tuple[float, ...] | None = None
    outs: tuple[float, ...] | None = None
    lead: float = 0.0
    trail: float = 0.0
    spill: float = 0.0
    flanks: tuple[tuple[int, float], ...] = ()


class Blocked(Exception):  # noqa: N818 - no error, but an answer
    """A net of the problem cannot enter from the left: a box stands in the way."""

    def __init__(self, net: int) -> None:
        super().__init__(net)
        self.net = net


@dataclass(frozen=True, slots=True)
class End:
    """Where a net starts or ends: a port of a box, or of the panel itself (`box` is BORDER).

    `port` is the number of the port of a panel, of the output of a card; arguments of a card are
    ordered by `position`.
    """

    box: int
    port: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class Net:
    """A tensor and all its readers in one panel, or a bus of tensors.

    Attributes:
        sources: One; several for a bus.
        targets: The readers.
        pairs: Which source reaches which target, by index; of a bus only, else empty.
        label: Width of the text that is written where it starts; 0 for none.
    """

    sources: tuple[End, ...]
    targets: tuple[End, ...]
    pairs: tuple[tuple[int, int], ...] = ()
    label: float = 0.0

    def dependencies(self) -> tuple[tuple[End, End], ...]:
        """Each source with each target that it reaches."""
        if self.pairs:
            return tuple((self.sources[s], self.targets[t]) for s, t in self.pairs)
        return tuple((s, t) for s in self.sources for t in self.targets)


@dataclass(frozen=True, slots=True)
class Title:
    """Widths of a panel's title and of the note at its other end; 0 for none.

    `first` and `second` are the widths of its two parts, between which a wire may pass; 0 where it
    has one part only.
    """

    width: float
    note: float = 0.0
    first: float = 0.0
    second: float = 0.0


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in a panel and how it is joined.

    Attributes:
        boxes: In the order of execution.
        nets: In the order in which their tensors arise.
        inputs: How many tensors enter.
        laterals: Which of them enter from the left, at the height where they are read.
        outputs: For each tensor that leaves, the width of the label that it gets outside, or 0.
        returning: The trunk should leave where it came in (see `rows`).
        mirrored: Long lines lie left of the trunk rather than right of it.
        narrow: Width counts more than height, since the figure is too wide.
        title: None for the outermost panel, which has no border.
        title_at: Where the title stands seen along the flow.
        labels_along: Labels run along the flow (LR, RL), not across it.
    """

    boxes: tuple[Box, ...]
    nets: tuple[Net, ...]
    inputs: int = 0
    laterals: tuple[int, ...] = ()
    outputs: tuple[float, ...] = ()
    returning: bool = False
    mirrored: bool = False
    narrow: bool = False
    title: Title | None = None
    title_at: Literal["start", "end", "side"] = "start"
    labels_along: bool = False


@dataclass(frozen=True, slots=True)
class PanelWire:
    """A line of a net, from its source on or from where it leaves another line of the net."""

    net: int
    source: int
    points: tuple[Point, ...]
    arrow: bool


@dataclass(frozen=True, slots=True)
class PanelLabel:
    """A net's label: the point where the net leaves its source; the text stands right or left of it."""

    net: int
    x: float
    y: float
    left: bool = False


@dataclass(frozen=True, slots=True)
class Solution:
    """Where everything stands in a panel, from its corner where x and y are least.

    Attributes:
        width: Across the flow.
        height: Along the flow.
        boxes: Corner of each box, without a stack's sheets.
        ins: x of each tensor that enters, at y = 0 (that of a lateral means nothing).
        flanks: y of each lateral, at x = 0.
        outs: x of each tensor that leaves, at y = height.
        wires: Lines.
        labels: Labels.
        title_x: Where the title starts across the flow (`title_at` start or end).
        subtitle_x: Where its second part does; None: right after the first.
        bends: How many links of the trunk do not run straight.
    """

    width: float
    height: float
    boxes: tuple[Point, ...]
    ins: tuple[float, ...]
    flanks: tuple[tuple[int, float], ...]
    outs: tuple[float, ...]
    wires: tuple[PanelWire, ...]
    labels: tuple[PanelLabel, ...]
    title_x: float
    subtitle_x: float | None = None
    bends: int = 0
