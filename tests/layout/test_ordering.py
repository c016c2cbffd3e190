"""Crossing minimisation."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.layout.crossings import count_crossings, inversions
from torchview_docs.drawing.layout.ordering import order_layers, place_fractions
from torchview_docs.drawing.layout.panel import Box, End, Net, Problem
from torchview_docs.drawing.layout.ranks import rank_boxes
from torchview_docs.drawing.layout.strands import layer


@given(st.lists(st.integers(0, 30), max_size=60))
def test_inversions_are_the_pairs_in_descending_order(values):
    assert inversions(values, 31) == sum(a > b for a, b in combinations(values, 2))


def layered(count, links):
    nets = tuple(Net((End(s),), (End(t, 0, p),)) for s, t, p in links)
    problem = Problem(tuple(Box(90, 30) for _ in range(count)), nets)
    return layer(problem, rank_boxes(problem), ())


def test_crossings_that_need_not_be_vanish():
    layering = layered(6, [(0, 5, 0), (1, 4, 0), (2, 3, 0)])
    place_fractions(layering)
    assert count_crossings(layering, [[], [0, 1, 2], [3, 4, 5], []]) == 3
    order_layers(layering)
    assert count_crossings(layering, layering.layers) == 0


def test_a_complete_bipartite_graph_keeps_the_crossings_that_it_must_have():
    layering = layered(6, [(s, t, s) for s in range(3) for t in range(3, 6)])
    order_layers(layering)
    place_fractions(layering)
    assert count_crossings(layering, layering.layers) == 9


def test_arguments_arrive_in_order():
    layering = layered(5, [(0, 2, 0), (0, 1, 0), (0, 3, 0), (3, 4, 0), (1, 4, 1), (2, 4, 2)])
    order_layers(layering)
    assert [layering.items[item].index for item in layering.layers[2]] == [3, 1, 2]
