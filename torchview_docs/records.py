"""Record: what was traced of a model, and what that depends on, as text.

The first line is the head, in JSON: the key, the spec, the manifest, and the body's length and
digest. The body is the Graph's JSON, or a Failure's. So whether a record is fresh is known
without parsing a graph, and a damaged one is recognised. A record is data, never markup or code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, get_args

from torchview_docs.errors import Failure, FailureKind, RecordError
from torchview_docs.manifest import Manifest

if TYPE_CHECKING:
    from torchview_docs.graph import Graph

__all__ = ["FORMAT", "Head", "OtherFormatError", "Record"]

#: Version of the format; records of another are traced again.
FORMAT = 2

_MARK = "torchview-docs record"


class OtherFormatError(RecordError):
    """A record of another version of this tool: no damage, but of no use."""


@dataclass(frozen=True)
class Head:
    """The first line of a record.

    Attributes:
        key: `FigureSpec.trace_key`.
        spec: `FigureSpec.to_data` of what was traced, for people.
        manifest: What it depends on.
        digest: 32 hexadecimal digits of the body: equal graphs have equal ones.
        size: Bytes of the body.
        failed: Whether the body is a failure.
    """

    key: str
    spec: Mapping[str, str]
    manifest: Manifest
    digest: str
    size: int
    failed: bool

    @classmethod
    def read(cls, line: bytes, key: str | None = None) -> Head:
        """Read the first line of a record.

        Args:
            line: The line.
            key: The key that it must have; None for any.

        Raises:
            RecordError: It is not one, of another format, or of another figure.
        """
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise RecordError(f"not JSON: {error}") from error
        if not isinstance(data, dict) or _MARK not in data:
            raise RecordError("it is no record")
        if data[_MARK] != FORMAT:
            raise OtherFormatError(f"record of format {data[_MARK]!r}, this version reads {FORMAT}")
        if key is not None and data.get("key") != key:
            raise RecordError("it belongs to another figure")
        spec = data.get("spec")
        if not isinstance(spec, dict):
            raise RecordError("no spec")
        return cls(
            key=_text(data, "key"),
            spec={str(name): str(value) for name, value in spec.items()},
            manifest=Manifest.from_data(data.get("manifest")),
            digest=_text(data, "digest"),
            size=_count(data, "size"),
            failed=data.get("failed") is True,
        )


@dataclass(frozen=True)
class Record:
    """What was traced: a head, and the body's bytes, checked against it."""

    head: Head
    body: bytes

    @classmethod
    def make(cls, key: str, spec: Mapping[str, Any], manifest: Manifest, found: Graph | Failure) -> Record:
        """A record of what was found."""
        if isinstance(found, Failure):
            text = json.dumps({"failure": asdict(found)}, ensure_ascii=False) + "\n"
        else:
            text = found.to_json()
        body = text.encode("utf-8", "backslashreplace")
        plain = {name: str(value) for name, value in spec.items()}
        return cls(Head(key, plain, manifest, _digest(body), len(body), isinstance(found, Failure)), body)

    @property
    def state(self) -> str:
        """8 hexadecimal digits that name the state of the source that it was traced from."""
        return _digest(json.dumps(self.head.manifest.to_data()).encode())[:8]

    def to_bytes(self) -> bytes:
        """The record as it is stored."""
        head = {
            _MARK: FORMAT,
            "key": self.head.key,
            "spec": dict(self.head.spec),
            "failed": self.head.failed,
            "digest": self.head.digest,
            "size": self.head.size,
            "manifest": self.head.manifest.to_data(),
        }
        return json.dumps(head, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n" + self.body

    @classmethod
    def from_bytes(cls, content: bytes) -> Record:
        """Read what `to_bytes` gave; the body is checked, not parsed.

        Raises:
            RecordError: It is damaged, foreign, or of another format.
        """
        line, _, body = content.partition(b"\n")
        head = Head.read(line)
        if len(body) != head.size or _digest(body) != head.digest:
            raise RecordError("the body is not the one that the head describes")
        return cls(head, body)

    def graph(self) -> Graph:
        """The graph; raises RecordError where the body is none."""
        from torchview_docs.graph import Graph

        return Graph.from_json(self.body)

    def failure(self) -> Failure:
        """The failure; raises RecordError where the body is none."""
        try:
            data = json.loads(self.body)["failure"]
            kind: FailureKind = data["kind"]
            if kind not in get_args(FailureKind):
                raise RecordError(f"unknown kind of failure {kind!r}")
            return Failure(kind, _text(data, "message"), _text(data, "advice"), _text(data, "where"))
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            raise RecordError(f"not a failure: {error!r}") from error


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def _text(data: Mapping[str, Any], name: str) -> str:
    if not isinstance(data.get(name), str):
        raise RecordError(f"{name} is no text")
    return str(data[name])


def _count(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RecordError(f"{name} is no count")
    return value
