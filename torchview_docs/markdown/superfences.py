"""Our entry in pymdownx.superfences, which is made while a page is read.

Then every extension is there, in whatever order they were named, and the page's own configuration
of superfences stays as it is. Entries are dictionaries; `reset` is asked for since version 10.17.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from torchview_docs.markdown.fences import DIFF, LANGUAGES, Fence

if TYPE_CHECKING:
    from markdown import Markdown

__all__ = ["register"]

_MODULE = "pymdownx.superfences"


def register(md: Markdown, ask: Callable[[Fence], str]) -> Callable[[str], bool] | None:
    """Have superfences hand our fences to `ask`, which gives the HTML.

    The line of a fence handed over so is not known.

    Returns:
        Whether superfences can parse a fence's opening line; None where there is no superfences.
    """
    for extension in md.registeredExtensions:
        if type(extension).__module__ != _MODULE or not hasattr(extension, "superfences"):
            continue
        others = [other for other in extension.superfences if other["name"] not in LANGUAGES]
        extension.superfences[:] = [*others, *(_entry(language, ask) for language in LANGUAGES)]
        return _parses
    return None


def _entry(name: str, ask: Callable[[Fence], str]) -> dict[str, Any]:
    return {
        "name": name,
        "test": lambda language: language == name,
        "validator": _accept,
        "formatter": _formatter(ask, compares=name == DIFF),
        "reset": None,
    }


def _parses(line: str) -> bool:
    """Versions differ: `language {attributes}` is no header in 10.0."""
    pattern = sys.modules[_MODULE].RE_NESTED_FENCE_START
    match = pattern.match(line.lstrip("> \t"))
    return match is not None and not match.groupdict().get("unrecognized")


def _accept(_language: str, inputs: dict[str, Any], options: dict[str, Any], *_: Any) -> bool:
    """All that stands in the header is ours; what is wrong with it, we say ourselves."""
    options.update(inputs)
    return True


def _formatter(ask: Callable[[Fence], str], *, compares: bool) -> Callable[..., str]:
    def formatter(src: str, options: dict[str, Any], classes: list[str], id_value: str, **_: Any) -> str:
        given = {key: "" if value is None else str(value) for key, value in options.items()}
        if classes:
            given["class"] = " ".join(classes)
        if id_value:
            given["name"] = id_value
        return ask(Fence(src, given, compares=compares))

    return formatter
