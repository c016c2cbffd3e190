"""Constants: numbers that a forward pass makes in place, said where they are used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from torchview_docs.graph import Graph, Node
from torchview_docs.views.leaving import reached, union

__all__ = ["with_numbers"]

#: What the functions and methods that make a constant fill it with, where their name says.
_FILLS: Mapping[str, str] = {"zeros": "0", "new_zeros": "0", "ones": "1", "new_ones": "1"}
#: Those whose first argument says.
_COPIES = ("tensor", "scalar_tensor")


def with_numbers(nodes: Iterable[Node], graph: Graph) -> list[Node]:
    """The nodes, where operations say the numbers that they use instead of using them: `where 0`.

    A number is a tensor without dimensions that one of torch's factories has just made. Where a module is
    given one, it stays a step, since modules have no room for it.

    Args:
        nodes: Those of the graph, some of which may be left out.
        graph: All of it.
    """
    numbers = {leaf.name: text for leaf in graph.leaves if (text := _number(leaf, graph)) is not None}
    if any(graph.by_name[name].args for name in numbers):
        # `x.new_ones(())` reads x, and stays where it alone leads from x to its reader.
        reach = reached(graph)
        numbers = {name: text for name, text in numbers.items() if _is_reached_anyway(name, graph, reach)}
    if not numbers:
        return list(nodes)
    found = []
    for node in nodes:
        said = dict.fromkeys(use.node for use in node.args if use.node in numbers)
        if said:
            config = ", ".join(filter(None, [*(numbers[name] for name in said), node.config]))
            node = node._replace(config=config, args=tuple(u for u in node.args if u.node not in said))  # noqa: PLW2901
        found.append(node)
    return found


def _is_reached_anyway(name: str, graph: Graph, reach: Mapping[str, int]) -> bool:
    """Whether the readers of a number are reached from the inputs without it as they are with it."""
    return all(
        not reach[name] & ~union(reach[use.node] for use in user.args if use.node != name)
        for user, _ in graph.users[name, 0]
    )


def _number(leaf: Node, graph: Graph) -> str | None:
    """What a leaf's value is, if it is a number and only operations use it."""
    if leaf.op not in ("call_function", "call_method") or [m.shape for m in leaf.outputs] != [()]:
        return None
    short = leaf.target.rpartition(".")[2]
    users = graph.users.get((leaf.name, 0), ())
    if not users or any(user.op not in ("call_function", "call_method") for user, _ in users):
        return None
    if short in _COPIES:
        text = leaf.config.partition(",")[0]
        return text if _is_number(text) else None
    return _FILLS.get(short)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text in ("True", "False")
    return True
