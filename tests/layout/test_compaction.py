"""Everything between two walls that stand as near as they can."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.layout.compaction import Reach, squeeze
from torchview_docs.drawing.layout.pulling import Field, pack, pull


@st.composite
def fields(draw):
    """Segments of which each has least distances to some that follow, and wishes."""
    count = draw(st.integers(1, 8))
    found = Field(
        [0.0] * count, [{} for _ in range(count)], [{} for _ in range(count)], [[] for _ in range(count)]
    )
    reach = [
        Reach(draw(st.sampled_from([5.0, 40.0])), draw(st.sampled_from([5.0, 70.0]))) for _ in range(count)
    ]
    for a in range(count):
        for b in range(a + 1, count):
            if draw(st.booleans()):
                distance = reach[a].right + 10.0 + reach[b].left
                found.right[a][b] = found.left[b][a] = distance
            if draw(st.booleans()):
                wish = draw(st.sampled_from([-200.0, 0.0, 300.0]))
                found.wishes[b].append((a, wish, 1.0))
                found.wishes[a].append((b, -wish, 1.0))
    return found, reach


def longest_path(field, reach):
    """The least width, by trying every path."""

    def beyond(s):
        return max([reach[s].right, *(d + beyond(other) for other, d in field.right[s].items())])

    return max(reach[s].left + beyond(s) for s in range(len(reach)))


@given(fields())
def test_nothing_is_wider_than_it_must_be_and_all_distances_hold(made):
    field, reach = made
    pack(field)
    pull(field)
    squeeze(field, reach)
    for a, right in enumerate(field.right):
        for b, distance in right.items():
            assert field.x[b] - field.x[a] >= distance - 1e-6
    low = min(x - r.left for x, r in zip(field.x, reach, strict=True))
    high = max(x + r.right for x, r in zip(field.x, reach, strict=True))
    assert high - low <= longest_path(field, reach) + 1e-6


def test_what_has_room_stands_where_it_wishes():
    field = Field([0.0, 100.0, 40.0], [{1: 100.0}, {}, {}], [{}, {0: 100.0}, {}], [[], [], [(1, -10.0, 1.0)]])
    squeeze(field, [Reach(20.0, 20.0)] * 3)
    assert field.x[1] - field.x[0] == 100.0
    assert abs(field.x[2] - (field.x[1] - 10.0)) < 1.0
