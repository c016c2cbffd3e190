"""A gallery of graph networks, each with its input graph: by directive, by fence and by draw_graph."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import markdown
import pytest
from sample_graphs import sample
from sphinx_site import Site

from torchview_docs import draw_graph

pytestmark = pytest.mark.slow

MODELS = Path(__file__).parents[2] / "sample_site" / "sample_models"

#: For each network its input, and of the input's graph the lines and the arrow heads that are due.
GALLERY = {
    "GCN": ("karate_club", 78, 0),
    "GAT": ("karate_club", 78, 0),
    "GraphSAGE": ("karate_club", 78, 0),
    "GIN": ("molecules", 11, 0),
    "Authors": ("authors", 13, 5),
}
SUMMARIES = {
    "karate_club": "34 nodes, 78 edges, undirected",
    "molecules": "3 graphs, 13 nodes, 11 edges, undirected",
    "authors": "10 nodes, 8 undirected and 5 directed edges",
}
OPTIONS = {"show-input-graph": "true", "depth": "inf", "fold": "false", "simplify": "false"}


def undirected_pairs(given: dict[str, Any]) -> int:
    """How many pairs of nodes are joined in both directions, counted from the tensors."""
    if "edge_index_dict" in given:
        edges = {
            ((source, a), (target, b))
            for (source, _, target), index in given["edge_index_dict"].items()
            for a, b in index.t().tolist()
        }
    else:
        index = given["edge_index"] if "edge_index" in given else given["data"].edge_index
        edges = {tuple(pair) for pair in index.t().tolist()}
    return len({frozenset(edge) for edge in edges if edge[::-1] in edges})


def given(name: str) -> dict[str, Any]:
    found = getattr(sample, name)()
    return found if isinstance(found, dict) else {"data": found}


def check(svg: str, name: str) -> None:
    """Look in the SVG for the graph's edges, its counts, and the phases of the layers."""
    function, lines, heads = GALLERY[name]
    tree = ET.fromstring(svg.replace(' xmlns="http://www.w3.org/2000/svg"', ""))
    (net,) = tree.iterfind(".//g[@class='tv-net']")
    drawn = "".join(path.get("d", "") for path in net.iterfind("path[@class='tv-edges']"))
    assert drawn.count("M") == lines
    assert lines - heads == undirected_pairs(given(function))
    arrows = "".join(path.get("d", "") for path in net.iterfind("path[@class='tv-heads']"))
    assert arrows.count("M") == heads
    (head,) = tree.iterfind(".//g[@class='tv-graph']/g[@class='tv-io']/text")
    assert "".join(head.itertext()).endswith(SUMMARIES[function])
    frames = ["".join(text.itertext()).strip() for text in tree.iterfind(".//g[@class='tv-frames']//text")]
    phases = {frame.rpartition(".")[2] for frame in frames}
    assert {"propagate", "aggregate"} <= phases
    # What GraphSAGE and GIN send is what the neighbours hold, so there is nothing to do.
    assert ("message" in phases) is (name in ("GCN", "GAT", "Authors"))
    assert ("edge_updater" in phases) is (name == "GAT")


def directive(name: str) -> str:
    options = {"input-from": f"sample_models.graphs.{GALLERY[name][0]}", **OPTIONS}
    return f"\n.. torchview:: sample_models.graphs.{name}\n" + "".join(
        f"   :{option}: {value}\n" for option, value in options.items()
    )


def fence(name: str) -> str:
    options = {"input-from": f"sample_models.graphs.{GALLERY[name][0]}", **OPTIONS}
    lines = "".join(f"{option}: {value}\n" for option, value in options.items())
    return f"\n```torchview\nsample_models.graphs.{name}\n{lines}```\n"


def figures(html: str) -> list[str]:
    return re.findall(r'<svg[^>]*class="tv".*?</svg>', html, re.DOTALL)


@pytest.mark.parametrize("name", GALLERY)
def test_draw_graph_draws_it(name: str) -> None:
    model = getattr(sample, name)()
    drawn = draw_graph(
        model, given(GALLERY[name][0]), depth=9, show_input_graph=True, hide_module_functions=True
    )
    check(drawn._repr_svg_(), name)
    _, lines, heads = GALLERY[name]
    source = drawn.visual_graph.source
    assert source.count("dir=none") == lines - heads
    assert source.count("dir=forward") == heads
    assert "dir=" not in draw_graph(model, given(GALLERY[name][0])).visual_graph.source.replace(
        "rankdir=", ""
    )


@pytest.fixture(scope="module")
def project(make_site: Callable[[str], Site]) -> Site:
    site = make_site("graphs")
    shutil.copytree(MODELS, site.root / "sample_models", ignore=shutil.ignore_patterns("__pycache__"))
    return site


def test_directives_draw_them(project: Site) -> None:
    project.file("docs/index.rst", "Gallery\n=======\n" + "".join(map(directive, GALLERY)))
    project.build("html", "-W")
    found = figures(project.read("index.html"))
    assert len(found) == len(GALLERY)
    for svg, name in zip(found, GALLERY, strict=True):
        check(svg, name)


def test_fences_draw_the_same(project: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    config = {"torchview": {"paths": ["."], "cache": "docs/.torchview_cache", "workers": 1}}
    text = "".join(map(fence, GALLERY))
    html = markdown.markdown(text, extensions=["torchview"], extension_configs=config)
    found = figures(html)
    assert len(found) == len(GALLERY)
    for svg, name in zip(found, GALLERY, strict=True):
        check(svg, name)
