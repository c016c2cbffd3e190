"""Fence: a ```` ```torchview ```` block as it stands in a text, and the scan that finds them all.

The rules are those of pymdownx.superfences, so that both see the same fences: a fence may be
indented or quoted, ends at the same run of characters at the same depth, and is given up when a
line is not indented enough; what is inside another fence is no fence. A header is the language and
then either `{attribute=list}` or words of the form `key="value"`.

Where superfences meets a header that it cannot parse, it takes the line for text and the closing
line for the start of something. The scan tells such a fence from text, and says what is wrong.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

__all__ = ["DIFF", "LANGUAGE", "LANGUAGES", "Fence", "FenceLines", "scan"]

#: The languages that make a fence a figure: of one model, and of two that are compared.
LANGUAGE, DIFF = "torchview", "torchview-diff"
LANGUAGES = (LANGUAGE, DIFF)


@dataclass(frozen=True)
class Fence:
    """A figure's fence.

    Attributes:
        text: What is between the two fence lines, without their indentation.
        options: What the header says, by name; an option without a value is empty.
        line: 1-based line of the opening fence, 0 where it is not known.
        problem: What is wrong with the header, and what to write; empty where nothing is.
        span: The lines that it takes, from the opening to after the closing one, 0-based.
        prefix: What stands before the opening fence: spaces and `>`.
        compares: Whether two models are compared.
    """

    text: str
    options: Mapping[str, str] = field(default_factory=dict)
    line: int = 0
    problem: str = ""
    span: tuple[int, int] = (0, 0)
    prefix: str = ""
    compares: bool = False


def scan(lines: Sequence[str]) -> list[Fence]:
    """All figures' fences in a text, in order; tabs in its lines are expanded already."""
    found: list[Fence] = []
    opening: _Opening | None = None
    if not any(LANGUAGE in line.lower() for line in lines):
        return found
    for number, line in enumerate(lines):
        if opening is None:
            if ("```" in line or "~~~" in line) and not (found and number < found[-1].span[1]):
                opening = _Opening.of(line, number)
                if opening is None and (item := _Opening.on_item(line, number)):
                    found.append(item.broken(lines, number + 1))
            continue
        state = opening.take(line)
        if state == "open":
            continue
        if opening.header is not None:
            found.append(opening.fence(number + 1) if state == "closed" else opening.broken(lines, number))
        opening = None
    if opening is not None and opening.header is not None:
        found.append(opening.broken(lines, len(lines)))
    return found


@dataclass(frozen=True)
class _Header:
    """What follows the fence characters of a figure's fence."""

    options: Mapping[str, str]
    problem: str = ""
    compares: bool = False

    @classmethod
    def of(cls, info: str, *, valid: bool) -> _Header | None:
        """The header, None where the fence is no figure; `valid` where superfences can parse it."""
        braces = _BRACES.fullmatch(info)
        language = braces["language"] if braces else (info.split() or [""])[0].removeprefix(".")
        if braces and valid and language in (None, *LANGUAGES):
            attributes = list(_attributes(braces["attributes"]))
            if language is not None:
                return cls(_collected(attributes), compares=language == DIFF)
            if attributes[:1] in [[("class", known)] for known in LANGUAGES]:
                return cls(_collected(attributes[1:]), compares=attributes[0][1] == DIFF)
        elif valid and language in LANGUAGES:
            rest = info.strip().removeprefix(".").removeprefix(language)
            options = {word["key"]: word["value"] or "" for word in _WORD.finditer(rest)}
            return cls(options, compares=language == DIFF)
        meant = _MEANT.match(info)
        if meant is None:
            return None
        language = meant["language"].lower()
        return cls(
            {},
            f"the fence's header {info.strip()!r} cannot be parsed: write `{language}` alone, and options "
            "as `key: value` lines below the model or behind it as `{key=value}`",
        )


