"""How small figures look: straight trunks, short lines, order, stacks, directions."""

from __future__ import annotations

import pytest

from tests.layout.geometry import faults, front, with_stack
from tests.layout.scenes import DIRECTIONS, card, chain, frame, link
from tests.layout.test_nets import dense
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.scene import Scene


def sound(scene):
    drawing = lay_out(scene)
    assert not faults(scene, drawing)
    return drawing


def middles(drawing):
    return {c.card.name: c.x + c.width / 2 for c in drawing.cards}


def placed(drawing, name):
    boxes = {c.card.name: c for c in drawing.cards} | {f.frame.name: f for f in drawing.frames}
    return boxes[name]


def residual(prefix, home, source):
    """A block of three cards with a skip from its source to its last card."""
    names = [f"{prefix}norm", f"{prefix}fc", f"{prefix}add"]
    cards = [card(name, home) for name in names]
    links = [link(source, names[0]), link(names[0], names[1]), link(names[1], names[2])]
    return cards, [*links, link(source, names[2], position=1)], names[2]


def transformer(blocks):
    cards, links, at = [card("x", kind="input")], [], "x"
    frames = [frame(f"b{i}") for i in range(blocks)]
    for i in range(blocks):
        more, joined, at = residual(f"{i}", f"b{i}", at)
        cards += more
        links += joined
    cards.append(card("y", kind="output"))
    return Scene(tuple(cards), tuple(frames), (*links, link(at, "y")))


def test_a_chain_is_a_straight_line():
    drawing = sound(chain(8))
    assert len(set(middles(drawing).values())) == 1
    assert all(len(wire.points) == 2 for wire in drawing.wires)


def test_the_trunk_goes_straight_through_blocks_with_skips():
    drawing = sound(transformer(4))
    assert len(set(middles(drawing).values())) == 1


def test_equal_blocks_look_the_same():
    drawing = sound(transformer(3))
    shapes = [
        {
            name[1:]: (c.x - placed(drawing, f"b{i}").x, c.y - placed(drawing, f"b{i}").y)
            for name, c in ((c.card.name, c) for c in drawing.cards)
            if name.startswith(str(i))
        }
        for i in range(3)
    ]
    assert shapes[0] == shapes[1] == shapes[2]


def test_a_skip_enters_its_reader_from_the_side():
    drawing = sound(transformer(1))
    box = front(placed(drawing, "0add"))
    ends = [wire.points[-1] for wire in drawing.wires if wire.arrow]
    sides = (box[0], box[2])
    assert sum(min(abs(x - side) for side in sides) < 0.2 and box[1] < y < box[3] for x, y in ends) == 1


def test_queries_keys_and_values_stand_in_order_around_the_trunk():
    cards = [card("x", kind="input"), *(card(name) for name in "qkv"), card("attention", width=200)]
    links = [link("x", name) for name in "qkv"]
    links += [link(name, "attention", position=i) for i, name in enumerate("qkv")]
    at = middles(sound(Scene(tuple(cards), (), tuple(links))))
    assert at["q"] < at["k"] < at["v"]
    assert at["k"] == at["x"] == at["attention"]


def test_two_towers_start_on_one_line_and_join_in_the_middle():
    cards = [card("a", kind="input"), card("b", kind="input"), card("f"), card("g"), card("sub")]
    links = [link("a", "f"), link("b", "g"), link("f", "sub"), link("g", "sub", position=1)]
    drawing = sound(Scene(tuple(cards), (), tuple(links)))
    assert placed(drawing, "a").y == placed(drawing, "b").y
    at = middles(drawing)
    assert at["a"] == at["f"] < at["sub"] < at["g"] == at["b"]


def test_a_dense_block_is_one_rail():
    scene = dense(8)
    drawing = sound(scene)
    pairs = sum(1 for k in scene.links if k.target.startswith("cat"))
    assert len(drawing.wires) < pairs
    assert drawing.width < 220


def encoder_decoder(direction="TB"):
    frames = (frame("encoder"), frame("decoder"))
    cards = [card("src", kind="input"), *(card(f"e{i}", "encoder") for i in range(5))]
    cards += [
        card("tgt", kind="input"),
        *(card(f"d{i}", "decoder") for i in range(6)),
        card("y", kind="output"),
    ]
    links = [link("src", "e0"), *(link(f"e{i}", f"e{i + 1}") for i in range(4))]
    links += [link("tgt", "d0"), *(link(f"d{i}", f"d{i + 1}") for i in range(5)), link("d5", "y")]
    return Scene(tuple(cards), frames, (*links, link("e4", "d2", position=1, label="1×8")), direction)


