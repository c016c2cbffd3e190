"""Sources that many cards read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.layout.geometry import faults, front
from tests.layout.scenes import card, frame, link, scenes
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.layout.repeats import LEAST_READERS, repeat_sources
from torchview_docs.drawing.scene import Scene


def shared_table(blocks):
    """A chain of blocks, each of which reads the same table."""
    cards, frames, links, at = [card("x", kind="input"), card("table", kind="source")], [], [], "x"
    for i in range(blocks):
        frames.append(frame(f"f{i}"))
        cards += [card(f"a{i}", f"f{i}"), card(f"b{i}", f"f{i}")]
        links += [link(at, f"a{i}"), link(f"a{i}", f"b{i}"), link("table", f"b{i}", position=1)]
        at = f"b{i}"
    return Scene(tuple(cards), tuple(frames), tuple(links))


def test_a_table_that_few_read_is_one_card():
    scene = shared_table(LEAST_READERS - 1)
    assert repeat_sources(scene) is scene


def test_a_table_that_many_read_stands_beside_each_of_them():
    scene = shared_table(LEAST_READERS)
    drawing = lay_out(scene)
    assert not faults(repeat_sources(scene), drawing)
    tables = [c for c in drawing.cards if c.card.rows[0].title == "table"]
    assert len(tables) == LEAST_READERS
    boxes = {c.card.name: front(c) for c in drawing.cards}
    for i, table in enumerate(tables):
        assert table.card.frame == f"f{i}"
        assert 0 < boxes[f"b{i}"][1] - front(table)[3] < 40


def test_a_copy_says_that_it_is_one():
    hints = {c.rows[0].hint for c in repeat_sources(shared_table(9)).cards if c.kind == "source"}
    assert hints == {"table (one tensor, drawn at each of its 9 readers)"}


def test_what_is_computed_is_never_repeated():
    scene = shared_table(20)
    cards = tuple(c._replace(kind="card") if c.name == "table" else c for c in scene.cards)
    assert repeat_sources(scene._replace(cards=cards)).cards == cards


@given(scenes(), st.integers(1, 4))
def test_every_reader_keeps_its_arguments_and_gets_a_source_of_its_own(scene, least):
    found = repeat_sources(scene, least)
    titles = {c.name: c.rows[0].title for c in found.cards}

    def arguments(which):
        return sorted((titles[k.source], k.output, k.target, k.position, k.dashed) for k in which.links)

    assert arguments(found) == arguments(scene)
    assert {c.name for c in scene.cards} <= set(titles)
    assert len(titles) == len(found.cards)
    computed = {k.target for k in found.links}
    for source in found.cards:
        readers = {k.target for k in found.links if k.source == source.name}
        assert source.kind != "source" or source.name in computed or len(readers) < max(least, 2)


@given(scenes())
def test_repeated_sources_are_drawn_without_faults(scene):
    found = repeat_sources(scene, 2)
    assert not faults(found, lay_out(found))
