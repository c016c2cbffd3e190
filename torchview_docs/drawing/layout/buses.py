"""Buses: several tensors that run on one line.

A list that grows, as each concatenation of a dense block reads all before, is one; so is a long
list that one card reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from torchview_docs.drawing.scene import Link, Scene

__all__ = ["find_buses"]

#: Fewer lists that grow out of each other are no bus.
LEAST_BUS = 4
#: A card with so many arguments gets them by a bus.
LEAST_LIST = 16


def find_buses(scene: Scene) -> dict[Link, str]:
    """The links of long lists and of lists that grow, with the name of the bus that each belongs to.

    Lists of sources, in argument order, each of which is the beginning of the next, at least four
    of them. A card like theirs that reads nothing but the first source belongs to the bus as well.
    """
    reading: dict[str, dict[int, Link]] = {}
    for link in scene.links:
        if not link.dashed and not link.side:
            reading.setdefault(link.target, {}).setdefault(link.position, link)
    lists = {
        card: tuple((arguments[p].source, arguments[p].output) for p in sorted(arguments))
        for card, arguments in reading.items()
    }
    titles = {card.name: tuple(row.title for row in card.rows) for card in scene.cards}
    found: dict[Link, str] = {}
    for chain in _growing(lists):
        if len(chain) < LEAST_BUS:
            continue
        first = lists[chain[0]][:1]
        members = set(chain)
        members.update(c for c in lists if lists[c] == first and titles[c] == titles[chain[0]])
        for card in sorted(members):
            found.update(dict.fromkeys(reading[card].values(), f"bus {chain[0]}"))
    for card, arguments in reading.items():
        long = len({(link.source, link.output) for link in arguments.values()}) >= LEAST_LIST
        if long and not any(link in found for link in arguments.values()):
            found.update(dict.fromkeys(arguments.values(), f"bus {card}"))
    return found


def _growing(lists: Mapping[str, tuple[tuple[str, int], ...]]) -> Iterable[list[str]]:
    """Chains of cards each of which reads what the one before it reads, and more behind it."""
    chains: dict[tuple[tuple[str, int], ...], list[str]] = {}
    longer = [card for card in lists if len(lists[card]) >= 2]
    for card in sorted(longer, key=lambda c: len(lists[c])):
        sources = lists[card]
        for length in range(len(sources) - 1, 1, -1):
            chain = chains.pop(sources[:length], None)
            if chain is not None:
                chains[sources] = [*chain, card]
                break
        else:
            chains.setdefault(sources, [card])
    return chains.values()
