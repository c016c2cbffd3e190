"""Emphasis, notes and legend as an SVG says them."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import graphs

from torchview_docs.assignments import Colour, Note
from torchview_docs.drawing.callouts import circled
from torchview_docs.drawing.dot import dot
from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.drawing.legend import SIGNS
from torchview_docs.drawing.looks import looks_of
from torchview_docs.drawing.metrics import CONFIG_SIZE, text_width
from torchview_docs.drawing.svg import svg
from torchview_docs.drawing.text import text
from torchview_docs.families import FAMILIES
from torchview_docs.graph import Graph, Node, Parameters, TensorMeta, Use
from torchview_docs.markup import describe, figure_box
from torchview_docs.spec import FigureSpec
from torchview_docs.views import view

MAPS = (TensorMeta((1, 4, 8, 8), "float32"),)
LAYERS = "torch.nn.modules"


def layer(name: str, type_: str, source: str, scope: str = "Net", config: str = "") -> Node:
    counts = Parameters(8, 8, 8) if "conv" in type_ else None
    return Node(
        name, "call_module", name, scope, f"{LAYERS}.{type_}", (Use(source),), MAPS, (), config, counts
    )


def model() -> Graph:
    """Conv → Norm → ReLU in one card, and the same again in a panel, with a pool beside it."""
    nodes = [
        Node("x", "placeholder", "x", outputs=MAPS),
        Node("Net", "call_module", "", type="pkg.Net", parameters=Parameters(0, 16, 16)),
        layer("conv", "conv.Conv2d", "x", config="4, 4, kernel_size=(3, 3), stride=(1, 1)"),
        layer("norm", "batchnorm.BatchNorm2d", "conv", config="4"),
        layer("act", "activation.ReLU", "norm"),
        Node("body", "call_module", "body", "Net", "pkg.Body", outputs=MAPS, parameters=Parameters(0, 8, 8)),
        layer("body.conv", "conv.Conv2d", "act", "body", "4, 4, kernel_size=(1, 1), stride=(1, 1)"),
        layer("body.pool", "pooling.MaxPool2d", "body.conv", "body"),
        Node("out", "output", "out", args=(Use("body.pool"),)),
    ]
    graph = Graph("Net", tuple(nodes))
    graph.validate()
    return graph


def drawing(graph: Graph | None = None, **options: object) -> Drawing:
    spec = FigureSpec("pkg.Net", **{"depth": math.inf, **options})  # type: ignore[arg-type]
    graph = graph or model()
    return draw(graph, view(graph, spec), spec)[0]


def written(standalone: bool = False, **options: object) -> ET.Element:
    drawn = svg(drawing(**options), prefix="f", title="t", desc="d", standalone=standalone)
    return ET.fromstring(drawn.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def groups(root: ET.Element) -> dict[str, str]:
    """Classes of the groups by the title of what they hold."""
    found = {}
    for group in root.iter("g"):
        for child in group:
            if child.tag == "text" and child.text:
                found[child.text.strip()] = group.get("class", "")
    return found


def test_what_stands_out_and_what_steps_back_are_classes() -> None:
    found = groups(written(highlight=("body",)))
    assert found["body"] == "tv-hi"
    assert found["MaxPool2d"] == "tv-pool"
    assert found["BatchNorm2d"] == "tv-norm"  # its card steps back as a whole
    assert found["x"] == "tv-io tv-lo"
    [card] = [g for g in written(highlight=("body",)).iter("g") if g.get("class") == "tv-lo"]
    assert [str(text.text).strip() for text in card.iter("text")] == ["Conv2d", "BatchNorm2d", "ReLU"]


def test_a_row_stands_out_in_its_card() -> None:
    found = groups(written(highlight=("norm",)))
    assert (found["BatchNorm2d"], found["ReLU"]) == ("tv-norm tv-hi", "tv-act tv-lo")


def test_only_colours_of_the_author_are_styles() -> None:
    plain = written(highlight=("body",), shade="params", note=(Note("body", "x"),), legend=True)
    assert not any(element.get("style") for element in plain.iter())
    coloured = written(color=(Colour("pool", "#ff0000"), Colour("body", "#d9480f"))[1:])
    styles = [element.get("style") for element in coloured.iter() if element.get("style")]
    assert styles
    assert all("#d9480f" in str(style) for style in styles)


def test_a_figure_without_emphasis_has_no_byte_of_it() -> None:
    drawn = svg(drawing(), prefix="f", title="t", desc="d")
    assert not re.search(r"tv-(hi|lo|s\d|call|key)|style=", drawn)


@pytest.mark.parametrize("part", ["norm", "body", "body.conv"])
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_numbers_stand_in_what_they_are_about(part: str, direction: str) -> None:
    notes = tuple(Note(part, f"note {k}") for k in range(12))
    root = written(note=notes, direction=direction)
    calls = [g for g in root.iter("g") if g.get("class") == "tv-call"]
    assert [call.findtext("text") for call in calls] == [str(k + 1) for k in range(12)]
    spans = [(float(r.get("x", 0)), float(r.get("width", 0))) for call in calls for r in call.iter("rect")]
    assert all(x + width < after for (x, width), (after, _) in pairwise(spans))
    [holder] = [g for g in root.iter("g") if any(child.get("class") == "tv-call" for child in g)]
    words = "".join(holder.itertext())
    assert {"norm": "BatchNorm2d", "body": "body", "body.conv": "Conv2d"}[part] in words


def test_notes_are_a_list_below_the_figure_and_in_a_file_lines_of_it() -> None:
    notes = (Note("norm", "Here & <there>"), Note("body", "A long one, " * 20))
    drawn = drawing(note=notes)
    box = figure_box(svg(drawn, prefix="f", title="t", desc="d"), FigureSpec("n"), drawn.remarks)
    assert '<ol class="tv-notes"><li data-number="1">Here &amp; &lt;there&gt;</li><li data-number="2">' in box
    alone = written(standalone=True, note=notes)
    [below] = [g for g in alone.iter("g") if "tv-remarks" in g.get("class", "")]
    said = " ".join("".join(below.itertext()).split())
    assert "Here & <there>" in said
    assert said.count("A long one,") == 20
    assert float(alone.get("height", 0)) > drawn.height + 50
    assert not any("tv-remarks" in g.get("class", "") for g in written(note=notes).iter("g"))


def test_readers_who_do_not_see_it_are_told_what_stands_out() -> None:
    notes = (Note("norm", "Here"), Note("body", "There"))
    spec = FigureSpec("pkg.Net", highlight=("body", "conv"), note=notes)
    told = describe(model(), spec, drawing(note=notes).remarks)
    assert told.endswith("Highlighted: body, conv. Note 1 is on norm. Note 2 is on body.")
    assert "① norm: Here\n② body: There\n" in text(model(), drawing(note=notes).remarks)


def test_numbers_in_circles() -> None:
    assert [circled(k) for k in (1, 20, 21, 35, 36, 50, 51)] == ["①", "⑳", "㉑", "㉟", "㊱", "㊿", "(51)"]


def test_the_legend_has_what_occurs_and_nothing_else() -> None:
    assert [sign.kind for sign in drawing(legend=True).legend] == ["conv", "norm", "act", "pool", "io"]
    spoken = drawing(legend=True, note=(Note("body", "x"),), shade="params")
    assert [sign.kind for sign in spoken.legend][5:] == ["note", "scale"]
    assert drawing().legend == ()
    assert [sign.kind for sign in drawing(shade="params").legend] == ["scale"]


@given(graphs(), st.sampled_from([0, 1, 2]), st.sampled_from([None, "params"]))
def test_the_legend_has_the_families_of_the_figure_and_room_for_its_words(
    graph: Graph, depth: int, shade: str | None
) -> None:
    drawn = drawing(graph, depth=depth, legend=True, shade=shade)
    plain = drawing(graph, depth=depth, shade=shade)
    families = {r.family for c in drawn.cards if c.card.kind == "card" for r in c.card.rows}
    said = {sign.kind for sign in drawn.legend}
    assert families <= said <= {*FAMILIES, *SIGNS}
    assert ("dashed" in said) == any(wire.dashed for wire in drawn.wires)
    repeats = [*(c.card.repeat for c in drawn.cards), *(f.frame.repeat for f in drawn.frames)]
    assert ("stack" in said) == (max(repeats, default=1) > 1)
    for sign in drawn.legend:
        assert plain.legend or sign.y > plain.height
        assert sign.x + 28 + text_width(sign.text, CONFIG_SIZE) <= drawn.width
        assert sign.y < drawn.height
    assert Drawing.from_json(drawn.to_json()) == drawn
    # Wider figures stand in the middle, as a whole.
    shifts = {round(a.x - b.x, 3) for a, b in zip(drawn.cards, plain.cards, strict=True)}
    assert len(shifts) == 1
    assert all(c.x + c.width <= drawn.width + 1 for c in drawn.cards)


@pytest.mark.parametrize("number", [1, 10])
def test_a_card_grows_by_its_numbers(number: int) -> None:
    many = tuple(Note("body.pool", "x") for _ in range(number))
    [card] = [c.card for c in drawing(note=many).cards if c.card.name == "body.pool"]
    row = card.rows[0]
    texts = text_width(row.title, 13) + text_width(row.config, CONFIG_SIZE)
    assert card.width >= texts + 16 * number


@pytest.mark.parametrize(
    ("options", "titles", "configs"),
    [
        ({"show_names": True}, {"conv: Conv2d", "act: ReLU", "body.pool: MaxPool2d"}, set()),
        ({"show_params": True}, {"Conv2d"}, {"4→4, 3×3 · 8 params"}),
        ({"show_outputs": True}, {"ReLU"}, {"4→4, 3×3 · → 1×4×8×8", "→ 1×4×8×8"}),
        ({"show_dtypes": True}, {"ReLU"}, {"4→4, 3×3 · float32"}),
        ({"show_dtypes": True, "show_outputs": True}, set(), {"→ 1×4×8×8 · float32"}),
        ({"shade": "params"}, {"Conv2d"}, {"4→4, 3×3 · 50 %"}),
    ],
    # A set's own text has its order from the hash seed, and so would differ between test processes.
    ids=["names", "params", "outputs", "dtypes", "dtypes and outputs", "shade"],
)
def test_a_card_says_what_is_asked_for(
    options: dict[str, object], titles: set[str], configs: set[str]
) -> None:
    rows = [row for card in drawing(**options).cards for row in card.card.rows]
    said = {row.title for row in rows}
    assert {title if title in said else title.replace("body.", "") for title in titles} <= said
    assert configs <= {row.config for row in rows}


def test_the_source_for_graphviz_says_it_too() -> None:
    notes = (Note("body", "x"), Note("norm", "y"))
    spec = FigureSpec("pkg.Net", depth=math.inf, highlight=("body", "conv"), note=notes)
    shown = view(model(), spec)
    source = dot(shown, spec, looks_of(model(), shown, spec))
    assert source.count("penwidth=3") == 2
    assert re.search(r"body Body 8 ①", source)
    assert re.search(r"BatchNorm2d.*②", source)
    assert "penwidth" not in dot(shown, spec)
