"""Loops: what is drawn of a view in which calls of one module are one node (the option `roll`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from torchview_docs.drawing.labels import shape
from torchview_docs.drawing.metrics import LABEL_SIZE, text_width
from torchview_docs.drawing.pictures import pictures
from torchview_docs.drawing.scene import Link, Scene
from torchview_docs.graph import Graph

__all__ = ["with_loops"]


def with_loops(
    drawn: Scene, shown: Graph, view: Graph, same: Mapping[str, str], *, show_shapes: bool
) -> Scene:
    """With the links from a card to itself, and with how often a tensor goes each way, if more than once.

    Args:
        drawn: The cards and links of `shown`.
        shown: The view, rolled up.
        view: The view before.
        same: The step that stands for a step.
        show_shapes: Whether shapes are written on the links.
    """
    place = {row.node: (card.name, k) for card in drawn.cards for k, row in enumerate(card.rows)}
    numbers: dict[str, int] = {}  # of inputs that share the card of their graph
    if any(card.picture for card in drawn.cards):
        for one in pictures(shown).values():
            place |= dict.fromkeys(one.tensors, (one.tensors[0], 0))
            numbers |= {tensor: k for k, tensor in enumerate(one.tensors)}
    forms: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for leaf in view.leaves:
        reader, _ = place[same.get(leaf.name, leaf.name)]
        for (name, output), use in {(use.node, use.output): use for use in leaf.args}.items():
            made = place[same.get(name, name)][0], numbers.get(name, output), reader
            forms[made].append(shape(view.tensor(use)))

    def counted(link: Link) -> Link:
        made = forms[link.source, link.output, link.target]
        if len(made) < 2:
            return link
        said = f"{made[0]} … {made[-1]}" if show_shapes and len(set(made)) > 1 else link.label
        label = f"{said} (× {len(made)})" if said else f"× {len(made)}"
        return link._replace(label=label, label_width=round(text_width(label, LABEL_SIZE), 1))

    loops = {
        (card, use.output, use.side): Link(card, card, use.output, k, side=use.side)
        for leaf in shown.leaves
        for k, use in enumerate(leaf.args)
        # From a row to the next it is no loop, but what makes them one card.
        if place[use.node][0] == (card := place[leaf.name][0]) and place[use.node][1] >= place[leaf.name][1]
    }
    return drawn._replace(links=tuple(map(counted, (*drawn.links, *loops.values()))))
