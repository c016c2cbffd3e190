"""The checks of `geometry` find what they are there for."""

from __future__ import annotations

from tests.layout.geometry import bad_texts, bad_wires, misplaced, undrawn
from tests.layout.scenes import card, frame, link
from torchview_docs.drawing.drawing import Wire
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.scene import Scene

SCENE = Scene(
    (card("a"), card("b", "f"), card("c", "f"), card("d")),
    (frame("f"),),
    (link("a", "b", label="1×8"), link("a", "c"), link("b", "c", position=1), link("c", "d")),
)
DRAWING = lay_out(SCENE)


def test_a_sound_drawing_has_no_faults():
    for check in (misplaced, bad_wires, bad_texts, undrawn):
        assert not check(SCENE, DRAWING)


def test_a_missing_wire_is_found():
    for number in range(len(DRAWING.wires)):
        rest = DRAWING.wires[:number] + DRAWING.wires[number + 1 :]
        assert undrawn(SCENE, DRAWING._replace(wires=rest))


def test_a_card_on_another_or_outside_its_frame_is_found():
    for number, other in ((1, 2), (1, 0)):
        cards = list(DRAWING.cards)
        cards[number] = cards[number]._replace(x=cards[other].x, y=cards[other].y)
        assert misplaced(SCENE, DRAWING._replace(cards=tuple(cards)))


def test_a_wire_through_a_card_or_a_border_is_found():
    b = DRAWING.cards[1]
    through = Wire("a", 0, ((b.x - 4, b.y + 9), (b.x + b.width, b.y + 9)))
    assert bad_wires(SCENE, DRAWING._replace(wires=(*DRAWING.wires, through)))
    f = DRAWING.frames[0]
    across = Wire("a", 0, ((f.x + 3, f.y - 5), (f.x + 3, f.y + 5)), arrow=False)
    assert bad_wires(SCENE, DRAWING._replace(wires=(*DRAWING.wires, across)))


def test_a_wire_through_a_title_and_a_label_on_a_card_are_found():
    f = DRAWING.frames[0]
    middle = f.x + f.title_x + f.frame.title_width / 2
    through = Wire("a", 0, ((middle, f.y), (middle, f.y + 26)), arrow=False)
    assert bad_texts(SCENE, DRAWING._replace(wires=(*DRAWING.wires, through)))
    label = DRAWING.labels[0]._replace(x=DRAWING.cards[1].x, y=DRAWING.cards[1].y + 20)
    assert bad_texts(SCENE, DRAWING._replace(labels=(label,)))
