"""The exceptions of torchview-docs, and the form in which a failed figure travels.

    TorchviewDocsError
    ├── SpecError            what the author wrote cannot be understood
    │   ├── ExpressionError  ... in a model or input expression, with the character
    │   ├── OptionError      ... in an option's name or value
    │   │   └── ViewError    ... in the name of a part that the model does not have
    │   └── ContentError     ... in the text of a fence or directive, with the line (content.py)
    ├── TraceError           the model could not be traced, with a `Failure`
    ├── LayoutError          a panel has more lines than can be laid out: a coarser depth may do
    ├── ExportError          a PDF or PNG needs libraries that are not installed
    └── RecordError          a stored record or a Graph's JSON cannot be read

Exceptions never cross a process or end up in a cache; a `Failure`, plain data, does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = [
    "ExportError",
    "ExpressionError",
    "Failure",
    "FailureKind",
    "LayoutError",
    "OptionError",
    "RecordError",
    "SpecError",
    "TorchviewDocsError",
    "TraceError",
    "ViewError",
]

FailureKind: TypeAlias = Literal[
    "option",  # an unknown option or a wrong value
    "expression",  # a model or input expression that cannot be parsed
    "import",  # a module or a name in it does not exist, or raises when imported
    "model",  # the class or factory raises
    "input",  # no input given, or the function of input-from raises
    "forward",  # the forward pass raises
    "timeout",  # the time limit is passed
    "memory",  # the memory limit is passed
    "crash",  # the process died
    "internal",  # a fault of ours
]

#: Failures that depend on the machine's mood: tried again in every build, never remembered.
PASSING: frozenset[FailureKind] = frozenset({"timeout", "memory", "crash", "internal"})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a figure could not be drawn, in words for the author of the page."""

    kind: FailureKind
    #: One or two sentences: what failed and the innermost cause.
    message: str
    #: What to do about it; may be empty.
    advice: str = ""
    #: `path/to/file.py:12` in the source of the model where it failed; may be empty.
    where: str = ""

    @property
    def repeats(self) -> bool:
        """Whether the same source and options would fail again, so that it can be remembered."""
        return self.kind not in PASSING

    def __str__(self) -> str:
        where = f" (at {self.where})" if self.where else ""
        said = f"{self.message}{where}"
        if not self.advice:
            return said
        return f"{said} {self.advice}" if said.endswith((".", "!", "?")) else f"{said}. {self.advice}"


class TorchviewDocsError(Exception):
    """Base of every exception that this package raises on purpose."""


class SpecError(TorchviewDocsError):
    """What the author wrote cannot be understood."""

    kind: FailureKind = "option"

    @property
    def failure(self) -> Failure:
        """The same in the form that a page shows."""
        return Failure(self.kind, str(self))


class ExpressionError(SpecError):
    """A model or input expression that cannot be parsed.

    Args:
        problem: What is wrong, in one sentence.
        text: The expression as the author wrote it.
        position: 0-based index of the offending character in `text`.
    """

    kind: FailureKind = "expression"

    def __init__(self, problem: str, text: str, position: int) -> None:
        self.problem = problem
        self.text = text
        self.position = min(max(position, 0), len(text))
        at = " At" if problem.endswith("?") else ", at"
        super().__init__(f"{problem}{at} character {self.position + 1} of {text!r}")

    def pointer(self) -> str:
        """The expression with a caret under the offending character, two lines."""
        before = self.text[: self.position]
        line = self.text.split("\n")[before.count("\n")]
        return f"{line}\n{' ' * (len(before) - before.rfind(chr(10)) - 1)}^"


class OptionError(SpecError):
    """An option that does not exist or has a value that it cannot have."""


class ViewError(OptionError):
    """A view's option names a part that the model does not have: known only when it is drawn."""


class TraceError(TorchviewDocsError, RuntimeError):
    """A model could not be traced.

    Also a RuntimeError, which is what torchview's `draw_graph` raises.
    """

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(str(failure))


class LayoutError(TorchviewDocsError):
    """A panel has more lines than can be laid out in a few seconds."""


class ExportError(TorchviewDocsError):
    """What the extra `export` installs is missing.

    Args:
        missing: The modules that cannot be found.
    """

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(
            f"PDF and PNG need what is not installed here ({', '.join(missing)}): "
            "run `pip install torchview-docs[export]`"
        )


class RecordError(TorchviewDocsError):
    """A stored record, or the JSON of a Graph or Drawing, is damaged or of another format."""
