"""Choosing: a panel is laid out under several plans, and the best picture is kept.

What a plan is worth shows only when the wires lie. Changes of a plan are tried one after the
other, each kept if the picture gets better: that takes seven layouts instead of sixty-four. How many
panels are worth it is limited by a count, never by time, so that every machine draws the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.dead_ends import has_dead_ends
from torchview_docs.drawing.layout.panel import Blocked, Box, BoxKind, Problem, Solution
from torchview_docs.drawing.layout.plan import PLAIN, Plan
from torchview_docs.drawing.layout.solve import solve

__all__ = ["CROSSING_COST", "Effort", "best_solution", "crossings", "extent", "picture_cost"]

#: What a crossing and a corner cost, in square px.
CROSSING_COST = 15_000.0
CORNER_COST = 300.0
#: Inputs, outputs and dead ends leave their place only for a picture that is so much better.
LINE_WORTH = 1.02
#: Those that take more room side by side do not stand on one line to begin with.
WIDEST_LINE = 480.0
#: Those that take less stand on one line, unless wires cross.
WIDE_LINE = 250.0
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


def best_solution(problem: Problem, effort: Effort) -> Solution:
    """Lay out a panel under the best of several plans.

    Raises:
        Blocked: No plan lets a net enter from the left.
    """
    plan = _first_plan(problem)
    best = solve(problem, plan)
    size = extent(problem)
    if size > effort.left:
        return best
    crossed = crossings(best)
    cost = picture_cost(plan, best, crossed)
    for changed in ("mirrored", "sides", "input_line", "output_line", "even", "sunk"):
        other = plan._replace(**{changed: not getattr(plan, changed)})
        if not (_may_help(problem, best, crossed, changed) and effort.spend(size)):
            continue
        try:
            found = solve(problem, other)
        except Blocked:
            continue
        found_crossed = crossings(found)
        found_cost = picture_cost(other, found, found_crossed)
        if found_cost < cost - LEAST_GAIN:
            plan, best, crossed, cost = other, found, found_crossed, found_cost
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
    if problem.title is not None and changed in ("sides", "mirrored"):
        # skips of all panels enter from the side, and from the same one, unless that costs crossings
        return crossed > 0
    return any(len(wire.points) > 2 for wire in solution.wires)


def picture_cost(plan: Plan, solution: Solution, crossed: int) -> float:
    """What is to be said against a picture: its area, crossings and corners, and what is given up."""
    area = solution.width * solution.height
    corners = sum(len(wire.points) - 2 for wire in solution.wires)
    cost = area + CROSSING_COST * crossed + CORNER_COST * corners
    return cost * LINE_WORTH ** (plan.sunk + (not plan.input_line) + (not plan.output_line))


def crossings(solution: Solution) -> int:
    """How often wires of different nets cross."""
    across: list[tuple[float, float, float, int]] = []
    along: list[tuple[float, float, float, int]] = []
    for wire in solution.wires:
        for (x0, y0), (x1, y1) in pairwise(wire.points):
            if abs(y0 - y1) < abs(x0 - x1):
                across.append((min(x0, x1), max(x0, x1), y0, wire.net))
            else:
                along.append((min(y0, y1), max(y0, y1), x0, wire.net))
    return sum(
        low < x < high and top < y < bottom and net != other
        for low, high, y, net in across
        for top, bottom, x, other in along
    )
