"""Placing of linear segments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.layout.pulling import Field, pack, pull


def field_of(count, distances, wishes=()):
    """Segments from left to right; distances and wishes are (segment, segment, px[, weight])."""
    found = Field(
        [0.0] * count, [{} for _ in range(count)], [{} for _ in range(count)], [[] for _ in range(count)]
    )
    for a, b, px in distances:
        found.right[a][b] = found.left[b][a] = px
    for a, b, px, weight in wishes:
        found.wishes[b].append((a, px, weight))
        found.wishes[a].append((b, -px, weight))
    pack(found)
    pull(found)
    return found.x


@st.composite
def problems(draw):
    count = draw(st.integers(2, 8))
    ends = st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True)
    pairs = ends.map(lambda pair: (min(pair), max(pair)))
    px = st.integers(1, 200).map(float)
    distances = {draw(pairs): draw(px) for _ in range(draw(st.integers(0, 12)))}
    wishes = [
        (*draw(pairs), draw(st.integers(-300, 300).map(float)), draw(st.sampled_from([0.6, 1.0, 5.0])))
        for _ in range(draw(st.integers(0, 12)))
    ]
    return count, [(*pair, px) for pair, px in distances.items()], wishes


@given(problems())
def test_least_distances_hold_whatever_is_wished(problem):
    x = field_of(*problem)
    assert all(x[b] - x[a] >= px - 1e-6 for a, b, px in problem[1])


def test_what_can_stand_where_it_wishes_does():
    x = field_of(3, [(0, 1, 50.0), (1, 2, 50.0)], [(0, 1, 120.0, 1.0), (1, 2, 80.0, 1.0)])
    assert x[1] - x[0] == pytest.approx(120, abs=0.1)
    assert x[2] - x[1] == pytest.approx(80, abs=0.1)


def test_one_that_is_pushed_stops_at_its_neighbour():
    x = field_of(2, [(0, 1, 50.0)], [(0, 1, 0.0, 1.0)])
    assert x[1] - x[0] == pytest.approx(50)


def test_a_pushed_pair_does_not_drift_away_from_the_others():
    # 0 wishes to stand far right of 1, against which it is pushed; 2 belongs above 1
    x = field_of(3, [(0, 1, 40.0), (0, 2, 40.0)], [(0, 1, -500.0, 1.0), (1, 2, 30.0, 1.0)])
    assert x[2] - x[1] == pytest.approx(30, abs=0.5)
