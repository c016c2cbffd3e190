from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import graphs

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.dot import dot
from torchview_docs.graph import Graph, Node, TensorMeta, Use
from torchview_docs.spec import FigureSpec
from torchview_docs.views import view

SPEC = FigureSpec("pkg.Net")
META = TensorMeta((1, 4), "float32")


def named(type_: str, path: str = "part:n") -> Graph:
    """A model with a class of this name, open around two operations."""
    return Graph(
        type_,
        (
            Node("x", "placeholder", "x", outputs=(META,)),
            Node("root", "call_module", "", type=f"pkg.{type_}"),
            Node(path, "call_module", path, "root", f"pkg.{type_}", (Use("x"),), (META,), (Use("b"),)),
            Node("a", "call_module", "a", path, f"pkg.{type_}", (Use("x"),), (META,)),
            Node("b", "call_method", "cos", path, args=(Use("a"),), outputs=(META,)),
            Node("output", "output", "output", args=(Use("b"),)),
        ),
    )


def tokens(source: str) -> list[str]:
    """DOT's tokens; fails where a quoted string does not end or a character belongs to none."""
    pattern = re.compile(r'"(?:[^"\\]|\\.)*"|->|[{}\[\]=;,]|[\w.]+|-?\d+(?:\.\d+)?|\s+', re.DOTALL)
    place, found = 0, []
    while place < len(source):
        match = pattern.match(source, place)
        assert match, source[place : place + 60]
        place = match.end()
        found.append(match[0])
    return [token for token in found if token.strip()]


@pytest.mark.parametrize(
    "name",
    [
        'Net<int>&"',
        "<b>bold</b>",
        "a\\nb\\",
        'q"',
        "多头注意力",
        "x:y",
        "{|}",
        "\x00\x1b[0m",
        "graph",
        "a\nb",
        "é" * 300,
    ],
)
def test_no_class_name_breaks_the_source(name: str) -> None:
    source = dot(named(name), SPEC)
    assert "\x00" not in source
    found = tokens(source)
    assert found.count("{") == found.count("}") == 2
    assert [token for token in found if token.startswith("<")] == []


@given(st.text(min_size=1, max_size=20))
def test_no_text_breaks_the_source(name: str) -> None:
    tokens(dot(named(name.replace(".", "_"), path=f"part:{name}"), SPEC))


@given(graphs())
def test_the_source_has_the_cards_panels_and_edges_of_the_figure(graph: Graph) -> None:
    shown = view(graph, SPEC)
    drawn, source = scene(shown, SPEC), dot(shown, SPEC)
    assert len(re.findall(r"^\s*n\d+ \[", source, re.MULTILINE)) == len(drawn.cards)
    assert len(re.findall(r"^\s*n\d+ -> n\d+", source, re.MULTILINE)) == len(drawn.links)
    assert source.count("subgraph cluster_") == len(drawn.frames)


@pytest.mark.parametrize("direction", ["TB", "LR", "BT", "RL"])
def test_the_direction_is_kept(direction: str) -> None:
    assert f"rankdir={direction}" in dot(named("Net"), FigureSpec("pkg.Net", direction=direction))
