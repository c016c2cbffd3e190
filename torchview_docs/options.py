"""What an option is: a name, a kind of value, a default, help, and the hosts that know it.

The options of a figure are the fields of `spec.FigureSpec`, those of a project the fields of
`settings.Settings`. Every host (directive, fence, conf.py, mkdocs.yml, pyproject.toml, command
line, `draw_graph`) and the options page of the documentation read them from there.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from torchview_docs.assignments import (
    Colour,
    Note,
    parse_colour_of,
    parse_colours,
    parse_note,
    parse_notes,
)
from torchview_docs.errors import OptionError
from torchview_docs.patterns import Depths, parse_depth, parse_pattern, parse_patterns
from torchview_docs.placeholders import parse_caption

__all__ = [
    "Host",
    "Kind",
    "Option",
    "Scope",
    "caption",
    "choice",
    "colours",
    "css_classes",
    "css_length",
    "depth",
    "flag",
    "natural",
    "nearest",
    "notes",
    "option",
    "options_of",
    "path",
    "paths",
    "patterns",
    "positive",
    "read_options",
    "text",
]

T = TypeVar("T")

#: `page` is the directive and the fence, `config` conf.py, mkdocs.yml and pyproject.toml.
Host: TypeAlias = Literal["page", "config", "cli", "api"]
#: What an option changes: what is traced (part of a record's key), how far tracing goes before it gives
#: up (no part of the key: what comes of it is the same), what is drawn, how the drawing stands in the
#: page, or how the project is built.
Scope: TypeAlias = Literal["trace", "limit", "view", "page", "project"]


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of value.

    Attributes:
        values: Which values it takes, for help and error messages: `a number, inf or auto`.
        parse: From text; raises ValueError.
        choices: The words that it takes, for the suggestion of the nearest one.
    """

    values: str
    parse: Callable[[str], T]
    choices: tuple[str, ...] = ()
    #: How one entry is parsed where a configuration file gives a list, or a table of `path = value`.
    listed: Callable[[str], object] | None = None
    #: What stands between the entries of a list.
    joint: str = " "


@dataclass(frozen=True)
class Option:
    """One line of the table of options."""

    #: As pages write it: `hide-inner-tensors`; conf.py and TOML write `_` or `-`.
    name: str
    kind: Kind[Any]
    default: Any
    help: str
    scope: Scope
    hosts: frozenset[Host]
    example: str = ""

    @cached_property
    def field(self) -> str:
        """Its name as a Python identifier."""
        return self.name.replace("-", "_")

    def read(self, value: object) -> Any:
        """The value from what a host gives: text of a page, or a value of a configuration file.

        Raises:
            OptionError: The value is not one that the option can have; names the nearest right one.
        """
        if value is None and self.default is None:
            return None
        text = "true" if value is True else "false" if value is False else str(value)
        try:
            if self.kind.listed and isinstance(value, Mapping):
                value = [f"{key} = {said}" for key, said in value.items()]
            if self.kind.listed and isinstance(value, list | tuple):
                # Entry by entry: a folder's name may hold a space.
                return tuple(self.kind.listed(str(part)) for part in value)
            return self.kind.parse(text.strip())
        except ValueError as error:
            hint = nearest(text, self.kind.choices)
            because = f" ({error})" if str(error) else ""
            raise OptionError(
                f"option {self.name!r} cannot be {text!r}{because}: it takes {self.kind.values}{hint}"
            ) from error

    def write(self, value: Any) -> str:
        """A value as a page would write it; `read` gives it back."""
        if value is True or value is False:
            return "true" if value else "false"
        if isinstance(value, tuple):
            return self.kind.joint.join(map(str, value))
        return "" if value is None else str(value)


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'depth'?`, or nothing where no known word is near."""
    spelt = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.strip().lower(), list(spelt), n=1, cutoff=0.55)
    return f"; did you mean {spelt[found[0]]!r}?" if found else ""


# -- kinds --------------------------------------------------------------------------------


def _parse_text(text: str) -> str:
    if not text:
        raise ValueError("it is empty")
    return text


def _parse_flag(text: str) -> bool:
    word = text.lower()
    if word in ("", "true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0"):
        return False
    raise ValueError


def _parse_length(text: str) -> str:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(px|em|rem|ex|ch|pt|cm|mm|in|vw|%)?", text)
    if not found or float(found[1]) <= 0:
        raise ValueError
    return found[1] + (found[2] or "px")


def _parse_class(name: str) -> str:
    if not re.fullmatch(r"-?[A-Za-z_][A-Za-z0-9_-]*", name):
        raise ValueError(f"{name!r} is not a class name")
    return name


def _parse_classes(text: str) -> tuple[str, ...]:
    return tuple(_parse_class(name) for name in text.replace(",", " ").split())


def _parse_positive(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise ValueError("it must be greater than 0")
    return number


def _parse_natural(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("it must be at least 1")
    return number


def _parse_paths(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


text: Kind[str] = Kind("text", _parse_text)
flag: Kind[bool] = Kind("`true` or `false`", _parse_flag, ("true", "false", "yes", "no", "on", "off"))
depth: Kind[int | float | str | Depths] = Kind(
    "a whole number from 0, `inf` or `auto`; then, after commas, other depths of parts, `path: number`",
    parse_depth,
    ("inf", "auto"),
)
patterns: Kind[tuple[str, ...]] = Kind(
    "paths of modules (`encoder.layer.0`), classes (`LayerNorm`) or patterns of them (`encoder.*`), "
    "separated by spaces; one that begins with `?` may name nothing",
    parse_patterns,
    listed=parse_pattern,
)
path: Kind[str] = Kind("the path of a module (`encoder.layer.0`)", parse_pattern)
colours: Kind[tuple[Colour, ...]] = Kind(
    "`path=colour` or `class=colour`, separated by spaces; the paths and classes may be patterns, the "
    "colours are names of CSS or `#rrggbb`",
    parse_colours,
    listed=parse_colour_of,
)
notes: Kind[tuple[Note, ...]] = Kind(
    "`path = text` or `class = text`, separated by semicolons; the paths and classes may be patterns",
    parse_notes,
    listed=parse_note,
    joint="; ",
)
caption: Kind[str] = Kind("text, with placeholders such as `{params}`", parse_caption)
css_length: Kind[str] = Kind("a CSS length such as `480px`, `30em` or `100%`", _parse_length)
css_classes: Kind[tuple[str, ...]] = Kind(
    "class names, separated by spaces", _parse_classes, listed=_parse_class
)
positive: Kind[float] = Kind("a number greater than 0", _parse_positive)
natural: Kind[int] = Kind("a whole number from 1", _parse_natural)
paths: Kind[tuple[str, ...]] = Kind(
    "a list of folders, or folders separated by spaces", _parse_paths, listed=str
)


