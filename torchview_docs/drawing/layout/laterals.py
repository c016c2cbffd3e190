"""Laterals: an encoder beside its decoder.

A tensor that one panel computes and another reads late may enter the reader from the left, at the
height where it is read, if nothing else that the reader needs depends on it. The two panels then
stand side by side, and the tensor goes the same way into every panel inside that reads it late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from torchview_docs.drawing.layout.nets import Draft, Level, NetKey
from torchview_docs.drawing.layout.panel import BORDER
from torchview_docs.drawing.layout.rows import upstream

__all__ = ["Lateral", "plan_laterals"]

#: A frame, and a tensor that enters it from the left.
Lateral = tuple[str, NetKey]
#: A panel with fewer cards is not worth standing beside another.
LEAST_CARDS = 3
#: What reads a tensor after fewer cards belongs below it.
LEAST_BEFORE = 2


def plan_laterals(levels: Mapping[str | None, Level]) -> set[Lateral]:
    """Choose the tensors that enter frames from the left."""
    late = _late(levels)
    cards = _cards(levels)
    found: set[Lateral] = set()
    for level in levels.values():
        for key, draft in level.nets.items():
            maker = _maker(level, draft)
            if maker is None or cards.get(maker, 0) < LEAST_CARDS:
                continue
            reader = _late_reader(levels, level, key, late)
            if reader is not None and _cards_before(levels, reader, key, cards) >= LEAST_BEFORE:
                found.update(_into(levels, reader, key, late))
    return found


def _maker(level: Level, draft: Draft) -> str | None:
    """The child that computes the net, unless it comes from outside."""
    if len(draft.sources) > 1 or draft.sources[0].box == BORDER:
        return None
    return level.children[draft.sources[0].box]


def _late_reader(
    levels: Mapping[str | None, Level], level: Level, key: NetKey, late: AbstractSet[Lateral]
) -> str | None:
    """The one frame that reads the net late, and could stand beside the frame that computes it."""
    draft = level.nets[key]
    source = draft.sources[0].box
    readers = [end.box for end in draft.targets if end.box not in (BORDER, source)]
    frames = [box for box in readers if level.children[box] in levels]
    if len(frames) != 1 or (level.children[frames[0]], key) not in late:
        return None
    if frames[0] in _reached(level, source, key, frames[0]):
        return None
    return level.children[frames[0]]


def _cards(levels: Mapping[str | None, Level]) -> dict[str | None, int]:
    """How many cards stand in each frame and in those inside it."""
    found: dict[str | None, int] = {}
    for name, level in reversed(list(levels.items())):
        found[name] = sum(found[child] if child in levels else 1 for child in level.children)
    return found


def _cards_before(
    levels: Mapping[str | None, Level], frame: str, key: NetKey, cards: Mapping[str | None, int]
) -> int:
    """How many cards of a frame come before the first that reads the net."""
    level = levels[frame]
    found = []
    for end in level.nets[key].targets:
        child = level.children[end.box]
        before = sum(cards.get(level.children[box], 1) for box in upstream(level, end.box))
        found.append(before + (_cards_before(levels, child, key, cards) if child in levels else 0))
    return min(found)


def _late(levels: Mapping[str | None, Level]) -> set[Lateral]:
    """The tensors that are read late in the frame that they enter."""
    found: set[Lateral] = set()
    for name, level in reversed(list(levels.items())):
        if name is not None:
            computed = _computed(level)
            found.update((name, key) for key in level.ins if _is_late(level, key, computed, found))
    return found


def _computed(level: Level) -> set[int]:
    """The children that read something which another child computes."""
    return {
        target.box
        for draft in level.nets.values()
        for source in draft.sources
        for target in draft.targets
        if source.box not in (BORDER, target.box)
    }


def _is_late(level: Level, key: NetKey, computed: AbstractSet[int], late: AbstractSet[Lateral]) -> bool:
    """Whether all in a frame that read the net read it late.

    A card does that if it also reads something that the frame computes, a frame also if all
    that read the net inside it do.
    """
    draft = level.nets[key]
    if any(end.box == BORDER for end in draft.targets) or len(draft.sources) > 1:
        return False
    return all(end.box in computed or (level.children[end.box], key) in late for end in draft.targets)


def _reached(level: Level, start: int, key: NetKey, reader: int) -> set[int]:
    """The children that depend on one of them, by other ways than the net's to its reader."""
    after: dict[int, set[int]] = {}
    for name, draft in level.nets.items():
        for source in draft.sources:
            ends = {end.box for end in draft.targets}
            if name == key:
                ends.discard(reader)
            after.setdefault(source.box, set()).update(ends)
    reached: set[int] = set()
    waiting = [start]
    while waiting:
        for box in after.get(waiting.pop(), ()):
            if box != BORDER and box not in reached:
                reached.add(box)
                waiting.append(box)
    return reached


def _into(
    levels: Mapping[str | None, Level], frame: str, key: NetKey, late: AbstractSet[Lateral]
) -> Iterable[Lateral]:
    """The frame, and the frames inside that read the net late as well."""
    waiting = [frame]
    while waiting:
        name = waiting.pop()
        yield name, key
        level = levels[name]
        for end in level.nets[key].targets:
            child = level.children[end.box]
            if (child, key) in late:
                waiting.append(child)
