"""What stands in a page for a figure."""

from __future__ import annotations

from pathlib import Path

import html5lib

from torchview_docs.build import Figure
from torchview_docs.errors import Failure, TraceError
from torchview_docs.graph import Graph, Node, TensorMeta, Use
from torchview_docs.markdown.fences import Fence
from torchview_docs.markdown.figures import PageFigures
from torchview_docs.markdown.requests import Request
from torchview_docs.spec import FigureSpec
from torchview_docs.store import Store

IMAGE = TensorMeta((1, 3), "float32")
GRAPH = Graph(
    "Net",
    (
        Node("x", "placeholder", "x", outputs=(IMAGE,)),
        Node("Net", "call_module", "", type="pkg.Net", args=(Use("x"),), outputs=(IMAGE,)),
        Node("output", "output", "output", args=(Use("Net"),)),
    ),
)


def request(text: str) -> Request:
    return Request.read(Fence(text), {})


def page(folder: Path, *requests: Request, failing: Exception | None = None) -> PageFigures:
    """Figures of the graph above; with `failing` their graph cannot be had."""

    def load() -> Graph:
        if failing is not None:
            raise failing
        return GRAPH

    specs = [r.wanted for r in requests if isinstance(r.wanted, FigureSpec)]
    return PageFigures({s: Figure(s, s.view_key, (), Store(folder), load) for s in specs})


def test_ids_are_unique_on_a_page_and_the_same_on_every_page(tmp_path: Path) -> None:
    texts = ["pkg.Net", "pkg.Net", "pkg.Net\nname: Fig: <1>", "pkg.Net\nname: fig-1", "pkg.Net\ndepth: 0"]
    requests = [request(text) for text in texts]
    figures = page(tmp_path, *requests)
    html = [str(figures.place(r)) for r in requests]
    html5lib.HTMLParser(strict=True).parseFragment("".join(html))
    assert len(figures.ids) == 5
    assert {"fig-1", "fig-1-2"} <= figures.ids
    again = page(tmp_path, *requests)
    assert str(again.place(requests[4])) == html[4]
    assert str(again.place(requests[0])) == html[0]


def test_cards_link_where_the_host_knows_an_address(tmp_path: Path) -> None:
    wanted = request("pkg.Net")
    figures = page(tmp_path, wanted)
    figures.link = {"pkg.Net": "../api/#pkg.Net"}.get
    assert 'href="../api/#pkg.Net"' in str(figures.place(wanted))


def test_a_figure_that_cannot_be_drawn_is_a_box_with_the_cause(tmp_path: Path) -> None:
    wanted = request("pkg.Net\nname: fig")
    placed = page(tmp_path, wanted, failing=ValueError("no <way>")).place(wanted)
    assert placed.failure
    assert placed.failure.kind == "internal"
    assert 'id="fig"' in placed.head
    assert "ValueError: no &lt;way&gt;" in placed.box
    failure = Failure("import", "It is gone.")
    assert page(tmp_path, wanted, failing=TraceError(failure)).place(wanted).failure == failure


def test_a_fence_that_cannot_be_read_shows_what_was_written(tmp_path: Path) -> None:
    wanted = request("pkg.Net\ndpeth: <2>")
    placed = page(tmp_path, wanted).place(wanted)
    assert placed.failure == wanted.wanted
    assert "dpeth: &lt;2&gt;" in placed.box
    html5lib.HTMLParser(strict=True).parseFragment(str(placed))
