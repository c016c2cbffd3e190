"""What was found out about each case, kept as one line of JSON a case, so that a run can go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .case import Way

__all__ = ["Outcome", "Result", "Results"]


@dataclass
class Outcome:
    """How one attempt at a model ended.

    Attributes:
        ok: It ran, or was drawn.
        seconds: How long that took.
        reason: Else why not: the innermost error, and the line that raised it.
        device: On which device it was drawn.
        note: What else is to be said: with what it was called, why it was not drawn on meta.
        mismatch: Where the graph is not what ran; empty where it is.
    """

    ok: bool
    seconds: float = 0.0
    reason: str = ""
    device: str = ""
    note: str = ""
    mismatch: str = ""


@dataclass
class Result:
    """All that is known of a case; a stage that was not reached is None."""

    package: str
    name: str
    way: Way = field(default_factory=Way)
    stages: dict[str, Outcome] = field(default_factory=dict)

    def ok(self, stage: str) -> bool:
        """Whether a stage was reached and succeeded."""
        return stage in self.stages and self.stages[stage].ok


class Results:
    """The results in a file; the last line about a case counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._found: dict[tuple[str, str], Result] = {}
        if path.exists():
            for line in path.read_text().splitlines():
                data = json.loads(line)
                stages = {name: Outcome(**outcome) for name, outcome in data["stages"].items()}
                self._keep(Result(data["package"], data["name"], Way(**data["way"]), stages))

    def __iter__(self) -> Iterator[Result]:
        return iter(self._found.values())

    def get(self, package: str, name: str) -> Result | None:
        """What is known of a case."""
        return self._found.get((package, name))

    def add(self, result: Result) -> None:
        """Keep a result and write it down."""
        self._keep(result)
        with self.path.open("a") as file:
            file.write(json.dumps(asdict(result)) + "\n")

    def _keep(self, result: Result) -> None:
        self._found[result.package, result.name] = result