def choice(*words: str) -> Kind[str]:
    """A kind that takes one of these words, in any case."""
    known = {word.lower(): word for word in words}

    def parse(text: str) -> str:
        if text.lower() not in known:
            raise ValueError
        return known[text.lower()]

    listed = ", ".join(f"`{word}`" for word in words[:-1]) + f" or `{words[-1]}`"
    return Kind(listed, parse, words)


# -- the table ----------------------------------------------------------------------------


def option(
    default: Any,
    kind: Kind[Any],
    scope: Scope,
    about: str,
    *,
    hosts: str = "page config cli api",
    example: str = "",
) -> Any:
    """A dataclass field that is an option; its name, `_` for `-`, is the option's name.

    Args:
        default: The value where nothing is said.
        kind: Which values it takes.
        scope: What it changes.
        about: What it does, in sentences for the author of a page.
        hosts: Words of `Host`, separated by spaces.
        example: A value worth showing.
    """
    names: frozenset[Any] = frozenset(hosts.split())
    return dataclasses.field(
        default=default,
        kw_only=True,
        metadata={"kind": kind, "scope": scope, "help": about, "hosts": names, "example": example},
    )


def options_of(holder: type[Any]) -> dict[str, Option]:
    """The options that the fields of a dataclass define, by name as pages write it."""
    return {
        (name := f.name.rstrip("_").replace("_", "-")): Option(name=name, default=f.default, **f.metadata)
        for f in dataclasses.fields(holder)
        if "kind" in f.metadata
    }


def read_options(
    table: Mapping[str, Option], given: Mapping[str, object], host: Host, *, also: Iterable[str] = ()
) -> dict[str, Any]:
    """Values by field name from what a host gives by option name (`-` and `_` alike).

    Args:
        table: The options.
        given: What the author wrote.
        host: Where.
        also: Further names that the host knows and that are no options of the table, for suggestions.

    Raises:
        OptionError: An unknown option, one that this host does not have, or a wrong value.
    """
    here = {name: opt for name, opt in table.items() if host in opt.hosts}
    values: dict[str, Any] = {}
    for written, value in given.items():
        name = written.strip().replace("_", "-").lower()
        opt = here.get(name)
        if opt is None:
            if name in table:
                raise OptionError(f"option {written!r} cannot be set here, only per figure in a page")
            hint = nearest(name, [*here, *also]) or "; known are " + ", ".join(sorted(here))
            raise OptionError(f"unknown option {written!r}{hint}")
        values[opt.field] = opt.read(value)
    return values
