"""What leads to no result stands where there is room."""

from __future__ import annotations

from tests.layout.geometry import faults
from tests.layout.scenes import card, link
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.layout.dead_ends import sink_dead_ends
from torchview_docs.drawing.layout.panel import Box, End, Net, Problem
from torchview_docs.drawing.scene import Scene


def test_a_dead_end_makes_a_wide_row_no_wider():
    cards = [card("x", kind="input"), card("a", width=200), card("b", width=200), card("check")]
    cards += [card("add"), card("y", kind="output")]
    links = [link("x", "a"), link("x", "b"), link("x", "check")]
    links += [link("a", "add"), link("b", "add", position=1), link("add", "y")]
    scene = Scene(tuple(cards), (), tuple(links))
    drawing = lay_out(scene)
    assert not faults(scene, drawing)
    at = {c.card.name: c.y for c in drawing.cards}
    assert at["check"] > at["a"] == at["b"]
    assert drawing.width < 200 + 200 + 96 + 2 * 22


def problem(widths, links, outputs=()):
    nets = tuple(Net((End(s),), (End(t),)) for s, t in links)
    kinds = ["output" if v in outputs else "card" for v in range(len(widths))]
    return Problem(tuple(Box(w, 30, kind) for w, kind in zip(widths, kinds, strict=True)), nets)


def sunk(made, links, ranks):
    after = [[t for s, t in links if s == v] for v in range(len(made.boxes))]
    sink_dead_ends(made, after, ranks)
    return ranks


def test_a_dead_end_that_is_no_trouble_stays_below_what_it_reads():
    links = [(0, 1), (1, 2), (0, 3)]
    made = problem([300, 100, 100, 100], links, outputs={2})
    assert sunk(made, links, [1, 2, 3, 2]) == [1, 2, 3, 2]


def test_a_dead_branch_moves_as_one_and_no_lower_than_the_results():
    links = [(0, 1), (1, 2), (2, 3), (0, 4), (4, 5)]
    made = problem([90, 400, 90, 90, 300, 90], links, outputs={3})
    assert sunk(made, links, [1, 2, 3, 4, 2, 3]) == [1, 2, 3, 4, 3, 4]


def test_where_nothing_leads_to_a_result_all_stays():
    links = [(0, 1), (0, 2)]
    assert sunk(problem([90, 90, 90], links), links, [1, 2, 2]) == [1, 2, 2]