def test_an_encoder_stands_beside_its_decoder():
    drawing = sound(encoder_decoder())
    encoder, decoder = front(placed(drawing, "encoder")), front(placed(drawing, "decoder"))
    assert encoder[2] < decoder[0]
    assert encoder[1] == decoder[1]
    assert placed(drawing, "src").y == placed(drawing, "tgt").y


def test_a_panel_that_reads_another_at_once_stands_below_it():
    scene = encoder_decoder()
    links = tuple(k for k in scene.links if (k.source, k.target) != ("e4", "d2"))
    drawing = sound(scene._replace(links=(*links, link("e4", "d1", position=1))))
    assert front(placed(drawing, "encoder"))[3] < front(placed(drawing, "decoder"))[1]


def test_what_the_encoder_computes_enters_the_decoder_where_it_is_read():
    drawing = sound(encoder_decoder())
    reader = front(placed(drawing, "d2"))
    assert next(w for w in drawing.wires if w.source == "e4" and w.arrow).points[-1] == pytest.approx(
        (reader[0], (reader[1] + reader[3]) / 2)
    )


def test_panels_of_which_one_needs_the_other_from_the_start_stand_above_each_other():
    scene = encoder_decoder()
    links = tuple(k for k in scene.links if k.source != "tgt")
    drawing = sound(scene._replace(links=(*links, link("e4", "d0"))))
    assert front(placed(drawing, "encoder"))[3] < front(placed(drawing, "decoder"))[1]


def test_a_row_of_panels_whose_trunks_bend_is_no_staircase():
    frames, cards, links, at = [], [card("x", kind="input")], [], "x"
    for i in range(4):
        frames.append(frame(f"f{i}"))
        a, long, b = f"{i}a", [f"{i}m{j}" for j in range(3)], f"{i}b"
        cards += [card(a, f"f{i}"), *(card(m, f"f{i}", width=180) for m in long), card(b, f"f{i}")]
        # the longest way leads to a second argument beside the trunk
        links += [link(at, a), link(a, long[0]), link(long[0], long[1]), link(a, long[2])]
        links += [link(long[1], b, position=1), link(long[2], b)]
        at = b
    drawing = sound(Scene(tuple(cards), tuple(frames), tuple(links)))
    lefts = [placed(drawing, f"f{i}").x for i in range(4)]
    assert max(lefts) - min(lefts) < 1


def test_stacks_lie_below_and_right_and_wires_leave_from_their_last_sheet():
    cards = (card("a"), card("b", repeat=5), card("c"))
    drawing = sound(Scene(cards, (), (link("a", "b"), link("b", "c"))))
    into, out = drawing.wires
    assert into.points[-1][1] == placed(drawing, "b").y
    assert out.points[0][1] == pytest.approx(with_stack(placed(drawing, "b"))[3])


def test_a_dashed_link_stays_dashed_through_every_border():
    scene = Scene((card("a", "f"), card("b", "g")), (frame("f"), frame("g")), (link("a", "b", dashed=True),))
    drawing = sound(scene)
    assert len(drawing.wires) == 3
    assert all(wire.dashed for wire in drawing.wires)


def test_arrows_stand_at_cards_only():
    drawing = sound(transformer(2))
    borders = [front(f)[1] for f in drawing.frames]
    assert not [w for w in drawing.wires if w.arrow and w.points[-1][1] in borders]
    assert sum(w.arrow for w in drawing.wires) == 9


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_flow_runs_in_the_direction_that_is_asked_for(direction):
    drawing = sound(transformer(2)._replace(direction=direction))
    first, last = front(placed(drawing, "x")), front(placed(drawing, "y"))
    assert {
        "TB": first[3] < last[1],
        "BT": last[3] < first[1],
        "LR": first[2] < last[0],
        "RL": last[2] < first[0],
    }[direction]


def test_mirrored_directions_are_mirror_images():
    scene = chain(5)
    down, up = lay_out(scene), lay_out(scene._replace(direction="BT"))
    assert [c.y for c in up.cards] == pytest.approx([down.height - c.y - c.height for c in down.cards])


def test_in_a_figure_that_runs_across_the_configuration_stands_under_the_title():
    scene = Scene((card("LayerNorm", config="768", width=122),), (), (), "LR")
    box = lay_out(scene).cards[0]
    assert (box.width < 110, box.height) == (True, 44)


def test_cards_above_each_other_become_equally_wide():
    scene = Scene((card("a", width=100), card("b", width=118)), (), (link("a", "b"),))
    assert len({c.width for c in lay_out(scene).cards}) == 1
