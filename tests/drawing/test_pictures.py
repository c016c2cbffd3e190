"""Graphs that are inputs, in the figure: what is drawn of them, and where."""

from __future__ import annotations

import re
from math import dist
from xml.etree import ElementTree as ET

import pytest

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.dot import dot
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.scene import Card
from torchview_docs.drawing.svg import svg
from torchview_docs.drawing.text import text
from torchview_docs.graph import Graph, Node, TensorMeta, Use
from torchview_docs.input_graph import InputGraph, NodeKind, Relation
from torchview_docs.markup import describe
from torchview_docs.spec import FigureSpec

PAIRS = ((0, 1), (1, 2), (2, 2))
X, EDGES, OTHER = TensorMeta((3, 8), "float32"), TensorMeta((2, 5), "int64"), TensorMeta((2, 9), "int64")


def graph(*relations: Relation, nodes: tuple[NodeKind, ...] = (NodeKind("", 3),)) -> Graph:
    """A model that reads `x` and the inputs of these relations."""
    tensors = [r.tensor for r in relations]
    uses = tuple(Use(name, arg=str(k)) for k, name in enumerate(["x", *tensors]))
    return Graph(
        "Net",
        (
            Node("x", "placeholder", "x", outputs=(X,)),
            *(
                Node(name, "placeholder", name, outputs=((EDGES, OTHER)[k % 2],))
                for k, name in enumerate(tensors)
            ),
            Node("Net", "call_module", "", type="pkg.Net", args=uses, outputs=(X,)),
            Node("output", "output", "output", args=(Use("Net"),)),
        ),
        input_graphs=(InputGraph("data", nodes, relations),),
    )


ONE = graph(Relation("edge_index", "", 0, 0, 2, 1, directed=False, pairs=PAIRS))
DIRECTED = graph(Relation("edge_index", "", 0, 0, 3, 0, directed=True, pairs=((0, 1), (1, 0), (1, 2))))
KINDS = graph(
    Relation("a", "writes", 0, 1, 2, 0, directed=False, pairs=((0, 0), (1, 2))),
    Relation("b", "rev", 1, 0, 2, 0, directed=False, back=True, pairs=((0, 0), (2, 1))),
    Relation("c", "cites", 1, 1, 1, 0, directed=True, pairs=((0, 1),)),
    nodes=(NodeKind("author", 2), NodeKind("paper <1>", 3)),
)


def spec(**options: object) -> FigureSpec:
    return FigureSpec("pkg.Net", **{"depth": 0, "show_input_graph": True, **options})  # type: ignore[arg-type]


def cards(view: Graph, **options: object) -> dict[str, Card]:
    return {card.name: card for card in scene(view, spec(**options)).cards}


def drawn(view: Graph, **options: object) -> Drawing:
    return lay_out(scene(view, spec(**options)))


def net(view: Graph) -> ET.Element:
    """The group of the picture in the SVG, without namespaces."""
    written = svg(drawn(view), prefix="t", title="t", desc="d").replace(
        ' xmlns="http://www.w3.org/2000/svg"', ""
    )
    (found,) = ET.fromstring(written).iterfind(".//g[@class='tv-net']")
    return found


def paths(group: ET.Element, name: str) -> list[str]:
    return [part for p in group.iterfind(f"path[@class='{name}']") for part in p.get("d", "").split("M")[1:]]


def test_the_card_of_an_input_tells_of_its_graph_also_where_it_is_not_drawn() -> None:
    for shown in (False, True):
        found = cards(ONE, show_input_graph=shown)
        assert found["edge_index"].rows[0].config == "3 nodes, 2 edges, 1 self-loop, undirected"
        assert found["x"].rows[0].config == "float32"
        assert (found["edge_index"].picture is not None) is shown
    assert "edge_index: input 3 nodes, 2 edges, 1 self-loop, undirected" in text(ONE)
    assert describe(ONE).endswith(" data is a graph of 3 nodes, 2 edges, 1 self-loop, undirected.")


