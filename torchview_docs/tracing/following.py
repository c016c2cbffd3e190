"""Following: which dimensions of a graph follow the named sizes of its input.

The model is traced again with other sizes, of all names at once; a name with which the model does
something else, or nothing at all, keeps its size. Which sizes a model takes nobody knows: some want
multiples of 32, some at most 512, so there are several ways to change one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TypeAlias

from torchview_docs.graph import Graph, Node, TensorMeta
from torchview_docs.tracing.dimensions import Forms

__all__ = ["Retrace", "alike", "followed"]

#: Traces the model at these named sizes; None where it cannot be, or is another graph then.
Retrace: TypeAlias = Callable[[Mapping[str, int]], Graph | None]

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
    names = tuple(named)[:_MOST]
    ways = {name: _ways(named[name])[0] for name in names}
    traces = _traced(ways, retrace)
    if traces is None:
        ways = {name: way for name in names if (way := _way(name, named[name], retrace)) is not None}
        traces = _traced(ways, retrace) if ways else None
        if traces is None and (ways := _independent(ways, retrace)):
            traces = _traced(ways, retrace)
    if traces is None:
        return replace(graph, fixed=dict(named))
    points = [{name: named[name] for name in ways}, *(point for point, _ in traces)]
    odd = {name: _odd(named[name], ways[name], k) for k, name in enumerate(ways)}
    other = retrace(odd)
    forms = Forms(points, odd if other is not None else None)
    graphs = [graph, *(found for _, found in traces)]
    nodes = _with_dims(graphs, other, forms)
    kept = {name: size for name, size in named.items() if name in ways}
    fixed = {name: size for name, size in named.items() if name not in ways}
    return replace(graph.with_nodes(nodes), named=kept, fixed=fixed)


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
    near = [size + coarse * k for k in (1, 2, 3, -1, 4, -2, 5, 6, 7)]
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


def _odd(size: int, way: Sequence[int], number: int) -> int:
    """An odd size; smaller where larger ones are not taken."""
    more = 2 * number + 2
    return max((size - 1) | 1, 1 + more) - more if max(way) < size else (size | 1) + more


def _pick(way: Sequence[int], number: int, attempt: int) -> int:
    """The size of the name of this number in an attempt."""
    return way[(attempt * (number + 1) + number) % len(way)]


def _traced(
    ways: Mapping[str, Sequence[int]], retrace: Retrace
) -> list[tuple[Mapping[str, int], Graph]] | None:
    """Traces at as many sizes as it takes to tell the forms, of all names at once; None where that fails."""
    needed = 3 if len(ways) == 1 else 4
    found: list[tuple[Mapping[str, int], Graph]] = []
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


def _independent(ways: Mapping[str, Sequence[int]], retrace: Retrace) -> Mapping[str, Sequence[int]]:
    """The names that may change together with each of the others: H and W may have to be equal."""
    refused = set()
    for one, other in combinations(ways, 2):
        sizes = {one: _pick(ways[one], 0, 0), other: _pick(ways[other], 1, 0)}
        refused |= set() if retrace(sizes) is not None else {one, other}
    return {name: way for name, way in ways.items() if name not in refused} if refused else {}


# -- what they tell -------------------------------------------------------------------------


def _with_dims(graphs: Sequence[Graph], odd: Graph | None, forms: Forms) -> Iterator[Node]:
    for place, node in enumerate(graphs[0].nodes):
        outputs = tuple(
            _with_forms(
                meta,
                [graph.nodes[place].outputs[output].shape for graph in graphs[1:]],
                None if odd is None else odd.nodes[place].outputs[output].shape,
                forms,
            )
            for output, meta in enumerate(node.outputs)
        )
        yield node._replace(outputs=outputs) if outputs != node.outputs else node


def _with_forms(
    meta: TensorMeta, others: Sequence[Sequence[int]], odd: Sequence[int] | None, forms: Forms
) -> TensorMeta:
    if all(tuple(other) == meta.shape for other in others):
        return meta
    dims = tuple(
        forms.of((size, *(other[k] for other in others)), None if odd is None else odd[k])
        for k, size in enumerate(meta.shape)
    )
    return meta._replace(dims=dims) if any(dims) else meta
