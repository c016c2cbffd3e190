"""Runs: where in a sequence of steps a period of one or several steps repeats.

A period repeats when its copies are equal and linked, each to the next in the same way (`links`): in
a chain, where each copy reads from the one before it, or side by side, where the same readers take the
same tensor of every copy as one of a list (`torch.cat`), or both. Nobody else reads what is inside a copy
but the last. Of a period of several steps, what leaves the last copy is what goes from copy to copy or
leaves every copy: it begins and ends where its author would say that it does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from torchview_docs.views.links import Flow, Inner, Link, Links
from torchview_docs.views.parts import Part, Tensor

__all__ = ["Run", "Steps"]

#: So many later equals of a step are tried as the beginning of the next copy.
_TRIES = 16
#: A group is worth its panel from so many leaves that it saves.
_WORTH = 4


@dataclass(frozen=True)
class Run:
    """A period that repeats.

    Attributes:
        start: Index of its first step.
        period: How many steps it has.
        count: How many times it is there.
        feed: By tensor that enters the first copy: what of the copy before enters the others instead.
        counted: By tensor that enters the first copy: by how many outputs further it is in each copy.
        link: How each copy is linked to the next.
    """

    start: int
    period: int
    count: int
    feed: Mapping[Tensor, Inner]
    counted: Mapping[Tensor, int]
    link: Link

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
        self._links = Links(parts, flow)

    def __getitem__(self, index: int) -> Part:
        """A step of a run."""
        return self._links.part(index)

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
            if len(best.feed) <= 1:
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
        link: Link | None = None
        count = 1
        while count != most and self._equal(start, start + count * period, period):
            found = self._links.link(start + count * period, period)
            if found is None or found != (link or found):
                break
            link = found
            count += 1
        run = self._run(start, period, count, link) if link is not None else None
        if run is None:
            return None
        if period > 1 and not self._ends_as_it_goes_on(run):
            run = replace(run, count=run.count - 1)
        run = replace(run, count=self._without_loss(run))
        # Of two any numbers are counted up.
        return run if run.count > (2 if run.link.numbers and most is None else 1) else None

    def _ends_as_it_goes_on(self, run: Run) -> bool:
        """Whether of the last copy nothing is read that is not given away likewise by the others."""
        given = {self._leaf(run.start, inner) for inner in (*run.feed.values(), *run.link.taken)}
        return given.issuperset(self._leaving(run))

    def _equal(self, start: int, other: int, period: int) -> bool:
        ids = self._ids
        if other + period > len(ids):
            return False
        # Most that are not equal differ here: a long period need not be copied to tell.
        if any(ids[start + k] != ids[other + k] for k in (period - 1, period // 2)):
            return False
        return ids[start : start + period] == ids[other : other + period]

    def _run(self, start: int, period: int, count: int, link: Link) -> Run | None:
        """A run; None where its link does not tell by a tensor that enters the first copy what it becomes."""
        feed: dict[Tensor, Inner] = {}
        counted: dict[Tensor, int] = {}
        common: set[Tensor] = set()
        for k in range(period):
            for slot, tensor in enumerate(self[start + k].slots):
                if (k, slot) in link.feed:
                    fed = link.feed[k, slot]
                    if feed.setdefault(tensor, fed) != fed:
                        return None
                elif (k, slot) in link.counted:
                    further = link.counted[k, slot]
                    if counted.setdefault(tensor, further) != further:
                        return None
                else:
                    common.add(tensor)
        known = len(feed) + len(counted) + len(common)
        if len(feed.keys() | counted.keys() | common) < known or len(set(feed.values())) < len(feed):
            return None
        return Run(start, period, count, feed, counted, link)

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
                for tensor, _ in self._flow.reads(leaf):
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
            for number, output in self._links.leaving(last + k, run.end):
                yield self._leaf(run.start, (k, number, output))

    def _leaf(self, base: int, inner: Inner) -> Tensor:
        return self[base + inner[0]].leaves[inner[1]], inner[2]
