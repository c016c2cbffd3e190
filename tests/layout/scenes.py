"""Scenes for tests: written by hand, and random ones by hypothesis."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from torchview_docs.drawing.scene import Card, Frame, Link, Row, Scene

DIRECTIONS = ("TB", "LR", "BT", "RL")


def card(name, frame=None, *, kind="card", config="", width=96.0, height=30.0, **more):
    row = Row(family="op", title=name, config=config)
    return Card(name=name, kind=kind, rows=(row,), width=width, height=height, frame=frame, **more)


def frame(name, parent=None, *, title_width=70.0, note_width=30.0, repeat=1):
    return Frame(name, name, "Module", "1.2 k", title_width, note_width, parent, repeat)


def link(source, target, output=0, position=0, label="", dashed=False):
    return Link(source, target, output, position, label, 6.0 * len(label), dashed)


def chain(count, direction="TB"):
    cards = tuple(card(f"c{i}") for i in range(count))
    links = tuple(link(f"c{i}", f"c{i + 1}") for i in range(count - 1))
    return Scene(cards, (), links, direction)


def random_dag(count, links_per_card, seed, direction="TB"):
    """One panel of random cards."""
    rng = random.Random(seed)
    cards = tuple(card(f"c{i}", width=rng.choice([84.0, 120.0, 180.0])) for i in range(count))
    links = []
    for target in range(1, count):
        found = {rng.randrange(max(0, target - 40), target) for _ in range(rng.randint(1, links_per_card))}
        links += [link(f"c{s}", f"c{target}", position=p) for p, s in enumerate(sorted(found))]
    return Scene(cards, (), tuple(links), direction)


@st.composite
def scenes(draw, *, cycles=False):
    """Cards in nested frames with links in the order of execution, or any order."""
    count = draw(st.integers(0, 14))
    frames = []
    for i in range(draw(st.integers(0, 5))):
        parent = draw(st.sampled_from([None, *(f.name for f in frames)]))
        repeat = draw(st.sampled_from([1, 1, 1, 2, 5]))
        width = draw(st.sampled_from([30.0, 120.0, 260.0]))
        frames.append(frame(f"f{i}", parent, title_width=width, repeat=repeat))
    homes = [None, *(f.name for f in frames)]
    cards = []
    for i in range(count):
        kind = draw(st.sampled_from(["card", "card", "card", "card", "source", "input", "output", "tensor"]))
        cards.append(
            card(
                f"c{i}",
                draw(st.sampled_from(homes)),
                kind=kind,
                config=draw(st.sampled_from(["", "64→64, 3×3"])),
                width=draw(st.sampled_from([84.0, 140.0, 230.0])),
                height=draw(st.sampled_from([30.0, 56.0, 82.0])) if kind == "card" else 30.0,
                commutative=draw(st.booleans()),
                repeat=draw(st.sampled_from([1, 1, 1, 2, 4])),
            )
        )
    links = []
    numbers = st.integers(0, max(0, count - 1))
    for _ in range(draw(st.integers(0, 3 * count)) if count else 0):
        source, target = draw(numbers), draw(numbers)
        if not cycles:
            if source == target:
                continue
            source, target = sorted((source, target))
        label = draw(st.sampled_from(["", "1×64×56×56", "1×10"]))
        output = draw(st.sampled_from([0, 0, 0, 1, 2]))
        dashed = draw(st.sampled_from([False, False, False, True]))
        links.append(link(f"c{source}", f"c{target}", output, draw(st.integers(0, 4)), label, dashed))
    return Scene(tuple(cards), tuple(frames), tuple(links), draw(st.sampled_from(DIRECTIONS)))


@st.composite
def towers(draw):
    """An encoder and a decoder, both nested, with random skips, and tensors from one to the other."""
    cards = [card("src", kind="input"), card("tgt", kind="input")]
    frames, links = [], []
    for tower, start in (("e", "src"), ("d", "tgt")):
        frames.append(frame(tower, repeat=draw(st.sampled_from([1, 3]))))
        made = [start]
        for i in range(draw(st.integers(1, 3))):
            frames.append(frame(f"{tower}{i}", tower, title_width=draw(st.sampled_from([40.0, 200.0]))))
            for j in range(draw(st.integers(1, 4))):
                home = draw(st.sampled_from([tower, f"{tower}{i}", f"{tower}{i}"]))
                cards.append(card(f"{tower}{i}{j}", home, width=draw(st.sampled_from([84.0, 200.0]))))
                links.append(link(made[-1], cards[-1].name, label="1×64"))
                if draw(st.booleans()):
                    links.append(link(draw(st.sampled_from(made)), cards[-1].name, position=1))
                made.append(cards[-1].name)
    encoder = [c.name for c in cards if c.name.startswith("e")]
    decoder = [c.name for c in cards if c.name.startswith("d")]
    for _ in range(draw(st.integers(1, 3))):
        source = draw(st.sampled_from([encoder[-1], *encoder]))
        links.append(link(source, draw(st.sampled_from(decoder)), position=2, label="1×512"))
    if draw(st.booleans()):
        cards.append(card("y", kind="output"))
        links += [link(draw(st.sampled_from(encoder)), "y"), link(decoder[-1], "y")]
    return Scene(tuple(cards), tuple(frames), tuple(links), draw(st.sampled_from(DIRECTIONS)))
