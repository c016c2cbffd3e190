"""`fold`: a run of equal neighbouring calls becomes its first, with the count (× 12).

Two calls are equal when all that ran in them is: classes, operations, configurations, parameter
counts, shapes, and how tensors flow from one to the next. A run is folded when, besides, each
call reads from the one before it in the same way, what else they read is common to all of them,
and nobody but the next reads what is inside the run. Inner runs are folded before outer ones.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

from torchview_docs.graph import Graph, Node, Use

__all__ = ["fold"]

#: A tensor: the leaf that makes it, and which output it is.
Tensor = tuple[str, int]
#: A tensor made in a call: the number of the leaf in it, and which output.
Inner = tuple[int, int]


def fold(graph: Graph) -> Graph:
    """Fold the runs of equal neighbours, nested ones too."""
    folding = _Folding(graph)
    for scope in (*(n.name for n in reversed(graph.nodes) if n.name in graph.children), None):
        folding.fold_in(scope)
    return folding.result()


@dataclass(frozen=True)
class _Call:
    """A call with all that ran in it, in a form in which equal ones compare equal."""

    name: str
    signature: Hashable
    #: The tensors from outside that it reads, in the order of first use: its slots.
    slots: tuple[Tensor, ...]
    #: Its leaves, in order.
    leaves: tuple[str, ...]


class _Folding:
    """The graph while it is folded: what is gone, what stands for what, and who reads what."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.gone: set[str] = set()
        self.stands_for: dict[str, str] = {}  # a leaf that is gone: the leaf it became
        self.folded: dict[str, Node] = {}  # the first of each run, with count and end
        self.readers: dict[Tensor, set[str]] = {
            tensor: {user.name for user, _ in users} for tensor, users in graph.users.items()
        }

    def result(self) -> Graph:
        return self.graph.with_nodes(
            replace(
                self.folded.get(node.name, node),
                args=self.rewired(node.args),
                results=self.rewired(node.results),
            )
            for node in self.graph.nodes
            if node.name not in self.gone
        )

    def rewired(self, uses: Iterable[Use]) -> tuple[Use, ...]:
        return tuple(dict.fromkeys(replace(use, node=self.current(use.node)) for use in uses))

    def current(self, leaf: str) -> str:
        """The leaf that now stands for a leaf."""
        while leaf in self.stands_for:
            leaf = self.stands_for[leaf]
        return leaf

    def inside(self, name: str) -> list[Node]:
        """What is left of a call: itself and all that ran in it, in order."""
        found, waiting = [], [self.graph.by_name[name]]
        while waiting:
            node = waiting.pop()
            if node.name not in self.gone:
                found.append(self.folded.get(node.name, node))
                waiting.extend(reversed(self.graph.children.get(node.name, ())))
        return found

    # -- runs in one scope --------------------------------------------------------------------

    def fold_in(self, scope: str | None) -> None:
        calls = [n for n in self.graph.children[scope] if n.op == "call_module" and n.name not in self.gone]
        known: dict[str, _Call] = {}

        def read(node: Node) -> _Call:
            if node.name not in known:
                known[node.name] = self.read(node)
            return known[node.name]

        start = 0
        while start < len(calls):
            run = [calls[start]]
            feed: dict[int, Inner] | None = None
            for node in calls[start + 1 :]:
                if not _alike(run[-1], node):
                    break
                feeds = self.feed(read(run[-1]), read(node))
                if feeds is None or (feed is not None and feeds != feed):
                    break
                feed = feeds
                run.append(node)
            if feed is None:
                start += 1
            else:
                start += self.replace_run([read(node) for node in run], feed)
                known.clear()  # what follows now reads from the first of the run

    def read(self, call: Node) -> _Call:
        nodes = self.inside(call.name)
        leaves = [n for n in nodes if n.name not in self.graph.children]
        number = {leaf.name: k for k, leaf in enumerate(leaves)}
        slots: dict[Tensor, int] = {}

        def place(use: Use) -> Hashable:
            node = self.current(use.node)
            if node in number:
                return number[node], use.output, use.arg, self.graph.tensor(use)
            slot = slots.setdefault((node, use.output), len(slots))
            return "slot", slot, use.arg, self.graph.tensor(use)

        edges = {leaf.name: tuple(place(use) for use in leaf.args) for leaf in leaves}
        scopes = {n.name: k for k, n in enumerate(nodes)}
        signature = tuple(
            (
                scopes.get(n.scope or "") if n.name != call.name else None,
                _kind(n, call),
                edges.get(n.name),
                tuple(place(u) for u in n.results if self.current(u.node) in number),
            )
            for n in nodes
        )
        return _Call(call.name, signature, tuple(slots), tuple(number))

    def feed(self, before: _Call, after: _Call) -> dict[int, Inner] | None:
        """Which tensor of the call before, as (number of the leaf, output), fills each slot.

        Slots that both read from the same tensor outside are left out; None where the two are not
        equal, or not linked so.
        """
        if before.signature != after.signature:
            return None
        number = {leaf: k for k, leaf in enumerate(before.leaves)}
        feed: dict[int, Inner] = {}
        for slot, (was, now) in enumerate(zip(before.slots, after.slots, strict=True)):
            if now[0] in number:
                feed[slot] = (number[now[0]], now[1])
            elif was != now:
                return None
        allowed = {*before.leaves, *after.leaves}
        for leaf in before.leaves:
            for output in range(len(self.graph.by_name[leaf].outputs)):
                if self.readers.get((leaf, output), set()) - allowed:
                    return None
        return feed or None

    def replace_run(self, run: Sequence[_Call], feed: dict[int, Inner]) -> int:
        """Fold a run, or as much of it as can be folded, and tell how many calls these are."""
        run = run[: self._longest(run, feed)]
        if len(run) < 2:
            return 1
        first, last = run[0], run[-1]
        for call in run[1:]:
            self.gone |= {node.name for node in self.inside(call.name)}
            self.stands_for.update(zip(call.leaves, first.leaves, strict=True))
        for tensor in {tensor for call in run for tensor in call.slots}:
            self.readers[tensor] = self._left(self.readers[tensor])
        for leaf, end in zip(first.leaves, last.leaves, strict=True):
            for output in range(len(self.graph.by_name[leaf].outputs)):
                both = self.readers.get((leaf, output), set()) | self.readers.get((end, output), set())
                self.readers[leaf, output] = self._left(both)
        node = self.graph.by_name[first.name]
        self.folded[first.name] = replace(node, repeat=len(run), last=self.graph.by_name[last.name].target)
        return len(run)

    def _left(self, readers: set[str]) -> set[str]:
        return {reader for reader in readers if reader not in self.gone}

    def _longest(self, run: Sequence[_Call], feed: dict[int, Inner]) -> int:
        """How many calls can be folded without losing a path through them.

        A path may enter by one slot and leave, some calls later, by a tensor that this slot does
        not reach within one call (two streams that cross); folded, it would be lost.
        """
        reach = self._reach(run[0])
        leaving = set(feed.values())
        for number, leaf in enumerate(run[-1].leaves):
            for output in range(len(self.graph.by_name[leaf].outputs)):
                if self.readers.get((leaf, output), set()) - {*run[-1].leaves}:
                    leaving.add((number, output))
        entered = reach
        for count in range(2, len(run) + 1):
            entered = {
                tensor: frozenset().union(
                    *(entered[feed[slot]] if slot in feed else {slot} for slot in slots)
                )
                for tensor, slots in reach.items()
            }
            if any(not entered[tensor] <= reach[tensor] for tensor in leaving):
                return count - 1
        return len(run)

    def _reach(self, call: _Call) -> dict[Inner, frozenset[int]]:
        """The slots from which each tensor made in a call can be reached."""
        number = {leaf: k for k, leaf in enumerate(call.leaves)}
        slot = {tensor: k for k, tensor in enumerate(call.slots)}
        reach: dict[Inner, frozenset[int]] = {}
        for leaf in call.leaves:
            node = self.graph.by_name[leaf]
            entries: set[int] = set()
            for use in node.args:
                source = self.current(use.node)
                if source in number:
                    entries |= reach[number[source], use.output]
                else:
                    entries.add(slot[source, use.output])
            for output in range(len(node.outputs)):
                reach[number[leaf], output] = frozenset(entries)
        return reach


def _alike(a: Node, b: Node) -> bool:
    """A cheap look before the whole calls are compared; what is folded is not folded again."""
    if a.repeat > 1 or b.repeat > 1:
        return False
    return (a.type, a.config, a.parameters, a.outputs) == (b.type, b.config, b.parameters, b.outputs)


def _kind(node: Node, call: Node) -> Hashable:
    """What a node is, apart from its place in the model and its tensors' names."""
    target = node.target
    if node.name == call.name:
        target = ""
    elif node.op in ("call_module", "get_attr") and target.startswith(f"{call.target}."):
        target = target[len(call.target) :]
    return node.op, target, node.type, node.outputs, node.config, node.parameters, node.repeat
