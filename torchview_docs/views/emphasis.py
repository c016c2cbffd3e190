"""Emphasis: which steps an author has highlighted, coloured and noted, and where a view shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from torchview_docs.errors import ViewError
from torchview_docs.graph import Graph
from torchview_docs.patterns import is_optional
from torchview_docs.spec import FigureSpec
from torchview_docs.views.naming import named

__all__ = ["Emphasised", "check_shown", "emphasised", "places"]


@dataclass(frozen=True)
class Emphasised:
    """The steps of a graph, as it was traced, that are spoken of; by the pattern that names them.

    Attributes:
        highlighted: Those that stand out.
        coloured: Those that have a colour of their own; of several that name one the last counts.
        noted: Those of each note.
    """

    highlighted: Mapping[str, frozenset[str]]
    coloured: tuple[tuple[str, frozenset[str]], ...]
    noted: tuple[frozenset[str], ...]

    def marks(self) -> dict[str, Hashable]:
        """By step what is said of it: steps of which other things are said are not equal."""
        said: dict[str, list[Hashable]] = defaultdict(list)
        for k, names in enumerate((*self.highlighted.values(), *self.noted)):
            for name in names:
                said[name].append(k)
        colours = {name: colour for colour, names in self.coloured for name in names}
        return {name: (*said[name], colours.get(name)) for name in (*said, *colours)}


def emphasised(graph: Graph, spec: FigureSpec) -> Emphasised:
    """What the options `highlight`, `color` and `note` name in a graph as it was traced.

    Raises:
        ViewError: One names what the model does not have.
    """
    return Emphasised(
        {pattern: named(graph, [pattern], "highlight") for pattern in spec.highlight},
        tuple((c.colour, named(graph, [c.pattern], "color")) for c in spec.color),
        tuple(named(graph, [note.pattern], "note") for note in spec.note),
    )


def places(
    graph: Graph, view: Graph, names: Iterable[str], same: Mapping[str, str] | None = None
) -> frozenset[str]:
    """Where a view shows these steps of a graph: themselves, or the closed calls that they are in.

    What is folded is shown by what stands for it, which the same is said of; so it is no matter here.

    Args:
        graph: As it was traced.
        view: What is shown of it.
        names: The steps.
        same: The step that stands for a step where the view is rolled up.
    """
    found = set()
    for name in names:
        inner: str | None = name
        while inner is not None and inner not in view.by_name:
            inner = graph.by_name[inner].scope
        if inner is not None and (inner == name or inner not in view.children):
            found.add(same.get(inner, inner) if same else inner)
    return frozenset(found)


def check_shown(pattern: str, option: str, view: Graph, found: Iterable[str]) -> None:
    """Raise where what is spoken of is nowhere in the figure.

    Raises:
        ViewError: It is not there, and its pattern does not say that it need not be.
    """
    if not any(True for _ in found) and not is_optional(pattern):
        raise ViewError(
            f"option {option!r} names {pattern!r}, which this figure of {view.name} does not show"
        )
