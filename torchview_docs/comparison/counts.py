"""Counts: runs of equal steps that are longer or shorter than they were are one change, of their count.

Such a run is folded on both sides before the sides are put together: 12 layers and 24 layers are one
layer, whose count has changed. Whatever else repeats is folded later, when it is known what has changed
in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import NamedTuple

from torchview_docs.comparison.signatures import Signatures
from torchview_docs.graph import Graph, Node
from torchview_docs.views.fold import folding
from torchview_docs.views.folds import Folding

__all__ = ["Sides", "counted"]

#: So often it is tried again without the calls in which the sides do not fold alike.
_TRIES = 4


class Sides(NamedTuple):
    """Two graphs, and which steps of them are the same: names after by names before."""

    old: Graph
    new: Graph
    pairs: Mapping[str, str]


def counted(old: Signatures, new: Signatures, pairs: Mapping[str, str]) -> Sides:
    """The sides with the runs folded whose count has changed."""
    plain = Sides(old.graph, new.graph, pairs)
    found = _grown(old, new, pairs)
    for _ in range(_TRIES):
        if not found:
            break
        mine = folding(old.graph, _marks(old.graph, [run.old for run in found.values()]))
        theirs = folding(new.graph, _marks(new.graph, [run.new for run in found.values()]))
        folded, wrong = _paired(mine, theirs, pairs)
        if not wrong:
            return Sides(mine.graph, theirs.graph, folded)
        around = {scope for name in wrong for scope in _around(old.graph, name)} or {c for c, _ in found}
        kept = {calls: run for calls, run in found.items() if calls[0] not in around}
        found = kept if len(kept) < len(found) else {}
    return plain


class _Run(NamedTuple):
    """The steps of a call that may be folded on each side, with what must be equal of those that are."""

    old: dict[str, Hashable]
    new: dict[str, Hashable]


def _grown(
    old: Signatures, new: Signatures, pairs: Mapping[str, str]
) -> dict[tuple[str | None, str | None], _Run]:
    """By call before and after the steps of which some are on both sides and equals of them on one only."""
    back = {b: a for a, b in pairs.items()}
    both: dict[tuple[str | None, str | None], list[tuple[str, str]]] = defaultdict(list)
    for a, b in pairs.items():
        one, other = old.graph.by_name[a], new.graph.by_name[b]
        if one.op.startswith("call_"):
            both[one.scope, other.scope].append((a, b))
    found = {}
    for (before, after), steps in both.items():
        # What a step became: where equals became different things, most likely itself.
        kinds = sorted({(old[a].full, new[b].full) for a, b in steps}, key=lambda k: (k[0] != k[1], k))
        former, present = ({kind[side]: kind for kind in reversed(kinds)} for side in (0, 1))
        removed = [n.name for n in old.graph.children.get(before, ()) if n.name not in pairs]
        added = [n.name for n in new.graph.children.get(after, ()) if n.name not in back]
        mine = {name: former[old[name].full] for name in removed if old[name].full in former}
        theirs = {name: present[new[name].full] for name in added if new[name].full in present}
        grown = {*mine.values(), *theirs.values()}
        for a, b in steps if grown else ():
            if (kind := (old[a].full, new[b].full)) in grown:
                mine[a] = theirs[b] = kind
        if grown:
            found[before, after] = _Run({**mine}, {**theirs})
    return found


def _marks(graph: Graph, runs: Iterable[Mapping[str, Hashable]]) -> dict[str, Hashable]:
    """Marks that let nothing be folded but these steps, with what is in them."""
    free = {name: kind for run in runs for name, kind in run.items()}
    marks: dict[str, Hashable] = {}
    inside: set[str | None] = set()
    for node in graph.nodes:
        if node.scope in inside or node.name in free:
            inside.add(node.name)
        marks[node.name] = free.get(node.name, None if node.name in inside else node.name)
    return marks


def _paired(mine: Folding, theirs: Folding, pairs: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """The pairs of what is left on both sides; and the steps before that were not folded alike."""
    first, other = _first(mine), _first(theirs)
    found: dict[str, str] = {}
    back: dict[str, str] = {}
    wrong: set[str] = set()
    for a, b in pairs.items():
        one, two = first(a), other(b)
        if found.setdefault(one, two) != two or back.setdefault(two, one) != one:
            wrong.add(a)
    for one, two in list(found.items()):
        scopes = mine.graph.by_name[one].scope, theirs.graph.by_name[two].scope
        groups = [
            graph.by_name[scope].op == "group" if scope is not None else False
            for graph, scope in zip((mine.graph, theirs.graph), scopes, strict=True)
        ]
        if groups == [True, True]:
            ours, its = str(scopes[0]), str(scopes[1])
            if found.setdefault(ours, its) != its or back.setdefault(its, ours) != ours:
                wrong.add(one)
        elif any(groups):
            wrong.add(one)
    for one, two in found.items():
        before, after = mine.graph.by_name[one].scope, theirs.graph.by_name[two].scope
        if (None if before is None else found.get(before, "")) != after:
            wrong.add(one)
    return found, wrong


def _first(folded: Folding) -> Callable[[str], str]:
    """What stands for a step."""
    stands: dict[str, str] = {}
    for fold in folded.folds:
        for copy in fold.copies:
            stands.update((place.name, name) for name, place in zip(fold.first, copy, strict=True))

    def first(name: str) -> str:
        while name in stands:
            name = stands[name]
        return name

    return first


def _around(graph: Graph, name: str) -> list[str | None]:
    """The calls around a step, and None for the outermost."""
    node: Node | None = graph.by_name.get(name)
    return [None] if node is None else [*(scope.name for scope in graph.scopes(node)), None]
