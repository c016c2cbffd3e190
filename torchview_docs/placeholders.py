r"""Placeholders: what a caption says of the model in numbers, `{params}`.

A placeholder is a word in braces. Braces that belong to something else are left alone: TeX
(`\frac{a}{b}`, `x_{in}`), roles of MyST (`{ref}`), attribute lists. `{{params}}` is `{params}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["COUNTED", "PLACEHOLDERS", "filled", "parse_caption", "placeholders"]

#: The placeholders, and what they say.
PLACEHOLDERS: Mapping[str, str] = {
    "params": "the number of parameters",
    "flops": "the floating-point operations",
    "memory": "the bytes of the tensors that are made",
    "class": "the model's class",
    "depth": "how many levels of modules are open",
}
#: The option that has a placeholder's number counted.
COUNTED: Mapping[str, str] = {"flops": "show-flops", "memory": "show-memory"}

_PLACEHOLDER = re.compile(r"(?<![\w^\\{}\]$])(?:\{\{(?P<kept>[^{}]*)\}\}|\{(?P<word>[A-Za-z]\w*)\}(?![`}]))")


def parse_caption(text: str) -> str:
    """A caption whose placeholders are known.

    Raises:
        ValueError: One is not.
    """
    if not text:
        raise ValueError("it is empty")
    for word in placeholders(text):
        if word not in PLACEHOLDERS:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise ValueError(
                f"there is no placeholder {{{word}}}, only {known}; `{{{{{word}}}}}` is the word in braces"
            )
    return text


def placeholders(text: str) -> tuple[str, ...]:
    """The words in braces of a caption, in order."""
    return tuple(found["word"] for found in _PLACEHOLDER.finditer(text) if found["word"])


def filled(text: str, values: Mapping[str, str]) -> str:
    """A caption, or a part of one, with what its placeholders say."""

    def said(found: re.Match[str]) -> str:
        word: str | None = found["word"]
        return f"{{{found['kept']}}}" if word is None else values.get(word, found[0])

    return _PLACEHOLDER.sub(said, text)
