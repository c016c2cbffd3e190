"""Places of titles."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.layout.panel import Title
from torchview_docs.drawing.layout.titles import place_title

lengths = st.integers(0, 300).map(float)


@given(lengths, lengths, lengths, st.booleans(), st.lists(lengths, max_size=5), lengths)
def test_no_line_crosses_title_or_note_and_all_fit(first, second, note, parts, offsets, room):
    title = Title(first + second, note, *((first, second) if parts else ()))
    low, high = -20.0, 340.0 + room
    found = place_title(title, offsets, low, high)
    assert found.low <= low
    assert found.high >= high
    texts = [(found.start, found.start + title.width)]
    if found.second is not None:
        texts = [(found.start, found.start + first), (found.second, found.second + second)]
        assert parts
        assert texts[0][1] <= found.second
    assert found.low <= texts[0][0]
    assert texts[-1][1] <= found.high - note
    assert all(x < start or x > end for x in offsets for start, end in texts)
    assert not note or all(x < found.high - note for x in offsets)


@given(lengths, lengths, lengths, st.lists(lengths, max_size=5), lengths)
def test_a_title_is_parted_only_where_that_makes_the_panel_narrower(first, second, note, offsets, room):
    whole = place_title(Title(first + second, note), offsets, 0.0, 340.0 + room)
    found = place_title(Title(first + second, note, first, second), offsets, 0.0, 340.0 + room)
    assert found == whole or found.high - found.low < whole.high - whole.low


def test_a_title_stands_at_the_left_where_it_can():
    assert place_title(Title(80, 20), [150.0], 0.0, 300.0) == (10.0, None, 0.0, 300.0)


def test_a_title_without_room_at_the_left_stands_right_of_the_line():
    start, _, low, high = place_title(Title(80, 20), [60.0], 0.0, 300.0)
    assert (start > 60.0, low, high) == (True, 0.0, 300.0)


def test_a_panel_grows_where_the_title_fits_nowhere():
    start, _, low, high = place_title(Title(80, 20), [40.0], 0.0, 80.0)
    assert start + 80 <= 30
    assert low < 0
    assert high >= 80


def test_a_line_parts_path_and_class_in_a_narrow_panel():
    assert place_title(Title(70, 20, 36, 30), [60.0], 0.0, 140.0) == (10.0, 70.0, 0.0, 140.0)
