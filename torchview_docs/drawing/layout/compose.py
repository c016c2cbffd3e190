"""Composes the figure: frames from the inside out, equal panels once, then absolute coordinates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from torchview_docs.drawing.drawing import Drawing, Label, PlacedCard, PlacedFrame, Wire
from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.boxes import card_sizes, frame_title, sheets
from torchview_docs.drawing.layout.choosing import Effort, best_solution, extent
from torchview_docs.drawing.layout.costs import figure_cost
from torchview_docs.drawing.layout.directions import Direction
from torchview_docs.drawing.layout.laterals import Lateral, plan_laterals
from torchview_docs.drawing.layout.nets import Level, NetKey, levels, side_of
from torchview_docs.drawing.layout.panel import Blocked, Box, BoxKind, Point, Problem, Solution
from torchview_docs.drawing.layout.rows import returns_to_trunk
from torchview_docs.drawing.scene import Card, Frame, Scene

__all__ = ["Figure", "compose"]

#: How much a figure may spend on further plans, all panels together.
EFFORT = 400
#: The same once more for a figure that is wider than a page.
NARROW_EFFORT = 250
#: The same for laying out all of it in another way.
REPEATS = 400

_KINDS: dict[str, BoxKind] = {"input": "input", "output": "output"}


@dataclass(slots=True)
class _Laid:
    """A level with its solution; `nets` are its nets in the order of the problem's."""

    level: Level
    nets: list[NetKey]
    problem: Problem
    solution: Solution


def compose(scene: Scene) -> Drawing:
    """Lay out a scene."""
    direction = Direction(scene.direction)
    found = levels(scene)
    laterals = set() if direction.horizontal else plan_laterals(found)
    figure = Figure(scene, direction, found)
    best = figure.lay_out(laterals)
    bent = any(len(wire.points) > 2 for name, level in best.items() if name for wire in level.solution.wires)
    if bent and figure.may_repeat():
        best = _better(best, figure.lay_out(laterals, mirrored=True))
    if best[None].solution.width > sizes.PAGE_ACROSS and figure.may_repeat():
        figure.effort = Effort(NARROW_EFFORT)
        narrow = figure.lay_out(set(), narrow=True)
        # What no page holds anyway is better low than a little less wide.
        if narrow[None].solution.width <= sizes.PAGE_ACROSS:
            best = _better(best, narrow)
    return _Composer(scene, direction, best).drawing()


def _better(one: dict[str | None, _Laid], other: dict[str | None, _Laid]) -> dict[str | None, _Laid]:
    """The smaller of two figures; what a page cannot hold counts more."""
    return min(one, other, key=_cost)


def _cost(laid: Mapping[str | None, _Laid]) -> float:
    return figure_cost(((level.problem, level.solution) for level in laid.values()), laid[None].solution)


class _BlockedNet(Exception):  # noqa: N818 - no error, but an answer
    """A net cannot enter its frames from the left."""

    def __init__(self, key: NetKey) -> None:
        super().__init__(key)
        self.key = key


@dataclass(slots=True)
class Figure:
    """A scene whose levels are laid out, in one way or another; equal panels are laid out once."""

    scene: Scene
    direction: Direction
    levels: Mapping[str | None, Level]
    solved: dict[Problem, Solution] = field(default_factory=dict)
    effort: Effort = field(default_factory=lambda: Effort(EFFORT))
    repeats: Effort = field(default_factory=lambda: Effort(REPEATS))

    def may_repeat(self) -> bool:
        """Whether all that was laid out may be laid out once more."""
        return self.repeats.spend(sum(map(extent, self.solved)))

    def lay_out(
        self, laterals: AbstractSet[Lateral], *, mirrored: bool = False, narrow: bool = False
    ) -> dict[str | None, _Laid]:
        """Lay out each level; a tensor that cannot enter frames from the left enters from above."""
        while True:
            try:
                return self._solve_all(laterals, mirrored=mirrored, narrow=narrow)
            except _BlockedNet as blocked:
                laterals = {lateral for lateral in laterals if lateral[1] != blocked.key}

    def _solve_all(
        self, laterals: AbstractSet[Lateral], *, mirrored: bool, narrow: bool
    ) -> dict[str | None, _Laid]:
        """Solve each level, inner before outer; equal problems once."""
        cards = {card.name: card for card in self.scene.cards}
        frames = {frame.name: frame for frame in self.scene.frames}
        order = {card.name: i for i, card in enumerate(self.scene.cards)}
        measured = card_sizes(self.scene, self.direction)
        found, direction = self.levels, self.direction
        laid: dict[str | None, _Laid] = {}
        for name, level in reversed(list(found.items())):
            boxes = tuple(
                _card_box(cards[child], measured[child], direction)
                if child in cards
                else _frame_box(frames[child], laid[child].solution, direction)
                for child in level.children
            )
            nets = sorted(level.nets, key=lambda key: (order.get(key[0], -1), key))
            problem = Problem(
                boxes=boxes,
                nets=tuple(level.nets[key].net() for key in nets),
                inputs=len(level.ins),
                laterals=tuple(i for key, i in level.ins.items() if (name, key) in laterals),
                outputs=tuple(level.outside.get(key, 0.0) for key in level.outs),
                returning=name is not None and returns_to_trunk(found[level.parent], name, found),
                mirrored=mirrored and name is not None,
                narrow=narrow,
                title=None if name is None else frame_title(frames[name]),
                title_at=direction.title_at,
                labels_along=direction.horizontal,
            )
            laid[name] = _Laid(level, nets, problem, self._solution(problem, nets))
        return laid

    def _solution(self, problem: Problem, nets: Sequence[NetKey]) -> Solution:
        if problem not in self.solved and problem.mirrored:
            # without a bend there is nothing to mirror
            plain = self.solved.get(replace(problem, mirrored=False))
            if plain is not None and all(len(wire.points) == 2 for wire in plain.wires):
                self.solved[problem] = plain
        if problem not in self.solved:
            try:
                self.solved[problem] = best_solution(problem, self.effort)
            except Blocked as blocked:
                raise _BlockedNet(nets[blocked.net]) from blocked
        return self.solved[problem]


