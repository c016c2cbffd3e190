"""Nets of frames, their ports, labels and buses."""

from __future__ import annotations

from tests.layout.scenes import card, frame, link
from torchview_docs.drawing.layout.buses import find_buses
from torchview_docs.drawing.layout.nets import levels
from torchview_docs.drawing.layout.panel import BORDER
from torchview_docs.drawing.scene import Scene

INNER = Scene(
    (card("x"), card("a", "f"), card("b", "f"), card("c", "g"), card("y")),
    (frame("f"), frame("g", "f")),
    (link("x", "a"), link("x", "b"), link("x", "c"), link("c", "y", label="1×8"), link("b", "y", position=1)),
)


def test_a_tensor_enters_a_frame_once_and_fans_out_inside():
    found = levels(INNER)
    x = ("x", 0, "")
    assert list(found["f"].ins) == [x]
    assert len(found[None].nets[x].targets) == 1
    assert len(found["f"].nets[x].targets) == 3
    assert list(found["g"].ins) == [x]


def test_tensors_leave_in_the_order_in_which_they_are_made():
    assert list(levels(INNER)["f"].outs) == [("b", 0, ""), ("c", 0, "")]


def test_a_label_stands_in_the_innermost_frame_where_something_reads_the_tensor():
    found = levels(INNER)
    c = ("c", 0, "")
    assert [name for name, level in found.items() if c in level.nets and level.nets[c].label] == [None]
    assert found["f"].outside == {c: 18.0}
    assert found["g"].outside == {}


def test_the_same_tensor_as_data_and_as_dependency_is_two_nets():
    scene = Scene((card("a"), card("b")), (), (link("a", "b"), link("a", "b", dashed=True)))
    assert len(levels(scene)[None].nets) == 2


def test_a_link_from_a_card_to_itself_stays_in_its_frame():
    found = levels(Scene((card("a", "f"),), (frame("f"),), (link("a", "a"),)))
    assert not found["f"].ins
    assert not found["f"].outs
    assert found["f"].nets["a", 0, ""].targets[0].box != BORDER


def dense(count):
    """A dense block: each layer reads the list of all that was made before it."""
    cards = [card("x"), *(card(f"cat{i}") for i in range(count)), *(card(f"conv{i}") for i in range(count))]
    cards = [c._replace(rows=(c.rows[0]._replace(title=c.name.rstrip("0123456789")),)) for c in cards]
    links = []
    for i in range(count):
        made = ["x", *(f"conv{j}" for j in range(i))]
        links += [link(source, f"cat{i}", position=p) for p, source in enumerate(made)]
        links.append(link(f"cat{i}", f"conv{i}"))
    order = ["x", *(name for i in range(count) for name in (f"cat{i}", f"conv{i}"))]
    return Scene(tuple(sorted(cards, key=lambda c: order.index(c.name))), (), tuple(links))


def test_a_list_that_grows_is_one_bus():
    found = find_buses(dense(6))
    assert len(set(found.values())) == 1
    assert {k.target for k in found} == {f"cat{i}" for i in range(6)}


def test_a_short_list_is_no_bus():
    assert not find_buses(dense(3))


def test_a_bus_makes_one_net_instead_of_one_for_each_source():
    assert len(levels(dense(12))[None].nets) == 13
