"""Request: what one fence asks for, read from its text and header.

The text is the model expression, over several lines while a bracket is open, and then options, one
`key: value` a line. A value goes on over the lines that are indented, and while a bracket is open.
It is text, no YAML: `float32[1, 3]` is no list and `no` is what the option makes of it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torchview_docs.errors import ExpressionError, Failure, OptionError, SpecError
from torchview_docs.markdown.fences import Fence
from torchview_docs.options import read_options
from torchview_docs.spec import OPTIONS, FigureSpec

__all__ = ["Request"]

#: Their values are expressions, which keep their line breaks; other values become one line.
_EXPRESSIONS = frozenset({"input", "input-from"})
_OPTION = re.compile(r":?(?P<key>[A-Za-z][\w-]*)\s*:(?:\s+(?P<value>.*)|(?P<glued>\S.*))?")


@dataclass(frozen=True)
class Request:
    """What a fence asks for.

    Attributes:
        fence: Where it is written.
        wanted: The figure, or what is wrong with the text.
        offset: Which line of the fence a message is about; 0 is the opening line.
        caption: The caption as HTML; empty where there is none.
    """

    fence: Fence
    wanted: FigureSpec | Failure
    offset: int = 0
    caption: str = ""

    @classmethod
    def read(cls, fence: Fence, defaults: Mapping[str, Any]) -> Request:
        """What the fence asks for, with the project's defaults for options that it does not give."""
        if fence.problem:
            return cls(fence, Failure("option", fence.problem))
        try:
            content = _Content.read(fence)
            return cls(fence, content.spec(defaults))
        except _Wrong as wrong:
            return cls(fence, wrong.failure, wrong.offset)

    @property
    def text(self) -> str:
        """What the author wrote, for the box that stands in place of a figure that failed."""
        return self.fence.text.strip("\n")

    def message(self, failure: Failure, page: str, line: int) -> str:
        """A warning: where, which model, why.

        Args:
            failure: Why.
            page: The page's name; may be empty.
            line: Of the fence's opening in the page, 0 where it is not known.
        """
        where = (
            f"{page}:{line}: " if page and line else f"line {line}: " if line else f"{page}: " if page else ""
        )
        exactly = f" (line {line + self.offset})" if line and self.offset > 1 else ""
        model = f"{self.wanted.model}: " if isinstance(self.wanted, FigureSpec) else ""
        return f"torchview: {where}{model}{failure}{exactly}"


class _Wrong(Exception):  # noqa: N818  # it never leaves this module
    """Something is wrong at a line of the fence."""

    def __init__(self, problem: str | SpecError, offset: int) -> None:
        self.failure = problem.failure if isinstance(problem, SpecError) else Failure("option", problem)
        self.offset = offset
        super().__init__(str(problem))


@dataclass(frozen=True)
class _Entry:
    """A model or a value, and the line of the fence where it starts."""

    value: str
    offset: int


@dataclass(frozen=True)
class _Content:
    model: _Entry
    options: Mapping[str, _Entry]

    @classmethod
    def read(cls, fence: Fence) -> _Content:
        lines = _Lines(textwrap.dedent(fence.text).splitlines())
        options = {_name(key): _Entry(value, 0) for key, value in fence.options.items()}
        lines.skip_blank()
        if lines.at_end:
            raise _Wrong("the fence is empty: its first line names the model, such as `mypkg.nets.Net`", 0)
        if lines.option_here():
            raise _Wrong(
                "the model is missing: it is the first line of the fence, before the options", lines.offset
            )
        model = lines.take_model()
        while lines.skip_blank():
            key, entry = lines.take_option()
            if key in options:
                twice = "twice" if options[key].offset else "in the header and below it"
                raise _Wrong(f"option {key!r} is given {twice}", entry.offset)
            options[key] = entry
        return cls(model, options)

    def spec(self, defaults: Mapping[str, Any]) -> FigureSpec:
        # One by one first: an error that concerns one option is told at its line.
        for key, entry in self.options.items():
            try:
                read_options(OPTIONS, {key: entry.value}, "page")
            except SpecError as error:
                raise _Wrong(error, entry.offset) from error
        try:
            values = {key: entry.value for key, entry in self.options.items()}
            return FigureSpec.read(self.model.value, values, defaults=defaults)
        except ExpressionError as error:
            entries = [self.options[key] for key in ("input", "input-from") if key in self.options]
            found = [entry.offset for entry in entries if entry.value == error.text]
            raise _Wrong(error, found[0] if found else self.model.offset) from error
        except OptionError as error:
            raise _Wrong(error, self.model.offset) from error


class _Lines:
    """A fence's lines, taken one after the other."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.next = 0

    @property
    def at_end(self) -> bool:
        return self.next == len(self.lines)

    @property
    def offset(self) -> int:
        """The next line, counted from the fence's opening line."""
        return self.next + 1

    def skip_blank(self) -> bool:
        """Go on to a line with text; whether there is one."""
        while not self.at_end and not self.lines[self.next].strip():
            self.next += 1
        return not self.at_end

    def option_here(self) -> bool:
        """Whether an option that exists starts here, so that whatever was open before it is over."""
        match = _OPTION.fullmatch(self.lines[self.next].rstrip())
        return match is not None and _name(match["key"]) in OPTIONS and not match["glued"]

    def take_model(self) -> _Entry:
        offset = self.offset
        taken = [self._take()]
        while not self.at_end and not self.option_here() and _is_open("\n".join(taken)):
            taken.append(self._take())
        return _Entry("\n".join(taken), offset)

    def take_option(self) -> tuple[str, _Entry]:
        offset = self.offset
        line = self._take()
        match = _OPTION.fullmatch(line)
        if match is None:
            raise _Wrong(
                f"{line!r} is no option: below the model stand options, one `key: value` a line; "
                "a line that continues the one before it is indented",
                offset,
            )
        key = _name(match["key"])
        taken = [match["value"] or match["glued"] or ""]
        while self.skip_blank() and not self.option_here():
            if not (self.lines[self.next].startswith((" ", "\t")) or _is_open("\n".join(taken))):
                break
            taken.append(self._take())
        joint = "\n" if key in _EXPRESSIONS else " "
        return key, _Entry(joint.join(part for part in taken if part), offset)

    def _take(self) -> str:
        self.next += 1
        return self.lines[self.next - 1].strip()


def _name(written: str) -> str:
    return written.replace("_", "-").lower()


def _is_open(text: str) -> bool:
    """Whether a bracket is open at the end of a text; brackets in strings and comments do not count."""
    depth = 0
    quote = ""
    for line in text.split("\n"):
        for position, character in enumerate(line):
            if quote:
                escaped = (position - len(line[:position].rstrip("\\"))) % 2
                quote = quote if character != quote or escaped else ""
            elif character in "\"'":
                quote = character
            elif character == "#":
                break
            else:
                depth += (character in "([{") - (character in ")]}")
        quote = ""
    return depth > 0
