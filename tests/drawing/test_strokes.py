"""Wires as strokes: followed command by command to what ends up on the page."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.drawing import Wire
from torchview_docs.drawing.strokes import (
    CORNER,
    HEAD_LENGTH,
    HEAD_OVERLAP,
    Box,
    Way,
    heads,
    lines,
    px,
    sheets,
    ways,
)

Point = tuple[int, int]


def wire(*points: tuple[float, float], arrow: bool = False) -> Way:
    (way,) = ways([Wire("a", 0, points, arrow=arrow)])
    return way


def strokes(path: str) -> list[tuple[Point, ...]]:
    """The strokes of path data: lines as two points, curves as three."""
    found: list[tuple[Point, ...]] = []
    at = (0, 0)
    for command, text in re.findall(r"([Mhvlqz])([^Mhvlqz]*)", path):
        n = [int(v) for v in re.findall(r"-?\d+", text)]
        if command == "M":
            at = (n[0], n[1])
            continue
        match command:
            case "h":
                to = [(at[0] + n[0], at[1])]
            case "v":
                to = [(at[0], at[1] + n[0])]
            case "l":
                to = [(at[0] + n[0], at[1] + n[1])]
            case "q":
                to = [(at[0] + n[0], at[1] + n[1]), (at[0] + n[2], at[1] + n[3])]
        found.append((at, *to))
        at = to[-1]
    return found


def inked(path: str) -> Counter[Point]:
    """How often each unit of an axis-parallel line is drawn, by its middle in half px."""
    units: Counter[Point] = Counter()
    for stroke in strokes(path):
        if len(stroke) != 2:
            continue
        (ax, ay), (bx, by) = stroke
        for x in range(min(ax, bx), max(ax, bx)):
            units[2 * x + 1, 2 * ay] += 1
        for y in range(min(ay, by), max(ay, by)):
            units[2 * ax, 2 * y + 1] += 1
    return units


def test_a_straight_wire_is_one_stroke() -> None:
    assert lines([wire((10, 0), (10, 20), (10, 50))]) == "M10 0v50"


def test_corners_are_rounded() -> None:
    assert strokes(lines([wire((0, 0), (0, 50), (80, 50))])) == [
        ((0, 0), (0, 50 - CORNER)),
        ((0, 50 - CORNER), (0, 50), (CORNER, 50)),
        ((CORNER, 50), (80, 50)),
    ]


def test_two_corners_close_together_share_the_way_between_them() -> None:
    drawn = strokes(lines([wire((0, 0), (0, 50), (8, 50), (8, 90))]))
    assert [s for s in drawn if len(s) == 3] == [((0, 46), (0, 50), (4, 50)), ((4, 50), (8, 50), (8, 54))]


def test_what_two_wires_share_is_drawn_once() -> None:
    trunk, tap = wire((0, 0), (0, 100)), wire((0, 0), (0, 50), (80, 50))
    assert lines([trunk, tap]) == f"M0 0v100M0 {50 - CORNER}q0 {CORNER} {CORNER} {CORNER}h{80 - CORNER}"
    assert set(inked(lines([trunk, tap])).values()) == {1}
    assert lines([trunk, trunk]) == lines([trunk])


def test_a_line_stops_inside_its_head_whose_tip_is_at_the_end() -> None:
    down = wire((10, 0), (10, 50), arrow=True)
    assert lines([down]) == f"M10 0v{50 - HEAD_LENGTH + HEAD_OVERLAP}"
    for end, back in [((10, 90), (0, -1)), ((10, 10), (0, 1)), ((90, 50), (-1, 0)), ((-90, 50), (1, 0))]:
        path = heads([wire((10, 50), end, arrow=True)])
        x, y, dx, dy, side = map(float, re.findall(r"-?[\d.]+", path))
        assert (x, y) == end
        assert dx * back[0] + dy * back[1] == HEAD_LENGTH
        assert abs(dx * back[1] + dy * back[0]) == side / 2  # as far on either side of the wire


def test_heads_stand_only_where_wires_have_them_and_once() -> None:
    assert heads([wire((0, 0), (0, 9))]) == ""
    assert heads(2 * [wire((0, 0), (0, 9), arrow=True)]).count("M") == 1


def test_a_wire_without_length_is_nothing() -> None:
    assert lines([wire(), wire((5, 5)), wire((5, 5), (5, 5), arrow=True)]) == ""
    assert heads([wire(arrow=True), wire((5, 5), (5, 5), arrow=True)]) == ""


def test_equal_distances_stay_equal_when_rounded() -> None:
    assert [px(v) for v in (0.5, 1.5, 2.5, -0.5, 1.49)] == [1, 2, 3, 0, 1]


steps = st.lists(st.tuples(st.booleans(), st.integers(-30, 30)), min_size=1, max_size=6)


@st.composite
def walks(draw: st.DrawFn) -> tuple[Point, ...]:
    x, y = draw(st.integers(0, 40)), draw(st.integers(0, 40))
    points = [(x, y)]
    for horizontal, by in draw(steps):
        x, y = (x + by, y) if horizontal else (x, y + by)
        points.append((x, y))
    return tuple(points)


@given(
    st.lists(st.builds(lambda points, arrow: wire(*points, arrow=arrow), walks(), st.booleans()), max_size=5)
)
def test_together_wires_ink_what_each_inks_and_nothing_twice(some: list[Way]) -> None:
    together = inked(lines(some))
    assert set(together) == set().union(*(inked(lines([w])) for w in some))
    assert all(count == 1 for count in together.values())


@given(walks())
def test_a_wire_starts_and_ends_where_it_should(points: tuple[Point, ...]) -> None:
    drawn = strokes(lines([wire(*points)]))
    if drawn:
        assert drawn[0][0] == points[0]
        assert any(touches(stroke, points[-1]) for stroke in drawn)


def touches(stroke: tuple[Point, ...], point: tuple[float, float]) -> bool:
    """Whether a point is on a line, or an end of a curve."""
    if len(stroke) == 3:
        return point in (stroke[0], stroke[2])
    (ax, ay), (bx, by) = stroke
    return min(ax, bx) <= point[0] <= max(ax, bx) and min(ay, by) <= point[1] <= max(ay, by)


@pytest.mark.parametrize(("radius", "step"), [(8, 4), (5, 3)])
def test_sheets_look_out_below_and_to_the_right_only(radius: int, step: int) -> None:
    path = sheets(Box(100, 200, 80, 40), radius, step, 2)
    right_ends = [float(v) for v in re.findall(r"1 (\d+) \d+V", path)]
    assert sorted(right_ends) == [180 + step, 180 + 2 * step]  # the farthest one first, under the other
    assert right_ends[0] > right_ends[1]
    assert path.count("z") == 2
    assert path.endswith(sheets(Box(100, 200, 80, 40), radius, step, 1))
