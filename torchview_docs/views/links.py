"""Links: how a copy of a period is linked to the copy before it.

Each tensor that a copy reads from outside is the same in both, or a tensor of the copy before, or of one
step (`chunk`) an output further on. Each tensor that leaves a copy goes to nobody but the next copy, or
to readers that take it of both copies as one of a list. Numbers in the index of a `getitem` may count up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from torchview_docs.views.parts import Part, Tensor

__all__ = ["Flow", "Inner", "Link", "Links"]

#: A tensor made in a period: the number of the step in it, of the leaf in the step, and of the output.
Inner: TypeAlias = tuple[int, int, int]
#: A slot of a period, or a leaf: the number of the step in it, and of the slot or leaf in the step.
_Within: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Flow:
    """How tensors flow while a graph is folded.

    Attributes:
        readers: Which leaves read a tensor.
        reads: The tensors that a leaf reads, and as what; the members of a list alike.
        outputs: How many tensors a leaf makes.
    """

    readers: Callable[[Tensor], Iterable[str]]
    reads: Callable[[str], Iterable[tuple[Tensor, Hashable]]]
    outputs: Callable[[str], int]


@dataclass(frozen=True)
class Link:
    """How a copy is linked to the one before it; the same all along a run.

    Attributes:
        feed: What of the copy before fills which slot.
        counted: By how many outputs further on another slot reads.
        taken: The tensors that the same readers take of both copies.
        numbers: By how much the numbers of a leaf's index count up.
    """

    feed: Mapping[_Within, Inner]
    counted: Mapping[_Within, int]
    taken: frozenset[Inner]
    numbers: Mapping[_Within, tuple[int, ...]]


class Links:
    """The steps of a scope, and what links them.

    Args:
        parts: The steps in order; None for those that have no equal.
        flow: How tensors flow.
    """

    def __init__(self, parts: Sequence[Part | None], flow: Flow) -> None:
        self._parts = parts
        self._flow = flow
        self._place = {
            leaf: (k, number)
            for k, part in enumerate(parts)
            if part is not None
            for number, leaf in enumerate(part.leaves)
        }
        #: The last step that reads what a step makes; the number of steps where it is none of them.
        self._furthest = [-1 if part is None else max(self._readers_of(part), default=-1) for part in parts]
        self._taking: dict[str, dict[Tensor, list[Hashable]]] = {}

    def link(self, base: int, period: int) -> Link | None:
        """How the copy at `base` is linked to the one before; None if they are not."""
        before = base - period
        feed: dict[_Within, Inner] = {}
        counted: dict[_Within, int] = {}
        numbers: dict[_Within, tuple[int, ...]] = {}
        taken: set[Inner] = set()
        for k in range(period):
            first, other = self.part(before + k), self.part(base + k)
            if self._furthest[before + k] >= base + period:
                found = self._taken(k, base, period)
                if found is None:
                    return None
                taken |= found
            for slot, (was, now) in enumerate(zip(first.slots, other.slots, strict=True)):
                inside_before, inside = self._inner(was, before, period), self._inner(now, base, period)
                if inside is not None or inside_before is not None:
                    if inside != inside_before:
                        return None
                elif (fed := self._inner(now, before, period)) is not None:
                    feed[k, slot] = fed
                elif was[0] != now[0]:
                    return None
                elif was[1] != now[1]:
                    counted[k, slot] = now[1] - was[1]
            numbers |= {(k, at): further for at, further in _counting(first, other)}
        return Link(feed, counted, frozenset(taken), numbers) if feed or taken else None

    def leaving(self, step: int, end: int) -> Iterator[tuple[int, int]]:
        """The tensors of a step that are read outside of the steps before `end`: leaf and output."""
        if self._furthest[step] < end:
            return
        for number, leaf in enumerate(self.part(step).leaves):
            for output in range(self._flow.outputs(leaf)):
                if self._far((leaf, output), end):
                    yield number, output

    def part(self, step: int) -> Part:
        """A step of a run."""
        part = self._parts[step]
        if part is None:
            raise IndexError(f"step {step} has no equal")
        return part

    def _inner(self, tensor: Tensor, base: int, period: int) -> Inner | None:
        """A tensor as one of the copy at `base`."""
        place = self._place.get(tensor[0])
        if place is None or not base <= place[0] < base + period:
            return None
        return place[0] - base, place[1], tensor[1]

    def _readers_of(self, part: Part) -> Iterator[int]:
        """The steps that read what a step makes."""
        nowhere = (len(self._parts), 0)
        for leaf in part.leaves:
            for output in range(self._flow.outputs(leaf)):
                for reader in self._flow.readers((leaf, output)):
                    yield self._place.get(reader, nowhere)[0]

    # -- what leaves each copy ----------------------------------------------------------------

    def _taken(self, k: int, base: int, period: int) -> set[Inner] | None:
        """The tensors of a step that the same readers take of both copies; None if others leave it."""
        end = base + period
        found: set[Inner] = set()
        first, other = self.part(base - period + k), self.part(base + k)
        for number, (was, now) in enumerate(zip(first.leaves, other.leaves, strict=True)):
            for output in range(self._flow.outputs(was)):
                far = self._far((was, output), end)
                if not far:
                    continue
                # What the next copy but one is fed by is no taking.
                near = {place for r in self._flow.readers((was, output)) if (place := self._place.get(r))}
                further = {
                    reader
                    for reader in self._far((now, output), end)
                    if (there := self._place.get(reader)) is None or (there[0] - period, there[1]) not in near
                }
                if far != further or any(
                    self._as_what(reader, (was, output)) != self._as_what(reader, (now, output))
                    for reader in far
                ):
                    return None
                found.add((k, number, output))
        return found

    def _far(self, tensor: Tensor, end: int) -> set[str]:
        """The readers of a tensor that are not in the steps before `end`."""
        return {r for r in self._flow.readers(tensor) if self._place.get(r, (end, 0))[0] >= end}

    def _as_what(self, reader: str, tensor: Tensor) -> list[Hashable]:
        known = self._taking.get(reader)
        if known is None:
            known = self._taking[reader] = {}
            for each, use in self._flow.reads(reader):
                known.setdefault(each, []).append(use)
        return known[tensor]


def _counting(first: Part, other: Part) -> Iterator[tuple[int, tuple[int, ...]]]:
    """By how much the numbers of the indices in two equal parts differ, where they do."""
    if first.numbers != other.numbers:
        for at, own, others in zip(first.indexed, first.numbers, other.numbers, strict=True):
            if own != others:
                yield at, tuple(b - a for a, b in zip(own, others, strict=True))
