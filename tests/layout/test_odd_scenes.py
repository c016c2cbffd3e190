"""Scenes that are legal, even if nobody would write them."""

from __future__ import annotations

import pytest

from tests.layout.geometry import faults
from tests.layout.scenes import DIRECTIONS, card, frame, link
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.scene import Scene

abc = (card("a"), card("b"), card("c"))
f = (frame("f"),)

SCENES = {
    "nothing": Scene((), (), ()),
    "an empty frame": Scene((), f, ()),
    "empty frames in a frame": Scene((), (*f, frame("g", "f"), frame("h", "f")), ()),
    "one card": Scene(abc[:1], (), ()),
    "a frame with one card": Scene((card("a", "f"),), f, ()),
    "cards without links": Scene(abc, (), ()),
    "a frame that nothing enters or leaves": Scene(
        (card("a", "f"), card("b", "f"), card("c")), f, (link("a", "b"),)
    ),
    "inputs only": Scene((card("a", kind="input"), card("b", kind="input")), (), ()),
    "an input that feeds an output": Scene(
        (card("a", kind="input"), card("b", kind="output")), (), (link("a", "b"),)
    ),
    "an input inside": Scene(
        (card("a"), card("b", "f", kind="input"), card("c", "f")), f, (link("a", "c"), link("b", "c"))
    ),
    "a cycle": Scene(abc, (), (link("a", "b"), link("b", "c"), link("c", "a"))),
    "a loop": Scene(abc[:1], (), (link("a", "a"),)),
    "a cycle through a frame": Scene(
        (card("a"), card("b", "f"), card("c", "f")), f, (link("a", "b"), link("b", "c"), link("c", "a"))
    ),
    "a frame that is left and entered again": Scene(
        (card("a", "f"), card("b"), card("c", "f")), f, (link("a", "b"), link("b", "c"))
    ),
    "a tensor that a card reads twice": Scene(abc[:2], (), (link("a", "b"), link("a", "b", position=1))),
    "equal links": Scene(abc[:2], (), (link("a", "b"), link("a", "b"))),
    "data and dependency between two cards": Scene(
        abc[:2], (), (link("a", "b", label="1×8"), link("a", "b", label="1×8", dashed=True))
    ),
    "an output that something reads": Scene(
        (card("a"), card("b", kind="output"), card("c")), (), (link("a", "b"), link("b", "c"))
    ),
    "several results": Scene(
        abc,
        (),
        (link("a", "b", 0, label="1×2×3×4"), link("a", "b", 1, 1, "1×2×3×4"), link("a", "c", 2, 0, "1")),
    ),
    "a title wider than everything": Scene((card("a", "f"),), (frame("f", title_width=900.0),), ()),
    "a stack in a stack": Scene(
        (card("a"), card("b", "g", repeat=9), card("c")),
        (frame("f", repeat=3), frame("g", "f", repeat=2)),
        (link("a", "b"), link("b", "c", label="1×8")),
    ),
    "frames nested thirty deep": Scene(
        (card("a"), card("b", "f29"), card("c")),
        tuple(frame(f"f{i}", f"f{i - 1}" if i else None) for i in range(30)),
        (link("a", "b"), link("b", "c", label="1×8")),
    ),
    "forty arguments": Scene(
        (*(card(f"a{i}") for i in range(40)), card("cat")),
        (),
        tuple(link(f"a{i}", "cat", position=i) for i in range(40)),
    ),
    "forty results": Scene(
        (card("split"), *(card(f"a{i}") for i in range(40))),
        (),
        tuple(link("split", f"a{i}", i, label="1×8") for i in range(40)),
    ),
}


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", SCENES)
def test_odd_scenes_are_drawn(name, direction):
    scene = SCENES[name]
    scene = Scene(scene.cards, scene.frames, scene.links, direction)
    assert not faults(scene, lay_out(scene))