def test_undirected_edges_are_drawn_once_and_without_heads() -> None:
    group = net(ONE)
    assert len(paths(group, "tv-edges")) == 3
    assert sum("a" in part for part in paths(group, "tv-edges")) == 1  # the loop
    assert not paths(group, "tv-heads")
    assert len(group.findall(".//circle")) == 3
    assert group.findtext("title") == "Graph of 3 nodes, 2 edges, 1 self-loop, undirected"


def test_directed_edges_have_heads_and_a_pair_that_goes_both_ways_one_line() -> None:
    group = net(DIRECTED)
    assert len(paths(group, "tv-edges")) == 2
    assert len(paths(group, "tv-heads")) == 3


def test_an_edge_ends_in_the_middles_of_its_nodes_and_a_head_at_their_border() -> None:
    group = net(DIRECTED)
    circles = [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in group.iterfind(".//circle")]
    for line in paths(group, "tv-edges"):
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", line)]
        assert (numbers[0], numbers[1]) in circles
        assert (numbers[2], numbers[3]) in circles
    for head in paths(group, "tv-heads"):
        tip = tuple(float(n) for n in head.partition("L")[0].split())
        assert min(dist(tip, circle) for circle in circles) == pytest.approx(6, abs=0.2)


def test_kinds_of_nodes_have_colours_and_a_legend() -> None:
    group = net(KINDS)
    counts = [len(group.findall(f"g[@class='tv-kind-{kind}']/circle")) for kind in (0, 1)]
    assert counts == [2, 3]
    assert [t.text for t in group.iterfind(".//text")] == ["2 author", "3 paper <1>"]
    assert len(paths(group, "tv-edges")) == 3  # the way back is no edge of its own
    assert len(paths(group, "tv-heads")) == 1


def test_the_inputs_that_hold_one_graph_share_its_card() -> None:
    drawing = scene(KINDS, spec())
    assert [card.name for card in drawing.cards] == ["x", "a", "Net", "output"]
    row = next(card for card in drawing.cards if card.picture).rows[0]
    assert (row.title, row.config) == ("data", "5 nodes, 2 undirected and 1 directed edge")
    links = [(link.source, link.output, link.target) for link in drawing.links]
    assert [link for link in links if link[2] == "Net"] == [
        ("x", 0, "Net"), ("a", 0, "Net"), ("a", 1, "Net"), ("a", 2, "Net"),
    ]  # fmt: skip


@pytest.mark.parametrize("direction", ["TB", "LR", "BT", "RL"])
@pytest.mark.parametrize("view", [ONE, DIRECTED, KINDS], ids=["one", "directed", "kinds"])
def test_a_picture_is_in_its_card_and_the_card_beside_all_others(view: Graph, direction: str) -> None:
    drawing = drawn(view, direction=direction)
    (placed,) = (card for card in drawing.cards if card.card.picture)
    picture = placed.card.picture
    assert picture is not None
    assert placed.width >= picture.width
    assert placed.height >= picture.height + 20
    assert all(5 < dot.x < picture.width - 5 and 5 < dot.y < picture.height - 5 for dot in picture.dots)
    for other in drawing.cards:
        if other is not placed:
            apart = (
                other.x >= placed.x + placed.width
                or placed.x >= other.x + other.width
                or other.y >= placed.y + placed.height
                or placed.y >= other.y + other.height
            )
            assert apart, (other.card.name, direction)
    assert Drawing.from_json(drawing.to_json()) == drawing


def test_of_a_large_graph_the_card_has_the_counts() -> None:
    large = graph(Relation("edge_index", "", 0, 0, 99, 0, directed=False), nodes=(NodeKind("", 51),))
    (card,) = (card for card in cards(large).values() if card.name == "edge_index")
    assert card.picture is None
    assert card.rows[0].config == "51 nodes, 99 edges, undirected"
    assert "more than 50 nodes" in card.rows[0].hint


def test_in_graphvizs_language_an_undirected_edge_has_no_direction() -> None:
    assert dot(ONE, spec()).count("dir=none") == 3
    source = dot(DIRECTED, spec())
    assert [source.count(f"dir={way}") for way in ("none", "both", "forward")] == [0, 1, 1]
    assert " dir=" not in dot(ONE, spec(show_input_graph=False))
