"""Merging: two graphs become one, in which each node and use says on which side it is."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from torchview_docs.changes import aspects
from torchview_docs.comparison.counts import Sides
from torchview_docs.comparison.sequences import common
from torchview_docs.comparison.signatures import relative
from torchview_docs.graph import NOTHING, Graph, Node, Side, Use

__all__ = ["Merged", "merged"]


@dataclass(frozen=True)
class Merged:
    """Two graphs as one.

    Attributes:
        graph: The nodes of both.
        names: By name before the name in it; names after are as they were.
    """

    graph: Graph
    names: Mapping[str, str]


def merged(sides: Sides) -> Merged:
    """Put two graphs together."""
    merger = _Merger(sides)
    nodes = _sorted([merger.node(a, b) for a, b in merger.steps(None, None)])
    old, new = sides.old, sides.new
    name = new.name if old.name == new.name else f"{old.name} → {new.name}"
    graph = replace(new, name=name, nodes=tuple(nodes), sources={**old.sources, **new.sources})
    return Merged(graph, merger.names)


@dataclass(frozen=True)
class _Merger:
    sides: Sides

    @cached_property
    def names(self) -> dict[str, str]:
        """By name before the name after, or one that is free."""
        taken = {node.name for node in self.sides.new.nodes}
        found = {}
        for node in self.sides.old.nodes:
            name = self.sides.pairs.get(node.name)
            if name is None:
                name = node.name
                while name in taken:
                    name += "'"
                taken.add(name)
            found[node.name] = name
        return found

    @cached_property
    def back(self) -> dict[str, str]:
        """By name after the name before."""
        return {b: a for a, b in self.sides.pairs.items()}

    def steps(self, before: str | None, after: str | None) -> Iterator[tuple[Node | None, Node | None]]:
        """The steps of a call and what ran in them, in an order that suits both sides."""
        old, new = self.sides.old, self.sides.new
        waiting = list(old.children.get(before, ()))[::-1]
        place = {node.name: k for k, node in enumerate(reversed(waiting))}
        done = 0

        def removed(until: int) -> Iterator[tuple[Node | None, Node | None]]:
            nonlocal done
            while done < until:
                node = waiting.pop()
                done += 1
                if node.name not in self.sides.pairs:
                    yield from self._only(node, None)

        for node in new.children.get(after, ()):
            partner = self.back.get(node.name)
            if partner is None:
                yield from self._only(None, node)
            else:
                yield from removed(place[partner] + 1)
                yield old.by_name[partner], node
                yield from self.steps(partner, node.name)
        yield from removed(len(place))

    def _only(self, old: Node | None, new: Node | None) -> Iterator[tuple[Node | None, Node | None]]:
        """A step that is on one side only, and what ran in it."""
        yield old, new
        graph = self.sides.new if old is None else self.sides.old
        node = new if old is None else old
        for child in graph.children.get(node.name, ()) if node else ():
            yield from self._only(None if old is None else child, child if old is None else None)

    # -- nodes ----------------------------------------------------------------------------

    def node(self, old: Node | None, new: Node | None) -> Node:
        """A node of the whole."""
        if old is None and new is not None:
            return new._replace(side="+", args=_on("+", new.args), results=_on("+", new.results))
        if new is None and old is not None:
            return old._replace(
                name=self.names[old.name],
                scope=None if old.scope is None else self.names[old.scope],
                side="-",
                args=tuple(self._former(use) for use in old.args),
                results=tuple(self._former(use) for use in old.results),
            )
        if old is None or new is None:
            raise ValueError("a node that is on no side")
        outputs = tuple(
            now if now.is_like(was) else now._replace(was=was)
            for now, was in zip(new.outputs, old.outputs, strict=False)
        )
        # What only was there must be there for those that used it.
        extra = tuple(meta._replace(was=meta) for meta in old.outputs[len(new.outputs) :])
        extra += tuple(meta._replace(was=NOTHING) for meta in new.outputs[len(old.outputs) :])
        made = new._replace(
            args=self._uses(old.args, new.args),
            results=self._uses(old.results, new.results),
            outputs=outputs + extra,
        )
        return self._with_former(made, old, new)

    def _with_former(self, made: Node, old: Node, new: Node) -> Node:
        """With what it was, where that was something else."""
        one, other = (
            relative(n, g, indexed=False) for n, g in ((old, self.sides.old), (new, self.sides.new))
        )
        named = old.target if one != other else new.target
        was = old._replace(target=named, args=(), results=(), scope=None)
        whole = made._replace(was=was)
        differs = aspects(whole) or (made.flops, made.memory) != (was.flops, was.memory)
        return whole if differs else made

    # -- uses -----------------------------------------------------------------------------

    def _former(self, use: Use) -> Use:
        """A use before, of a node of the whole."""
        here = use._replace(node=self.names[use.node], side="-")
        pair = self.sides.pairs.get(use.node)
        if pair is None or use.seen is not None:
            return here
        form = self.sides.old.tensor(use)
        outputs = self.sides.new.by_name[pair].outputs
        made = outputs[use.output] if use.output < len(outputs) else None
        return here if made in (form, None) else here._replace(seen=form)

    def _uses(self, old: tuple[Use, ...], new: tuple[Use, ...]) -> tuple[Use, ...]:
        """The uses of both sides, in an order that suits both."""
        former = [self._former(use) for use in old]
        pairs = common([*map(_key, former)], [*map(_key, new)])
        found: list[Use] = []
        i = j = 0
        for a, b in (*pairs, (len(old), len(new))):
            found += [*former[i:a], *_on("+", new[j:b])]
            if a < len(old):
                found.append(self._both(old[a], new[b]))
            i, j = a + 1, b + 1
        return tuple(found)

    def _both(self, old: Use, new: Use) -> Use:
        """A use that is on both sides."""
        if old.seen is None and new.seen is None:
            return new
        was, now = self.sides.old.tensor(old), self.sides.new.tensor(new)
        return new._replace(seen=now if now.is_like(was) else now._replace(was=was))


def _on(side: Side, uses: tuple[Use, ...]) -> tuple[Use, ...]:
    return tuple(use._replace(side=side) for use in uses)


def _key(use: Use) -> str:
    return f"{use.node}\0{use.output}\0{use.arg}\0{use.python}"


def _sorted(nodes: list[Node]) -> list[Node]:
    """The nodes in their order, but for those that would come before what they use."""
    place = {node.name: k for k, node in enumerate(nodes)}
    opened = {node.scope for node in nodes}
    needed: list[set[int]] = []
    for node in nodes:
        uses = () if node.name in opened else node.args
        needed.append({place[name] for name in (node.scope, *(use.node for use in uses)) if name is not None})
    if all(all(k < own for k in before) for own, before in enumerate(needed)):
        return nodes
    followers: dict[int, list[int]] = defaultdict(list)
    for own, before in enumerate(needed):
        for k in before:
            followers[k].append(own)
    left = [len(before) for before in needed]
    ready = [own for own, count in enumerate(left) if not count]
    found = []
    while ready:
        own = heapq.heappop(ready)
        found.append(nodes[own])
        for k in followers[own]:
            left[k] -= 1
            if not left[k]:
                heapq.heappush(ready, k)
    return found
