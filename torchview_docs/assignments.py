"""Assignments: what an author says of parts of a model, `layer4=#c2410c` or `fc = One logit per class`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from torchview_docs.colours import parse_colour
from torchview_docs.patterns import parse_pattern

__all__ = ["Colour", "Note", "parse_colour_of", "parse_colours", "parse_note", "parse_notes"]

#: A `;` ends a note only where another one begins, so that a note may hold one.
_NEXT_NOTE = re.compile(r";\s*(?=[^\s,:;=]+\s*=)")


@dataclass(frozen=True)
class Colour:
    """The colour, `#rrggbb`, of the parts that a pattern names."""

    pattern: str
    colour: str

    def __str__(self) -> str:
        return f"{self.pattern}={self.colour}"


@dataclass(frozen=True)
class Note:
    """A text about the parts that a pattern names."""

    pattern: str
    text: str

    def __str__(self) -> str:
        return f"{self.pattern} = {self.text}"


def parse_colour_of(text: str) -> Colour:
    """One colour, `pattern=colour`.

    Raises:
        ValueError: It is none.
    """
    pattern, equals, colour = (part.strip() for part in text.rpartition("="))
    if not equals:
        raise ValueError(f"{text.strip()!r} is no `path=colour`")
    return Colour(parse_pattern(pattern), parse_colour(colour))


def parse_colours(text: str) -> tuple[Colour, ...]:
    """Colours, separated by commas or spaces; raises as `parse_colour_of` does."""
    entries = re.sub(r"\s*=\s*", "=", text).replace(",", " ").split()
    return tuple(map(parse_colour_of, entries))


def parse_note(text: str) -> Note:
    """One note, `pattern = text`.

    Raises:
        ValueError: It is none.
    """
    pattern, equals, said = text.partition("=")
    if not equals or not said.strip():
        raise ValueError(f"{text.strip()!r} is no `path = text`")
    return Note(parse_pattern(pattern.strip()), " ".join(said.split()))


def parse_notes(text: str) -> tuple[Note, ...]:
    """Notes, separated by semicolons; raises as `parse_note` does."""
    return tuple(map(parse_note, filter(str.strip, _NEXT_NOTE.split(text.strip().removesuffix(";")))))
