"""Digraph: the same with and without an installed Graphviz."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import graphviz
import pytest

from torchview_docs.computation_graph import Digraph


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Digraph:
    """A Digraph where there is no `dot`."""
    monkeypatch.setenv("PATH", "")
    made = Digraph("small")
    made.edge("a", "b", label="é <i>")
    return made


@pytest.mark.parametrize(
    ("format_", "begin"),
    [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("json", b"{"), ("dot", b"digraph small")],
)
def test_every_usual_format_can_be_drawn_without_dot(graph: Digraph, format_: str, begin: bytes) -> None:
    drawn = graph.pipe(format_)
    assert isinstance(drawn, bytes)
    assert drawn.startswith(begin)


def test_the_format_is_that_of_the_graph_and_pdf_by_default(graph: Digraph) -> None:
    assert bytes(graph.pipe()).startswith(b"%PDF")  # type: ignore[arg-type]
    graph.format = "png"
    assert bytes(graph.pipe()).startswith(b"\x89PNG")  # type: ignore[arg-type]


def test_with_an_encoding_the_drawing_is_text(graph: Digraph) -> None:
    drawn = graph.pipe("svg", encoding="utf-8")
    assert isinstance(drawn, str)
    assert "é &lt;i&gt;" in drawn


def test_the_engine_is_chosen_by_the_graph_or_the_call(graph: Digraph) -> None:
    dot = graph.pipe("svg")
    circle = graph.pipe("svg", engine="circo")
    assert dot != circle
    graph.engine = "circo"
    assert graph.pipe("svg") == circle


def test_render_writes_the_source_and_the_picture(graph: Digraph, tmp_path: Path) -> None:
    made = graph.render(directory=tmp_path, format="svg")
    assert Path(made) == tmp_path / "small.gv.svg"
    assert Path(made).read_text(encoding="utf-8").startswith("<?xml")
    assert (tmp_path / "small.gv").read_text(encoding="utf-8") == graph.source


def test_render_takes_names_and_can_clean_up(graph: Digraph, tmp_path: Path) -> None:
    made = graph.render(tmp_path / "deep" / "mine", format="png", cleanup=True)
    assert Path(made) == tmp_path / "deep" / "mine.png"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["mine.png"]


def test_render_takes_the_format_from_the_name_of_the_file(graph: Digraph, tmp_path: Path) -> None:
    made = graph.render(outfile=tmp_path / "mine.svg")
    assert Path(made) == tmp_path / "mine.svg"
    assert Path(made).read_text(encoding="utf-8").startswith("<?xml")


def test_outfile_is_in_the_directory_of_the_graph(graph: Digraph, tmp_path: Path) -> None:
    graph.directory = str(tmp_path)
    assert Path(graph.render(outfile="mine.svg")) == tmp_path / "mine.svg"
    assert (tmp_path / "mine.svg").exists()


def test_a_notebook_shows_it_without_dot(graph: Digraph) -> None:
    assert graph._repr_mimebundle_()["image/svg+xml"].startswith("<?xml")
    assert graph._repr_mimebundle_(include=["image/png"])["image/png"].startswith(b"\x89PNG")


def test_what_graphviz_refuses_is_an_error_in_its_words(graph: Digraph) -> None:
    with pytest.raises(ValueError, match="unknown format"):
        graph.pipe("nonsense")
    with pytest.raises(ValueError, match="unknown engine"):
        graph.pipe("svg", engine="nonsense")
    broken = Digraph("broken", body=["a -> [\n"])
    with pytest.raises(graphviz.CalledProcessError) as caught:
        broken.pipe("svg")
    assert "syntax error" in str(caught.value)


def test_what_graphviz_complains_of_is_told(graph: Digraph, capfd: pytest.CaptureFixture[str]) -> None:
    graph.node("a", label="<<b>no end>")
    graph.pipe("svg", quiet=True)
    assert capfd.readouterr().err == ""
    graph.pipe("svg")
    assert "label" in capfd.readouterr().err


def test_only_the_executable_has_other_renderers(graph: Digraph) -> None:
    with pytest.raises(graphviz.ExecutableNotFound):
        graph.pipe("png", renderer="cairo")


def test_without_dot_and_pygraphviz_the_error_says_what_to_install(
    graph: Digraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(graphviz.ExecutableNotFound) as caught:
        graph.render(directory=tmp_path)
    assert "pip install torchview-docs[graphviz]" in caught.value.__notes__[0]
    assert (tmp_path / "small.gv").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a program is a script here")
def test_an_installed_dot_is_what_draws(
    graph: Digraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\necho drawn by dot\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert graph.pipe("svg", encoding="utf-8") == "drawn by dot\n"


def test_boxes_of_it_are_of_its_kind() -> None:
    outer = Digraph("outer")
    with outer.subgraph(name="cluster_1") as inner:
        inner.node("a")
    assert isinstance(inner, Digraph)
    assert "subgraph cluster_1" in outer.source
