"""Styles: what a stylesheet says of the elements of an SVG, by the rules of CSS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import cssselect2

__all__ = ["Cascade", "declarations"]

#: Properties that an element takes over from the one around it.
_INHERITED = frozenset(
    {
        "fill",
        "fill-opacity",
        "font-size",
        "font-weight",
        "stroke",
        "stroke-dasharray",
        "stroke-linecap",
        "stroke-opacity",
        "stroke-width",
        "text-anchor",
    }
)


class Cascade:
    """The rules of a stylesheet.

    Args:
        rules: Selectors and declarations, in their order.
    """

    def __init__(self, rules: Iterable[tuple[str, str]]) -> None:
        self._matcher = cssselect2.Matcher()
        for selector, body in rules:
            try:
                compiled = cssselect2.compile_selector_list(selector)
            except cssselect2.SelectorError:
                continue  # what cannot be read matches nothing, as in a browser
            for one in compiled:
                if not one.never_matches:
                    self._matcher.add_selector(one, declarations(body))

    def style(self, element: Any, around: Mapping[str, str]) -> dict[str, str]:
        """The properties of an element.

        Args:
            element: An `ElementWrapper` of cssselect2.
            around: Those of the element around it.
        """
        found = {name: value for name, value in around.items() if name in _INHERITED}
        # Sorted by specificity, then by order: what comes last counts.
        for *_, pseudo, said in self._matcher.match(element):
            if pseudo is None:
                found.update(said)
        found.update(declarations(element.etree_element.get("style", "")))
        return found


def declarations(body: str) -> dict[str, str]:
    """The declarations of a rule or of a `style` attribute."""
    pairs = (part.partition(":") for part in body.split(";"))
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}
