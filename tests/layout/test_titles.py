"""Places of titles."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.layout.panel import Title
from torchview_docs.drawing.layout.titles import place_title

lengths = st.integers(0, 300).map(float)


@given(lengths, lengths, st.lists(lengths, max_size=5), lengths)
def test_no_line_crosses_title_or_note_and_both_fit(width, note, offsets, room):
    low, high = -20.0, 340.0 + room
    start, left, right = place_title(Title(width, note), offsets, low, high)
    assert left <= low
    assert right >= high
    assert left <= start
    assert start + width <= right - note
    assert all(x < start or x > start + width for x in offsets)
    assert not note or all(x < right - note for x in offsets)


def test_a_title_stands_at_the_left_where_it_can():
    assert place_title(Title(80, 20), [150.0], 0.0, 300.0) == (10.0, 0.0, 300.0)


def test_a_title_without_room_at_the_left_stands_right_of_the_line():
    start, low, high = place_title(Title(80, 20), [60.0], 0.0, 300.0)
    assert (start > 60.0, low, high) == (True, 0.0, 300.0)


def test_a_panel_grows_where_the_title_fits_nowhere():
    start, low, high = place_title(Title(80, 20), [40.0], 0.0, 80.0)
    assert start + 80 <= 30
    assert low < 0
    assert high >= 80
