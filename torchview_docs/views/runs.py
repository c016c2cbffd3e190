"""Runs: where in a sequence of steps a period of one or several steps repeats.

A period repeats when its copies are equal, each copy reads from the one before it in the same way,
what else the copies read is common to all of them, and nobody but the next copy reads what is
inside one. Of a period of several steps, what leaves the last copy is what goes from copy to copy:
it begins and ends where its author would say that it does.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from torchview_docs.views.parts import Part, Tensor

__all__ = ["Flow", "Inner", "Run", "Steps"]

#: A tensor made in a period: the number of the step in it, of the leaf in the step, and of the output.
Inner: TypeAlias = tuple[int, int, int]
#: By the number of a step in a period and of its slot: what of the copy before fills the slot.
_Feed: TypeAlias = dict[tuple[int, int], Inner]

#: So many later equals of a step are tried as the beginning of the next copy.
_TRIES = 16
#: A group is worth its panel from so many leaves that it saves.
_WORTH = 4


@dataclass(frozen=True)
class Flow:
    """How tensors flow while a graph is folded.

    Attributes:
        readers: Which leaves read a tensor.
        reads: The tensors that a leaf reads.
        outputs: How many tensors a leaf makes.
    """

    readers: Callable[[Tensor], Iterable[str]]
    reads: Callable[[str], Iterable[Tensor]]
    outputs: Callable[[str], int]


@dataclass(frozen=True)
class Run:
    """A period that repeats.

    Attributes:
        start: Index of its first step.
        period: How many steps it has.
        count: How many times it is there.
        feed: By tensor that enters the first copy: what of the copy before enters the others instead.
    """

    start: int
    period: int
    count: int
    feed: Mapping[Tensor, Inner]

    @property
    def end(self) -> int:
        """Index of the first step after it."""
        return self.start + self.period * self.count


class Steps:
    """The steps of a scope, in which runs are looked for.

    Args:
        parts: The steps in order; None for those that have no equal.
        flow: How tensors flow.
    """

    def __init__(self, parts: Sequence[Part | None], flow: Flow) -> None:
        self._parts = parts
        self._flow = flow
        known: dict[object, int] = {}
        self._ids = [
            -1 - k if part is None else known.setdefault(part.signature, len(known))
            for k, part in enumerate(parts)
        ]
        self._at: dict[int, list[int]] = defaultdict(list)
        for k, number in enumerate(self._ids):
            self._at[number].append(k)
        self._place = {
            leaf: (k, number)
            for k, part in enumerate(parts)
            if part is not None
            for number, leaf in enumerate(part.leaves)
        }
        self._furthest = [-1 if part is None else self._furthest_reader(part) for part in parts]
        # The steps that are read from outside, which only the last copy of a period may hold.
        self._leaks = [k for k, furthest in enumerate(self._furthest) if furthest == len(parts)]

    def __getitem__(self, index: int) -> Part:
        """A step of a run."""
        part = self._parts[index]
        if part is None:
            raise IndexError(f"step {index} has no equal")
        return part

    def singles(self, may: Callable[[Part], bool]) -> Iterator[Run]:
        """The runs of one step, of those steps that may be in one."""
        start = 0
        while start < len(self._ids) - 1:
            part = self._parts[start]
            run = self._longest(start, 1) if part is not None and may(part) else None
            if run is not None:
                yield run
            start = run.end if run is not None else start + 1

    def groups(self) -> Iterator[Run]:
        """The runs of several steps, of those that begin at the same step the shortest period."""
        start = 0
        while start < len(self._ids) - 3:
            run = self._group(start)
            if run is not None:
                yield run
            start = run.end if run is not None else start + 1

    def _group(self, start: int) -> Run | None:
        equals = self._at[self._ids[start]]
        after = bisect_right(equals, start)
        for other in equals[after : after + _TRIES]:
            if other > start + 1:
                run = self._longest(start, other - start)
                if run is not None and self._is_worth_it(run):
                    return self._narrowest(run)
        return None

    def _is_worth_it(self, run: Run) -> bool:
        leaves = sum(len(self[k].leaves) for k in range(run.start, run.start + run.period))
        return leaves * (run.count - 1) >= _WORTH

    def _narrowest(self, run: Run) -> Run:
        """The run, begun at another of its steps where fewer tensors go from copy to copy.

        `norm, attention, add`, of which one tensor goes on, not `add, norm, attention`.
        """
        best = run
        for shift in range(1, run.period):
            if len(best.feed) == 1:
                break
            other = self._longest(run.start + shift, run.period, most=2)
            if other is not None and len(other.feed) < len(best.feed):
                whole = self._longest(other.start, other.period)
                if whole is not None and self._is_worth_it(whole):
                    best = whole
        return best

    # -- one run ------------------------------------------------------------------------------

    def _longest(self, start: int, period: int, most: int | None = None) -> Run | None:
        """The run of this period that starts here, or as much of it as loses no path."""
        feed: _Feed | None = None
        count = 1
        while count != most and self._equal(start, start + count * period, period):
            found = self._feed(start + count * period, period)
            if not found or found != (feed or found):
                break
            feed = found
            count += 1
        entries = self._entries(start, feed) if feed else None
        if entries is None:
            return None
        if period > 1 and not self._ends_as_it_goes_on(Run(start, period, count, entries)):
            count -= 1
        count = self._without_loss(Run(start, period, count, entries))
        return Run(start, period, count, entries) if count > 1 else None

    def _ends_as_it_goes_on(self, run: Run) -> bool:
        """Whether of the last copy nothing is read that the other copies do not give to the next."""
        fed = {self._leaf(run.start, inner) for inner in run.feed.values()}
        return fed.issuperset(self._leaving(run))

    def _equal(self, start: int, other: int, period: int) -> bool:
        ids = self._ids
        if other + period > len(ids):
            return False
        # Most that are not equal differ here: a long period need not be copied to tell.
        if any(ids[start + k] != ids[other + k] for k in (period - 1, period // 2)):
            return False
        return ids[start : start + period] == ids[other : other + period]

    def _feed(self, base: int, period: int) -> _Feed | None:
        """What of the copy before fills which slot of the copy at `base`; None if they are not linked so."""
        before = base - period
        leak = bisect_left(self._leaks, before)
        if leak < len(self._leaks) and self._leaks[leak] < base:
            return None
        feed: _Feed = {}
        for k in range(period):
            if self._furthest[before + k] >= base + period:
                return None
            for slot, (was, now) in enumerate(zip(self[before + k].slots, self[base + k].slots, strict=True)):
                inside_before, inside = self._inner(was, before, period), self._inner(now, base, period)
                if inside is not None or inside_before is not None:
                    if inside != inside_before:
                        return None
                    continue
                fed = self._inner(now, before, period)
                if fed is not None:
                    feed[k, slot] = fed
                elif was != now:
                    return None
        return feed

    def _inner(self, tensor: Tensor, base: int, period: int) -> Inner | None:
        """A tensor as one of the copy at `base`."""
        place = self._place.get(tensor[0])
        if place is None or not base <= place[0] < base + period:
            return None
        return place[0] - base, place[1], tensor[1]

    def _entries(self, start: int, feed: _Feed) -> dict[Tensor, Inner] | None:
        """The feed by the tensors that enter the first copy; None where the two are not one to one."""
        entries: dict[Tensor, Inner] = {}
        for (k, slot), fed in feed.items():
            if entries.setdefault(self[start + k].slots[slot], fed) != fed:
                return None
        period = range(max(k for k, _ in feed) + 1)
        common = {
            tensor
            for k in period
            for slot, tensor in enumerate(self[start + k].slots)
            if (k, slot) not in feed
        }
        if common & entries.keys() or len(set(entries.values())) < len(entries):
            return None
        return entries

    def _furthest_reader(self, part: Part) -> int:
        """The last step that reads what a step makes; the number of steps where it is outside of them."""
        furthest = -1
        for leaf in part.leaves:
            for output in range(self._flow.outputs(leaf)):
                for reader in self._flow.readers((leaf, output)):
                    place = self._place.get(reader)
                    furthest = max(furthest, len(self._parts) if place is None else place[0])
        return furthest

    # -- paths through a run ------------------------------------------------------------------

    def _without_loss(self, run: Run) -> int:
        """How many copies can be folded without losing a path through them.

        A path may enter by one tensor and leave, some copies later, by another which the first does
        not reach within one copy (two streams that cross); folded, it would be lost.
        """
        reach, bits = self._reach(run)
        feed = {bits[entry]: self._leaf(run.start, fed) for entry, fed in run.feed.items() if entry in bits}
        leaving = {*feed.values(), *self._leaving(run)}
        common = ~sum(feed)
        entered = reach
        for count in range(2, run.count + 1):
            further = {}
            for tensor in leaving:
                further[tensor] = reach[tensor] & common
                for bit, fed in feed.items():
                    if reach[tensor] & bit:
                        further[tensor] |= entered[fed]
            if any(further[tensor] & ~reach[tensor] for tensor in leaving):
                return count - 1
            if further == entered:
                break
            entered = further
        return run.count

    def _reach(self, run: Run) -> tuple[dict[Tensor, int], dict[Tensor, int]]:
        """From which entering tensors each tensor of the first copy is reached, as bits; and the bits."""
        bits: dict[Tensor, int] = {}
        reach: dict[Tensor, int] = {}
        for k in range(run.start, run.start + run.period):
            for leaf in self[k].leaves:
                entered = 0
                for tensor in self._flow.reads(leaf):
                    if tensor in reach:
                        entered |= reach[tensor]
                    else:
                        entered |= bits.setdefault(tensor, 1 << len(bits))
                for output in range(self._flow.outputs(leaf)):
                    reach[leaf, output] = entered
        return reach, bits

    def _leaving(self, run: Run) -> Iterator[Tensor]:
        """The tensors of the first copy whose equals in the last one are read outside of it."""
        last = run.end - run.period
        for k in range(run.period):
            if self._furthest[last + k] < run.end:
                continue
            for number, leaf in enumerate(self[last + k].leaves):
                for output in range(self._flow.outputs(leaf)):
                    readers = self._flow.readers((leaf, output))
                    if any(self._place.get(r, (run.end, 0))[0] >= run.end for r in readers):
                        yield self._leaf(run.start, (k, number, output))

    def _leaf(self, base: int, inner: Inner) -> Tensor:
        return self[base + inner[0]].leaves[inner[1]], inner[2]