_BRACES = re.compile(r"[ \t]*(?:\.?(?P<language>[\w#.+-]+)[ \t]*)?\{(?P<attributes>[^\n]*)\}[ \t]*")
_WORD = re.compile(r"""(?P<key>[A-Za-z]\w*)(?:=(?P<quote>["'])(?P<value>.*?)(?P=quote))?""")
#: A header that was meant for a figure: MyST's `{torchview}`, `torchview depth=2`, `Torchview`.
_MEANT = re.compile(rf"[ \t]*[.{{]*(?P<language>{LANGUAGE}(?:-diff)?)(?![\w.+#-])", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^ =}]+)=(?:"(.*?)"|'(.*?)'|([^ =}]+))|([^ =}]+)|[ ]""")


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    """The pairs of an attribute list; `.word` is a class, `#word` a name."""
    for match in _ATTRIBUTE.finditer(text):
        key, *values, word = match.groups()
        if key:
            yield key, next(value for value in values if value is not None)
        elif word and word[0] in ".#":
            yield ("class" if word[0] == "." else "name"), word[1:]
        elif word:
            yield word, ""


def _collected(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    options: dict[str, str] = {}
    for key, value in pairs:
        options[key] = f"{options[key]} {value}" if key == "class" and key in options else value
    return options


#: A line that superfences takes for the start of a fence of any language.
_START = re.compile(
    r"""(?x)
    (?P<prefix>[>\ \t]*) (?P<mark>~{3,}|`{3,})
    (?P<info>
        (?:[ \t]*\.?[\w\#.+-]+(?=[\t ]|$))?
        (?:[ \t]*\{[^\n]*\} | (?:[ \t]*[a-zA-Z][a-zA-Z0-9_]*(?:=(?P<quote>"|').*?(?P=quote))?(?=[\t ]|$))+ )?
    ) [ \t]*$"""
)
_ANY_START = re.compile(r"(?P<prefix>[> \t]*)(?P<mark>~{3,}|`{3,})(?P<info>[^`\n]*)$")
_ITEM_START = re.compile(
    r"(?P<prefix>[> \t]*(?:[*+-]|\d+[.)]|:)[ \t]+)(?P<mark>~{3,}|`{3,})(?P<info>[^`\n]*)$"
)


@dataclass
class _Opening:
    """A fence that has been opened, and its lines so far."""

    number: int
    prefix: str
    mark: str
    header: _Header | None
    body: list[str] = field(default_factory=list)
    #: Whether the line before is empty, which ends a quote that goes on without its mark.
    gap: bool = False

    @classmethod
    def of(cls, line: str, number: int) -> _Opening | None:
        valid = _START.match(line)
        match = valid or _ANY_START.match(line)
        if match is None:
            return None
        header = _Header.of(match["info"], valid=valid is not None)
        if valid is None and header is None:
            return None
        return cls(number, match["prefix"], match["mark"], header)

    @classmethod
    def on_item(cls, line: str, number: int) -> _Opening | None:
        """A figure's fence that stands on the first line of a list item, where it is none."""
        match = _ITEM_START.match(line)
        if match is None or not _MEANT.match(match["info"]):
            return None
        problem = "a fence on the line of a list's mark is text: put it on a line of its own, indented"
        return cls(number, match["prefix"], match["mark"], _Header({}, problem))

    def take(self, line: str) -> str:
        """Whether the fence is `open`, `closed` or `given up` after this line."""
        if not self.prefix:  # as most: nothing but its own mark ends it
            if line.startswith(self.mark) and line.rstrip(" \t") == self.mark:
                return "closed"
            self.body.append(line)
            return "open"
        inside = 0
        while inside < min(len(self.prefix), len(line)) and line[inside] in "> \t":
            inside += 1
        space, content = line[:inside], line[inside:]
        quotes = space.count(">") - self.prefix.count(">")
        if quotes > 0 or (content.strip() and (inside < len(self.prefix) or (quotes < 0 and self.gap))):
            return "given up"
        self.gap = not content.strip()
        if re.fullmatch(re.escape(self.mark) + r"[ \t]*", content):
            return "closed"
        self.body.append(content)
        return "open"

    def fence(self, end: int, problem: str = "") -> Fence:
        header = self.header or _Header({})
        return Fence(
            text="\n".join(self.body),
            options=header.options,
            line=self.number + 1,
            problem=header.problem or problem,
            span=(self.number, end),
            prefix=self.prefix,
            compares=header.compares,
        )

    def broken(self, lines: Sequence[str], at: int) -> Fence:
        """The fence, given up at a line or at the end, with all that was probably meant to be in it."""
        for number in range(at, len(lines)):
            if lines[number].lstrip("> \t").rstrip() == self.mark:
                return self.fence(
                    number + 1,
                    f"line {at + 1} is less indented than the fence around it, which ends the fence",
                )
        return self.fence(
            self.number + 1, f"the fence is never closed: a line {self.mark} is missing below it"
        )


class FenceLines:
    """In which lines of a page's file its fences are.

    What is converted is not always what the file says: hosts take front matter away, and macros and
    snippets change lines before. So a fence is looked for by its text. Fences of equal text are
    taken in order.
    """

    def __init__(self, find: Callable[[], Iterable[Fence]] = tuple) -> None:
        self._find = find

    @cached_property
    def _lines(self) -> dict[str, list[int]]:
        # Not before somebody asks: most pages have nothing to tell.
        found: dict[str, list[int]] = {}
        for fence in self._find():
            found.setdefault(_key(fence), []).append(fence.line)
        return found

    @classmethod
    def read(cls, file: Path | None) -> FenceLines:
        """Those of a file; of none where there is no file, or none that can be read."""

        def find() -> Iterable[Fence]:
            try:
                text = file.read_text("utf-8-sig", errors="replace") if file else ""
            except OSError:
                return ()
            # Not `splitlines`: a form feed or a line separator ends no line for Markdown and editors.
            return scan(text.expandtabs(4).split("\n"))

        return cls(find)

    def line(self, fence: Fence) -> int:
        """The 1-based line of its opening, 0 where the file does not have it."""
        lines = self._lines.get(_key(fence))
        return lines.pop(0) if lines else 0


def _key(fence: Fence) -> str:
    return textwrap.dedent(fence.text).strip()