def _stack(box: Box, room: float, direction: Direction) -> Box:
    lead, trail = (room, 0.0) if direction.mirrored else (0.0, room)
    return replace(box, lead=lead, trail=trail, spill=room)


def _card_box(card: Card, size: Point, direction: Direction) -> Box:
    width, height = direction.turn(*size)
    box = Box(width, height, _KINDS.get(card.kind, "card"), card.commutative)
    return _stack(box, sheets(card.repeat) * sizes.CARD_SHEET, direction)


def _frame_box(frame: Frame, solution: Solution, direction: Direction) -> Box:
    box = Box(
        solution.width,
        solution.height,
        "panel",
        ins=solution.ins,
        outs=solution.outs,
        flanks=solution.flanks,
    )
    return _stack(box, sheets(frame.repeat) * sizes.FRAME_SHEET, direction)


class _Composer:
    """Moves the solutions to where they stand and turns them into the figure's direction."""

    def __init__(self, scene: Scene, direction: Direction, laid: Mapping[str | None, _Laid]) -> None:
        self.scene = scene
        self.direction = direction
        self.laid = laid
        whole = laid[None].solution
        self.length = whole.height + 2 * sizes.MARGIN
        self.width = whole.width + 2 * sizes.MARGIN
        self.corners: dict[str | None, Point] = {None: (sizes.MARGIN, sizes.MARGIN)}
        for name, panel in laid_outer_first(laid):
            left, top = self.corners[name]
            for child, (x, y) in zip(panel.level.children, panel.solution.boxes, strict=True):
                self.corners[child] = (left + x, top + y)

    def drawing(self) -> Drawing:
        """The figure."""
        wires, labels = self._wires(), self._labels()
        width, height = self.direction.turn(self.width, self.length)
        return Drawing(
            width=round(width, 1),
            height=round(height, 1),
            frames=tuple(self._frame(frame) for frame in self.scene.frames),
            cards=tuple(self._cards()),
            wires=tuple(wires),
            labels=tuple(labels),
            direction=self.direction.name,
        )

    def _rectangle(self, name: str, width: float, height: float) -> tuple[float, float, float, float]:
        found = self.direction.rectangle(*self.corners[name], width, height, self.length)
        x, y, w, h = (round(value, 1) for value in found)
        return x, y, w, h

    def _frame(self, frame: Frame) -> PlacedFrame:
        solution = self.laid[frame.name].solution
        title_x = sizes.TITLE_MARGIN if self.direction.horizontal else round(solution.title_x, 1)
        second = 0.0 if solution.subtitle_x is None else round(solution.subtitle_x, 1)
        place = self._rectangle(frame.name, solution.width, solution.height)
        return PlacedFrame(frame, *place, title_x, second)

    def _cards(self) -> list[PlacedCard]:
        measured = card_sizes(self.scene, self.direction)
        return [
            PlacedCard(card, *self._rectangle(card.name, *self.direction.turn(*measured[card.name])))
            for card in self.scene.cards
        ]

    def _wires(self) -> list[Wire]:
        found: list[Wire] = []
        for name, panel in laid_outer_first(self.laid):
            left, top = self.corners[name]
            for wire in panel.solution.wires:
                key = panel.nets[wire.net]
                source, output = panel.level.nets[key].tensors[wire.source]
                points = [self.direction.point(left + x, top + y, self.length) for x, y in wire.points]
                rounded = tuple((round(x, 1), round(y, 1)) for x, y in points)
                found.append(Wire(source, output, rounded, wire.arrow, key[2].startswith("."), side_of(key)))
        return found

    def _labels(self) -> list[Label]:
        found: list[Label] = []
        for name, panel in laid_outer_first(self.laid):
            left, top = self.corners[name]
            for label in panel.solution.labels:
                key = panel.nets[label.net]
                draft = panel.level.nets[key]
                aside = draft.label_width + 2 * sizes.LABEL_OFFSET if label.left else 0.0
                at = (left + label.x - aside, top + label.y)
                x, y = self.direction.baseline(*at, draft.label_width, self.length)
                found.append(Label(draft.label, round(x, 1), round(y, 1), key[0], key[1], side_of(key)))
        return found


def laid_outer_first(laid: Mapping[str | None, _Laid]) -> list[tuple[str | None, _Laid]]:
    """The levels, outer before inner."""
    return list(reversed(list(laid.items())))
