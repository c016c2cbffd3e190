"""Patterns: how an author names steps of a model, and how deep its parts are shown.

A pattern is a path (`encoder.layer.0`) or a class (`LayerNorm`), with `*`, `?` and `[…]` as in file
names; `*` goes over dots. One that begins with `?` may name nothing (`?Dropout`).
"""

from __future__ import annotations

import fnmatch
import math
import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Depths", "is_optional", "matcher", "parse_depth", "parse_pattern", "parse_patterns"]

_PATTERN = re.compile(r"[^\s,:;'\"(){}]+")


def parse_pattern(text: str) -> str:
    """A pattern.

    Raises:
        ValueError: It holds what is in no path and no class name.
    """
    if not _PATTERN.fullmatch(text) or text == "?":
        raise ValueError(f"{text!r} is no path, class or pattern of them")
    return text


def parse_patterns(text: str) -> tuple[str, ...]:
    """Patterns separated by commas or spaces."""
    return tuple(map(parse_pattern, text.replace(",", " ").split()))


def is_optional(pattern: str) -> bool:
    """Whether it may name nothing."""
    return pattern.startswith("?")


def matcher(pattern: str) -> Callable[[str], object]:
    """What tells whether a name is meant by a pattern."""
    return re.compile(fnmatch.translate(pattern.removeprefix("?"))).match


@dataclass(frozen=True)
class Depths:
    """How many levels of modules are shown open: of the model, and of parts of it.

    Attributes:
        whole: Of the model; a whole number, infinity or `auto`.
        parts: Patterns of calls, and how many levels of each are shown open, counted from itself.
    """

    whole: int | float | str
    parts: tuple[tuple[str, int | float], ...]

    def __str__(self) -> str:
        return ", ".join([str(self.whole), *(f"{pattern}: {levels}" for pattern, levels in self.parts)])


def parse_depth(text: str) -> int | float | str | Depths:
    """A depth (`2`, `inf`, `auto`), or one with other depths for parts: `2, encoder.layer.0: inf`.

    Raises:
        ValueError: It is none.
    """
    whole: int | float | str | None = None
    parts: dict[str, int | float] = {}
    for entry in text.split(","):
        pattern, colon, levels = (part.strip() for part in entry.rpartition(":"))
        if not colon:
            if whole is not None or parts:
                raise ValueError(f"{entry.strip()!r} is no `path: number`")
            whole = _levels(levels)
            continue
        if parse_pattern(pattern) in parts:
            raise ValueError(f"{pattern!r} is given twice")
        depth = _levels(levels)
        if depth == "auto":
            raise ValueError("a part's depth is a number or `inf`")
        parts[pattern] = float(depth) if depth == math.inf else int(depth)
    whole = "auto" if whole is None else whole
    return Depths(whole, tuple(parts.items())) if parts else whole


def _levels(text: str) -> int | float | str:
    word = text.lower()
    if word == "auto":
        return "auto"
    if word in ("inf", "infinity", "all"):
        return math.inf
    if not re.fullmatch(r"\+?\d+", word):
        raise ValueError("a negative depth" if re.fullmatch(r"-\d+", word) else "")
    return int(word)
