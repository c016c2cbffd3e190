"""Measures: what is told of a run besides what it did: FLOPs, and the bytes of its tensors.

Of memory only what the record says is known: an operation makes a storage where its result has
one that was not seen before, and the storage is freed after the last operation that reads it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from torchview_docs.graph import Graph
from torchview_docs.tracing.packed import operands, values
from torchview_docs.tracing.plans import renames
from torchview_docs.tracing.record import Call, Event, Exit, Leave, Op, Record
from torchview_docs.tracing.tensors import Value

__all__ = ["NOTHING", "Measures", "measured"]


class Measures(NamedTuple):
    """What is measured."""

    flops: bool = False
    memory: bool = False


NOTHING = Measures()


def measured(graph: Graph, record: Record, measures: Measures) -> Graph:
    """The graph with what was measured.

    Args:
        graph: What ran.
        record: What happened.
        measures: What is told.
    """
    if measures.flops and record.flops is not None:
        sums = _sums(graph, record, record.flops)
        graph = graph.with_nodes(node._replace(flops=sums[node.name]) for node in graph.nodes)
    if measures.memory:
        storages = _Storages(record)
        sums = _sums(graph, record, storages.made())
        nodes = (node._replace(memory=sums[node.name]) for node in graph.nodes)
        graph = replace(graph, nodes=tuple(nodes), peak=storages.peak())
    return graph


def _sums(graph: Graph, record: Record, own: Mapping[Event, int]) -> Mapping[str, int]:
    """Of each node its own count and those of all that ran in it."""
    steps = (node for node in graph.nodes if node.op.startswith("call_"))
    sums: dict[str, int] = defaultdict(int)
    for node, event in zip(steps, _steps(record), strict=True):
        sums[node.name] = own.get(event, 0)
    for node in reversed(graph.nodes):
        if node.scope is not None:
            sums[node.scope] += sums[node.name]
    return sums


def _steps(record: Record) -> list[Event]:
    """The events that are nodes of the graph, in order; a phase in which nothing happened is none."""
    found: list[Event] = []
    filled: set[Call | None] = set()
    for event in reversed(record.events):
        if isinstance(event, Op) and not renames(event.function):
            filled.add(event.call)
        elif isinstance(event, Call) and (not event.phase or event in filled):
            filled.add(event.parent)
        else:
            continue
        found.append(event)
    return found[::-1]


class _Storages:
    """The storages of a run: what made them, how large they are, and how long they live."""

    def __init__(self, record: Record) -> None:
        self._events = record.events
        self._size: dict[Hashable, int] = {}
        self._maker: dict[Hashable, int] = {}
        self._last: dict[Hashable, int] = {}
        #: Not made by the run, nor its inputs: parameters, buffers and constants.
        self._held: set[Hashable] = set()
        end = len(record.events)
        for _, value in record.inputs:
            self._see(value, -1, made=True)
            self._last[_key(value)] = end  # the caller has them
        for time, event in enumerate(record.events):
            read, made = _touched(event)
            for value in read:
                self._see(value, time)
            for value in made:
                self._see(value, time, made=True)
        for _, value in record.outputs:
            self._see(value, end)

    def _see(self, value: Value, time: int, *, made: bool = False) -> None:
        storage = _key(value)
        if storage in self._held:
            return
        if storage not in self._maker:
            if not made:
                self._held.add(storage)
                return
            self._maker[storage] = time
        region = value.region
        size = value.meta.nbytes if region is None else 0 if region.empty else region.end
        self._size[storage] = max(size, self._size.get(storage, 0))
        self._last[storage] = max(time, self._last.get(storage, time))

    def made(self) -> Mapping[Event, int]:
        """How many bytes each event has made."""
        found: dict[Event, int] = defaultdict(int)
        for storage, time in self._maker.items():
            if time >= 0:
                event = self._events[time]
                found[event.call if isinstance(event, Exit) else event] += self._size[storage]
        return found

    def peak(self) -> int:
        """How many bytes there are at once."""
        changes = [0] * (len(self._events) + 3)
        for storage, size in self._size.items():
            changes[self._maker[storage] + 1] += size
            changes[self._last[storage] + 2] -= size
        return max(accumulate(changes))


def _key(value: Value) -> Hashable:
    return value if value.storage is None else value.storage


def _touched(event: Event) -> tuple[Iterable[Value], Iterable[Value]]:
    """What an event reads, and what it makes or changes."""
    if isinstance(event, Leave):
        return (event.source,), ()
    if isinstance(event, Exit):
        return (), _in(event.call.result) if event.call.opaque else ()
    if isinstance(event, Call):
        return (v for _, v in operands(event.args, event.kwargs)) if event.opaque else (), ()
    return (v for _, v in operands(event.args, event.kwargs)), (*_in(event.result), *event.writes)


def _in(result: object) -> Iterator[Value]:
    return (value for _, value in values(result))
