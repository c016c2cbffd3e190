"""Mark: the empty element that stands in a page's HTML until its figure is there.

A fence becomes a mark when it is found, and the mark a figure when the page's HTML is complete:
only then it is known which fences are figures. One that is in an HTML comment is not, nor one that
turned out to be indented code, whose text has been put back.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["fill", "has_mark", "is_mark", "mark", "marked"]

_START = '<figure data-torchview="'
_MARK = _START + '{}"></figure>'
_MARKS = re.compile(r'<!--.*?-->|<figure data-torchview="(?P<number>\d+)"></figure>', re.DOTALL)


def mark(number: int) -> str:
    """The mark of a figure's request."""
    return _MARK.format(number)


def is_mark(html: str) -> bool:
    """Whether this is a mark and nothing else."""
    found = _MARKS.fullmatch(html)
    return found is not None and found["number"] is not None


def has_mark(html: str) -> bool:
    """Whether there may be marks in a page, at little cost."""
    return _START in html


def marked(html: str, count: int) -> list[int]:
    """The numbers of the marks in a page, in order; `count` have been made, what else is there is text."""
    numbers = [int(found["number"]) for found in _MARKS.finditer(html) if found["number"] is not None]
    return [number for number in numbers if number < count]


def fill(html: str, figure: Callable[[int], str], count: int) -> str:
    """The page with each of `count` marks replaced, in order; marks in comments are taken away."""

    def replaced(found: re.Match[str]) -> str:
        if found["number"] is not None:
            return figure(int(found["number"])) if int(found["number"]) < count else found[0]
        return "<!--" + _MARKS.sub("", found[0].removeprefix("<!--"))

    return _MARKS.sub(replaced, html)
