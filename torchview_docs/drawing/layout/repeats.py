"""Repeats: a parameter, buffer or constant that many cards read is drawn beside each of them.

Fifty long lines from one card tell less than fifty small cards that say the same name.
"""

from __future__ import annotations

from collections import defaultdict

from torchview_docs.drawing.scene import Card, Link, Scene

__all__ = ["repeat_sources"]

#: What fewer cards read is drawn once.
LEAST_READERS = 8


def repeat_sources(scene: Scene, least: int = LEAST_READERS) -> Scene:
    """The scene with a source of its own for each reader of what many read.

    The first reader gets the card itself, the others copies of it with names of their own, each in
    its reader's frame and just before it in the order of execution.

    Args:
        scene: What is to be drawn.
        least: What fewer cards read is drawn once.
    """
    readers = _readers(scene)
    sources = {card.name: card for card in scene.cards if len(readers.get(card.name, ())) >= least}
    if not sources:
        return scene
    taken = {card.name for card in scene.cards}
    names: dict[tuple[str, str], str] = {}
    beside: dict[str, list[Card]] = defaultdict(list)
    frames = {card.name: card.frame for card in scene.cards}
    for name, card in sources.items():
        said = _said(card, len(readers[name]))
        for number, reader in enumerate(readers[name]):
            copy = name if not number else _new_name(f"{name} for {reader}", taken)
            names[name, reader] = copy
            beside[reader].append(said._replace(name=copy, frame=frames[reader]))
    cards: list[Card] = []
    for card in scene.cards:
        if card.name not in sources:
            cards += [*beside[card.name], card]
    links = tuple(_moved(link, names) for link in scene.links)
    return scene._replace(cards=tuple(cards), links=links)


def _readers(scene: Scene) -> dict[str, tuple[str, ...]]:
    """The cards that read each source, in the order of execution."""
    order = {card.name: i for i, card in enumerate(scene.cards)}
    sources = {card.name for card in scene.cards if card.kind == "source"}
    sources -= {link.target for link in scene.links}
    found: dict[str, set[str]] = defaultdict(set)
    for link in scene.links:
        if link.source in sources:
            found[link.source].add(link.target)
    return {name: tuple(sorted(held, key=order.__getitem__)) for name, held in found.items()}


def _said(card: Card, count: int) -> Card:
    """The card, which tells on hovering that it is drawn so often."""
    first = card.rows[0]
    hint = f"{first.hint or first.title} (one tensor, drawn at each of its {count} readers)"
    return card._replace(rows=(first._replace(hint=hint), *card.rows[1:]))


def _moved(link: Link, names: dict[tuple[str, str], str]) -> Link:
    """The link, from its reader's own copy; the shape is written at the first only."""
    copy = names.get((link.source, link.target))
    if copy is None or copy == link.source:
        return link
    return link._replace(source=copy, label="", label_width=0.0)


def _new_name(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    taken.add(name)
    return name
