"""Inputs, outputs and arguments keep their order, in every direction."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layout.geometry import faults
from tests.layout.scenes import DIRECTIONS, card, frame, link
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.layout.costs import disorder
from torchview_docs.drawing.layout.panel import Box, Problem, Solution
from torchview_docs.drawing.scene import Scene


def sound(scene):
    drawing = lay_out(scene)
    assert not faults(scene, drawing)
    return drawing


def across(scene, point):
    """Where a point lies across the flow."""
    return point[0] if scene.direction in ("TB", "BT") else point[1]


def along(scene, point):
    """How far the flow has come at a point."""
    x, y = point
    return {"TB": y, "BT": -y, "LR": x, "RL": -x}[scene.direction]


def middles(drawing, kind):
    return [(c.x + c.width / 2, c.y + c.height / 2) for c in drawing.cards if c.card.kind == kind]


def rising(values):
    return all(a < b for a, b in pairwise(values))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_minuend_and_subtrahend_arrive_in_order_whichever_was_computed_first(direction):
    cards = (card("x", kind="input"), card("f"), card("g"), card("sub", width=140))
    links = (link("x", "f"), link("x", "g"), link("g", "sub"), link("f", "sub", position=1))
    scene = Scene(cards, (), links, direction)
    drawing = sound(scene)
    ends = {w.source: across(scene, w.points[-1]) for w in drawing.wires if w.source in ("f", "g")}
    assert ends["g"] < ends["f"]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_results_of_a_card_leave_in_order(direction):
    cards = (card("split", width=160), *(card(f"c{i}") for i in range(3)))
    scene = Scene(cards, (), tuple(link("split", f"c{i}", i) for i in range(3)), direction)
    drawing = sound(scene)
    starts = {w.output: across(scene, w.points[0]) for w in drawing.wires}
    assert rising([starts[i] for i in range(3)])


@pytest.mark.parametrize("direction", DIRECTIONS)
@given(count=st.integers(2, 4), lengths=st.lists(st.integers(1, 3), min_size=4, max_size=4))
def test_inputs_start_on_one_line_and_outputs_end_on_one_both_in_order(direction, count, lengths):
    cards = [card(f"x{i}", kind="input", width=60) for i in range(count)]
    links = []
    for i in range(count):
        at = f"x{i}"
        for j in range(lengths[i]):
            cards.append(card(f"c{i}{j}", width=60))
            links.append(link(at, f"c{i}{j}"))
            at = f"c{i}{j}"
        links.append(link(at, f"y{i}"))
    cards += [card(f"y{i}", kind="output", width=60) for i in range(count)]
    scene = Scene(tuple(cards), (), tuple(links), direction)
    drawing = sound(scene)
    for kind in ("input", "output"):
        at = middles(drawing, kind)
        assert len({round(along(scene, point)) for point in at}) == 1
        assert rising([across(scene, point) for point in at])


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_an_output_that_is_read_on_the_way_stands_before_the_last(direction):
    cards = [card("x", kind="input"), *(card(name) for name in ("encoder", "pool", "dense"))]
    cards += [card("state", kind="output"), card("pooled", kind="output")]
    links = [link("x", "encoder"), link("encoder", "pool"), link("pool", "dense")]
    links += [link("encoder", "state"), link("dense", "pooled")]
    scene = Scene(tuple(cards), (), tuple(links), direction)
    assert rising([across(scene, point) for point in middles(sound(scene), "output")])


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_back_edge_runs_beside_what_it_repeats_and_against_the_flow(direction):
    cards = (card("x", kind="input"), card("a"), card("b"), card("y", kind="output"))
    links = (link("x", "a"), link("a", "b"), link("b", "a", position=1), link("b", "y"))
    scene = Scene(cards, (), links, direction)
    drawing = sound(scene)
    back = [
        w for w in drawing.wires if w.source == "b" and along(scene, w.points[-1]) < along(scene, w.points[0])
    ]
    assert len(back) == 1
    assert back[0].arrow


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_tensor_that_many_panels_read_is_one_rail_with_taps(direction):
    cards, links, at = [card("memory", kind="input"), card("x", kind="input")], [], "x"
    frames = tuple(frame(f"block{i}") for i in range(5))
    for i in range(5):
        cards += [card(f"self{i}", f"block{i}"), card(f"cross{i}", f"block{i}")]
        links += [
            link(at, f"self{i}"),
            link(f"self{i}", f"cross{i}"),
            link("memory", f"cross{i}", position=1),
        ]
        at = f"cross{i}"
    scene = Scene(tuple(cards), frames, tuple(links), direction)
    drawing = sound(scene)
    outside = [w for w in drawing.wires if w.source == "memory"]
    # it leaves its card once, and every other line of it starts on one that is drawn already
    pill = next(c for c in drawing.cards if c.card.name == "memory")
    middle = (pill.x + pill.width / 2, pill.y + pill.height / 2)
    reach = (pill.width if direction in ("LR", "RL") else pill.height) / 2 + 1
    leaving = [w for w in outside if abs(along(scene, w.points[0]) - along(scene, middle)) <= reach]
    assert len(leaving) == 1


def test_disorder_counts_the_pairs_in_the_wrong_order():
    boxes = (*(Box(20.0, 10.0, "input") for _ in range(3)), Box(20.0, 10.0), Box(20.0, 10.0, "output"))
    places = ((50.0, 0.0), (0.0, 0.0), (25.0, 0.0), (0.0, 20.0), (0.0, 40.0))
    solution = Solution(70, 50, places, (), (), (), (), (), 0)
    assert disorder(Problem(boxes, ()), solution) == 2
