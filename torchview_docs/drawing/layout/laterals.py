"""Laterals: an encoder beside its decoder.

A tensor that one panel computes and another reads late may enter the reader from the left, at the
height where it is read, if nothing else that the reader needs depends on it. The two panels then
stand side by side, and the tensor goes the same way into every panel inside that reads it late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from torchview_docs.drawing.layout.nets import Draft, Level, NetKey
from torchview_docs.drawing.layout.panel import BORDER

__all__ = ["Lateral", "plan_laterals"]

#: A frame, and a tensor that enters it from the left.
Lateral = tuple[str, NetKey]
#: A panel with fewer cards is not worth standing beside another.
LEAST_CARDS = 3


def plan_laterals(levels: Mapping[str | None, Level]) -> set[Lateral]:
    """Choose the tensors that enter frames from the left."""
    found: set[Lateral] = set()
    for level in levels.values():
        for key, draft in level.nets.items():
            reader = _late_reader(levels, level, key, draft)
            if reader is not None:
                found.update(_into(levels, reader, key))
    return found


def _late_reader(levels: Mapping[str | None, Level], level: Level, key: NetKey, draft: Draft) -> str | None:
    """The one frame that reads the net late, and could stand beside the frame that computes it."""
    if len(draft.sources) > 1 or draft.sources[0].box == BORDER:
        return None
    source = draft.sources[0].box
    maker = levels.get(level.children[source])
    if maker is None or _cards(levels, maker) < LEAST_CARDS:
        return None
    readers = [end.box for end in draft.targets if end.box not in (BORDER, source)]
    frames = [box for box in readers if level.children[box] in levels]
    if len(frames) != 1 or not _is_late(levels, levels[level.children[frames[0]]], key):
        return None
    if frames[0] in _reached(level, source, key, frames[0]):
        return None
    return level.children[frames[0]]


def _cards(levels: Mapping[str | None, Level], level: Level) -> int:
    """How many cards stand in a frame and in those inside it."""
    inside = (levels.get(child) for child in level.children)
    return sum(1 if inner is None else _cards(levels, inner) for inner in inside)


def _is_late(levels: Mapping[str | None, Level], level: Level, key: NetKey) -> bool:
    """Whether all in a frame that read the net read it late.

    A card does that if it also reads something that the frame computes, a frame also if all
    that read the net inside it do.
    """
    draft = level.nets[key]
    if any(end.box == BORDER for end in draft.targets) or len(draft.sources) > 1:
        return False
    for end in draft.targets:
        inner = levels.get(level.children[end.box])
        waits = any(
            source.box not in (BORDER, end.box) and any(target.box == end.box for target in other.targets)
            for name, other in level.nets.items()
            if name != key
            for source in other.sources
        )
        if not waits and (inner is None or not _is_late(levels, inner, key)):
            return False
    return True


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


def _into(levels: Mapping[str | None, Level], frame: str, key: NetKey) -> Iterable[Lateral]:
    """The frame, and the frames inside that read the net late as well."""
    waiting = [frame]
    while waiting:
        name = waiting.pop()
        yield name, key
        level = levels[name]
        for end in level.nets[key].targets:
            child = level.children[end.box]
            if child in levels and _is_late(levels, levels[child], key):
                waiting.append(child)
