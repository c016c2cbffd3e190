"""Tracks of a channel."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.layout.channels import MOST_PIECES, Piece, assign_tracks

places = st.lists(st.integers(0, 400).map(float), min_size=1, max_size=3)
pieces = st.lists(st.builds(Piece, places, places), max_size=12)


def overlapping(found, tracks):
    return [
        (a, b)
        for a, b in combinations(tracks, 2)
        if tracks[a] == tracks[b] and found[a].low < found[b].high and found[b].low < found[a].high
    ]


@given(pieces)
def test_pieces_on_one_track_do_not_overlap(some):
    found = dict(enumerate(some))
    assert not overlapping(found, assign_tracks(found))


@given(pieces)
def test_pieces_on_one_track_do_not_overlap_in_a_crowded_channel(some):
    crowd = [Piece([float(i)], [i + 30.0]) for i in range(MOST_PIECES + 1)]
    found = dict(enumerate([*some, *crowd]))
    assert not overlapping(found, assign_tracks(found))


def test_what_goes_straight_down_needs_no_track():
    assert assign_tracks({0: Piece([50.0], [50.0]), 1: Piece([90.0], [90.4])}) == {}


@pytest.mark.parametrize("shift", [30.0, -30.0])
def test_parallel_steps_do_not_cross(shift):
    steps = {i: Piece([100.0 + 10 * i], [100.0 + 10 * i + shift]) for i in range(3)}
    tracks = assign_tracks(steps)
    # the one that is ahead turns first
    ahead = sorted(steps, key=lambda i: steps[i].uppers[0], reverse=shift > 0)
    assert [tracks[i] for i in ahead] == sorted(tracks.values())
    assert len(set(tracks.values())) == 3


def test_a_crowded_channel_needs_no_more_tracks_than_pieces_lie_over_each_other():
    found = {i: Piece([40.0 * i], [40.0 * i + 20.0]) for i in range(MOST_PIECES * 2)}
    assert max(assign_tracks(found).values()) <= 1
