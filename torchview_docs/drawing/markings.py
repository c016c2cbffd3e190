"""Text as markup: what XML and HTML can hold, escaped."""

from __future__ import annotations

import re

__all__ = ["escape"]

#: What XML 1.0 forbids, HTML calls an error, or turns the direction of the text around it.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": " ", "\n": " "})


def escape(text: str) -> str:
    """Text for XML and HTML, in an element or in an attribute; what neither can hold is left out."""
    # Most texts hold nothing that is unfit, which is told faster than taken out.
    fit = text if text.isascii() and text.isprintable() else _UNFIT.sub("", text)
    return fit.translate(_ESCAPES)
