"""Orthogonal polylines."""

from __future__ import annotations

from torchview_docs.drawing.layout.polyline import Drawn, cut_start, simplify

TRUNK = [(0.0, 0.0), (0.0, 50.0), (80.0, 50.0), (80.0, 90.0)]


def test_repeated_and_straight_points_are_left_out():
    points = [(0.0, 0.0), (0.0, 0.0), (0.0, 20.0), (0.0, 50.0), (80.0, 50.0), (80.0, 90.0)]
    assert simplify(points) == TRUNK


def test_a_line_that_turns_back_keeps_its_corner():
    back = [(0.0, 0.0), (0.0, 50.0), (0.0, 20.0)]
    assert simplify(back) == back


def shared(line, *others):
    drawn = Drawn()
    for other in others:
        drawn.add(other)
    return drawn.shared(line)


def test_a_branch_shares_the_line_up_to_where_it_turns_off():
    assert shared([(0.0, 0.0), (0.0, 50.0), (-40.0, 50.0)], TRUNK) == 50
    assert shared([(0.0, 0.0), (0.0, 90.0)], TRUNK) == 50
    assert shared([(0.0, 0.0), (0.0, 30.0), (40.0, 30.0)], TRUNK) == 30
    assert shared([(0.0, 0.0), (0.0, 50.0), (120.0, 50.0), (120.0, 90.0)], TRUNK) == 130
    assert shared(TRUNK, TRUNK) == 170


def test_a_branch_shares_most_with_the_line_that_it_runs_along_longest():
    right = [(0.0, 0.0), (0.0, 50.0), (60.0, 50.0), (60.0, 90.0)]
    left = [(0.0, 0.0), (0.0, 50.0), (-90.0, 50.0), (-90.0, 90.0)]
    assert shared(TRUNK, left, right) == 110
    assert shared([(0.0, 0.0), (0.0, 50.0), (-30.0, 50.0), (-30.0, 90.0)], left, right) == 80


def test_lines_from_different_points_share_nothing():
    assert shared([(5.0, 0.0), (5.0, 50.0)], TRUNK) == 0
    assert shared(TRUNK) == 0


def test_a_cut_line_starts_within_a_piece():
    assert cut_start(TRUNK, 44) == [(0.0, 44.0), *TRUNK[1:]]
    assert cut_start(TRUNK, 60) == [(10.0, 50.0), *TRUNK[2:]]
    assert cut_start(TRUNK, 0) == TRUNK
