"""Dataflow: which node each tensor comes from at each moment of a run.

A value is bound to the output that made it. Besides, each storage has a log of the writes into
it; whoever reads a value depends on what it is bound to and on the later writes that overlap what
is read. A write that carries on the whole old content (`buf[:, :8] = x` reads `buf`) stands for
what it carries, so that a chain of writes is drawn as a chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from torchview_docs.tracing.region import Region, overlap
from torchview_docs.tracing.tensors import Value

__all__ = ["Binding", "Dataflow", "Output"]

#: Name of a node and index of its output.
Output: TypeAlias = "tuple[str, int]"


#: What a value is read from: node, index of its output, number of the event, and whether the output
#: has the form of the value. A plain tuple, for one is made with each value.
Binding: TypeAlias = "tuple[str, int, int, bool]"


@dataclass(slots=True)
class _Write:
    time: int
    region: Region
    target: Region
    output: Output
    carried: frozenset[Output]


class Dataflow:
    """Bindings and writes; `time` is the number of the event."""

    def __init__(self) -> None:
        self._bindings: dict[Value, Binding] = {}
        #: The values in the order in which they were bound; how many of them are also known by storage.
        self._bound: list[Value] = []
        self._sorted = 0
        self._by_storage: dict[int | None, list[Value]] = {}
        self._writes: dict[int | None, list[_Write]] = {}

    def bind(self, value: Value, node: str, output: int, time: int, *, exact: bool = True) -> Binding:
        """From now on a value is read from this output; `exact` where that has the value's form."""
        binding = self._bindings[value] = (node, output, time, exact)
        self._bound.append(value)
        return binding

    def binding(self, value: Value) -> Binding | None:
        """What a value is bound to."""
        return self._bindings.get(value)

    def restore(self, value: Value, before: Binding | None, lent: Binding) -> None:
        """A value is again read from where it was before, unless something has made it anew since."""
        if self._bindings.get(value) is not lent:
            return
        if before is None:
            del self._bindings[value]
        else:
            self._bindings[value] = before

    def alias(self, value: Value, other: Value) -> None:
        """A value is another one under a new name."""
        found = self._bindings.get(other)
        if found is not None:
            self.bind(value, *found[:3], exact=False)

    def bound(self, value: Value) -> bool:
        """Whether something made the value."""
        return value in self._bindings

    def whole(self, values: Sequence[Value]) -> list[Binding] | None:
        """Of values that one node each has made, whole and in their form, what they are read from."""
        bindings, writes = self._bindings, self._writes
        found: list[Binding] = []
        for value in values:
            binding = bindings.get(value)
            if binding is None or not binding[3] or (writes and value.storage in writes):
                return None
            found.append(binding)
        return found

    def written(self, value: Value) -> bool:
        """Whether something has been written into the value's storage."""
        return value.storage in self._writes

    def relative(self, value: Value) -> Value | None:
        """A bound value on the same storage: the latest of the same form, else the first."""
        if value.storage is None:
            return None
        # Few are asked for, so they are sorted by storage only then.
        for bound in self._bound[self._sorted :]:
            self._by_storage.setdefault(bound.storage, []).append(bound)
        self._sorted = len(self._bound)
        values = self._by_storage.get(value.storage, [])
        same = [v for v in values if v.region == value.region]
        return same[-1] if same else values[0] if values else None

    def write(
        self, value: Value, region: Region | None, output: Output, time: int, carried: Iterable[Output]
    ) -> None:
        """A node has changed part of a value in place."""
        target = value.region
        if target is None:
            self._bindings[value] = (*output, time, True)
            return
        log = self._writes.setdefault(value.storage, [])
        log.append(_Write(time, region or target, target, output, frozenset(carried)))

    def read(self, value: Value, regions: Iterable[Region] | None = None) -> list[Output]:
        """What a reader depends on, in order of time.

        Args:
            value: What is read.
            regions: Which part of its storage, where it is not all of it.
        """
        binding = self._bindings.get(value)
        found = [] if binding is None else [binding[:2]]
        log = self._writes.get(value.storage)
        if log is None:
            return found
        whole = value.region
        if whole is None:
            return found
        parts = [whole] if regions is None else list(regions)
        since = -1 if binding is None else binding[2]
        writes = [w for w in log if w.time > since and any(overlap(w.region, part) for part in parts)]
        for write in writes:
            if parts == [write.region]:
                found = []  # all of it: what the write made of the old content is its own business
            elif write.target == whole:
                found = [output for output in found if output not in write.carried]
            if write.output not in found:
                found.append(write.output)
        return found
