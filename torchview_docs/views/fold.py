"""`fold`: a run of equal steps becomes its first, with the count (× 12); `unfold` is the way back.

Two steps of a scope are equal when all that ran in them is: classes, operations, configurations,
parameter counts, shapes, and how tensors flow from one to the next. What repeats may be one step or
a period of several, as Swin's pairs of blocks: these are put into a `group`, a scope of their own.
`links` says what links equal steps, one after the other or side by side, and `runs` where they are
folded. Inner runs are folded before outer ones, short periods before long ones, until nothing repeats
any more.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from torchview_docs.graph import SCOPES, Graph, Node, Parameters, Use
from torchview_docs.views.folds import Fold, Folding, Place
from torchview_docs.views.links import Flow
from torchview_docs.views.orders import by_reader
from torchview_docs.views.parts import Part, Tensor, as_listed, read_part, repeated, spread
from torchview_docs.views.runs import Run, Steps
from torchview_docs.views.totals import total_of

__all__ = ["fold", "folding"]

_NO_MARKS: Mapping[str, Hashable] = {}
_ENDS = frozenset({"placeholder", "output"})


def fold(graph: Graph, marks: Mapping[str, Hashable] = _NO_MARKS) -> Graph:
    """Fold the runs of equal steps, nested ones too.

    Args:
        graph: The graph.
        marks: By name of a node what else must be equal.
    """
    return folding(graph, marks).graph


def folding(graph: Graph, marks: Mapping[str, Hashable] = _NO_MARKS) -> Folding:
    """The same with what it takes to unfold it."""
    state = _State(graph, marks)
    # What was folded may itself repeat, or hold equals that nobody else reads any more.
    while state.fold_everywhere():
        pass
    return state.result()


class _State:
    """The graph while it is folded: what is left, what stands for what, and who reads what."""

    def __init__(self, graph: Graph, marks: Mapping[str, Hashable]) -> None:
        self.graph = graph
        self.marks = marks
        self.nodes = dict(graph.by_name)
        self.children = {scope: [n.name for n in nodes] for scope, nodes in graph.children.items()}
        self.order = {node.name: (k, 0) for k, node in enumerate(graph.nodes)}
        self.stands_for: dict[str, str] = {}  # a leaf that is gone: the leaf it became
        self.readers: dict[Tensor, set[str]] = {
            tensor: {user.name for user, _ in users} for tensor, users in graph.users.items()
        }
        self.flow = Flow(self._readers, self._reads, lambda leaf: len(self.nodes[leaf].outputs))
        self.folds: list[Fold] = []

    def result(self) -> Folding:
        nodes = sorted(self.nodes.values(), key=lambda node: self.order[node.name])
        graph = self.graph.with_nodes(
            node._replace(args=self._rewired(node.args), results=self._rewired(node.results))
            if self.stands_for
            else node
            for node in nodes
        )
        borders = {
            node.name: (node.args, node.results)
            for node in self.graph.nodes
            if node.name in self.graph.children
        }
        return Folding(graph, tuple(self.folds), self.order, borders)

    def fold_everywhere(self) -> bool:
        """Fold in every scope once, inner before outer; whether anything was folded."""
        before = len(self.folds)
        for scope in self._scopes():
            self._fold_in(scope)
        return len(self.folds) > before

    def _scopes(self) -> list[str | None]:
        """The scopes, inner before outer."""
        named = [scope for scope in self.children if scope is not None]
        return [
            *sorted(named, key=self.order.__getitem__, reverse=True),
            *([None] if None in self.children else []),
        ]

    def current(self, leaf: str) -> str:
        """The leaf that now stands for a leaf."""
        while leaf in self.stands_for:
            leaf = self.stands_for[leaf]
        return leaf

    def _rewired(self, uses: Iterable[Use]) -> tuple[Use, ...]:
        return tuple(dict.fromkeys(use._replace(node=self.current(use.node)) for use in uses))

    def _readers(self, tensor: Tensor) -> Iterable[str]:
        return self.readers.get(tensor, ())

    def _reads(self, leaf: str) -> Iterator[tuple[Tensor, Hashable]]:
        for use in self.nodes[leaf].args:
            yield (
                (self.current(use.node), use.output),
                (as_listed(use.arg), self.graph.tensor(use), use.python, use.side),
            )

    # -- runs in one scope --------------------------------------------------------------------

    def _fold_in(self, scope: str | None) -> None:
        """Fold the runs of a scope, of the first kind of which there are any."""
        steps = [self.nodes[name] for name in self.children[scope] if self.nodes[name].op not in _ENDS]
        alike = repeated(steps, self.marks)
        if not alike:
            return
        known = {name: self._read(name) for name in alike}
        for chosen in self._orders(steps):
            found = Steps([known.get(step.name) for step in chosen], self.flow)
            runs = list(found.singles(self._may_repeat)) or list(found.groups())
            runs = [run for run in runs if self._ran_in_turn(found, run)]
            if runs:
                if len(chosen) == len(steps):
                    ends = [name for name in self.children[scope] if self.nodes[name].op in _ENDS]
                    self.children[scope] = [*(step.name for step in chosen), *ends]
                self._put(scope, self._fold_all(scope, found, runs))
                return

    def _ran_in_turn(self, steps: Steps, run: Run) -> bool:
        """Whether each step of the first copy ran before its equals, for which it is to stand."""
        return all(
            self.order[steps[k].name] < self.order[steps[k + run.period].name]
            for k in range(run.start, run.end - run.period)
        )

    def _fold_all(self, scope: str | None, steps: Steps, runs: Iterable[Run]) -> list[str]:
        """Fold the runs; gives the groups that are made."""
        groups: list[str] = []
        changed: set[str] = set()
        for run in runs:
            # What took a tensor of every copy of a run takes one now: what it is equal to is not known.
            if changed and any(not changed.isdisjoint(steps[k].leaves) for k in range(run.start, run.end)):
                continue
            group = self._fold(scope, steps, run)
            if group is not None:
                groups.append(group)
            changed.update(self.folds[-1].readers)
        return groups

    def _orders(self, steps: list[Node]) -> Iterator[list[Node]]:
        """The steps in the orders in which runs are looked for."""
        # Calls that feed each other are neighbours also where something else is done between them.
        scopes = [step for step in steps if step.op in SCOPES]
        if len(scopes) < len(steps):
            yield scopes
        yield steps
        # What was done for all copies in turn, as if it was done copy by copy.
        ordered = self._by_reader(steps)
        if ordered != steps:
            yield ordered

    def _by_reader(self, steps: list[Node]) -> list[Node]:
        place = {leaf: k for k, step in enumerate(steps) for leaf in self._leaves(step.name)}
        sources: list[list[int]] = []
        for step in steps:
            read = {tensor[0] for leaf in self._leaves(step.name) for tensor, _ in self._reads(leaf)}
            sources.append(sorted({place[leaf] for leaf in read if leaf in place}))
        return [steps[k] for k in by_reader(sources)]

    def _leaves(self, name: str) -> Iterator[str]:
        return (node.name for node in self._inside(name) if node.name not in self.children)

    def _put(self, scope: str | None, groups: Iterable[str]) -> None:
        """Put groups in the places of their first steps, and take away what is no child any more."""
        instead = {self.children[group][0]: group for group in groups}
        self.children[scope] = [
            instead.get(name, name)
            for name in self.children[scope]
            if name in instead or (name in self.nodes and self.nodes[name].scope == scope)
        ]

    def _may_repeat(self, part: Part) -> bool:
        """Whether a step may be folded by itself: what is folded is not folded again."""
        node = self.nodes[part.name]
        return node.repeat == 1 and node.op != "get_attr"

    def _read(self, name: str) -> Part:
        nodes = list(self._inside(name))
        leaves = [node for node in nodes if node.name not in self.children]
        return read_part(nodes, leaves, self.current, self.graph.tensor, self.marks)

    def _inside(self, name: str) -> Iterator[Node]:
        """What is left of a step: itself and all that ran in it, in order."""
        yield self.nodes[name]
        for child in self.children.get(name, ()):
            yield from self._inside(child)

    def _fold(self, scope: str | None, steps: Steps, run: Run) -> str | None:
        """Fold a run; gives the group that is made of several steps."""
        copies = [
            [steps[start + k] for k in range(run.period)] for start in range(run.start, run.end, run.period)
        ]
        nodes = [[name for part in copy for name in part.nodes] for copy in copies]
        feed = {
            (self.current(leaf), output): (copies[0][k].leaves[number], made)
            for (leaf, output), (k, number, made) in run.feed.items()
        }
        leaves = [[leaf for part in copy for leaf in part.leaves] for copy in copies]
        readers = self._taken_from(leaves, run)
        configs = self._spread(copies[0], run)
        group = None
        if run.period > 1:
            group = self._group(scope, copies)
        else:
            self._count(copies)
        places = tuple(tuple(map(self._place, names)) for names in nodes[1:])
        self.folds.append(Fold(tuple(nodes[0]), places, feed, run.counted, readers, configs, group))
        self._join(leaves)
        for name in (name for names in nodes[1:] for name in names):
            self.children.pop(name, None)
            del self.nodes[name]
        return group

    def _join(self, leaves: Sequence[Sequence[str]]) -> None:
        """Let the leaves of the first copy stand for the others: what the last one made, they make now."""
        for copy in leaves[1:]:
            for leaf in copy:
                for tensor, _ in self._reads(leaf):
                    self.readers[tensor].discard(leaf)
        for first, last in zip(leaves[0], leaves[-1], strict=True):
            for output in range(len(self.nodes[first].outputs)):
                self.readers.setdefault((first, output), set()).update(self.readers.get((last, output), ()))
        for copy in leaves[1:]:
            self.stands_for.update(zip(copy, leaves[0], strict=True))

    def _taken_from(self, leaves: Sequence[Sequence[str]], run: Run) -> Mapping[str, tuple[Use, ...]]:
        """Let who takes a tensor of every copy take that of the first; gives what they used before."""
        if not run.link.taken:
            return {}
        inside = {leaf for copy in leaves for leaf in copy}
        others = inside.difference(leaves[0])
        found: dict[str, tuple[Use, ...]] = {}
        for leaf in leaves[0]:
            for output in range(len(self.nodes[leaf].outputs)):
                found |= {
                    reader: self._rewired(self.nodes[reader].args)
                    for reader in self._readers((leaf, output))
                    if reader not in inside and reader not in found
                }
        for reader, uses in found.items():
            kept = tuple(use for use in uses if use.node not in others)
            self.nodes[reader] = self.nodes[reader]._replace(args=kept)
        return found

    def _spread(self, first: Sequence[Part], run: Run) -> Mapping[str, str]:
        """Let the indices that are counted up tell from where to where; gives what they were."""
        found: dict[str, str] = {}
        for (k, number), further in run.link.numbers.items():
            name = first[k].leaves[number]
            config = found[name] = self.nodes[name].config
            self.nodes[name] = self.nodes[name]._replace(config=spread(config, further, run.count))
        return found

    def _count(self, copies: Sequence[Sequence[Part]]) -> None:
        first, last = self.nodes[copies[0][0].name], self.nodes[copies[-1][0].name]
        end = last.target if last.op in SCOPES else ""
        was = first.was and first.was._replace(repeat=len(copies))
        self.nodes[first.name] = first._replace(repeat=len(copies), last=end, was=was)

    def _place(self, name: str) -> Place:
        node = self.nodes[name]
        return Place(name, node.target, node.call, node.last, node.config, self.order[name])

    def _group(self, scope: str | None, copies: Sequence[Sequence[Part]]) -> str:
        """Put the first copy into a group; gives its name."""
        first = [self.nodes[part.name] for part in copies[0]]
        modules = [k for k, node in enumerate(first) if node.op in SCOPES and node.target]
        target = first[modules[0]].target if modules else ""
        name = f"{first[0].name}+{len(first) - 1}"
        while name in self.nodes:
            name += "'"
        self.nodes[name] = Node(
            name,
            "group",
            target,
            scope,
            parameters=_sum(first),
            call=first[modules[0]].call if modules else 1,
            repeat=len(copies),
            last=self._last(target, [self.nodes[copies[-1][k].name] for k in modules]),
            flops=total_of((node.flops, node.repeat) for node in first),
            memory=total_of((node.memory, node.repeat) for node in first),
        )
        at, before = min(self.order[node.name] for node in first)
        self.order[name] = at, before - 1
        for node in first:
            self.nodes[node.name] = node._replace(scope=name)
        self.children[name] = [node.name for node in first]
        return name

    def _last(self, target: str, modules: Sequence[Node]) -> str:
        """Where the modules of a group end: where it begins in a list, at the last that is in that list."""
        ends = [node.last or node.target for node in modules]
        named_list, _, index = target.rpartition(".")
        listed = [
            end for end in ends if end.rpartition(".")[0] == named_list and end.rpartition(".")[2].isdigit()
        ]
        return listed[-1] if listed and index.isdigit() else ends[0] if ends else ""


def _sum(nodes: Iterable[Node]) -> Parameters | None:
    """The parameters of the modules in a group; of a module that is called twice once."""
    found: dict[str, tuple[Parameters, int]] = {}
    for node in nodes:
        if node.parameters is not None:
            found[node.target] = node.parameters, 1 if node.last == node.target else node.repeat
    if not found:
        return None
    dtypes = dict.fromkeys(p.dtype for p, _ in found.values() if p.dtype)
    total = sum(p.total * modules for p, modules in found.values())
    trainable = sum(p.trainable * modules for p, modules in found.values())
    return Parameters(0, total, trainable, ", ".join(dtypes))
