"""Measures: what can be said of a picture from its coordinates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

from torchview_docs.drawing.scene import Scene

from .picture import Box, Picture, Point

__all__ = ["Measures", "measure"]

#: What is closer than this touches, px.
_SLACK = 0.3
#: So far a line may run into the card at which it ends.
_END = 1.2


class Measures(NamedTuple):
    """What is measured; the first five are faults."""

    text_on_text: int
    text_on_border: int
    card_on_card: int
    wire_through_card: int
    wire_through_text: int
    crossings: int
    bends: int
    waste: float
    width: float
    height: float

    @property
    def faults(self) -> int:
        """How much is simply wrong."""
        return sum(self[:5])

    @property
    def area(self) -> float:
        """In square px."""
        return self.width * self.height


def measure(scene: Scene, picture: Picture) -> Measures:
    """All measures of a picture of a scene."""
    cards, pieces = list(picture.cards.values()), _pieces(picture)
    boxes = [text.box for text in picture.texts]
    borders = [*cards, *picture.panels.values()]
    covered = sum(box.area for box in cards)
    whole = _extent(picture)
    return Measures(
        sum(_overlap(a, b) for a, b in combinations(boxes, 2)),
        sum(_on_border(text, box) for text in boxes for box in borders),
        sum(_overlap(a, b) for a, b in combinations(cards, 2)),
        _through(pieces, cards, _END),
        _through(pieces, boxes, _SLACK),
        _crossings(pieces),
        _bends(scene, picture),
        1 - covered / whole.area if whole.area else 0.0,
        whole.x1 - whole.x0,
        whole.y1 - whole.y0,
    )


def _extent(picture: Picture) -> Box:
    """What is drawn, without the margin around it."""
    boxes = [*picture.cards.values(), *picture.panels.values(), *(text.box for text in picture.texts)]
    x = [n for box in boxes for n in (box.x0, box.x1)] + [p[0] for line in picture.lines for p in line.points]
    y = [n for box in boxes for n in (box.y0, box.y1)] + [p[1] for line in picture.lines for p in line.points]
    return Box(min(x), min(y), max(x), max(y)) if boxes else Box(0, 0, 0, 0)


def _overlap(a: Box, b: Box) -> bool:
    return a.x0 < b.x1 - _SLACK and b.x0 < a.x1 - _SLACK and a.y0 < b.y1 - _SLACK and b.y0 < a.y1 - _SLACK


def _on_border(text: Box, box: Box) -> bool:
    """Whether a box's border runs through a text."""
    within = (
        text.x0 >= box.x0 - _SLACK
        and text.y0 >= box.y0 - _SLACK
        and text.x1 <= box.x1 + _SLACK
        and text.y1 <= box.y1 + _SLACK
    )
    return _overlap(text, box) and not within


class _Pieces(NamedTuple):
    """Straight pieces: one row each of x0, y0, x1, y1, and the number of the net."""

    ends: np.ndarray
    net: np.ndarray


def _pieces(picture: Picture) -> _Pieces:
    numbers: dict[object, int] = {}
    rows, nets = [], []
    for line in picture.lines:
        number = numbers.setdefault(line.net, len(numbers))
        for a, b in pairwise(line.points):
            if a != b:
                rows.append((*a, *b))
                nets.append(number)
    return _Pieces(np.array(rows, dtype=float).reshape(-1, 4), np.array(nets, dtype=int))


def _through(pieces: _Pieces, boxes: list[Box], slack: float) -> int:
    """How many pairs there are of a net and a box that one of its pieces enters."""
    x0, y0, x1, y1 = pieces.ends.T
    found = 0
    for box in boxes:
        left, top, right, bottom = box.x0 + slack, box.y0 + slack, box.x1 - slack, box.y1 - slack
        if right <= left or bottom <= top:
            continue
        # Clip each piece against the box (Liang & Barsky 1984).
        enter, leave = np.zeros(len(x0)), np.ones(len(x0))
        for start, delta, low, high in ((x0, x1 - x0, left, right), (y0, y1 - y0, top, bottom)):
            with np.errstate(divide="ignore", invalid="ignore"):
                a, b = (low - start) / delta, (high - start) / delta
            moves = delta != 0
            enter = np.where(moves, np.maximum(enter, np.minimum(a, b)), enter)
            leave = np.where(moves, np.minimum(leave, np.maximum(a, b)), leave)
            outside = ~moves & ((start <= low) | (start >= high))
            leave = np.where(outside, -1.0, leave)
        found += len(set(pieces.net[enter < leave].tolist()))
    return found


def _crossings(pieces: _Pieces) -> int:
    """How often pieces of different nets cross, not counting where they only touch."""
    found = 0
    p, r = pieces.ends[:, :2], pieces.ends[:, 2:] - pieces.ends[:, :2]
    for i in range(len(p) - 1):
        q, s = p[i + 1 :], r[i + 1 :]
        cross = r[i, 0] * s[:, 1] - r[i, 1] * s[:, 0]
        away = q - p[i]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (away[:, 0] * s[:, 1] - away[:, 1] * s[:, 0]) / cross
            u = (away[:, 0] * r[i, 1] - away[:, 1] * r[i, 0]) / cross
        inner = (cross != 0) & (t > 0) & (t < 1) & (u > 0) & (u < 1)
        found += int(np.count_nonzero(inner & (pieces.net[i + 1 :] != pieces.net[i])))
    return found


# -- the trunk ----------------------------------------------------------------------------


def _bends(scene: Scene, picture: Picture) -> int:
    """How many links of the trunk do not run straight, in the figure's direction."""
    across = 0 if scene.direction in ("TB", "BT") else 1
    starts: dict[object, set[float]] = defaultdict(set)
    ends: dict[object, list[Point]] = defaultdict(list)
    for line in picture.lines:
        starts[line.net].add(round(line.points[0][across], 1))
        ends[line.net].append(line.points[-1])
    bends = 0
    for source, output, target in _trunk(scene):
        net, box = (source, output), picture.cards[target]
        arrivals = [p[across] for p in ends[net] if _touches(p, box)]
        straight = any(abs(a - s) <= _END for a in arrivals for s in starts[net])
        bends += not straight
    return bends


def _touches(point: Point, box: Box) -> bool:
    x, y = point
    return box.x0 - 9 <= x <= box.x1 + 9 and box.y0 - 9 <= y <= box.y1 + 9


def _trunk(scene: Scene) -> Iterator[tuple[str, int, str]]:
    """The links of the longest path from the first input."""
    order = {card.name: i for i, card in enumerate(scene.cards)}
    into = defaultdict(list)
    for link in scene.links:
        if order[link.source] < order[link.target]:
            into[link.target].append(link)
    first = next((card.name for card in scene.cards if card.kind == "input"), None)
    length: dict[str, int] = {} if first is None else {first: 0}
    came = {}
    for card in scene.cards:
        for link in into[card.name]:
            if link.source in length and length[link.source] + 1 > length.get(card.name, 0):
                length[card.name] = length[link.source] + 1
                came[card.name] = link
    at = max(length, key=length.__getitem__, default=None)
    while at in came:
        link = came[at]
        yield link.source, link.output, link.target
        at = link.source
