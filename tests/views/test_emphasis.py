"""What is highlighted, coloured and noted, and where a view shows it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import graphs

from torchview_docs.assignments import Colour, Note
from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.looks import LEVELS, looks_of
from torchview_docs.drawing.scene import Look
from torchview_docs.errors import ViewError
from torchview_docs.graph import Graph, Node, Parameters, TensorMeta, Use
from torchview_docs.spec import FigureSpec
from torchview_docs.views import fold, simplify, view

LINEAR = "torch.nn.modules.linear.Linear"
SHAPE = (TensorMeta((2, 8), "float32"),)


def net(blocks: int = 4) -> Graph:
    """`blocks` of two layers each, and a head."""
    nodes = [
        Node("x", "placeholder", "x", outputs=SHAPE),
        Node("Net", "call_module", "", type="pkg.Net", parameters=Parameters(0, 100, 100)),
    ]
    last = "x"
    for k in range(blocks):
        block = f"blocks.{k}"
        nodes.append(
            Node(block, "call_module", block, "Net", "pkg.Block", (), SHAPE, parameters=Parameters(0, 20, 20))
        )
        for name, config in (("a", "8, 8"), ("b", "8, 8, bias=False")):
            call = f"{block}.{name}"
            uses, counts = (Use(last),), Parameters(10, 10, 10)
            nodes.append(
                Node(call, "call_module", call, block, LINEAR, uses, SHAPE, config=config, parameters=counts)
            )
            last = call
    counts = Parameters(20, 20, 20)
    nodes.append(Node("head", "call_module", "head", "Net", LINEAR, (Use(last),), SHAPE, (), "8, 8", counts))
    nodes.append(Node("out", "output", "out", args=(Use("head"),)))
    graph = Graph("Net", tuple(nodes))
    graph.validate()
    return graph


def looks(depth: float = math.inf, **options: object) -> dict[str, Look]:
    spec = FigureSpec("pkg.Net", depth=depth, **options)  # type: ignore[arg-type]
    graph = net()
    shown = view(graph, spec)
    drawn = scene(shown, spec, looks_of(graph, shown, spec))
    found = {row.node: row.look for card in drawn.cards for row in card.rows}
    found |= {frame.name: frame.look for frame in drawn.frames}
    return {name: look or Look() for name, look in found.items()}


def stances(depth: float = math.inf, **options: object) -> dict[str, str]:
    return {name: look.stance for name, look in looks(depth, **options).items()}


def test_the_rest_steps_back() -> None:
    assert stances(1, highlight=("head",)) == {"x": "lo", "blocks.0": "lo", "head": "hi", "out": "lo"}


def test_without_a_highlight_nothing_steps_back() -> None:
    assert set(stances().values()) == {""}


def test_what_is_in_a_highlighted_panel_is_as_ever_and_so_is_the_panel_around_it() -> None:
    found = stances(highlight=("blocks.2",))
    assert found["blocks.2"] == "hi"
    assert found["blocks.2.a"] == found["blocks.2.b"] == ""
    inner = stances(highlight=("blocks.2.a",))
    assert (inner["blocks.2"], inner["blocks.2.a"], inner["blocks.2.b"]) == ("", "hi", "lo")


def test_one_of_several_equal_ones_is_drawn_by_itself() -> None:
    shown = view(net(), FigureSpec("pkg.Net", depth=1, highlight=("blocks.2",)))
    assert [(n.name, n.repeat) for n in shown.leaves if n.name.startswith("blocks")] == [
        ("blocks.0", 2),
        ("blocks.2", 1),
        ("blocks.3", 1),
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"highlight": ("Block",)},
        {"color": (Colour("Linear", "#ff0000"),)},
        {"note": (Note("blocks.*.a", "All"),)},
    ],
    ids=str,
)
def test_what_the_same_is_said_of_stays_folded(options: dict[str, object]) -> None:
    shown = view(net(), FigureSpec("pkg.Net", depth=2, **options))  # type: ignore[arg-type]
    assert [n.repeat for n in shown.nodes if n.type == "pkg.Block"] == [4]


def test_a_part_in_a_closed_card_is_shown_by_it() -> None:
    assert stances(1, highlight=("blocks.1.b",))["blocks.1"] == "hi"
    found = looks(1, note=(Note("blocks.1.b", "Here"), Note("blocks.1.a", "There")))
    assert found["blocks.1"].numbers == (1, 2)


def test_a_closed_card_is_not_painted_for_what_is_in_it() -> None:
    found = looks(1, color=(Colour("blocks.1.b", "#ff0000"), Colour("head", "#0000ff")))
    assert found["head"].colour == "#0000ff"
    assert {look.colour for name, look in found.items() if name != "head"} == {""}


def test_of_several_colours_the_last_counts() -> None:
    given = (Colour("Linear", "#111111"), Colour("head", "#222222"))
    assert looks(color=given)["head"].colour == "#222222"
    assert looks(color=given[::-1])["head"].colour == "#111111"


def test_numbers_are_those_of_the_notes_in_order() -> None:
    spec = FigureSpec("pkg.Net", note=(Note("?gone", "-"), Note("head", "Last"), Note("blocks.3", "Before")))
    graph = net()
    remarks = looks_of(graph, view(graph, spec), spec).remarks
    assert [tuple(remark) for remark in remarks] == [(1, "head", "Last"), (2, "blocks.3", "Before")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"highlight": ("haed",)}, "option 'highlight' names 'haed', .*did you mean 'head'"),
        ({"color": (Colour("layers", "#ff0000"),)}, "option 'color' names 'layers'"),
        ({"note": (Note("blokcs.0", "x"),)}, "option 'note' names 'blokcs.0', .*did you mean 'blocks.0'"),
        ({"highlight": ("head",), "focus": "blocks.0"}, "'highlight' names 'head', which .*not show"),
        ({"note": (Note("head", "x"),), "hide": ("head",)}, "'note' names 'head', which .*not show"),
    ],
    ids=str,
)
def test_what_is_not_there_is_an_error(options: dict[str, object], words: str) -> None:
    with pytest.raises(ViewError, match=words):
        looks(**options)  # type: ignore[arg-type]


def test_what_need_not_be_there_is_none() -> None:
    options = {"highlight": ("?gone",), "color": (Colour("?gone", "#111111"),), "note": (Note("?gone", "x"),)}
    assert set(looks(**options).values()) == {Look()}  # type: ignore[arg-type]


def test_shades_go_from_the_least_share_to_the_most() -> None:
    found = looks(1, shade="params")
    # Four blocks of 20 parameters in one card, and a head of 20.
    assert (found["blocks.0"].shade, found["head"].shade, found["x"].shade) == (LEVELS, 2, 0)
    told = looks_of(net(), view(net(), FigureSpec("n", depth=1)), FigureSpec("n", shade="params"))
    assert told.scale == "share of the parameters, up to 80 %"


def _named(graph: Graph) -> list[str]:
    return sorted({n.target for n in graph.nodes if n.op == "call_module" and n.target})


@given(graphs(), st.data(), st.sampled_from([0, 1, 2, math.inf, "auto"]), st.booleans())
def test_whatever_is_named_is_marked_or_an_error(
    graph: Graph, data: st.DataObject, depth: float, roll: bool
) -> None:
    names = _named(graph)
    assume(names)
    part = data.draw(st.sampled_from(names))
    spec = FigureSpec(
        "pkg.Net",
        depth=depth,
        roll=roll,
        highlight=(part,),
        note=(Note(part, "Here"),),
        color=(Colour(part, "#c2410c"),),
        shade="params",
    )
    try:
        shown = view(graph, spec)
        drawn = scene(shown, spec, looks_of(graph, shown, spec))
    except ViewError as error:
        # It is nothing but what passes a tensor on, or is in such a part.
        shown = view(graph, FigureSpec("pkg.Net", depth=depth, roll=roll))
        plain = simplify(graph)
        assert "does not show" in str(error)  # noqa: PT017  # either outcome is right
        assert not any(node.target == part for node in (*plain.nodes, *fold(plain).nodes))
        return
    looks = [row.look for card in drawn.cards for row in card.rows] + [frame.look for frame in drawn.frames]
    assert any(look and look.stance == "hi" and look.numbers == (1,) for look in looks)
    assert all(look is None or 0 <= look.shade <= LEVELS for look in looks)
    for frame in drawn.frames:
        assert frame.note_width >= 19 * len(frame.look.numbers if frame.look else ())


@given(graphs(), st.sampled_from([0, 1, 2, math.inf]))
def test_what_is_said_changes_no_card_and_no_link_but_for_folds(graph: Graph, depth: float) -> None:
    plain = FigureSpec("pkg.Net", depth=depth, fold=False)
    names = _named(graph)
    assume(names)
    spoken = replace(plain, highlight=tuple(f"?{n}" for n in names), shade="params")
    before, after = view(graph, plain), view(graph, spoken)
    assert before == after
    drawn = scene(after, spoken, looks_of(graph, after, FigureSpec("n", shade="params")))
    assert [card.name for card in drawn.cards] == [card.name for card in scene(before, plain).cards]
    assert drawn.links == scene(before, plain).links
