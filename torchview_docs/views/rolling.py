"""Rolling: which steps of a recursion or a loop are one step, done again.

A Graph lists steps in the order in which they ran, and no edge runs backwards; rolled, it would.
So rolling is not a view: it says which steps share a node. `rolled_up` makes such a Graph, with
edges that run backwards, for drawing only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping

from torchview_docs.graph import CALLS, Graph, Node, Use
from torchview_docs.views.totals import total_of

__all__ = ["rolled", "rolled_up"]

_STEPS = frozenset({*CALLS, "call_function", "call_method", "get_attr"})


def rolled(view: Graph) -> Mapping[str, str]:
    """For each call, by name, the first call that it is the same as; parameters likewise.

    Calls of one module that has parameters are the same, and so is, step by step, what ran in them
    where they are shown open. A function, or a module without
    parameters (one `nn.ReLU` is often used in many places), is the same as another call of it in
    the same module, where both read from different calls that are the same, as the same argument, or
    are read by such and by nothing else.
    """
    classes = _Classes(view)
    by_module: dict[Hashable, list[str]] = defaultdict(list)
    loose: dict[Hashable, list[Node]] = defaultdict(list)
    for node in view.nodes:
        if node.op not in _STEPS or node.op == "get_attr":
            continue
        opened = node.name in view.children
        if node.op in CALLS and (opened or (node.parameters and node.parameters.total)):
            by_module[node.target, opened, node.side].append(node.name)
        else:
            scope = view.by_name[node.scope].target if node.scope is not None else None
            loose[node.op, node.target, scope, node.side].append(node)
    for names in by_module.values():
        classes.join(names)
        _join_contents(names, classes, view)
    groups = [group for group in loose.values() if len(group) > 1]
    while sum(_join(group, classes, view) for group in groups):
        pass
    return {node.name: classes.first(node.name) for node in view.nodes if node.op in _STEPS}


def rolled_up(view: Graph, same: Mapping[str, str]) -> Graph:
    """The graph with each step in the place of all that are the same: no Graph that `validate` takes.

    What is not the same in all of them (an index that counts up) is left out; what was counted is
    that of all of them.
    """

    def moved(uses: Iterable[Use]) -> Iterable[Use]:
        for use in uses:
            first = view.by_name[same.get(use.node, use.node)]
            stands = use.output < len(first.outputs)
            yield use._replace(node=first.name) if stands else use._replace(node=first.name, output=0)

    args: dict[str, dict[Use, None]] = defaultdict(dict)
    configs: dict[str, set[str]] = defaultdict(set)
    calls: dict[str, list[Node]] = defaultdict(list)
    for node in view.nodes:
        first = same.get(node.name, node.name)
        args[first].update(dict.fromkeys(moved(node.args)))
        configs[first].add(node.config)
        calls[first].append(node)
    return view.with_nodes(
        node._replace(
            args=tuple(args[node.name]),
            config=node.config if len(configs[node.name]) == 1 else "",
            results=tuple(moved(node.results)),
            scope=node.scope and same.get(node.scope, node.scope),
            flops=total_of((call.flops, 1) for call in calls[node.name]),
            memory=total_of((call.memory, 1) for call in calls[node.name]),
        )
        for node in view.nodes
        if same.get(node.name, node.name) == node.name
    )


class _Classes:
    """Which steps are the same so far; the first of them stands for all."""

    def __init__(self, view: Graph) -> None:
        self._place = {node.name: k for k, node in enumerate(view.nodes)}
        self._first: dict[str, str] = {}

    def first(self, name: str) -> str:
        while name in self._first:
            name = self._first[name]
        return name

    def join(self, names: Iterable[str]) -> bool:
        """Make these the same, and tell whether they were not."""
        firsts = sorted({self.first(name) for name in names}, key=self._place.__getitem__)
        self._first.update(dict.fromkeys(firsts[1:], firsts[0]))
        return len(firsts) > 1


def _join_contents(calls: list[str], classes: _Classes, view: Graph) -> None:
    """Join what ran in several calls of one module: the first `relu` with the first `relu`."""
    places: dict[Hashable, list[str]] = defaultdict(list)
    for call in calls if len(calls) > 1 else ():
        met: Counter[tuple[str, str, str]] = Counter()
        for node in view.children.get(call, ()):
            if node.op in _STEPS:
                met[node.op, node.target, node.side] += 1
                number = met[node.op, node.target, node.side]
                places[node.op, node.target, node.side, number].append(node.name)
    for names in places.values():
        classes.join(names)


#: What a step reads from, or is read by: neighbours, and as what.
_Side = tuple[tuple[str, str, int], ...]


def _join(group: list[Node], classes: _Classes, view: Graph) -> bool:
    """Join the calls of one function or module that stand in the same place; whether any were joined."""
    # By place, and then by the very neighbours: of several that have the same, the first goes with
    # the first elsewhere.
    places: dict[Hashable, dict[_Side, list[str]]] = defaultdict(lambda: defaultdict(list))
    for node in group:
        # One argument is enough: in `x = x + layer(x)` the first `x` comes from elsewhere.
        for neighbour in _read(node):
            name, arg, output = neighbour
            places["reads", classes.first(name), arg, output, node.config][neighbour,].append(node.name)
        if readers := _readers(node, view):
            kinds = sorted((classes.first(name), arg, k) for name, arg, k in readers)
            places["read by", *kinds][readers].append(node.name)
    joined = False
    for found in places.values():
        for row in range(max(map(len, found.values())) if len(found) > 1 else 0):
            joined |= classes.join([names[row] for names in found.values() if row < len(names)])
    return joined


def _read(node: Node) -> _Side:
    return tuple((use.node, use.arg, use.output) for use in node.args)


def _readers(node: Node, view: Graph) -> _Side:
    return tuple(
        (user.name, use.arg, output)
        for output in range(len(node.outputs))
        for user, use in view.users.get((node.name, output), ())
    )
