"""Hypothesis strategies for Graphs: `graphs()` draws valid ones of every shape that matters.

A Graph is built from a little program, so that equal blocks (for `fold`) and reused modules come
by themselves, and a failing example shrinks to a short program.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from hypothesis import strategies as st

from torchview_docs.graph import Graph, Node, Parameters, TensorMeta, Use

Tensor: TypeAlias = tuple[str, int]

#: Functions: target, how many tensors they read at most, how many they make.
FUNCTIONS = [
    ("torch.nn.functional.relu", 1, 1),
    ("operator.add", 2, 1),
    ("torch.cat", 3, 1),
    ("torch.split", 1, 2),
    ("torch.reshape", 1, 1),
    ("torch.Tensor.expand_as", 2, 1),
    ("torch.nn.functional.dropout", 1, 1),
    ("torch.nn.functional.linear", 1, 1),
    ("torch.nn.functional.layer_norm", 1, 1),
    ("torch.zeros", 0, 1),
]
METHODS = ["view", "transpose", "to", "mean", "new_ones", "add_"]
LEAF_MODULES = ["torch.nn.modules.linear.Identity", "torch.nn.modules.linear.Linear", "pkg.Scripted"]
MODULES = [
    "pkg.Block",
    "pkg.Encoder",
    "torch.nn.modules.container.Sequential",
    "torch.nn.modules.dropout.Dropout",
    "torch.nn.modules.flatten.Flatten",
]


@dataclass(frozen=True)
class Function:
    """Call a function on tensors, chosen from the latest backwards."""

    which: int
    reads: tuple[int, ...]


@dataclass(frozen=True)
class Parameter:
    """Read a parameter directly; a shared one belongs to no module around it."""

    shared: bool


@dataclass(frozen=True)
class Leaf:
    """Call a module of which nothing inside is known."""

    which: int
    read: int


@dataclass(frozen=True)
class Call:
    """Call a module with a body, `times` times in a row, each on what the one before gave."""

    which: int
    body: tuple[Step, ...]
    reads: tuple[int, ...]
    returns: tuple[int, ...]
    times: int = 1
    #: The same module each time, or a list of equal ones.
    same: bool = False
    #: Whether the body also reads a tensor that it was not given.
    captures: bool = False
    #: Whether something inside is read from outside without being returned.
    leaks: bool = False


@dataclass(frozen=True)
class Loop:
    """Run a body `times` times in a row, without a module around it."""

    body: tuple[Step, ...]
    times: int


@dataclass(frozen=True)
class Fan:
    """Run a body `times` times side by side, each from what was there before."""

    body: tuple[Step, ...]
    times: int
    #: Whether each copy gets a part of its own of a split tensor.
    split: bool = False
    #: Whether each copy takes an element of its own of a tensor.
    indexed: bool = False
    #: Whether all copies do their first step before the others do theirs.
    in_turn: bool = False
    #: How what they make comes together: as a list, as two arguments of each sum, or not at all.
    join: str = "cat"


Step: TypeAlias = Function | Parameter | Leaf | Call | Loop | Fan


@dataclass
class _Builder:
    """Runs a program; `nodes` is the graph so far."""

    nodes: list[Node] = field(default_factory=list)
    metas: dict[Tensor, TensorMeta] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, node: Node) -> list[Tensor]:
        self.nodes.append(node)
        made = [(node.name, k) for k in range(len(node.outputs))]
        self.metas.update(zip(made, node.outputs, strict=True))
        return made

    def named(self, scope: str | None, path: str, short: str) -> str:
        base = f"{scope if path else ''}/{short}".removeprefix("/") if scope else short
        n = self.counts[base] = self.counts.get(base, -1) + 1
        return f"{base}_{n}" if n else base

    def run(self, body: tuple[Step, ...], scope: str | None, path: str, known: list[Tensor]) -> None:
        """Run steps in a scope; `known` grows by what they make."""
        for number, step in enumerate(body):
            match step:
                case Function():
                    self.function(step, scope, path, known)
                case Parameter():
                    target = "shared" if step.shared else f"{path}.weight{number}".strip(".")
                    name = self.named(scope, path, f"attr{number}")
                    meta = TensorMeta((2, 3), "float32")
                    known += self.add(Node(name, "get_attr", target, scope, "parameter", outputs=(meta,)))
                case Leaf():
                    target = f"{path}.leaf{number}".strip(".")
                    source = pick(known, step.read)
                    type_ = LEAF_MODULES[step.which % len(LEAF_MODULES)]
                    name = self.free(target)
                    node = Node(
                        name, "call_module", target, scope, type_, (Use(*source),), (self.metas[source],)
                    )
                    known += self.add(node)
                case Call():
                    self.call(step, scope, f"{path}.m{number}".strip("."), known)
                case Loop():
                    for time in range(step.times):
                        self.run(step.body, scope, f"{path}.l{number}.{time}".strip("."), known)
                case Fan():
                    self.fan(step, scope, path, f"{path}.f{number}".strip("."), known)

    def free(self, target: str) -> str:
        n = self.counts[f"@{target}"] = self.counts.get(f"@{target}", 0) + 1
        return f"{target}@{n}" if n > 1 else target

    def function(self, step: Function, scope: str | None, path: str, known: list[Tensor]) -> None:
        choice = step.which % (len(FUNCTIONS) + len(METHODS))
        if choice < len(FUNCTIONS):
            (target, reads, makes), op = FUNCTIONS[choice], "call_function"
        else:
            (target, reads, makes), op = (METHODS[choice - len(FUNCTIONS)], 1, 1), "call_method"
        sources = [pick(known, k) for k in step.reads[:reads]]
        meta = self.metas[sources[0]] if sources else TensorMeta((), "float32")
        short = target.rpartition(".")[2]
        if short in ("view", "reshape", "transpose"):
            meta = TensorMeta(meta.shape[::-1], meta.dtype)
        if short == "new_ones":  # a number, that depends on a tensor
            meta = TensorMeta((), meta.dtype)
        config = "p=0.1, training=False" if short == "dropout" else ""
        many = short == "cat"
        uses = tuple(Use(*s, f"0[{k}]" if many else str(k)) for k, s in enumerate(sources))
        name = self.named(scope, path, short)
        known += self.add(Node(name, op, target, scope, "", uses, (meta,) * makes, config=config))  # type: ignore[arg-type]

    def operation(
        self,
        short: str,
        scope: str | None,
        path: str,
        sources: dict[str, Tensor],
        makes: int = 1,
        config: str = "",
    ) -> list[Tensor]:
        meta = self.metas[next(iter(sources.values()))]
        uses = tuple(Use(*source, arg) for arg, source in sources.items())
        name = self.named(scope, path, short)
        target = f"operator.{short}" if short in ("getitem", "add") else f"torch.{short}"
        return self.add(Node(name, "call_function", target, scope, "", uses, (meta,) * makes, config=config))

    def fan(self, step: Fan, scope: str | None, path: str, list_path: str, known: list[Tensor]) -> None:
        copies = [list(known) for _ in range(step.times)]
        if step.split:
            for copy, part in zip(
                copies, self.operation("chunk", scope, path, {"0": known[-1]}, step.times), strict=True
            ):
                copy.append(part)
        bodies = [step.body[:1], step.body[1:]] if step.in_turn else [step.body]
        for turn, body in enumerate(bodies):
            for k, inner in enumerate(copies):
                if step.indexed and not turn:
                    inner += self.operation("getitem", scope, path, {"0": inner[-1]}, config=f"[:, {k}]")  # noqa: PLW2901
                self.run(body, scope, f"{list_path}.{k}.{turn}", inner)
        made = [copy[-1] for copy in copies]
        if step.join == "cat":
            known += self.operation("cat", scope, path, {f"0[{k}]": t for k, t in enumerate(made)})
        elif step.join == "sum":
            total = made[0]
            for tensor in made[1:]:
                (total,) = self.operation("add", scope, path, {"0": total, "1": tensor})
            known.append(total)
        else:
            known += made

    def call(self, step: Call, scope: str | None, path: str, known: list[Tensor]) -> None:
        given = [pick(known, k) for k in step.reads]
        captured = [pick(known, 1)] if step.captures else []
        made: list[Tensor] = []
        leaked: list[Tensor] = []
        for time in range(step.times):
            target = path if step.same or step.times == 1 else f"{path}.{time}"
            name = self.free(target)
            number = int(name.rpartition("@")[2]) if "@" in name else 1
            place = len(self.nodes)
            inner = [*captured, *given]
            self.run(step.body, name, target, inner)
            results = [pick(inner, k) for k in step.returns]
            outputs = tuple(self.metas[t] for t in results)
            self.nodes.insert(
                place,
                Node(
                    name,
                    "call_module",
                    target,
                    scope,
                    MODULES[step.which % len(MODULES)],
                    tuple(Use(*t, str(k)) for k, t in enumerate(given)),
                    outputs,
                    tuple(Use(*t, str(k)) for k, t in enumerate(results)),
                    parameters=Parameters(0, 12, 12),
                    call=number,
                ),
            )
            leaked = inner[-1:] if step.leaks else []
            made += results
            given = [results[0], *given[1:]]
        known += leaked + made


def pick(known: list[Tensor], back: int) -> Tensor:
    """A tensor counted from the latest backwards."""
    return known[-1 - back % len(known)]


def build(program: tuple[Step, ...], inputs: int, returns: tuple[int, ...], rooted: bool) -> Graph:
    """The graph of a program, in a root module or as a plain function."""
    builder = _Builder()
    meta = TensorMeta((2, 3), "float32")
    known: list[Tensor] = []
    for k in range(inputs):
        known += builder.add(Node(f"x{k}", "placeholder", f"x{k}", outputs=(meta,)))
    given = list(known)
    place = len(builder.nodes)
    builder.run(program, "Net" if rooted else None, "", known)
    results = [pick(known, k) for k in returns]
    uses = tuple(Use(*t, str(k)) for k, t in enumerate(results))
    if rooted:
        outputs = tuple(builder.metas[t] for t in results)
        root = Node(
            "Net",
            "call_module",
            "",
            type="pkg.Net",
            args=tuple(Use(*t, str(k)) for k, t in enumerate(given)),
            outputs=outputs,
            results=uses,
            parameters=Parameters(0, 12, 12),
        )
        builder.nodes.insert(place, root)
    for k, use in enumerate(results):
        builder.add(Node(f"output_{k}", "output", f"[{k}]", args=(Use(*use),)))
    return Graph("Net", tuple(builder.nodes))


_places = st.integers(0, 5)
_functions = st.builds(Function, st.integers(0, 30), st.tuples(_places, _places, _places))
_parameters = st.builds(Parameter, st.booleans())
_leaves = st.builds(Leaf, st.integers(0, 5), _places)


def _calls(bodies: st.SearchStrategy[Step]) -> st.SearchStrategy[Call]:
    return st.builds(
        Call,
        which=st.integers(0, 9),
        body=st.lists(bodies, min_size=1, max_size=5).map(tuple),
        reads=st.lists(_places, min_size=1, max_size=3).map(tuple),
        returns=st.lists(_places, min_size=1, max_size=2).map(tuple),
        times=st.sampled_from([1, 1, 2, 3, 4]),
        same=st.booleans(),
        captures=st.booleans(),
        leaks=st.booleans(),
    )


def _loops(bodies: st.SearchStrategy[Step]) -> st.SearchStrategy[Loop]:
    return st.builds(Loop, st.lists(bodies, min_size=1, max_size=5).map(tuple), st.integers(2, 4))


def _fans(bodies: st.SearchStrategy[Step]) -> st.SearchStrategy[Fan]:
    return st.builds(
        Fan,
        body=st.lists(bodies, min_size=1, max_size=4).map(tuple),
        times=st.integers(2, 5),
        split=st.booleans(),
        indexed=st.booleans(),
        in_turn=st.booleans(),
        join=st.sampled_from(["cat", "cat", "sum", "none"]),
    )


_steps: st.SearchStrategy[Step] = st.recursive(
    st.one_of(_functions, _functions, _leaves, _parameters),
    lambda inner: st.one_of(_calls(inner), _loops(inner), _fans(inner), _functions),
    max_leaves=12,
)


def graphs(*, rooted: bool | None = None) -> st.SearchStrategy[Graph]:
    """Valid graphs: nested, repeated, parallel and reused calls, several inputs and outputs, parameters.

    Args:
        rooted: Only models (True), only plain functions (False), or both.
    """
    return st.builds(
        build,
        program=st.lists(_steps, min_size=1, max_size=6).map(tuple),
        inputs=st.integers(1, 3),
        returns=st.lists(_places, min_size=1, max_size=3).map(tuple),
        rooted=st.booleans() if rooted is None else st.just(rooted),
    )


def reachable(graph: Graph) -> set[tuple[str, str]]:
    """From which input each output can be reached."""
    above: dict[str, set[str]] = {}
    for leaf in graph.leaves:
        own = {leaf.name} if leaf.op == "placeholder" else set()
        above[leaf.name] = own.union(*(above[use.node] for use in leaf.args))
    return {
        (source, leaf.name) for leaf in graph.leaves if leaf.op == "output" for source in above[leaf.name]
    }
