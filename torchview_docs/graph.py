"""The Graph: what a model did when it ran, as plain data, in torch.fx's words.

A Graph is a tuple of nodes in the order in which they ran. Module calls (`call_module`) form a
tree: a node's `scope` names the call that it ran in, and a call comes before what ran inside it.
A node without children is a leaf; edges run between leaves only. A call with children says in
`args` and `results` what went in and came out, but no edge ends there: it is a border, not a
computation. A call without children (`nn.Identity`, a scripted module, and every call that a
view has closed) is a leaf like any operation. Two scopes are no modules: `call_phase`, a method
that is a phase of a module's forward (a message passing layer's `propagate`, `message`,
`aggregate`, `update`), and `group`, which views may put around steps of one call.

Every tensor is one output of one leaf, and is spoken of by that leaf's name and the index of the
output. The JSON form (`Graph.to_json`) is the documented exchange format; FORMAT is its version.

A comparison of two graphs is a Graph as well: it has the nodes and uses of both, and each says of which
side it is (`Side`) and what it was there (`was`); see `comparison`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from torchview_docs.errors import RecordError
from torchview_docs.input_graph import InputGraph

__all__ = [
    "CALLS",
    "FORMAT",
    "NOTHING",
    "SCOPES",
    "Graph",
    "Node",
    "Op",
    "Parameters",
    "Side",
    "TensorMeta",
    "Use",
    "both",
]

#: Version of the JSON format; raised when a reader of the old one would misunderstand the new.
FORMAT = 2

Op: TypeAlias = Literal[
    "placeholder",  # an input of the model
    "get_attr",  # a parameter, buffer or constant tensor that an operation uses directly
    "call_function",  # a torch function
    "call_method",  # a method of a tensor
    "call_module",  # a call of a module: open with children, or a leaf
    "call_phase",  # a method that is a phase of a module's forward (`propagate`); open or a leaf, alike
    "output",  # a tensor that the model returns
    "tensor",  # a tensor shown as a node of its own; made by a view only
    "group",  # steps of one call that repeat together, as their scope; made by a view only
]

#: Of what in a comparison is there only before (`-`) or only after (`+`); empty of what is on both sides.
Side: TypeAlias = Literal["", "-", "+"]

#: The width of an element in the name of a dtype; `bool` has none, and is a byte.
_BITS = re.compile(r"\d+")

#: What must stand in parentheses beside a `×`.
_SUM = re.compile(r".[+\N{MINUS SIGN}](?![^(]*\))")

#: What other nodes can run in.
SCOPES: frozenset[Op] = frozenset({"call_module", "call_phase", "group"})
#: The scopes that a view can close: what ran in them is then one step.
CALLS: frozenset[Op] = frozenset({"call_module", "call_phase"})


class TensorMeta(NamedTuple):
    """Shape and dtype (`"float32"`) of a tensor.

    `dims` says of each dimension how its size follows from named sizes of the input, as arithmetic of
    Python (`N`, `N*8`, `H*W/256+1`), and is empty where it does not or nobody knows; `()` where no size
    is known to follow any. In a comparison `was` is what it was, where that was another.
    """

    shape: tuple[int, ...]
    dtype: str
    dims: tuple[str, ...] = ()
    was: TensorMeta | None = None

    def is_like(self, other: TensorMeta) -> bool:
        """Whether people would say the same of another one: in a comparison it is none that has changed."""
        return self.dtype == other.dtype and (self.shape == other.shape or self.written == other.written)

    @property
    def sizes(self) -> tuple[str, ...]:
        """Each size as people write it: by name where it has one, else as a number."""
        if not self.dims:
            return tuple(map(str, self.shape))
        return tuple(
            dim.replace("*", "·").replace("-", "\N{MINUS SIGN}") if dim else str(size)
            for dim, size in zip(self.dims, self.shape, strict=True)
        )

    @property
    def written(self) -> str:
        """The shape as people write it, `N×128×768`; `scalar` for a tensor without dimensions."""
        if not self.dims:
            return "×".join(map(str, self.shape)) or "scalar"
        sizes = self.sizes
        return "×".join(f"({size})" if _SUM.search(size) and len(sizes) > 1 else size for size in sizes)

    @property
    def nbytes(self) -> int:
        """How many bytes its elements take."""
        bits = _BITS.search(self.dtype)
        return math.prod(self.shape) * max(int(bits[0]) // 8 if bits else 1, 1)


#: What a tensor was in a comparison that was not there.
NOTHING = TensorMeta((), "")


class Use(NamedTuple):
    """A tensor that a node uses: output number `output` of the leaf `node`.

    `arg` says as what: the position (`"0"`), the keyword (`"mask"`), or a path into a container
    (`"0[2]"`, `"1.hidden"`). The same `arg` occurs more than once where one argument depends on
    several leaves: the tensor itself and the writes into its storage. `seen` is the form in which
    the tensor arrives where a view (`simplify`) has left out what changed it on the way; None
    where it arrives as it was made. `python` says that no tensor arrives but what Python has made
    of its data: a number (`x.item()`), a list or an array. `side` is on which side of a comparison it
    alone is.
    """

    node: str
    output: int = 0
    arg: str = "0"
    seen: TensorMeta | None = None
    python: bool = False
    side: Side = ""


def both(one: Side, other: Side) -> Side:
    """The side of what stands for two parts of a comparison."""
    return one if one == other else ""


class Parameters(NamedTuple):
    """How many parameter elements a module has; a parameter that is shared counts once.

    `own` are those registered on the module itself, `total` includes its submodules, `trainable`
    those of `total` with `requires_grad`. `dtype` is theirs, as in `TensorMeta`; where they have
    several, all of them, that of most elements first (`"bfloat16, float32"`).
    """

    own: int
    total: int
    trainable: int
    dtype: str = ""

    @property
    def frozen(self) -> int:
        """Those of `total` without `requires_grad`."""
        return self.total - self.trainable


class Node(NamedTuple):
    """One step of what ran.

    Attributes:
        name: Unique in the graph and stable under edits elsewhere in the model: a module call is
            named by its path (`encoder.layer.0`, second call `encoder.layer.0@2`, the root by its
            class name), anything else by its scope's path and its own short name
            (`encoder.layer.0/add`, second one `encoder.layer.0/add_1`); in the root without path.
        op: What it is.
        target: A placeholder's argument name (`input_ids`, `batch[0]`), a `get_attr`'s dotted
            name (`encoder.pos`) or `tensor` for a constant without one, a function's dotted name
            (`torch.nn.functional.layer_norm`, `operator.getitem`, `torch.add`), a method's name
            (`view`), a module's path (the root's is empty), its path and a phase's name
            (`conv1.propagate`), an output's name (`logits`, `[0]`), the path of the first module in a
            group, empty where there is none.
        scope: Name of the innermost scope around it; None outside the root call.
        type: A module's class as `module.QualName`; a phase's method likewise; a `get_attr`'s kind
            (`parameter`, `buffer`, `constant`); else empty.
        args: The tensors that it uses, in argument order.
        outputs: The tensors that it makes; one entry per output, also of a call with children.
        results: Only of a call with children: which inner tensors `outputs` are.
        config: A module's `extra_repr`, an operation's arguments that are no tensors
            (`dim=-1, keepdim=True`); raw, shortened when drawn.
        parameters: Of a module call.
        call: The how-manieth call of this module it is, from 1; of a phase, within its scope.
        repeat: How many equal neighbours it stands for (view `fold`).
        last: Target of the last of them; empty unless `repeat` is more than 1.
        flops: Floating-point operations that it takes, a multiply-add two, with all that ran in it; of
            `repeat` equals those of one. None where they were not counted.
        memory: Bytes of the tensors that it makes and that have a storage of their own, with all that
            ran in it; of `repeat` equals those of one. None where they were not counted.
        side: On which side of a comparison it alone is.
        was: In a comparison the node as it was before, where it or what ran in it was different.
    """

    name: str
    op: Op
    target: str
    scope: str | None = None
    type: str = ""
    args: tuple[Use, ...] = ()
    outputs: tuple[TensorMeta, ...] = ()
    results: tuple[Use, ...] = ()
    config: str = ""
    parameters: Parameters | None = None
    call: int = 1
    repeat: int = 1
    last: str = ""
    flops: int | None = None
    memory: int | None = None
    side: Side = ""
    was: Node | None = None


@dataclass(frozen=True)
class Graph:
    """What ran: nodes in the order in which they ran.

    Attributes:
        name: The model's class or function name.
        nodes: See the module's docstring for the invariants; `validate` checks them.
        device: On which rung it was traced, `meta` or `cpu` (or a real device's type).
        mode: `eval` or `train`.
        why: Why it was not traced on meta, where that was tried; says nothing of what ran.
        sources: Of the classes of modules (`Node.type`): file and line, `mypkg/nets.py:12`, the file
            as seen from the folder that the package is imported from.
        peak: Estimate of how many bytes of tensors, parameters apart, there are at once; None where
            that was not counted.
        input_graphs: The graphs among the inputs: their nodes and edges.
        named: The named sizes of the input that `TensorMeta.dims` follow, `{"N": 1, "H": 224}`.
        fixed: Those that could not be followed: the model does something else at other sizes, or nothing.
    """

    name: str
    nodes: tuple[Node, ...]
    device: str = "meta"
    mode: str = "eval"
    why: str = field(default="", compare=False)
    sources: Mapping[str, str] = field(default_factory=dict, hash=False)
    peak: int | None = None
    input_graphs: tuple[InputGraph, ...] = ()
    named: Mapping[str, int] = field(default_factory=dict, hash=False)
    fixed: Mapping[str, int] = field(default_factory=dict, hash=False)

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """The nodes by name."""
        return {node.name: node for node in self.nodes}

    @cached_property
    def children(self) -> Mapping[str | None, tuple[Node, ...]]:
        """The nodes that ran directly in each module call, in order; None holds the outermost."""
        found: dict[str | None, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.scope, []).append(node)
        return {scope: tuple(nodes) for scope, nodes in found.items()}

    @cached_property
    def leaves(self) -> tuple[Node, ...]:
        """The nodes without children, between which the edges run."""
        return tuple(node for node in self.nodes if node.name not in self.children)

    @cached_property
    def users(self) -> Mapping[tuple[str, int], tuple[tuple[Node, Use], ...]]:
        """Who uses each tensor, by (leaf, output): the using leaves and their `Use`."""
        found: dict[tuple[str, int], list[tuple[Node, Use]]] = {}
        for node in self.leaves:
            for use in node.args:
                found.setdefault((use.node, use.output), []).append((node, use))
        return {tensor: tuple(uses) for tensor, uses in found.items()}

    @property
    def root(self) -> Node | None:
        """The module call that all else ran in; None where there is none, as of a plain function."""
        beside = ("placeholder", "output", "tensor")
        steps = [node for node in self.children.get(None, ()) if node.op not in beside]
        return steps[0] if len(steps) == 1 and steps[0].op == "call_module" else None

    def tensor(self, use: Use) -> TensorMeta:
        """Shape and dtype of the tensor that is used, as it arrives."""
        return use.seen or self.by_name[use.node].outputs[use.output]

    def scopes(self, node: Node) -> tuple[Node, ...]:
        """The scopes (module calls, groups) around a node, innermost first."""
        found = []
        while node.scope is not None:
            node = self.by_name[node.scope]
            found.append(node)
        return tuple(found)

    def depth(self, node: Node) -> int:
        """How many scopes are around a node; the root module's own depth is 0."""
        return len(self.scopes(node))

    def with_nodes(self, nodes: Iterable[Node]) -> Graph:
        """The same graph with other nodes."""
        return replace(self, nodes=tuple(nodes))

    def validate(self) -> None:
        """Check the invariants.

        Raises:
            RecordError: A name occurs twice, a scope or a used tensor does not exist or comes
                later than its user, or an edge ends at a call with children.
        """
        seen: set[str] = set()
        for node in self.nodes:
            if node.name in seen:
                raise RecordError(f"two nodes are called {node.name!r}")
            if node.scope is not None and (
                node.scope not in seen or self.by_name[node.scope].op not in SCOPES
            ):
                raise RecordError(f"{node.name!r} runs in {node.scope!r}, which is no earlier call")
            for use in (*node.args, *node.results):
                source = self.by_name.get(use.node)
                if source is None or not 0 <= use.output < len(source.outputs):
                    raise RecordError(f"{node.name!r} uses {use}, which does not exist")
                if source.name in self.children:
                    raise RecordError(f"{node.name!r} uses {use}, a call with children")
            if not self.children.get(node.name):
                late = [u for u in node.args if u.node not in seen]
                if late:
                    raise RecordError(f"{node.name!r} uses {late[0]}, which runs later")
            seen.add(node.name)

    # -- JSON -----------------------------------------------------------------------------

    def to_json(self) -> str:
        """The graph as JSON, one line per node, keys in fixed order, defaults left out."""
        head: dict[str, Any] = {
            "format": FORMAT,
            "name": self.name,
            "device": self.device,
            "mode": self.mode,
        }
        if self.why:
            head["why"] = self.why
        if self.sources:
            head["sources"] = dict(self.sources)
        if self.peak is not None:
            head["peak"] = self.peak
        if self.input_graphs:
            head["input_graphs"] = [graph.to_data() for graph in self.input_graphs]
        for name, sizes in (("named", self.named), ("fixed", self.fixed)):
            if sizes:
                head[name] = dict(sizes)
        lines = ",\n".join(_dump(_node_to_data(node)) for node in self.nodes)
        return _dump(head)[:-1] + ', "nodes": [\n' + lines + "\n]}\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Graph:
        """Read what `to_json` wrote.

        Raises:
            RecordError: It is not a graph, or of another format.
        """
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RecordError(f"not JSON: {error}") from error
        return cls.from_data(data)

    @classmethod
    def from_data(cls, data: object) -> Graph:
        """Read the parsed JSON of a graph; every type is checked, since it may be foreign."""
        top = _typed(data, dict, "a graph")
        if top.get("format") != FORMAT:
            raise RecordError(f"graph of format {top.get('format')!r}, this version reads {FORMAT}")
        graph = cls(
            name=_typed(top.get("name"), str, "name"),
            nodes=tuple(_node_from_data(n) for n in _typed(top.get("nodes"), list, "nodes")),
            device=_typed(top.get("device", "meta"), str, "device"),
            mode=_typed(top.get("mode", "eval"), str, "mode"),
            why=_typed(top.get("why", ""), str, "why"),
            sources={
                str(name): _typed(place, str, "a source")
                for name, place in _typed(top.get("sources", {}), dict, "sources").items()
            },
            peak=_count(top, "peak"),
            input_graphs=tuple(
                InputGraph.from_data(g) for g in _typed(top.get("input_graphs", []), list, "input graphs")
            ),
            named=_sizes(top, "named"),
            fixed=_sizes(top, "fixed"),
        )
        graph.validate()
        return graph


#: Marks a use whose data went through Python, in JSON.
_PYTHON = "python"


def _dump(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(", ", ": "))


def _use_to_data(use: Use) -> list[Any]:
    data: list[Any] = [use.arg, use.node]
    if use.output or use.seen is not None:
        data.append(use.output)
    if use.seen is not None:
        data.append(_tensor_to_data(use.seen))
    if use.python:
        data.append(_PYTHON)
    if use.side:
        data.append(use.side)
    return data


def _tensor_to_data(tensor: TensorMeta) -> list[Any]:
    data: list[Any] = [tensor.dtype, *tensor.shape]
    data += [list(tensor.dims)] if tensor.dims else []
    return data if tensor.was is None else [*data, {"was": _tensor_to_data(tensor.was)}]


def _node_to_data(node: Node) -> dict[str, Any]:
    data: dict[str, Any] = {"name": node.name, "op": node.op, "target": node.target}
    if node.scope is not None:
        data["scope"] = node.scope
    if node.type:
        data["type"] = node.type
    if node.args:
        data["args"] = [_use_to_data(use) for use in node.args]
    if node.outputs:
        data["outputs"] = [_tensor_to_data(t) for t in node.outputs]
    if node.results:
        data["results"] = [_use_to_data(use) for use in node.results]
    if node.config:
        data["config"] = node.config
    if node.parameters is not None:
        p = node.parameters
        data["parameters"] = [p.own, p.total, p.trainable] + ([p.dtype] if p.dtype else [])
    if node.call != 1:
        data["call"] = node.call
    if node.repeat != 1:
        data["repeat"] = node.repeat
    if node.last:
        data["last"] = node.last
    counted = {"flops": node.flops, "memory": node.memory}
    data |= {name: count for name, count in counted.items() if count is not None}
    was = {} if node.was is None else {"was": _node_to_data(node.was)}
    return {**data, **({"side": node.side} if node.side else {}), **was}


def _typed(value: object, kind: type, what: str) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise RecordError(f"{what} is {type(value).__name__}, not {kind.__name__}")
    return value


def _count(data: Mapping[str, Any], name: str) -> int | None:
    """A count that may be left out."""
    return None if name not in data else int(_typed(data[name], int, name))


def _sizes(data: Mapping[str, Any], name: str) -> dict[str, int]:
    """Sizes by name, which may be left out."""
    sizes = _typed(data.get(name, {}), dict, name)
    return {str(key): _typed(size, int, "a size") for key, size in sizes.items()}


def _use_from_data(data: object) -> Use:
    parts = _typed(data, list, "a use")
    side = _side(parts[-1]) if len(parts) > 2 and parts[-1] in ("-", "+") else ""
    parts = parts[:-1] if side else parts
    python = len(parts) > 2 and parts[-1] == _PYTHON
    parts = parts[:-1] if python else parts
    if len(parts) not in (2, 3, 4):
        raise RecordError(f"a use has {len(parts)} parts")
    output = _typed(parts[2], int, "output") if len(parts) > 2 else 0
    seen = _tensor_from_data(parts[3]) if len(parts) == 4 else None
    return Use(_typed(parts[1], str, "node"), output, _typed(parts[0], str, "arg"), seen, python, side)


def _side(data: object) -> Side:
    sides: tuple[Side, ...] = get_args(Side)
    for side in sides:
        if data == side:
            return side
    raise RecordError(f"{data!r} is no side of a comparison")


def _tensor_from_data(data: object) -> TensorMeta:
    parts = _typed(data, list, "a tensor")
    if not parts:
        raise RecordError("a tensor without dtype")
    was = None
    if isinstance(parts[-1], dict):
        *parts, former = parts
        was = _tensor_from_data(former.get("was"))
    dims: tuple[str, ...] = ()
    if len(parts) > 1 and isinstance(parts[-1], list):
        *parts, named = parts
        dims = tuple(_typed(dim, str, "a dimension") for dim in named)
        if len(dims) != len(parts) - 1:
            raise RecordError(f"{len(parts) - 1} sizes of which {len(dims)} are said to follow others")
    shape = tuple(_typed(size, int, "a size") for size in parts[1:])
    return TensorMeta(shape, _typed(parts[0], str, "dtype"), dims, was)


def _node_from_data(data: object) -> Node:
    top = _typed(data, dict, "a node")
    op = top.get("op")
    if op not in get_args(Op):
        raise RecordError(f"unknown op {op!r}")
    parameters = None
    if "parameters" in top:
        counts = _typed(top["parameters"], list, "parameters")
        if len(counts) not in (3, 4):
            raise RecordError("parameters are not three counts and a dtype")
        dtype = _typed(counts[3], str, "a dtype") if len(counts) == 4 else ""
        own, total, trainable = (_typed(count, int, "a count") for count in counts[:3])
        parameters = Parameters(own, total, trainable, dtype)
    scope = top.get("scope")
    return Node(
        name=_typed(top.get("name"), str, "name"),
        op=op,
        target=_typed(top.get("target"), str, "target"),
        scope=None if scope is None else _typed(scope, str, "scope"),
        type=_typed(top.get("type", ""), str, "type"),
        args=tuple(_use_from_data(u) for u in _typed(top.get("args", []), list, "args")),
        outputs=tuple(_tensor_from_data(t) for t in _typed(top.get("outputs", []), list, "outputs")),
        results=tuple(_use_from_data(u) for u in _typed(top.get("results", []), list, "results")),
        config=_typed(top.get("config", ""), str, "config"),
        parameters=parameters,
        call=_typed(top.get("call", 1), int, "call"),
        repeat=_typed(top.get("repeat", 1), int, "repeat"),
        last=_typed(top.get("last", ""), str, "last"),
        flops=_count(top, "flops"),
        memory=_count(top, "memory"),
        side=_side(top.get("side", "")),
        was=_node_from_data(top["was"]) if "was" in top else None,
    )
