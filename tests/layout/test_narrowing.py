"""Rows that are too wide are parted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.layout.geometry import faults, front
from tests.layout.scenes import card, frame, link
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.layout.narrowing import row_widths
from torchview_docs.drawing.layout.panel import Box, End, Net, Problem
from torchview_docs.drawing.layout.plan import PLAIN
from torchview_docs.drawing.layout.ranks import rank_boxes
from torchview_docs.drawing.scene import Scene


@st.composite
def problems(draw):
    """Boxes that read some of those before them."""
    count = draw(st.integers(1, 10))
    targets = {}
    for v in range(1, count):
        for position, source in enumerate(draw(st.lists(st.integers(0, v - 1), max_size=2, unique=True))):
            targets.setdefault(source, []).append(End(v, 0, position))
    boxes = tuple(Box(draw(st.sampled_from([80.0, 160.0, 300.0])), 30.0) for _ in range(count))
    return Problem(boxes, tuple(Net((End(s),), tuple(ends)) for s, ends in sorted(targets.items())))


@given(problems(), st.sampled_from([100.0, 320.0, 500.0]))
def test_no_row_with_several_boxes_is_wider_than_the_limit(problem, limit):
    ranks = rank_boxes(problem, PLAIN._replace(limit=limit)).ranks
    for rank, width in enumerate(row_widths(problem, ranks)):
        assert width <= limit or sum(r == rank for r in ranks) == 1


@given(problems(), st.sampled_from([100.0, 320.0, 500.0]))
def test_a_box_still_stands_below_everything_it_reads(problem, limit):
    ranks = rank_boxes(problem, PLAIN._replace(limit=limit)).ranks
    for net in problem.nets:
        for source, target in net.dependencies():
            assert ranks[source.box] < ranks[target.box]


@given(problems())
def test_a_limit_that_no_row_reaches_changes_nothing(problem):
    assert rank_boxes(problem, PLAIN._replace(limit=1e6)) == rank_boxes(problem)


def test_the_longest_path_keeps_its_ranks_while_another_waits():
    # 0 → 1 → 2 → 3, and 0 → 4, which nothing reads
    widths = (100.0, 100.0, 50.0, 100.0, 200.0)
    readers = ((1, 4), (2,), (3,))
    nets = tuple(Net((End(v),), tuple(map(End, reading))) for v, reading in enumerate(readers))
    problem = Problem(tuple(Box(width, 30.0) for width in widths), nets)
    assert rank_boxes(problem).ranks == (1, 2, 3, 4, 2)
    assert rank_boxes(problem, PLAIN._replace(limit=310.0)).ranks == (1, 2, 3, 4, 3)


def embedded(name, source, width):
    """A tower that starts with a wide table beside the table of positions."""
    cards = [card(f"{name}words", name, width=width), card(f"{name}places", name, kind="source", width=width)]
    cards += [card(f"{name}{part}", name) for part in ("add", "norm", "layers")]
    links = [link(source, f"{name}words"), link(f"{name}words", f"{name}add")]
    links.append(link(f"{name}places", f"{name}add", position=1))
    return cards, [*links, link(f"{name}add", f"{name}norm"), link(f"{name}norm", f"{name}layers")]


def test_towers_that_no_page_holds_side_by_side_stand_one_below_the_other():
    encoder, joined = embedded("e", "src", 290.0)
    decoder, more = embedded("d", "tgt", 290.0)
    cards = [
        card("src", kind="input"),
        *encoder,
        card("tgt", kind="input"),
        *decoder,
        card("y", kind="output"),
    ]
    links = (*joined, *more, link("elayers", "dlayers", position=1), link("dlayers", "y"))
    scene = Scene(tuple(cards), (frame("e"), frame("d")), links)
    drawing = lay_out(scene)
    assert not faults(scene, drawing)
    assert drawing.width <= 720
    at = {f.frame.name: front(f) for f in drawing.frames}
    assert at["e"][3] < at["d"][1]
