"""Directions: from a layout whose flow goes down to TB, BT, LR and RL.

LR exchanges x and y, BT and RL mirror the flow. Text stays horizontal: labels stand beside their
wires, titles at the top of their panels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torchview_docs.drawing.layout import sizes

__all__ = ["Direction"]

Point = tuple[float, float]
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Direction:
    """How the flow runs: across the page (`horizontal`) and against it (`mirrored`)."""

    name: str

    @property
    def horizontal(self) -> bool:
        """LR and RL."""
        return self.name in ("LR", "RL")

    @property
    def mirrored(self) -> bool:
        """BT and RL."""
        return self.name in ("BT", "RL")

    @property
    def title_at(self) -> Literal["start", "end", "side"]:
        """Where the top of a panel lies, seen along the flow."""
        return "side" if self.horizontal else "end" if self.mirrored else "start"

    def turn(self, width: float, height: float) -> Point:
        """Width and height across and along the flow from those on the page, or back."""
        return (height, width) if self.horizontal else (width, height)

    def point(self, x: float, y: float, length: float) -> Point:
        """A point on the page; `length` is that of the whole layout along the flow."""
        if self.mirrored:
            y = length - y
        return (y, x) if self.horizontal else (x, y)

    def rectangle(self, x: float, y: float, width: float, height: float, length: float) -> Rectangle:
        """Corner and size on the page of a rectangle of the layout."""
        if self.mirrored:
            y = length - y - height
        return (y, x, height, width) if self.horizontal else (x, y, width, height)

    def baseline(self, x: float, y: float, text_width: float, length: float) -> Point:
        """Where the text of a label starts whose net leaves its source at (x, y)."""
        px, py = self.point(x, y, length)
        if not self.horizontal:
            return (px + sizes.LABEL_OFFSET, py - 5.0 if self.mirrored else py + 13.0)
        return (px - sizes.LABEL_OFFSET - text_width if self.mirrored else px + sizes.LABEL_OFFSET, py - 4.0)
