"""What the page on emphasis shows is so."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from torchview_docs.content import Content
from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.drawing import Drawing
from torchview_docs.spec import FigureSpec
from torchview_docs.views import view

SITE = Path(__file__).parent.parent / "sample_site"
PAGE = (SITE / "pages" / "emphasis.md").read_text("utf-8")
SPECS = {
    spec.name: spec
    for fence in re.findall(r"```torchview\n(.*?)```", PAGE, re.DOTALL)
    for spec in [Content.read(fence).spec({})]
}


def drawn(spec: FigureSpec) -> Drawing:
    from torchview_docs.tracing.job import trace_spec

    graph = trace_spec(spec.trace_spec)
    return draw(graph, view(graph, spec), spec)[0]


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(SITE), *sys.path])


def test_every_option_of_the_page_is_in_a_figure() -> None:
    used = {name for spec in SPECS.values() for name in spec.options("view")}
    named = set(re.findall(r"`(highlight|note|color|shade|legend|show-[a-z]+)`", PAGE))
    assert named - used <= {"show-dtypes", "show-flops", "show-memory"}
    assert {"highlight", "note", "color", "shade", "legend"} <= used


def test_the_notes_are_numbered_and_the_caption_refers_to_one() -> None:
    figure = drawn(SPECS["fig-highlight"])
    assert [remark.number for remark in figure.remarks] == [1, 2, 3]
    assert "①" in str(SPECS["fig-highlight"].caption)
    frames = {placed.frame.name: placed.frame.look for placed in figure.frames}
    assert frames["stage2"].stance == "hi"
    assert frames["stage3"].stance == "lo"


def test_the_ways_down_and_up_have_their_colours() -> None:
    rows = [row for placed in drawn(SPECS["fig-colour"]).cards for row in placed.card.rows]
    colours = {row.node: row.look.colour for row in rows if row.look}
    assert {name.partition(".")[0]: colour for name, colour in colours.items()} == {
        "down": "#0f766e",
        "up": "#c2410c",
    }


def test_the_shares_of_the_figure_add_up() -> None:
    rows = [row for placed in drawn(SPECS["fig-shade"]).cards for row in placed.card.rows]
    shares = [float(found[1]) for row in rows if (found := re.search(r"([\d.]+) %", row.config))]
    assert sum(shares) == pytest.approx(100, abs=1)
