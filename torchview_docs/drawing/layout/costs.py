"""Costs: what is to be said against a picture of a panel, and against a whole figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.crossings import inversions
from torchview_docs.drawing.layout.panel import Problem, Solution
from torchview_docs.drawing.layout.plan import Plan

__all__ = ["crossings", "disorder", "figure_cost", "picture_cost"]

#: What a crossing, a bend of the trunk, any other corner, and two inputs (or outputs) in the wrong
#: order cost, in square px.
CROSSING_COST = 20_000.0
BEND_COST = 3_000.0
CORNER_COST = 300.0
ORDER_COST = 5_000.0
#: Inputs and outputs leave their line only for a picture that is so much better, dead ends their place.
LINE_WORTH = 1.05
SUNK_WORTH = 1.02


def picture_cost(problem: Problem, plan: Plan, solution: Solution, crossed: int) -> float:
    """What is to be said against a picture of a panel: its size, its lines, and what is given up.

    Args:
        problem: The panel.
        plan: How it is laid out.
        solution: The picture.
        crossed: How often its wires cross.
    """
    area = solution.width * solution.height * max(1.0, solution.width / sizes.PAGE_ACROSS)
    corners = sum(len(wire.points) - 2 for wire in solution.wires)
    cost = area + CROSSING_COST * crossed + CORNER_COST * corners + BEND_COST * solution.bends
    cost += ORDER_COST * disorder(problem, solution)
    lost = (not plan.input_line) + (not plan.output_line)
    return cost * LINE_WORTH**lost * SUNK_WORTH**plan.sunk


def figure_cost(panels: Iterable[tuple[Problem, Solution]], whole: Solution) -> float:
    """What is to be said against a figure; what a page cannot hold counts more."""
    over = max(1.0, whole.width / sizes.PAGE_ACROSS) * max(1.0, whole.height / sizes.PAGE_ALONG)
    cost = whole.width * whole.height * over
    for problem, solution in panels:
        cost += CROSSING_COST * crossings(solution) + BEND_COST * solution.bends
        cost += ORDER_COST * disorder(problem, solution)
    return cost


def disorder(problem: Problem, solution: Solution) -> int:
    """How many pairs of inputs, and of outputs, stand in the wrong order across the flow."""
    ends: dict[str, list[float]] = defaultdict(list)
    for box, (x, _) in zip(problem.boxes, solution.boxes, strict=True):
        if box.kind in ("input", "output"):
            ends[box.kind].append(round(x + box.width / 2))
    found = 0
    for line in ends.values():
        place = {x: i for i, x in enumerate(sorted(line))}
        found += inversions([place[x] for x in line], len(line))
    return found


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
