"""Tracks of a channel."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layout.geometry import bad_texts
from tests.layout.scenes import card, link
from torchview_docs.drawing.layout import lay_out, sizes
from torchview_docs.drawing.layout.channels import MOST_PIECES, Piece, assign_tracks
from torchview_docs.drawing.scene import Scene

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


def gaps(labels):
    """The distance of two cards above each other, and of the track between from the upper one."""
    cards = [card("a"), card("b"), card("c")]
    links = [link("a", "c", label=labels[0]), link("b", "c", position=1, label=labels[1])]
    drawing = lay_out(Scene(tuple(cards), (), tuple(links)))
    boxes = {c.card.name: c for c in drawing.cards}
    bottom = boxes["a"].y + boxes["a"].height
    tracks = [y for wire in drawing.wires for _, y in wire.points[1:-1]]
    return boxes["c"].y - bottom, min(tracks) - bottom


def test_a_track_that_touches_no_label_needs_no_band_for_it():
    without, _ = gaps(("", ""))
    beside, track = gaps(("", "1×64"))
    # b stands right of c: its line turns left, away from the label
    assert without < beside <= sizes.LABEL_BAND + sizes.LABEL_GAP + sizes.ARROW
    assert track < sizes.LABEL_BAND


def test_a_track_that_would_run_through_a_label_lies_below_it():
    cards = [card("a"), card("b", width=300.0), card("c")]
    links = [link("a", "c", label="1×64×128"), link("a", "b"), link("b", "c", position=1)]
    scene = Scene(tuple(cards), (), tuple(links))
    assert not bad_texts(scene, lay_out(scene))
