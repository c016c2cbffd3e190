"""Alignment: which steps of two graphs are the same step, before and after.

A step is only ever the same as a step of the same call, and no two pairs cross, so that what is in
both ran in the same order in both. In each call a named module is where its name is; then members of
lists and renamed modules are found by what they are, then operations between them, by less and less
that must agree. What is left alone in the same place on both sides was replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from torchview_docs.comparison.sequences import common
from torchview_docs.comparison.signatures import Signatures, relative
from torchview_docs.graph import SCOPES, Graph, Node

__all__ = ["aligned"]

#: What must agree, None of a step that a rule is not for.
Rule: TypeAlias = "Callable[[Node, Signatures], str | None]"
#: A stretch of the steps of a call before and after, between two that are the same.
_Gap: TypeAlias = tuple[int, int, int, int]

_ENDS = frozenset({"placeholder", "output"})


def aligned(old: Signatures, new: Signatures) -> dict[str, str]:
    """The steps that are the same: by name before the name after."""
    pairs: dict[str, str] = {}
    scopes: list[tuple[str | None, str | None]] = [(None, None)]
    while scopes:
        before, after = scopes.pop()
        for a, b in _steps(old, new, before, after):
            pairs[a.name] = b.name
            if a.name in old.graph.children and b.name in new.graph.children:
                scopes.append((a.name, b.name))
    return pairs


def _steps(
    old: Signatures, new: Signatures, before: str | None, after: str | None
) -> Iterator[tuple[Node, Node]]:
    """The steps that are the same in two calls that are."""
    mine, theirs = old.graph.children.get(before, ()), new.graph.children.get(after, ())
    if before is None and (pair := _roots(old.graph, new.graph)):
        yield pair
        mine, theirs = (tuple(n for n in nodes if n not in pair) for nodes in (mine, theirs))
        # Inputs come before the model's call and outputs after it.
        for op in ("placeholder", "output"):
            yield from _in_order([n for n in mine if n.op == op], [n for n in theirs if n.op == op], old, new)
        mine, theirs = (tuple(n for n in nodes if n.op not in _ENDS) for nodes in (mine, theirs))
    yield from _in_order(mine, theirs, old, new)


def _roots(old: Graph, new: Graph) -> tuple[Node, Node] | None:
    """The models' own calls: they are compared, whatever they are called."""
    one, other = old.root, new.root
    if one is None or other is None or (one.name in old.children) != (other.name in new.children):
        return None
    return one, other


def _in_order(
    mine: Sequence[Node], theirs: Sequence[Node], old: Signatures, new: Signatures
) -> Iterator[tuple[Node, Node]]:
    gaps: list[_Gap] = [(0, len(mine), 0, len(theirs))]
    pairs: list[tuple[int, int]] = []
    for rule in _RULES:
        keys = [_key(rule, node, old) for node in mine], [_key(rule, node, new) for node in theirs]
        left: list[_Gap] = []
        for gap in gaps:
            found = list(_matched(keys[0], keys[1], gap))
            pairs += found
            left += _between(found, gap)
        gaps = left
    for start, end, low, high in gaps:
        if (end - start, high - low) == (1, 1) and _replaced(mine[start], theirs[low], old, new):
            pairs.append((start, low))
    yield from ((mine[a], theirs[b]) for a, b in pairs)


def _matched(
    mine: Sequence[str | None], theirs: Sequence[str | None], gap: _Gap
) -> Iterator[tuple[int, int]]:
    start, end, low, high = gap
    here = [k for k in range(start, end) if mine[k] is not None]
    there = [k for k in range(low, high) if theirs[k] is not None]
    if here and there:
        pairs = common([mine[k] or "" for k in here], [theirs[k] or "" for k in there])
        yield from ((here[a], there[b]) for a, b in pairs)


def _between(pairs: Iterable[tuple[int, int]], gap: _Gap) -> Iterator[_Gap]:
    start, end, low, high = gap
    for a, b in (*pairs, (end, high)):
        if start < a and low < b:
            yield start, a, low, b
        start, low = a + 1, b + 1


def _key(rule: Rule, node: Node, known: Signatures) -> str | None:
    """What must agree; a call that is open is no step that is none, since edges cannot end at both."""
    key = rule(node, known)
    return None if key is None else f"{'open' if node.name in known.graph.children else 'leaf'} {key}"


def _replaced(one: Node, other: Node, old: Signatures, new: Signatures) -> bool:
    """Whether a step can stand where another one stood."""
    opened = one.name in old.graph.children, other.name in new.graph.children
    return opened[0] == opened[1] and (one.op == other.op or {one.op, other.op} <= _COMPUTING)


_COMPUTING = frozenset({"call_module", "call_function", "call_method"})


# -- rules, from those that say most ------------------------------------------------------


def _place(node: Node, known: Signatures) -> str | None:
    """A name that is its module's alone, and which call of it."""
    if node.op not in SCOPES or not node.target:
        return None
    name = relative(node, known.graph)
    around = known.graph.by_name[node.scope].call if node.scope is not None else 1
    return f"{name} {node.call if node.call != around else ''}"


def _is_listed(node: Node, known: Signatures) -> bool:
    return relative(node, known.graph) != relative(node, known.graph, indexed=False)


def _named(node: Node, known: Signatures) -> str | None:
    place = _place(node, known)
    return None if place is None or _is_listed(node, known) else place


def _named_class(node: Node, known: Signatures) -> str | None:
    place = _named(node, known)
    return None if place is None else f"{place} {known[node.name].kind}"


def _listed(level: str) -> Rule:
    def rule(node: Node, known: Signatures) -> str | None:
        if node.op not in SCOPES or not _is_listed(node, known):
            return None
        return f"{relative(node, known.graph, indexed=False)} {getattr(known[node.name], level)}"

    return rule


def _renamed(level: str) -> Rule:
    def rule(node: Node, known: Signatures) -> str | None:
        return getattr(known[node.name], level) if node.op in SCOPES else None

    return rule


def _operation(level: str) -> Rule:
    def rule(node: Node, known: Signatures) -> str | None:
        if node.op in SCOPES:
            return None
        named = node.op in _ENDS or node.op == "get_attr"
        name = relative(node, known.graph, indexed=False) if named else ""
        return f"{name} {getattr(known[node.name], level)}"

    return rule


def _end(node: Node, known: Signatures) -> str | None:
    """An input, output or parameter whose name is another."""
    return known[node.name].kind if node.op in _ENDS or node.op == "get_attr" else None


_RULES: tuple[Rule, ...] = (
    _named_class,
    _listed("full"),
    _named,
    _listed("form"),
    _listed("own"),
    _listed("kind"),
    _place,
    _renamed("full"),
    _renamed("form"),
    _operation("full"),
    _operation("own"),
    _operation("kind"),
    _end,
)
