"""Where the nodes of a small graph stand."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations, pairwise
from math import dist, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.graph_layout import Plan, lay_out_graph

Pairs = list[tuple[int, int]]

RING = [(k, (k + 1) % 6) for k in range(6)]
PATH = [(k, k + 1) for k in range(5)]
STAR = [(0, k) for k in range(1, 7)]
COMPLETE = list(combinations(range(5), 2))


def lengths(plan: Plan, pairs: Pairs) -> list[float]:
    return [dist(plan.points[a], plan.points[b]) for a, b in pairs]


def test_a_path_is_a_level_line_of_equal_steps() -> None:
    plan = lay_out_graph(6, PATH, 10)
    assert plan.height == pytest.approx(0, abs=0.02)
    assert plan.width == pytest.approx(5, abs=0.05)
    assert lengths(plan, PATH) == pytest.approx([1] * 5, abs=0.05)


def test_a_ring_is_a_regular_polygon() -> None:
    plan = lay_out_graph(6, RING, 10)
    sides = lengths(plan, RING)
    assert max(sides) < 1.05 * min(sides)
    middle = (plan.width / 2, plan.height / 2)
    far = [dist(middle, point) for point in plan.points]
    assert max(far) < 1.1 * min(far)


def test_the_ends_of_a_star_stand_around_its_middle() -> None:
    plan = lay_out_graph(7, STAR, 10)
    spokes = lengths(plan, STAR)
    assert max(spokes) < 1.05 * min(spokes)


def test_the_stress_is_near_the_least_that_many_random_starts_find() -> None:
    # A grid of 3 × 3, of which the true layout is known.
    pairs = [(3 * r + c, 3 * r + c + 1) for r in range(3) for c in range(2)]
    pairs += [(3 * r + c, 3 * r + c + 3) for r in range(2) for c in range(3)]
    plan = lay_out_graph(9, pairs, 10)
    far = lengths(plan, [(0, 8), (2, 6)])
    assert far == pytest.approx([far[0]] * 2, rel=0.05)
    assert far[0] == pytest.approx(4 / sqrt(2) * 1.2, rel=0.2)
    crossing = lengths(plan, [(1, 7), (3, 5)])
    assert crossing == pytest.approx([crossing[0]] * 2, rel=0.05)


def graphs() -> st.SearchStrategy[tuple[int, Pairs]]:
    return st.integers(0, 12).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=20)
            if n
            else st.just([]),
        )
    )


@given(graphs(), st.floats(1, 12))
def test_no_two_nodes_stand_on_each_other_and_all_are_in_the_field(
    graph: tuple[int, Pairs], width: float
) -> None:
    count, pairs = graph
    plan = lay_out_graph(count, pairs, width)
    assert len(plan.points) == count
    assert all(dist(a, b) > 0.1 for a, b in combinations(plan.points, 2))
    for x, y in plan.points:
        assert -1e-9 <= x <= plan.width + 1e-9
        assert -1e-9 <= y <= plan.height + 1e-9


def test_parts_stand_apart_and_in_rows() -> None:
    triangles = [(3 * k + i, 3 * k + (i + 1) % 3) for k in range(4) for i in range(3)]
    plan = lay_out_graph(12, triangles, 4.5)
    boxes = []
    for k in range(4):
        points = plan.points[3 * k : 3 * k + 3]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        boxes.append((min(xs), max(xs), min(ys), max(ys)))
    for (a, b, c, d), (e, f, g, h) in combinations(boxes, 2):
        assert b < e - 0.5 or f < a - 0.5 or d < g - 0.5 or h < c - 0.5
    assert plan.width <= 4.5
    assert len({round(box[2], 3) for box in boxes}) == 2


def test_parts_that_are_alike_are_drawn_alike() -> None:
    rings = [*RING, *((a + 6, b + 6) for a, b in RING)]
    plan = lay_out_graph(12, rings, 10)
    moved = plan.points[6][0] - plan.points[0][0]
    for (x, y), (left, top) in zip(plan.points[:6], plan.points[6:], strict=True):
        assert (left - x, top - y) == pytest.approx((moved, 0), abs=1e-9)


def test_the_order_of_edges_and_the_hash_seed_change_nothing() -> None:
    pairs = [*RING, (0, 3), (2, 7), (7, 8)]
    plan = lay_out_graph(9, pairs, 10)
    assert lay_out_graph(9, [(b, a) for a, b in reversed(pairs)], 10) == plan
    script = f"from torchview_docs.drawing.graph_layout import *; print(lay_out_graph(9, {pairs!r}, 10))"
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        ran = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=env, check=True
        )
        assert ran.stdout.strip() == str(plan)


def test_fifty_nodes_are_laid_out_at_once() -> None:
    many = list(combinations(range(50), 2))
    plan = lay_out_graph(50, many, 10)
    assert len(set(plan.points)) == 50
    assert all(a != b for a, b in pairwise(plan.points))
