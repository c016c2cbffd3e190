"""Looks: how the parts of a figure look, as its author has said: highlighted, coloured, noted, shaded."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from torchview_docs.changes import Sign
from torchview_docs.drawing.drawing import Remark
from torchview_docs.drawing.scene import Look
from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.views.emphasis import check_shown, emphasised, places
from torchview_docs.views.marks import signs_of
from torchview_docs.views.rolling import rolled, rolled_up
from torchview_docs.views.shares import shares_of

__all__ = ["LEVELS", "PLAIN", "Looks", "looks_of"]

#: How many shades there are.
LEVELS = 5


@dataclass(frozen=True)
class Looks:
    """How the parts of a figure look.

    Attributes:
        parts: By name of a step what differs from others.
        shares: By name of a step its share, in words.
        remarks: The notes, by number.
        scale: What the shades tell, for the legend; empty without shades.
    """

    parts: Mapping[str, Look] = field(default_factory=dict)
    shares: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    scale: str = ""

    @property
    def signs(self) -> Mapping[str, Sign]:
        """How the parts of a comparison are marked, by name of a step."""
        return {name: look.sign for name, look in self.parts.items() if look.sign}


PLAIN = Looks()

#: What a share is of.
_WHOLES: Mapping[str, str] = {
    "params": "parameters",
    "flops": "FLOPs",
    "activation": "activation bytes",
}


def looks_of(graph: Graph, view: Graph, spec: FigureSpec) -> Looks:
    """How the parts of a figure look.

    Args:
        graph: As it was traced.
        view: What is shown of it, before it is rolled up.
        spec: The figure's options.

    Raises:
        ViewError: An option names what the model does not have, or what the figure does not show.
    """
    if not (spec.old or spec.highlight or spec.color or spec.note or spec.shade):
        return PLAIN
    same = rolled(view) if spec.roll else {}
    shown = rolled_up(view, same) if spec.roll else view
    named = emphasised(graph, spec)
    high: set[str] = set()
    for pattern, names in named.highlighted.items():
        here = places(graph, view, names, same)
        check_shown(pattern, "highlight", view, here)
        high |= here
    # A colour is a part's own: a card is not painted for what is in it.
    colours = {
        same.get(name, name): colour
        for colour, names in named.coloured
        for name in names
        if name in view.by_name
    }
    numbers: dict[str, list[int]] = defaultdict(list)
    remarks: list[Remark] = []
    for note, names in zip(spec.note, named.noted, strict=True):
        here = places(graph, view, names, same)
        check_shown(note.pattern, "note", view, here)
        if here:
            remarks.append(Remark(len(remarks) + 1, note.pattern.removeprefix("?"), note.text))
        for name in here:
            numbers[name].append(len(remarks))
    shares = shares_of(shown, spec.shade) if spec.shade else {}
    most = max(shares.values(), default=0.0)
    stances = _stances(shown, high) if high else {}
    signs = signs_of(graph, shown) if spec.old else {}
    parts = {}
    for node in shown.nodes:
        share = shares.get(node.name, 0.0)
        level = min(math.ceil(LEVELS * share / most), LEVELS) if most else 0
        look = Look(
            stances.get(node.name, ""),
            level,
            colours.get(node.name, ""),
            tuple(numbers.get(node.name, ())),
            signs.get(node.name, ""),
            node.was.repeat if node.was and node.was.repeat != node.repeat else 0,
        )
        if look != Look():
            parts[node.name] = look
    said = {name: percent(share) for name, share in shares.items() if share}
    scale = f"share of the {_WHOLES[spec.shade]}, up to {percent(most)}" if spec.shade and most else ""
    return Looks(parts, said, tuple(remarks), scale)


def _stances(shown: Graph, high: set[str]) -> dict[str, str]:
    """By step whether it stands out or steps back; in between is what is around it or in it."""
    named = [shown.by_name[name] for name in high if name in shown.by_name]
    around = {scope.name for node in named for scope in shown.scopes(node)}
    inside: set[str | None] = set()
    found = {}
    for node in shown.nodes:
        if node.name in high or node.scope in inside:
            inside.add(node.name)
            found[node.name] = "hi" if node.name in high else ""
        else:
            found[node.name] = "" if node.name in around else "lo"
    return found


def percent(share: float) -> str:
    """`12 %`, `0.4 %`, `< 0.1 %`."""
    if share < 0.0005:
        return "< 0.1 %"
    return f"{100 * share:.1f} %" if share < 0.0995 else f"{100 * share:.0f} %"
