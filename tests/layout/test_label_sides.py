"""Labels beside their lines."""

from __future__ import annotations

from tests.layout.geometry import faults, label_boxes
from tests.layout.scenes import card, link
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.scene import Scene


def read_together(*sources, label):
    """Cards that one card reads; the first has a label."""
    cards = tuple(card(name, kind="source") for name in sources)
    links = tuple(
        link(name, "linear", position=i, label=label if not i else "") for i, name in enumerate(sources)
    )
    return Scene((*cards, card("linear")), (), links)


def test_a_label_stands_right_of_its_line():
    scene = Scene((card("a"), card("b")), (), (link("a", "b", label="1×8"),))
    drawing = lay_out(scene)
    assert label_boxes(scene, drawing)[0][0] > drawing.wires[0].points[0][0]


def test_a_label_stands_left_of_its_line_where_tracks_run_at_the_right():
    scene = read_together("x", "weight", "bias", label="1×8")
    drawing = lay_out(scene)
    assert not faults(scene, drawing)
    start = next(wire.points[0] for wire in drawing.wires if wire.source == "x")
    assert label_boxes(scene, drawing)[0][2] < start[0]


def test_a_label_that_is_wider_than_its_card_stays_at_the_right():
    scene = read_together("x", "weight", "bias", label="1×64×112×112")
    drawing = lay_out(scene)
    assert not faults(scene, drawing)
    start = next(wire.points[0] for wire in drawing.wires if wire.source == "x")
    assert label_boxes(scene, drawing)[0][0] > start[0]
