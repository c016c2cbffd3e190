"""Signed links: what of a comparison's lines carries a sign, and which of them tells the shape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from torchview_docs.drawing.callouts import SIGNS
from torchview_docs.drawing.metrics import LABEL_SIZE, text_width
from torchview_docs.drawing.scene import Link

__all__ = ["signed"]

#: Which line of a tensor tells its shape.
_ORDER = ("", "+", "-")


def signed(links: Iterable[Link], marked: Collection[str]) -> tuple[Link, ...]:
    """The links, with a sign on those that are on one side only and whose cards do not tell it.

    Args:
        links: The links.
        marked: The cards that are on one side only.
    """
    links = tuple(links)
    if not any(link.side for link in links):
        return links
    sides: dict[tuple[str, int], set[str]] = defaultdict(set)
    for link in links:
        sides[link.source, link.output].add(link.side)

    def labelled(link: Link) -> Link:
        telling = min(sides[link.source, link.output], key=_ORDER.index)
        words = [link.label] if link.side == telling else []
        if link.side and link.source not in marked and link.target not in marked:
            words.insert(0, SIGNS[link.side])
        label = " ".join(word for word in words if word)
        width = text_width(label, LABEL_SIZE, bold=bool(link.side)) if label else 0.0
        return link._replace(label=label, label_width=round(width, 1))

    return tuple(map(labelled, links))
