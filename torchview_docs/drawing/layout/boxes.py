"""Sizes of cards and titles as they are drawn: what a scene measures, and what the layout adds."""

from __future__ import annotations

from math import ceil

from torchview_docs.drawing.callouts import callout_room, times
from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.buses import find_buses
from torchview_docs.drawing.layout.directions import Direction
from torchview_docs.drawing.layout.nets import manner, ports_of
from torchview_docs.drawing.layout.panel import Title
from torchview_docs.drawing.layout.ports import argument_room, result_gaps
from torchview_docs.drawing.metrics import FRAME_SIZE, text_width
from torchview_docs.drawing.scene import Card, Frame, Scene

__all__ = ["card_sizes", "frame_room", "frame_title", "sheets"]

#: Cards of one frame whose widths differ by less than this share become equally wide.
NEARLY_EQUAL = 0.66
#: Height of a card whose configuration stands under its title, and what surrounds the text.
TWO_LINES = 44.0
TITLE_SIZE = 13.0
CONFIG_SIZE = 11.0
CONFIG_GAP = 14.0
AROUND_TITLE = 26.0
LEAST_WIDTH = 50.0
#: A badge such as `× 12`.
BADGE_SIZE = 10.0
BADGE_ROOM = 18.0


def sheets(repeat: int) -> int:
    """How many sheets are drawn behind what stands for `repeat` equal ones."""
    return max(0, min(sizes.MOST_SHEETS, repeat - 1))


def frame_room(frame: Frame) -> float:
    """Width of what stands at the right end of a frame's title: the note and the badge."""
    words = times(frame.repeat, frame.look)
    badge = text_width(words, BADGE_SIZE, bold=True) + BADGE_ROOM if words else 0.0
    return frame.note_width + badge


def frame_title(frame: Frame) -> Title:
    """A frame's title as its panel must hold it: path and class, note and badge."""
    first = second = 0.0
    if frame.subtitle:
        second = text_width(frame.subtitle, FRAME_SIZE)
        # what lies between the two is not needed where they are parted
        first = max(0.0, frame.title_width - second)
    return Title(
        round(frame.title_width, 1),
        round(frame_room(frame), 1),
        round(first, 1) if first else 0.0,
        round(second, 1) if first else 0.0,
    )


def card_sizes(scene: Scene, direction: Direction) -> dict[str, tuple[float, float]]:
    """Width and height on the page of each card.

    Nearly equal cards of a frame become equal where they stand above each other; where the flow
    runs across the page the configuration moves under the title. A card grows with the number of
    its arguments and results.
    """
    found: dict[str, tuple[float, float]] = {}
    for card in scene.cards:
        size = (card.width, card.height)
        found[card.name] = _two_lines(card) if direction.horizontal else size
    if not direction.horizontal:
        _equal_widths(scene, found)
    for name, least in _least_sizes(scene, direction).items():
        width, height = found[name]
        found[name] = (width, max(height, least)) if direction.horizontal else (max(width, least), height)
    return {name: (round(width, 1), round(height, 1)) for name, (width, height) in found.items()}


def _two_lines(card: Card) -> tuple[float, float]:
    if card.kind != "card" or len(card.rows) != 1:
        return card.width, card.height
    title = text_width(card.rows[0].title, TITLE_SIZE)
    if not card.rows[0].config:
        # what is as wide as its neighbours above each other need not be so beside them
        narrow = max(LEAST_WIDTH, title + AROUND_TITLE + callout_room(card.rows[0].look))
        return (card.width if card.repeat > 1 else min(card.width, narrow)), card.height
    config = text_width(card.rows[0].config, CONFIG_SIZE)
    spared = min(title, config) + CONFIG_GAP
    return max(card.width - spared, max(title, config) + 20.0), max(card.height, TWO_LINES)


def _equal_widths(scene: Scene, found: dict[str, tuple[float, float]]) -> None:
    by_frame: dict[str | None, list[Card]] = {}
    for card in scene.cards:
        if card.kind not in ("input", "output"):
            by_frame.setdefault(card.frame, []).append(card)
    for cards in by_frame.values():
        cards.sort(key=lambda card: -card.width)
        widest = 0.0
        for card in cards:
            if card.width < NEARLY_EQUAL * widest or not widest:
                widest = ceil(card.width / 6) * 6.0
            found[card.name] = (widest, found[card.name][1])


def _least_sizes(scene: Scene, direction: Direction) -> dict[str, float]:
    """How wide (LR: how high) each card must be for its arguments and results."""
    arguments: dict[str, set[tuple[str, int, str]]] = {}
    results: dict[str, dict[int, float]] = {}
    buses, ports = find_buses(scene), ports_of(scene)
    for link in scene.links:
        # what comes by one bus arrives at one place
        tensor = (buses[link], 0, "") if link in buses else (link.source, link.output, manner(link))
        arguments.setdefault(link.target, set()).add(tensor)
        labels = results.setdefault(link.source, {})
        width = link.label_width if link.label else 0.0
        labels[ports(link)] = max(labels.get(ports(link), 0.0), width)
    found = {name: argument_room(len(held)) for name, held in arguments.items()}
    for name, labels in results.items():
        gaps = result_gaps([labels[output] for output in sorted(labels)], along=direction.horizontal)
        found[name] = max(found.get(name, 0.0), sum(gaps) + 2 * sizes.CARD_CORNER)
    return found
