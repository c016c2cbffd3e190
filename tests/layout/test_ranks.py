"""Ranks of a panel's boxes."""

from __future__ import annotations

from torchview_docs.drawing.layout.panel import BORDER, Box, End, Net, Problem
from torchview_docs.drawing.layout.ranks import rank_boxes


def problem(count, links, kinds=(), inputs=0, outputs=0):
    """Boxes joined by (source, target); BORDER for the panel's own ports."""
    boxes = tuple(Box(90, 30, dict(kinds).get(i, "card")) for i in range(count))
    targets = {}
    for source, target in links:
        targets.setdefault(source, []).append(End(target))
    nets = tuple(Net((End(source),), tuple(ends)) for source, ends in targets.items())
    return Problem(boxes, nets, inputs, (0.0,) * outputs)


def test_a_box_stands_below_everything_it_reads():
    assert rank_boxes(problem(4, [(0, 1), (1, 2), (0, 3), (2, 3)])).ranks == (1, 2, 3, 4)


def test_a_parameter_stands_just_above_its_first_reader():
    ranking = rank_boxes(problem(5, [(BORDER, 0), (0, 1), (1, 2), (2, 3), (4, 3)], inputs=1))
    assert ranking.ranks == (1, 2, 3, 4, 3)


def test_what_is_computed_from_parameters_alone_is_pulled_down_with_them():
    ranking = rank_boxes(problem(6, [(BORDER, 0), (0, 1), (1, 2), (2, 3), (4, 5), (5, 3)], inputs=1))
    assert ranking.ranks[4:] == (2, 3)


def test_inputs_stay_at_the_top():
    ranking = rank_boxes(problem(4, [(0, 1), (1, 2), (2, 3)], kinds={0: "input"}))
    late = rank_boxes(problem(4, [(0, 1), (1, 2), (3, 2)], kinds={0: "input", 3: "input"}))
    assert ranking.ranks[0] == 1
    assert late.ranks[3] == 1


def test_outputs_share_the_last_rank():
    ranking = rank_boxes(problem(5, [(0, 1), (1, 2), (0, 3), (2, 4)], kinds={3: "output", 4: "output"}))
    assert ranking.ranks[3] == ranking.ranks[4] == 4


def test_a_cycle_is_opened_at_the_link_that_leads_back():
    ranking = rank_boxes(problem(3, [(0, 1), (1, 2), (2, 0)]))
    assert ranking.ranks == (1, 2, 3)
    assert {(u, v) for _, u, v in ranking.feedback} == {(2, 0)}


def test_a_box_that_reads_itself_has_a_rank():
    ranking = rank_boxes(problem(2, [(0, 0), (0, 1)]))
    assert ranking.ranks == (1, 2)
    assert {(u, v) for _, u, v in ranking.feedback} == {(0, 0)}
