"""What the build process and a worker say to each other: lines of JSON over pipes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torchview_docs.errors import RecordError
from torchview_docs.hashes import Stamp
from torchview_docs.records import Record

__all__ = ["TRACE_SPEC", "Reply", "Setup", "read_line", "write_line"]

#: The function that a worker calls with a FigureSpec and that returns a Graph.
TRACE_SPEC = "torchview_docs.tracing.job:trace_spec"


@dataclass(frozen=True)
class Setup:
    """The first line to a worker.

    Attributes:
        path: Its `sys.path`.
        folder: Its working folder.
        memory: Bytes that a job may use beyond what the worker used before it.
        threads: How many threads torch may use.
        pythonpath: The variable PYTHONPATH as the build process has it.
        job: The function that traces, `module:name`.
    """

    path: list[str]
    folder: str
    memory: int
    threads: int
    pythonpath: str | None
    job: str = TRACE_SPEC


@dataclass(frozen=True)
class Reply:
    """A line from a worker, at its start (without record) and after each job.

    Attributes:
        record: What was traced; None where source that the worker has imported has changed since,
            so that a new worker must do it.
        learnt: Hashes of source files by path, with the stamp that they were read at.
    """

    record: Record | None = None
    learnt: tuple[tuple[str, Stamp, str], ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "record": self.record.to_bytes().decode() if self.record else None,
            "learnt": [[path, asdict(stamp), found] for path, stamp, found in self.learnt],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Reply:
        """Read what `to_data` gave; raises RecordError where a worker has sent something else."""
        try:
            record = data["record"]
            return cls(
                Record.from_bytes(record.encode()) if record is not None else None,
                tuple((str(path), Stamp(**stamp), str(found)) for path, stamp, found in data["learnt"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RecordError(f"not a worker's reply: {error!r}") from error


def write_line(data: object) -> bytes:
    """One line of the protocol."""
    return json.dumps(data).encode() + b"\n"


def read_line(line: bytes) -> dict[str, Any]:
    """What a line says; raises RecordError where it is none of the protocol."""
    try:
        data = json.loads(line)
    except ValueError as error:
        raise RecordError(f"not JSON: {line[:80]!r}") from error
    if not isinstance(data, dict):
        raise RecordError(f"no object: {line[:80]!r}")
    return data
