"""Choosing: a panel is laid out under several plans, and the best picture is kept.

What a plan is worth shows only when the wires lie. Changes of a plan are tried one after the
other, each kept if the picture gets better: that takes seven layouts instead of sixty-four. How many
panels are worth it is limited by a count, never by time, so that every machine draws the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.costs import crossings, disorder, picture_cost
from torchview_docs.drawing.layout.dead_ends import has_dead_ends
from torchview_docs.drawing.layout.narrowing import row_widths
from torchview_docs.drawing.layout.panel import Blocked, Box, BoxKind, PanelWire, Problem, Solution
from torchview_docs.drawing.layout.plan import PLAIN, Plan
from torchview_docs.drawing.layout.ranks import rank_boxes
from torchview_docs.drawing.layout.solve import solve

__all__ = ["Effort", "best_solution", "extent"]

#: Those that take more room side by side do not stand on one line to begin with.
WIDEST_LINE = 480.0
#: Those that take less stand on one line, unless wires cross.
WIDE_LINE = 250.0
#: What is tried, in this order.
CHANGES = ("mirrored", "sides", "input_line", "output_line", "even", "sunk", "squeezed")
NARROW_CHANGES = ("squeezed", "input_line", "mirrored", "output_line", "sunk")
#: So often rows are parted further, if they are wider than this, and the picture is so much better.
MOST_NARROWINGS = 4
NARROW = 180.0
NARROWING_WORTH = 1.05
#: In a figure that is too wide it may even be worse.
NARROW_WORTH = 0.85
#: What is so much wider than its widest row may be squeezed.
LEAST_SQUEEZE = 16.0
#: A better picture is so many square px better.
LEAST_GAIN = 100.0


@dataclass(slots=True)
class Effort:
    """How much a figure may spend on further plans, in boxes and ends of nets."""

    left: int

    def spend(self, amount: int) -> bool:
        """Whether there is so much left, which is then taken."""
        if amount > self.left:
            return False
        self.left -= amount
        return True

    def charge(self, amount: int) -> None:
        """Take what must be spent in any case."""
        self.left = max(0, self.left - amount)


def best_solution(problem: Problem, effort: Effort) -> Solution:
    """Lay out a panel under the best of several plans.

    Raises:
        Blocked: No plan lets a net enter from the left.
    """
    plan = _first_plan(problem)
    best = solve(problem, plan)
    size = extent(problem)
    effort.charge(size)
    if size > effort.left:
        return best
    crossed = crossings(best)
    cost = picture_cost(problem, plan, best, crossed)
    for changed in NARROW_CHANGES if problem.narrow else CHANGES:
        other = plan._replace(**{changed: not getattr(plan, changed)})
        if not (_may_help(problem, best, crossed, changed) and effort.spend(size)):
            continue
        try:
            found = solve(problem, other)
        except Blocked:
            continue
        found_crossed = crossings(found)
        found_cost = picture_cost(problem, other, found, found_crossed)
        if found_cost < cost - LEAST_GAIN:
            plan, best, crossed, cost = other, found, found_crossed, found_cost
    return _narrowed(problem, effort, plan, best, cost)


def _narrowed(problem: Problem, effort: Effort, plan: Plan, best: Solution, cost: float) -> Solution:
    """The solution with its widest row parted, and then the next one, as long as that is worth it."""
    size = extent(problem)
    worth = NARROW_WORTH if problem.narrow else NARROWING_WORTH
    for _ in range(MOST_NARROWINGS):
        widest = max(row_widths(problem, rank_boxes(problem, plan).ranks), default=0.0)
        if widest < max(NARROW, best.width / 2) or not effort.spend(size):
            break
        plan = plan._replace(limit=widest - 1.0)
        try:
            found = solve(problem, plan)
        except Blocked:
            break
        found_cost = picture_cost(problem, plan, found, crossings(found))
        if found_cost * worth >= cost or (problem.narrow and found.width >= best.width):
            break
        best, cost = found, found_cost
    return best


def extent(problem: Problem) -> int:
    """How much there is to lay out: boxes and ends of nets."""
    return len(problem.boxes) + sum(len(net.sources) + len(net.targets) for net in problem.nets)


def _first_plan(problem: Problem) -> Plan:
    """Inputs on one line, and outputs, unless that is wide."""
    return PLAIN._replace(
        mirrored=problem.mirrored,
        input_line=_row_width(problem.boxes, "input") <= WIDEST_LINE,
        output_line=_row_width(problem.boxes, "output") <= WIDEST_LINE,
    )


def _rows(solution: Solution) -> list[int]:
    """A number for the row of each box."""
    tops = sorted({y for _, y in solution.boxes})
    return [tops.index(y) for _, y in solution.boxes]


def _enters_side(wire: PanelWire) -> bool:
    """Whether a wire ends across the flow."""
    (x0, y0), (x1, y1) = wire.points[-2:]
    return abs(x0 - x1) > abs(y0 - y1)


def _row_width(boxes: Sequence[Box], kind: BoxKind) -> float:
    """How wide the boxes of a kind are side by side."""
    widths = [box.width for box in boxes if box.kind == kind]
    return sum(widths) + sizes.BOX_GAP * (len(widths) - 1)


def _may_help(problem: Problem, solution: Solution, crossed: int, changed: str) -> bool:
    """Whether a change of the plan can make another picture at all, and a better one."""
    if len(problem.nets) < 2:
        return False
    if changed == "sunk":
        return has_dead_ends(problem)
    if changed in ("input_line", "output_line"):
        kind: BoxKind = "input" if changed == "input_line" else "output"
        count = sum(box.kind == kind for box in problem.boxes)
        wide = _row_width(problem.boxes, kind) > WIDE_LINE
        return count > 1 and (wide or crossed > 0)
    if changed == "mirrored" and disorder(problem, solution):
        return True
    if changed == "sides" and not any(_enters_side(wire) for wire in solution.wires):
        return False
    if changed == "squeezed":
        boxes = [x + box.width for box, (x, _) in zip(problem.boxes, solution.boxes, strict=True)]
        widest = max(row_widths(problem, _rows(solution)), default=0.0)
        return max(boxes) - min(x for x, _ in solution.boxes) > widest + LEAST_SQUEEZE
    if problem.title is not None and changed in ("sides", "mirrored"):
        # skips of all panels enter from the side, and from the same one, unless that costs crossings
        return crossed > 0
    return any(len(wire.points) > 2 for wire in solution.wires)
