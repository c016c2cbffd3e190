"""Fans: many branches between two cards."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.layout.geometry import faults, front
from tests.layout.scenes import DIRECTIONS, card, frame, link
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.layout.panel import BORDER, Box, End, Net, Problem
from torchview_docs.drawing.layout.ranks import rank_boxes
from torchview_docs.drawing.scene import Scene

# A fan is a large scene, and its geometry is checked pair by pair.
seldom = settings(max_examples=settings().max_examples // 2, suppress_health_check=[HealthCheck.too_slow])


def fan(lengths, *, home=None, join=True, source="card", direction="TB", split=False):
    """A card, a branch of each of these lengths, and a card that reads all of them."""
    frames = (frame(home),) if home else ()
    cards, links = [card("x", kind=source)], []
    for i, length in enumerate(lengths):
        at, output = "x", i if split else 0
        for j in range(length):
            cards.append(card(f"b{i}_{j}", home))
            links.append(link(at, f"b{i}_{j}", output))
            at, output = f"b{i}_{j}", 0
        if join:
            links.append(link(at, "cat", position=i))
    if join:
        cards.append(card("cat", home))
    return Scene(tuple(cards), frames, tuple(links), direction)


def test_a_wide_fan_stands_in_rows_that_a_page_holds():
    scene = fan([1] * 200)
    drawing = lay_out(scene)
    assert drawing.width < 720
    assert not faults(scene, drawing)


def test_the_branches_of_a_wide_fan_stand_in_their_order():
    drawing = lay_out(fan([1] * 30))
    at = [(c.y, c.x) for c in drawing.cards if c.card.name.startswith("b")]
    assert at == sorted(at)
    assert len({y for y, _ in at}) > 1


def test_a_branch_of_several_cards_stays_together():
    drawing = lay_out(fan([2] * 20))
    boxes = {c.card.name: front(c) for c in drawing.cards}
    for i in range(20):
        assert boxes[f"b{i}_0"][0] == boxes[f"b{i}_1"][0]
        assert boxes[f"b{i}_1"][1] - boxes[f"b{i}_0"][3] < 40


def test_a_fan_that_fits_stands_in_one_row():
    drawing = lay_out(fan([1] * 7))
    assert len({c.y for c in drawing.cards if c.card.name.startswith("b")}) == 1


def test_what_stands_below_a_fan_moves_down_with_it():
    boxes = tuple(Box(90, 30) for _ in range(33))
    nets = [Net((End(BORDER),), (*(End(i) for i in range(30)), End(32)))]
    nets += [Net((End(i),), (End(30, 0, i),)) for i in range(30)]
    nets += [Net((End(30),), (End(31),))]
    ranks = rank_boxes(Problem(boxes, tuple(nets), inputs=1)).ranks
    assert max(ranks[:30]) < ranks[30] < ranks[31]
    # what only stands beside the fan stays
    assert ranks[32] == 1


def test_a_long_list_of_arguments_arrives_at_one_place():
    scene = fan([1] * 30)
    drawing = lay_out(scene)
    into = [wire for wire in drawing.wires if wire.arrow and wire.source.startswith("b")]
    assert len(into) == 1
    assert next(c.width for c in drawing.cards if c.card.name == "cat") < 120


@seldom
@given(
    st.lists(st.integers(1, 3), min_size=8, max_size=24),
    st.sampled_from([None, "f"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(DIRECTIONS),
)
def test_fans_have_no_faults(lengths, home, join, split, direction):
    scene = fan(lengths, home=home, join=join, split=split, direction=direction)
    assert not faults(scene, lay_out(scene))
