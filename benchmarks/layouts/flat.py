"""Flat: the same boxes laid out by Graphviz' `dot` in one piece, panels as clusters.

Cards have the sizes that we draw, sheets of stacks included, titles the room that theirs and their
notes and badges take. The sheets of panels take no room.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from typing import Any

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.boxes import card_sizes, frame_room, sheets
from torchview_docs.drawing.layout.directions import Direction
from torchview_docs.drawing.scene import Card, Frame, Scene

from .picture import Box, Line, Picture, Point, Text

__all__ = ["flat"]

_INCH = 72.0
_DRAW = """
import sys, time, pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
start = time.process_time()
drawn = graph.draw(format="json", prog="dot")
sys.stderr.write(str(time.process_time() - start))
sys.stdout.buffer.write(drawn)
"""


def flat(scene: Scene, seconds: float = 60.0) -> tuple[Picture, float] | None:
    """Graphviz' picture of a scene and the seconds that it took; None where it took too long."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _DRAW], input=_dot(scene).encode(), capture_output=True, timeout=seconds,
            check=True,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    return _picture(scene, json.loads(done.stdout)), float(done.stderr.split()[-1])


def _dot(scene: Scene) -> str:
    ids = {card.name: f"n{i}" for i, card in enumerate(scene.cards)}
    clusters = {frame.name: f"cluster_{i}" for i, frame in enumerate(scene.frames)}
    measured = card_sizes(scene, Direction(scene.direction))
    cards, frames = defaultdict(list), defaultdict(list)
    for card in scene.cards:
        cards[card.frame].append(card)
    for frame in scene.frames:
        frames[frame.frame].append(frame)
    lines = [
        f"digraph {{ rankdir={scene.direction} nodesep={22 / _INCH:.3f} ranksep={24 / _INCH:.3f}",
        'node [shape=box fixedsize=true label=""] edge [arrowsize=0.6 fontsize=10 fontname=Helvetica]',
        "graph [margin=14 fontsize=11 fontname=Helvetica]",
    ]

    def fill(name: str | None) -> None:
        for card in cards[name]:
            width, height = measured[card.name]
            room = _sheets(card)
            size = f"width={(width + room) / _INCH:.3f} height={(height + room) / _INCH:.3f}"
            lines.append(f"{ids[card.name]} [{size}]")
        for frame in frames[name]:
            lines.append(f"subgraph {clusters[frame.name]} {{")
            lines.append(f"label={_room(_title_width(frame), 18)}")
            fill(frame.name)
            lines.append("}")

    fill(None)
    labelled = set()
    for link in scene.links:
        label = ""
        if link.label and (link.source, link.output) not in labelled:
            labelled.add((link.source, link.output))
            label = f" [label={_room(link.label_width, 11)}]"
        lines.append(f"{ids[link.source]} -> {ids[link.target]}{label}")
    return "\n".join([*lines, "}"])


def _sheets(card: Card) -> float:
    """How far a stack's sheets reach beyond its card, down and to the right."""
    return sheets(card.repeat) * sizes.CARD_SHEET


def _title_width(frame: Frame) -> float:
    return frame.title_width + frame_room(frame) + 20


def _room(width: float, height: float) -> str:
    """A label that takes so much room, whatever the fonts."""
    return (
        f'<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0" FIXEDSIZE="TRUE" '
        f'WIDTH="{width:.0f}" HEIGHT="{height}"><TR><TD></TD></TR></TABLE>>'
    )


def _picture(scene: Scene, data: dict[str, Any]) -> Picture:
    height = float(data["bb"].split(",")[3])
    objects = {o["name"]: o for o in data.get("objects", ())}
    measured = card_sizes(scene, Direction(scene.direction))
    cards = {}
    for i, card in enumerate(scene.cards):
        x, y = map(float, objects[f"n{i}"]["pos"].split(","))
        y = height - y
        w, h = measured[card.name]
        room = _sheets(card)
        left, top = x - (w + room) / 2, y - (h + room) / 2
        cards[card.name] = Box(left, top, left + w, top + h)
    panels, texts = {}, []
    for i, frame in enumerate(scene.frames):
        made = objects[f"cluster_{i}"]
        a, b, c, d = map(float, made["bb"].split(","))
        panels[frame.name] = Box(a, height - d, c, height - b)
        if "lp" in made:
            text = _text(made["lp"], _title_width(frame), 12, height)
            texts.append(Text(text, frame.name))
    lines = []
    for edge, link in zip(data.get("edges", ()), scene.links, strict=True):
        lines.append(Line((link.source, link.output), _points(edge["pos"], height)))
        if "lp" in edge:
            texts.append(Text(_text(edge["lp"], link.label_width, 10, height)))
    return Picture(cards, panels, tuple(lines), tuple(texts))


def _text(place: str, width: float, height: float, whole: float) -> Box:
    x, y = map(float, place.split(","))
    return Box(x - width / 2, whole - y - height / 2, x + width / 2, whole - y + height / 2)


def _points(pos: str, height: float, steps: int = 6) -> tuple[Point, ...]:
    """A row of cubic Bézier curves as a polyline, the arrow's head at its end."""
    end = None
    points: list[Point] = []
    for word in pos.split():
        mark, _, rest = word.rpartition("e,")
        x, y = map(float, rest.split(",")[-2:])
        if "e" in word.split(",")[0] or mark:
            end = (x, height - y)
        else:
            points.append((x, height - y))
    found = points[:1]
    for i in range(0, len(points) - 3, 3):
        p0, p1, p2, p3 = points[i : i + 4]
        for step in range(1, steps + 1):
            t = step / steps
            u = 1 - t
            found.append(tuple(
                u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d
                for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
            ))  # fmt: skip
    return (*found, end) if end else tuple(found)
