r"""Placeholders: what a caption says of the model in numbers, `{params}`.

A placeholder is a word in braces. Braces that belong to something else are left alone: TeX
(`\frac{a}{b}`, `x_{in}`), roles of MyST (`{ref}`), attribute lists. `{{params}}` is `{params}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torchview_docs.graph import Graph

__all__ = ["COUNTED", "PLACEHOLDERS", "facts", "filled", "parse_caption", "placeholders"]

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


def facts(view: Graph) -> tuple[tuple[str, str], ...]:
    """What the placeholders say of a view; what was not counted is not among it."""
    from torchview_docs.drawing.labels import count, quantity
    from torchview_docs.families import class_name
    from torchview_docs.views.close import root_call
    from torchview_docs.views.totals import total_of

    root, outermost = root_call(view), view.children.get(None, ())
    parameters = total_of((n.parameters.total if n.parameters else None, n.repeat) for n in outermost)
    flops = total_of((node.flops, node.repeat) for node in outermost)
    memory = total_of((node.memory, node.repeat) for node in outermost)
    opened = [sum(scope.op == "call_module" for scope in view.scopes(leaf)) for leaf in view.leaves]
    said = {
        "params": count(parameters or 0),
        "flops": quantity(flops, "FLOPs") if flops is not None else "",
        "memory": quantity(memory, "B") if memory is not None else "",
        "class": class_name(root.type) if root is not None else view.name,
        "depth": str(max(opened, default=0)),
    }
    return tuple((word, words) for word, words in said.items() if words)


def filled(text: str, values: Mapping[str, str]) -> str:
    """A caption, or a part of one, with what its placeholders say."""

    def said(found: re.Match[str]) -> str:
        word: str | None = found["word"]
        return f"{{{found['kept']}}}" if word is None else values.get(word, found[0])

    return _PLACEHOLDER.sub(said, text)
