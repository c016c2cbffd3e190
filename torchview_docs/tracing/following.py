"""Following: which dimensions of a graph follow the named sizes of its input.

The model is traced again with other sizes, of all names at once; a name with which the model does
something else, or nothing at all, keeps its size. Which sizes a model takes nobody knows: some want
multiples of 32, some at most 512, so there are several ways to change one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TypeAlias

from torchview_docs.graph import Graph, Node
from torchview_docs.tracing.dimensions import Form, Forms

__all__ = ["Retrace", "alike", "followed"]

#: Traces the model at these named sizes; None where it cannot be, or is another graph then.
Retrace: TypeAlias = Callable[[Mapping[str, int]], Graph | None]

#: The other sizes that each name can take.
_Ways: TypeAlias = Mapping[str, Sequence[int]]
#: The named sizes, and the graph that was traced with them.
_Trace: TypeAlias = tuple[Mapping[str, int], Graph]

#: So many names are followed; the more there are, the more forms a size could have.
_MOST = 6
#: Sizes that a way has. It is prime, so that each name takes other sizes in other orders.
_SIZES = 7


def followed(graph: Graph, named: Mapping[str, int], retrace: Retrace) -> Graph:
    """The graph with `dims` where they follow.

    Args:
        graph: As it was traced.
        named: The named sizes of its input.
        retrace: Traces it again.
    """
    found = _tried(named, retrace)
    if found is None:
        return replace(graph, fixed=dict(named))
    ways, traces = found
    known = {name: named[name] for name in ways}
    forms = Forms([known, *(point for point, _ in traces)])
    of_nodes = [
        _forms(node, [trace.nodes[k] for _, trace in traces], forms) for k, node in enumerate(graph.nodes)
    ]
    near = [_close_by(size, forms.step(name), ways[name]) for name, size in known.items()]
    points = [dict(zip(known, sizes, strict=True)) for sizes in zip(*near, strict=True)]
    checks = [(point, trace) for point in points if (trace := retrace(point)) is not None]
    nodes = [
        _with_dims(node, of_nodes[k], [(point, trace.nodes[k]) for point, trace in checks])
        for k, node in enumerate(graph.nodes)
    ]
    fixed = {name: size for name, size in named.items() if name not in ways}
    return replace(graph.with_nodes(nodes), named=known, fixed=fixed)


def alike(one: Graph, other: Graph) -> bool:
    """Whether two graphs differ in nothing but sizes."""
    return len(one.nodes) == len(other.nodes) and all(map(_are_alike, one.nodes, other.nodes))


def _are_alike(one: Node, other: Node) -> bool:
    # An operation's arguments may be sizes, so `config` is not compared.
    return (
        one._replace(outputs=(), config="", flops=None, memory=None)
        == other._replace(outputs=(), config="", flops=None, memory=None)
        and len(one.outputs) == len(other.outputs)
        and all(
            a.dtype == b.dtype and len(a.shape) == len(b.shape)
            for a, b in zip(one.outputs, other.outputs, strict=True)
        )
    )


# -- which sizes are tried ------------------------------------------------------------------


def _ways(size: int) -> Sequence[tuple[int, ...]]:
    """Other sizes that a model may take: near ones, smaller ones, multiples."""
    coarse, fine = _step(size, 64), _step(size, max(size // 8, 1))
    near = [size + coarse * k for k in (1, 3, 2, 6, -1, 4, 8, 5)]
    below = [size - fine * k for k in range(1, _SIZES + 1)]
    multiples = [size * k for k in range(2, _SIZES + 2)] if size else []
    ways = [tuple(n for n in way if n > 0)[:_SIZES] for way in (near, below, multiples)]
    return [way for way in ways if len(way) > 2]


def _step(size: int, most: int) -> int:
    """The largest power of two in a size, up to a limit."""
    step = 1
    while size and step * 2 <= most and size % (step * 2) == 0:
        step *= 2
    return step


def _close_by(size: int, step: int, way: Sequence[int]) -> tuple[int, int]:
    """A size a step more, and one a step less; the other way twice where one way is not taken."""
    if max(way) < size and size > 2 * step:
        return size - 2 * step, size - step
    return size + step, size - step if size > step else size + 2 * step


def _pick(way: Sequence[int], number: int, attempt: int) -> int:
    """The size of the name of this number in an attempt."""
    return way[(attempt * (number + 1) + number) % len(way)]


def _tried(named: Mapping[str, int], retrace: Retrace) -> tuple[_Ways, list[_Trace]] | None:
    """Which names can be changed, how, and what was traced so; None where none can."""
    ways: _Ways = {name: _ways(named[name])[0] for name in tuple(named)[:_MOST]}
    traces = _traced(ways, retrace)
    if traces is None:
        ways = {name: way for name in ways if (way := _way(name, named[name], retrace)) is not None}
        traces = _traced(ways, retrace) if ways else None
    if traces is None:
        ways = _independent(ways, retrace)
        traces = _traced(ways, retrace) if ways else None
    return None if traces is None else (ways, traces)


def _traced(ways: _Ways, retrace: Retrace) -> list[_Trace] | None:
    """Traces at as many sizes as it takes to tell the forms, of all names at once; None where that fails."""
    needed = 3 if len(ways) == 1 else 4
    found: list[_Trace] = []
    for attempt in range(needed + 1):
        point = {name: _pick(way, k, attempt) for k, (name, way) in enumerate(ways.items())}
        graph = retrace(point)
        if graph is not None:
            found.append((point, graph))
        if len(found) == needed:
            return found
        if attempt - len(found) > 0:  # one may fail, not two
            return None
    return None


def _way(name: str, size: int, retrace: Retrace) -> Sequence[int] | None:
    """How this size alone may be changed; None for not at all."""
    for way in _ways(size):
        if all(retrace({name: other}) is not None for other in way[:2]):
            return way
    return None


def _independent(ways: _Ways, retrace: Retrace) -> _Ways:
    """The names that may change together with each of the others: H and W may have to be equal."""
    refused = set()
    for one, other in combinations(ways, 2):
        sizes = {one: _pick(ways[one], 0, 0), other: _pick(ways[other], 1, 0)}
        refused |= set() if retrace(sizes) is not None else {one, other}
    return {name: way for name, way in ways.items() if name not in refused} if refused else {}


# -- what they tell -------------------------------------------------------------------------


def _forms(node: Node, others: Sequence[Node], forms: Forms) -> list[list[Form | None]]:
    """The forms of each dimension of each output."""
    return [
        [
            forms.of((size, *(other.outputs[output].shape[k] for other in others)))
            for k, size in enumerate(meta.shape)
        ]
        for output, meta in enumerate(node.outputs)
    ]


def _with_dims(
    node: Node, found: Sequence[Sequence[Form | None]], checks: Sequence[tuple[Mapping[str, int], Node]]
) -> Node:
    """The node with those forms that also hold where they are checked."""
    outputs = []
    for output, (meta, forms) in enumerate(zip(node.outputs, found, strict=True)):
        dims = tuple(
            str(form)
            if form and all(form.allows(point, other.outputs[output].shape[k]) for point, other in checks)
            else ""
            for k, form in enumerate(forms)
        )
        outputs.append(meta._replace(dims=dims) if any(dims) else meta)
    return node._replace(outputs=tuple(outputs))
