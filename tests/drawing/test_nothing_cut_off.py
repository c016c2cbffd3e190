"""Whatever a figure shortens can be read in full: in a title of the SVG, a tooltip of DOT, the table."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from torchview_docs.drawing.dot import dot
from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.svg import svg
from torchview_docs.drawing.text import text
from torchview_docs.graph import Graph, Node, Parameters, TensorMeta, Use
from torchview_docs.spec import FigureSpec

SPEC = FigureSpec("pkg.Net", depth=float("inf"), simplify=False, fold=False, hide_module_functions=False)
X = TensorMeta((1, 8), "float32")
LONG_SHAPE = TensorMeta(tuple(range(1001, 1013)), "float32")


def long(word: str, length: int = 300) -> str:
    """A name of which no part occurs in another."""
    return (f"{word}_" * length)[:length] + word.upper()


def nasty() -> Graph:
    """A graph in which all that can be long is."""
    path = f"{long('encoder', 60)}.{long('layers', 60)}.0"
    inner = f"{path}.{long('inner', 80)}"
    numbers = ", ".join(f"{k}{k}{k}" for k in range(60))
    values = ", ".join(f"value_{k}={k}" for k in range(40))
    made = tuple(TensorMeta((k, 7, k + 1), f"float{8 * 2**k}") for k in range(1, 7))
    graph = Graph(
        long("Model"),
        (
            Node(long("image"), "placeholder", long("image"), outputs=(X,)),
            Node("root", "call_module", "", type=f"pkg.{long('Model')}", args=(Use(long("image")),), flops=9),
            Node("w", "get_attr", f"{path}.{long('weight')}", "root", "parameter", outputs=(LONG_SHAPE,)),
            Node(path, "call_module", path, "root", f"pkg.{long('Block')}", parameters=Parameters(1, 2, 2)),
            Node(inner, "call_module", inner, path, f"pkg.{long('Inner')}", (Use(long("image")),), (X,),
                 config=values),
            Node("phase", "call_phase", f"{path}.{long('phase')}", path, f"pkg.{long('Phase')}",
                 (Use(inner),), (X,)),
            Node("lin", "call_module", f"{path}.lin", path, "torch.nn.modules.linear.Linear",
                 (Use("phase"),), made, config="in_features=8, out_features=3, bias=True"),
            Node("f", "call_function", f"torch.{long('function')}", path,
                 args=(Use("lin"), Use("w", arg="1")), outputs=(X,), config=numbers),
            Node("shown", "tensor", "tensor", path, args=(Use("f"),), outputs=(LONG_SHAPE,)),
            Node("m", "call_method", "exp", path, args=(Use("shown"),), outputs=(LONG_SHAPE,)),
            Node(long("logits"), "output", long("logits"), args=(Use("m"),)),
        ),
    )  # fmt: skip
    graph.validate()
    return graph


def full_texts(graph: Graph) -> dict[str, str]:
    """What must be found, by what it is."""
    found = {"a shape": "×".join(map(str, LONG_SHAPE.shape))}
    for node in graph.nodes:
        if node.op == "call_module":
            found[f"class of {node.name[:20]}"] = node.type.rpartition(".")[2]
        if node.op == "call_phase":
            found["phase"] = node.type.rpartition(".")[2]
        if node.op != "tensor":
            found[f"target of {node.op} {node.name[:20]}"] = node.target
        if node.config and node.op == "call_function":
            found["arguments"] = node.config
    return found


def all_texts(written: str) -> str:
    return "\n".join("".join(element.itertext()) for element in ET.fromstring(written).iter())


def parts_of(written: str) -> list[tuple[str, str]]:
    """Each text of a figure, and the title that hovering over it shows."""
    found = []

    def walk(element: ET.Element, title: str) -> None:
        own = next((child.text or "" for child in element if child.tag.endswith("}title")), title)
        for child in element:
            if child.tag.endswith("}text"):
                found.append(("".join(child.itertext()), own))
            else:
                walk(child, own)

    walk(ET.fromstring(written), "")
    return found


@pytest.mark.parametrize("show_names", [False, True])
def test_all_that_is_shortened_stands_in_full_in_a_title_of_the_svg(show_names: bool) -> None:
    graph = nasty()
    spec = replace(SPEC, show_names=show_names, show_outputs=True, show_dtypes=True, legend=True)
    written = svg(draw(graph, graph, spec)[0], prefix="f", title="t", desc="d")
    shown = all_texts(written)
    root = graph.root.type.rpartition(".")[2] if graph.root else ""
    missing = {what for what, full in full_texts(graph).items() if full not in shown and full != root}
    assert missing == set()
    # And each where it is shortened, not somewhere else.
    cut = [(words, title) for words, title in parts_of(written) if "…" in words]
    assert len(cut) >= 8
    for words, title in cut:
        for start, end in re.findall(r"(\S+)…(\S+)", words):
            assert re.search(f"{re.escape(start)}.*{re.escape(end)}", title), words


def test_shapes_and_dtypes_that_are_only_counted_stand_in_full_in_the_title() -> None:
    written = svg(
        draw(nasty(), nasty(), replace(SPEC, show_outputs=True, show_dtypes=True))[0],
        prefix="f",
        title="t",
        desc="d",
    )
    [(_, title)] = [(words, title) for words, title in parts_of(written) if "3 more" in words]
    for k in range(1, 7):
        assert f"{k}×7×{k + 1}" in title
        assert f"float{8 * 2**k}" in title


def test_the_panel_of_a_model_with_a_long_name_says_it_in_full() -> None:
    graph = nasty()
    written = svg(draw(graph, graph, replace(SPEC, show_flops=True))[0], prefix="f", title="t", desc="d")
    assert graph.name in all_texts(written)


def test_dot_says_in_tooltips_what_its_labels_shorten() -> None:
    graph = nasty()
    source = dot(graph, replace(SPEC, show_outputs=True)).replace("\\n", " ")
    root = graph.root.type.rpartition(".")[2] if graph.root else ""
    assert {what for what, full in full_texts(graph).items() if full not in source and full != root} == set()


def test_the_table_shortens_nothing_that_has_no_other_place() -> None:
    graph = nasty()
    written = text(graph)
    for node in graph.nodes:
        if node.op in ("placeholder", "output", "call_module"):
            assert node.target in written or node.target.rpartition(".")[2] in written
        if node.op in ("call_module", "call_phase"):
            assert node.type.rpartition(".")[2] in written
    assert f"{long('function')}" in written


def test_a_long_word_in_a_note_stays_inside_the_file() -> None:
    spec = FigureSpec.read(
        "pkg.Net", {"depth": "inf", "fold": "no", "simplify": "no", "note": f"f = see {long('word')}"}
    )
    drawing = draw(nasty(), nasty(), spec)[0]
    assert drawing.remarks
    written = svg(drawing, prefix="f", title="t", desc="d", standalone=True)
    width = float(re.search(r'width="(\d+)"', written)[1])  # type: ignore[index]
    from torchview_docs.drawing.metrics import CONFIG_SIZE, text_width

    lines = re.findall(r'class="tv-line" x="(\d+)"[^>]*>([^<]*)<', written)
    assert lines
    assert all(int(x) + text_width(line.strip(), CONFIG_SIZE) <= width for x, line in lines)
    assert "".join(line for _, line in lines).replace(" ", "").endswith(long("word"))
