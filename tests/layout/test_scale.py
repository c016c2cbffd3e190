"""Large scenes, and that the same scene is the same drawing everywhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time

import pytest

from tests.layout.geometry import undrawn
from tests.layout.scenes import card, chain, frame, link, random_dag
from tests.layout.test_figures import transformer
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.layout.compose import Figure
from torchview_docs.drawing.layout.directions import Direction
from torchview_docs.drawing.layout.nets import levels
from torchview_docs.drawing.scene import Scene
from torchview_docs.errors import LayoutError


def seconds(scene):
    start = time.process_time()
    lay_out(scene)
    return time.process_time() - start


def test_an_ordinary_figure_takes_a_twentieth_of_a_second():
    scene = transformer(19)
    assert len(scene.cards) == 59
    assert min(seconds(scene) for _ in range(3)) < 0.05


@pytest.mark.slow
def test_a_panel_of_two_thousand_random_cards_takes_less_than_five_seconds():
    assert seconds(random_dag(2000, 2, seed=1)) < 5


@pytest.mark.slow
def test_a_chain_of_two_thousand_cards_takes_less_than_five_seconds():
    scene = chain(2000)
    assert seconds(scene) < 5
    assert len({c.x for c in lay_out(scene).cards}) == 1


def test_a_fan_of_two_hundred_is_drawn():
    cards = [card("x"), *(card(f"b{i}") for i in range(200)), card("cat")]
    links = [link("x", f"b{i}") for i in range(200)]
    links += [link(f"b{i}", "cat", position=i) for i in range(200)]
    scene = Scene(tuple(cards), (), tuple(links))
    assert seconds(scene) < 1
    assert not undrawn(scene, lay_out(scene))


def test_a_panel_with_more_lines_than_anybody_could_follow_is_refused_at_once():
    cards = tuple(card(f"c{i}") for i in range(300))
    links = [link(f"c{s}", f"c{t}", output=t, position=s) for t in range(300) for s in range(t)]
    scene = Scene(cards, (), tuple(links))
    start = time.process_time()
    with pytest.raises(LayoutError, match="a panel of 300 cards"):
        lay_out(scene)
    assert time.process_time() - start < 5


@pytest.mark.slow
def test_a_long_panel_is_drawn_however_long_it_is():
    count = 12_000
    cards = tuple(card(f"c{i}") for i in range(count))
    links = [link(f"c{i - 1}", f"c{i}") for i in range(1, count)]
    links += [link(f"c{i - 5}", f"c{i}", position=1) for i in range(5, count, 5)]
    assert len(lay_out(Scene(cards, (), tuple(links))).cards) == count


@pytest.mark.slow
def test_a_constant_that_a_thousand_cards_read_is_one_rail():
    cards = [card("x"), card("k"), *(card(f"c{i}") for i in range(1000))]
    links = [link(f"c{i - 1}" if i else "x", f"c{i}") for i in range(1000)]
    links += [link("k", f"c{i}", position=1) for i in range(1000)]
    scene = Scene(tuple(cards), (), tuple(links))
    assert seconds(scene) < 3
    assert lay_out(scene).width < 300


@pytest.mark.slow
def test_frames_may_be_nested_deeper_than_python_recurses():
    frames = tuple(frame(f"f{i}", f"f{i - 1}" if i else None) for i in range(1500))
    scene = Scene((card("a"), card("b", "f1499")), frames, (link("a", "b"),))
    assert seconds(scene) < 5
    assert len(lay_out(scene).wires) == 1501


def test_eighty_equal_blocks_are_laid_out_once():
    scene = transformer(80)
    figure = Figure(scene, Direction("TB"), levels(scene))
    figure.lay_out(set())
    assert len(figure.levels) == 81
    # the last block feeds no other panel
    assert len(figure.solved) == 3
    assert seconds(scene) < 1


PROGRAM = """
import hashlib
from tests.layout.scenes import random_dag
from tests.layout.test_figures import encoder_decoder, transformer
from tests.layout.test_nets import dense
from torchview_docs.drawing.layout import lay_out
from tests.layout.test_fans import fan
from tests.layout.test_repeats import shared_table
scenes = [random_dag(80, 3, 7), transformer(3), encoder_decoder(), dense(9)]
scenes += [fan([2, 1] * 12), shared_table(9)]
print(hashlib.sha256("".join(lay_out(s).to_json() for s in scenes).encode()).hexdigest())
"""


@pytest.mark.slow
def test_a_drawing_is_the_same_under_every_hash_seed():
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "12345")
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == hashlib.sha256().digest_size * 2
