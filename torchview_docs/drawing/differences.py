"""Differences: what a comparison has come to, in lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from torchview_docs.changes import Sign
from torchview_docs.drawing.callouts import SIGNS
from torchview_docs.graph import Graph, Node, Use

__all__ = ["differences"]

_SAID: Mapping[Sign, str] = {"+": "added", "-": "removed", "~": "changed"}


def differences(view: Graph, signs: Iterable[Sign]) -> list[str]:
    """Which of the steps on both sides read others than before, and how many there are of each sign.

    Args:
        view: The view of a comparison; of any other view there is nothing to say.
        signs: How its steps are marked.
    """
    moved = [f"{SIGNS[use.side]} {reader.name} reads {use.node}" for reader, use in _moved(view)]
    counts = Counter(signs)
    words = [f"{counts[sign]} {said}" for sign, said in _SAID.items() if counts[sign]]
    return [*moved, *([", ".join(words)] if words else [])]


def _moved(view: Graph) -> Iterator[tuple[Node, Use]]:
    """The uses on one side only, of steps on both."""
    for leaf in view.leaves:
        for use in leaf.args:
            if use.side and not leaf.side and not view.by_name[use.node].side:
                yield leaf, use
