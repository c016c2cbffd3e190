"""The best of several plans for a panel."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.layout.geometry import faults, front
from tests.layout.scenes import card, frame, link
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.layout.choosing import Effort, best_solution
from torchview_docs.drawing.layout.costs import crossings, picture_cost
from torchview_docs.drawing.layout.panel import Box, End, Net, PanelWire, Problem, Solution
from torchview_docs.drawing.layout.plan import PLAIN
from torchview_docs.drawing.layout.solve import solve
from torchview_docs.drawing.scene import Scene


@st.composite
def problems(draw):
    """Boxes that read one or two of those before them."""
    count = draw(st.integers(2, 9))
    kinds = [draw(st.sampled_from(["input", "card", "card", "card"])) for _ in range(count)]
    targets = {}
    for v in range(1, count):
        if kinds[v] == "card":
            sources = draw(st.lists(st.integers(0, v - 1), max_size=3, unique=True))
            for position, source in enumerate(sources):
                targets.setdefault(source, []).append(End(v, 0, position))
    boxes = tuple(Box(draw(st.sampled_from([80.0, 160.0])), 30.0, kind) for kind in kinds)
    return Problem(boxes, tuple(Net((End(s),), tuple(ends)) for s, ends in sorted(targets.items())))


@given(problems())
def test_the_choice_is_never_worse_than_the_plain_plan(problem):
    found, plain = best_solution(problem, Effort(10_000)), solve(problem)
    # what the chosen plan gives up makes it dearer than this, not cheaper
    cost = picture_cost(problem, PLAIN, plain, crossings(plain))
    assert picture_cost(problem, PLAIN, found, crossings(found)) <= cost


@given(problems(), st.integers(0, 40))
def test_no_more_effort_is_spent_than_there_is(problem, left):
    effort = Effort(left)
    found = best_solution(problem, effort)
    assert 0 <= effort.left <= left
    assert effort.left < left or found == solve(problem)


def picture(*lines):
    wires = tuple(PanelWire(net, 0, tuple(points), arrow=True) for net, points in lines)
    return Solution(9, 9, (), (), (), (), wires, (), 0)


def test_wires_of_different_nets_that_cross_are_counted():
    across, along = (0, [(0, 5), (9, 5)]), (1, [(4, 0), (4, 9)])
    assert crossings(picture(across, along)) == 1
    assert crossings(picture(across, (0, along[1]))) == 0
    # a line that ends on another one only touches it
    assert crossings(picture(across, (1, [(4, 5), (4, 9)]))) == 0


def test_many_outputs_end_beside_what_computes_them():
    cards, links = [card("x", kind="input")], []
    for i in range(12):
        cards += [card(f"c{i}"), card(f"y{i}", kind="output")]
        links += [link(f"c{i - 1}" if i else "x", f"c{i}"), link(f"c{i}", f"y{i}")]
    scene = Scene(tuple(cards), (), tuple(links))
    drawing = lay_out(scene)
    assert not faults(scene, drawing)
    assert drawing.width < 300


def test_two_inputs_and_two_outputs_keep_their_lines():
    cards = [card("a", kind="input"), card("b", kind="input"), *(card(n) for n in "cde")]
    cards += [card("y", kind="output"), card("z", kind="output")]
    links = [link("a", "c"), link("c", "d"), link("d", "e"), link("b", "e", position=1)]
    links += [link("e", "y"), link("e", "z", 1)]
    scene = Scene(tuple(cards), (), tuple(links))
    at = {c.card.name: c.y for c in lay_out(scene).cards}
    assert at["a"] == at["b"]
    assert at["y"] == at["z"]


def test_skips_of_all_panels_lie_on_the_same_side():
    cards, links, frames, at = [card("x", kind="input")], [], [], "x"
    for i in range(4):
        frames.append(frame(f"f{i}", title_width=70.0 + 60 * i))
        cards += [card(f"{i}{part}", f"f{i}") for part in ("norm", "fc", "add")]
        links += [link(at, f"{i}norm"), link(f"{i}norm", f"{i}fc"), link(f"{i}fc", f"{i}add")]
        links.append(link(at, f"{i}add", position=1))
        at = f"{i}add"
    drawing = lay_out(Scene(tuple(cards), tuple(frames), tuple(links)))
    adds = [front(c) for c in drawing.cards if c.card.name.endswith("add")]
    ends = [wire.points[-1] for wire in drawing.wires if wire.arrow]
    left = sum(abs(x - box[0]) < 0.2 and box[1] < y < box[3] for box in adds for x, y in ends)
    right = sum(abs(x - box[2]) < 0.2 and box[1] < y < box[3] for box in adds for x, y in ends)
    assert sorted((left, right)) == [0, 4]
