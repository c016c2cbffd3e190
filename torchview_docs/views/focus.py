"""`focus`: one call of a module, with its surroundings as inputs and outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from torchview_docs.graph import Graph, Node, Use
from torchview_docs.views.close import root_call
from torchview_docs.views.parts import Tensor

__all__ = ["focus"]

#: So many readers of an output are named.
_NAMED = 2


def focus(graph: Graph, call: Node) -> Graph:
    """What ran in a call.

    A tensor that comes from outside is an input, named by the outermost module that made it and is
    not around the call, else by the operation; a parameter stays one. A tensor that is read outside
    is an output, named by who reads it alike. What is beside the call is named as seen from there.
    """
    if call is root_call(graph):
        return graph
    inside = _inside(graph, call)
    ports = _Ports(graph, call, frozenset(inside))
    for use in (*call.args, *(use for node in inside.values() for use in node.args)):
        ports.enter(use)
    ports.name_inputs()
    nodes = [
        node._replace(
            scope=None if node is call else node.scope,
            args=ports.rewired(node.args),
            results=ports.rewired(node.results),
        )
        for node in inside.values()
    ]
    name = f"{graph.name}.{call.target}"
    outputs = _outputs(graph, call, inside)
    return replace(graph, name=name, nodes=(*ports.nodes.values(), *nodes, *outputs), peak=None)


def _inside(graph: Graph, call: Node) -> dict[str, Node]:
    """The call and what ran in it, in order."""
    inside = {call.name: call}
    for node in graph.nodes:
        if node.scope in inside:
            inside[node.name] = node
    return inside


def _origin(graph: Graph, node: Node, call: Node) -> str:
    """Where a node is, seen from a call: the outermost module that holds the one and not the other."""
    common = {scope.name for scope in graph.scopes(call)}
    scopes = [node, *graph.scopes(node)]
    outermost = next(scope for scope in reversed(scopes) if scope.name not in common)
    if outermost.op == "output":
        return f"output{outermost.target}" if outermost.target.startswith("[") else outermost.target
    if outermost.op == "placeholder":
        return outermost.target
    around = graph.by_name[call.scope] if call.scope is not None and call.scope == outermost.scope else None
    name = outermost.name
    for prefix in (f"{around.name}/", f"{around.target}.") if around is not None and around.target else ():
        name = name.removeprefix(prefix)
    return name


@dataclass
class _Ports:
    """The inputs of a call: what they are made of, in the order of first use."""

    graph: Graph
    call: Node
    inside: frozenset[str]
    nodes: dict[Tensor, Node] = field(default_factory=dict)

    def enter(self, use: Use) -> None:
        """Note what is used, where it is made outside and is used by a leaf."""
        tensor = use.node, use.output
        if use.node in self.inside or tensor in self.nodes or not self._is_read(tensor):
            return
        source = self.graph.by_name[use.node]
        meta = source.outputs[use.output]
        op = source.op if source.op == "get_attr" else "placeholder"
        target = source.target if op == "get_attr" else _origin(self.graph, source, self.call)
        self.nodes[tensor] = Node(
            f"{source.name}:{use.output}",
            op,
            target,
            type=source.type if op == "get_attr" else "",
            outputs=(meta,),
        )

    def _is_read(self, tensor: Tensor) -> bool:
        return any(user.name in self.inside for user, _ in self.graph.users.get(tensor, ()))

    def name_inputs(self) -> None:
        """Number the inputs that come from the same place, and have no name that is taken."""
        inputs = {t: n for t, n in self.nodes.items() if n.op == "placeholder"}
        targets = dict(zip(inputs, _numbered([n.target for n in inputs.values()]), strict=True))
        for tensor, node in self.nodes.items():
            name = targets.get(tensor, self.graph.by_name[tensor[0]].name)
            while name in self.inside or any(n.name == name and t != tensor for t, n in self.nodes.items()):
                name += "'"
            self.nodes[tensor] = node._replace(name=name, target=targets.get(tensor, node.target))

    def rewired(self, uses: Iterable[Use]) -> tuple[Use, ...]:
        """Uses of what is outside as uses of the inputs; what nothing in the call reads is left out."""
        found = []
        for use in uses:
            if use.node in self.inside:
                found.append(use)
            elif (use.node, use.output) in self.nodes:
                found.append(use._replace(node=self.nodes[use.node, use.output].name, output=0))
        return tuple(found)


def _outputs(graph: Graph, call: Node, inside: Mapping[str, Node]) -> list[Node]:
    """The outputs: what is returned, in this order, and what else is read outside."""
    returned = (
        call.results
        if call.name in graph.children
        else tuple(Use(call.name, k, f"[{k}]") for k in range(len(call.outputs)))
    )
    made = [
        (name, k)
        for name, node in inside.items()
        for k in range(len(node.outputs))
        if name not in graph.children
    ]
    own = {(use.node, use.output): use for use in returned if use.node in inside}
    readers: dict[Tensor, list[Node]] = {}
    for tensor in dict.fromkeys((*own, *made)):
        found = [user for user, _ in graph.users.get(tensor, ()) if user.name not in inside]
        if found:
            readers[tensor] = found
    if not readers:  # nobody reads it: what it returns is still what it computes
        readers = {tensor: [] for tensor in own}
    targets = _numbered(
        [_readers(graph, call, users) or f"[{k}]" for k, users in enumerate(readers.values())]
    )
    nodes = []
    for k, (tensor, target) in enumerate(zip(readers, targets, strict=True)):
        seen = own[tensor].seen if tensor in own else None
        nodes.append(Node(f"{call.name}/output:{k}", "output", target, args=(Use(*tensor, "0", seen),)))
    return nodes


def _readers(graph: Graph, call: Node, users: Sequence[Node]) -> str:
    names = list(dict.fromkeys(_origin(graph, user, call) for user in users))
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _numbered(names: Sequence[str]) -> list[str]:
    """The names, with `[0]`, `[1]` behind those that there are several of."""
    count, seen = Counter(names), Counter[str]()
    numbered = []
    for name in names:
        numbered.append(f"{name}[{seen[name]}]" if count[name] > 1 else name)
        seen[name] += 1
    return numbered
