"""The stylesheet of figures: as pages use it, and for a figure that is a file of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

__all__ = ["colours", "file_stylesheet", "rules", "stylesheet"]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: A block that starts with @, with the rules in it.
_AT_RULE = re.compile(r"@[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VARIABLE = re.compile(r"--tv-([\w-]+): light-dark\(([^,]+), ([^)]+)\)")
_TRANSLUCENT = re.compile(r"\b(fill|stroke): (#[0-9a-f]{6})([0-9a-f]{2})\b")


@cache
def stylesheet() -> str:
    """The CSS of all figures and of the boxes around them."""
    return files("torchview_docs.drawing").joinpath("figure.css").read_text("utf-8")


@cache
def colours(theme: Literal["light", "dark"]) -> Mapping[str, str]:
    """The colours of a theme by their names, those of the variables without `--tv-`."""
    css = " ".join(_COMMENT.sub("", stylesheet()).split())
    return {name: light if theme == "light" else dark for name, light, dark in _VARIABLE.findall(css)}


_COLOUR = re.compile(r"\s*(fill|stroke)(-opacity)?\s*:")


@cache
def file_stylesheet() -> str:
    """The CSS in a figure that is a file of its own.

    Drawing programs and converters know neither variables nor media queries: the colours are
    written out, light ones first, then the dark ones for browsers whose reader prefers dark.
    """
    light = " ".join(f"{selector} {{ {body} }}" for selector, body in rules("light"))
    # All colours and nothing else: with the same weight, what comes last counts.
    dark = " ".join(
        f"{selector} {{ {colours} }}" for selector, body in rules("dark") if (colours := _colours(body))
    )
    return f"{light} @media screen and (prefers-color-scheme: dark) {{ {dark} }}"


def rules(theme: Literal["light", "dark"]) -> Iterator[tuple[str, str]]:
    """The rules of the figure itself as selector and declarations, variables replaced."""
    css = " ".join(_COMMENT.sub("", stylesheet()).split())
    values = colours(theme)
    for selector, body in _RULE.findall(_AT_RULE.sub("", css)):
        if not re.match(
            r" *(?::where|(?:div)?\.tv-(?:box|error|notes|layers|details|hidden|table)\b)", selector
        ):
            written = re.sub(r"var\(--tv-([\w-]+)\)", lambda found: values[found[1]], body)
            yield selector.strip(), _TRANSLUCENT.sub(_opaque, written).strip()


def _colours(body: str) -> str:
    """The declarations of a rule that are colours."""
    return "; ".join(part.strip() for part in body.split(";") if _COLOUR.match(part))


def _opaque(found: re.Match[str]) -> str:
    """`fill: #64748b0f` in the words of SVG 1.1, which has no translucent colours."""
    kind, colour, alpha = found.groups()
    return f"{kind}: {colour}; {kind}-opacity: {int(alpha, 16) / 255:.3f}"
