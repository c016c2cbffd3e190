"""Content: the text of a fence or of a directive's body, read into a model and options.

The text is the model expression, over several lines while a bracket is open, and then options, one
`key: value` a line (`:key: value` too). A value goes on over the lines that are indented, and while
a bracket is open. It is text, no YAML: `float32[1, 3]` is no list and `no` is what the option makes
of it. What is wrong is told with its line.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torchview_docs.brackets import is_open
from torchview_docs.errors import ExpressionError, OptionError, SpecError
from torchview_docs.options import read_options
from torchview_docs.sides import ARROW, SIDED, halves, read_sides
from torchview_docs.spec import OPTIONS, FigureSpec

__all__ = ["Content", "ContentError", "Entry"]

#: Their values are expressions, which keep their line breaks; other values become one line.
_EXPRESSIONS = frozenset({"input", "input-from"})
_OPTION = re.compile(r":?(?P<key>[A-Za-z][\w-]*)\s*:(?:\s+(?P<value>.*)|(?P<glued>\S.*))?")
#: What MkDocs' fences may have in their header, and a MyST directive takes for its argument.
_HEADER = re.compile(r"\{|[A-Za-z][\w-]*=")


class ContentError(SpecError):
    """Something is wrong at a line of the text.

    Args:
        problem: What.
        line: 1-based line of the text, 0 for its head: a fence's header, a directive's options.
    """

    def __init__(self, problem: str | SpecError, line: int) -> None:
        super().__init__(str(problem))
        if isinstance(problem, SpecError):
            self.kind = problem.kind
        self.line = line


@dataclass(frozen=True)
class Entry:
    """A model or a value, and the line of the text where it starts; 0 where the head says it."""

    value: str
    line: int


@dataclass(frozen=True)
class Content:
    """A model and options, as written."""

    model: Entry
    options: Mapping[str, Entry]

    @classmethod
    def read(cls, text: str, head: Mapping[str, str] | None = None) -> Content:
        """Read a text.

        Args:
            text: The text.
            head: Options that are given outside of it, by name.

        Raises:
            ContentError: There is no model, a line is neither an option nor the continuation of
                one, or an option is given twice.
        """
        lines = _Lines(textwrap.dedent(text).split("\n"))
        options = {_name(key): Entry(value, 0) for key, value in (head or {}).items()}
        if not lines.skip_blank():
            raise ContentError("there is no model: write one, such as `mypkg.nets.Net`, in the first line", 0)
        if lines.option_here():
            raise ContentError("the model is missing: it is the first line, before the options", lines.line)
        model = lines.take_model()
        if _HEADER.match(model.value):
            raise ContentError(
                f"{model.value!r} stands in the place of the model: options of a header are not known "
                "here, write them as `key: value` lines below the model",
                model.line,
            )
        while lines.skip_blank():
            key, entry = lines.take_option()
            if key in options:
                twice = "twice" if options[key].line else "in the header and below it"
                raise ContentError(f"option {key!r} is given {twice}", entry.line)
            options[key] = entry
        return cls(model, options)

    def spec(self, defaults: Mapping[str, Any], *, compares: bool = False) -> FigureSpec:
        """The figure, with the project's defaults for options that are not given.

        Args:
            defaults: Values by field name.
            compares: Whether two models are compared.

        Raises:
            ContentError: An unknown option, a wrong value or an expression that cannot be parsed.
        """
        values = {key: entry.value for key, entry in self.options.items()}
        try:
            read = read_sides if compares else FigureSpec.read
            return read(self.model.value, values, defaults=defaults)
        except ExpressionError as error:
            entries = [self.options[key] for key in _EXPRESSIONS if key in self.options]
            found = [
                entry.line
                for entry in entries
                if error.text in (halves(entry.value) if compares else (entry.value,))
            ]
            raise ContentError(error, found[0] if found else self.model.line) from error
        except OptionError as error:
            raise ContentError(error, self._line_of_wrong_option(compares)) from error

    def _line_of_wrong_option(self, compares: bool) -> int:
        for key, entry in self.options.items():
            try:
                for part in halves(entry.value) if compares and key in SIDED else (entry.value,):
                    if part or not compares:
                        read_options(OPTIONS, {key: part}, "page")
            except OptionError:
                return entry.line
        # Each is right; together they are not.
        return self.model.line


class _Lines:
    """A text's lines, taken one after the other."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.next = 0

    @property
    def at_end(self) -> bool:
        return self.next == len(self.lines)

    @property
    def line(self) -> int:
        """The number of the next line, from 1."""
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

    def take_model(self) -> Entry:
        start = self.line
        taken = [self._take()]
        while not self.at_end and not self.option_here() and self._goes_on("\n".join(taken)):
            taken.append(self._take())
        return Entry("\n".join(taken), start)

    def _goes_on(self, taken: str) -> bool:
        """Whether the next line belongs to the model: a bracket is open, or the other model follows."""
        following = self.lines[self.next].strip()
        return is_open(taken) or taken.endswith(ARROW) or following.startswith(ARROW)

    def take_option(self) -> tuple[str, Entry]:
        start = self.line
        line = self._take()
        match = _OPTION.fullmatch(line)
        if match is None:
            raise ContentError(
                f"{line!r} is no option: below the model stand options, one `key: value` a line; "
                "a line that continues the one before it is indented",
                start,
            )
        key = _name(match["key"])
        taken = [match["value"] or match["glued"] or ""]
        while self.skip_blank() and not self.option_here():
            if not (self.lines[self.next].startswith((" ", "\t")) or is_open("\n".join(taken))):
                break
            taken.append(self._take())
        joint = "\n" if key in _EXPRESSIONS else " "
        return key, Entry(joint.join(part for part in taken if part), start)

    def _take(self) -> str:
        self.next += 1
        return self.lines[self.next - 1].strip()


def _name(written: str) -> str:
    return written.replace("_", "-").lower()
