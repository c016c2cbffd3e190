"""Hashes of source files that only an edit of meaning changes, and a memory of them.

The hash of Python source is that of its syntax tree without docstrings, comments, formatting and
what stands under `if TYPE_CHECKING`. Anything else is hashed as bytes.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torchview_docs.files import write_atomically

__all__ = ["Hashes", "Stamp", "source_hash"]

#: Raised when the same source would hash differently; what is remembered is then forgotten.
FORMAT = 1

#: A file younger than this when it is read may change again without a new time of change.
_RACY_NS = 2_000_000_000

#: Fields that say nothing more than the rest.
_IGNORED = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
#: Fields that hold statements.
_STATEMENTS = frozenset({"body", "orelse", "finalbody"})


def source_hash(content: bytes) -> str:
    """32 hexadecimal digits that stay the same under edits that change nothing when it runs.

    Args:
        content: Bytes of a Python file; what cannot be parsed is hashed as it is.
    """
    try:
        tree = ast.parse(content)
        writer = _Writer(_type_only_names(tree) if b"TYPE_CHECKING" in content else frozenset())
        writer.write(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _digest(content)
    return _digest("\0".join(writer.parts).encode("utf-8", "surrogatepass"))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


class _Writer:
    """Writes a syntax tree as a sequence of texts, without empty fields, which differ between Pythons."""

    def __init__(self, type_only: frozenset[str]) -> None:
        self.parts: list[str] = []
        self._type_only = type_only
        self._fields: dict[type[ast.AST], tuple[str, ...]] = {}

    def write(self, node: ast.AST) -> None:
        kind, parts = type(node), self.parts
        parts.append(kind.__name__)
        fields = self._fields.get(kind)
        if fields is None:
            fields = self._fields[kind] = tuple(name for name in kind._fields if name not in _IGNORED)
        for name in fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                self._write_list(name, value)
            elif isinstance(value, ast.AST):
                parts.append(name)
                self.write(value)
            elif value is not None:
                parts += (name, repr(value))
        parts.append(")")

    def _write_list(self, name: str, items: list[Any]) -> None:
        if name in _STATEMENTS:
            items = [kept for item in items for kept in _kept(item, self._type_only)]
        if items:
            self.parts.append(name)
            for item in items:
                if isinstance(item, ast.AST):
                    self.write(item)
                else:
                    self.parts.append(repr(item))
            self.parts.append("]")


def _kept(statement: ast.stmt, type_only: frozenset[str]) -> list[ast.stmt]:
    """What is left of a statement when everything without effect is taken away."""
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            return []
        case ast.If() if type_only and ast.unparse(statement.test) in type_only:
            return [kept for inner in statement.orelse for kept in _kept(inner, type_only)]
        case ast.ImportFrom(module="typing" | "typing_extensions", names=names) if type_only:
            left = [alias for alias in names if alias.name != "TYPE_CHECKING"]
            return [ast.ImportFrom(statement.module, left, statement.level)] if left else []
    return [statement]


def _type_only_names(tree: ast.Module) -> frozenset[str]:
    """How the module spells typing.TYPE_CHECKING; nothing where it assigns such a name itself."""
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="typing" | "typing_extensions"):
                names |= {a.asname or a.name for a in node.names if a.name == "TYPE_CHECKING"}
            case ast.Import():
                names |= {f"{a.asname or a.name}.TYPE_CHECKING" for a in node.names if a.name == "typing"}
            case ast.Name(id="TYPE_CHECKING", ctx=ast.Store()):
                return frozenset()
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file system says of a file; two equal ones mean the same content."""

    mtime_ns: int
    ctime_ns: int
    size: int
    inode: int

    @classmethod
    def of(cls, path: str) -> Stamp:
        """The stamp of a file; raises OSError."""
        stat = os.stat(path)  # noqa: PTH116  # half the time of Path.stat, and this is the warm path
        return cls(stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino)


class Hashes:
    """Hashes of files, remembered by their stamps in a small file of the cache folder.

    Args:
        memory: The file; None remembers in this process only. A damaged one counts as empty.
    """

    def __init__(self, memory: Path | None = None) -> None:
        self._memory = memory
        self._known: dict[str, tuple[Stamp, str]] = _read(memory) if memory else {}
        #: Whether `save` has anything to write.
        self.changed = False

    def of(self, path: str) -> str:
        """The hash of a file; raises OSError where it cannot be read."""
        stamp = Stamp.of(path)
        known = self._known.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        content = Path(path).read_bytes()
        found = source_hash(content) if path.endswith((".py", ".pyw")) else _digest(content)
        self.learn(path, stamp, found)
        return found

    def known(self, path: str) -> tuple[Stamp, str] | None:
        """What is remembered of a file: its hash, and the stamp that it had then."""
        return self._known.get(path)

    def learn(self, path: str, stamp: Stamp, found: str) -> None:
        """Remember the hash of a file as it was at a stamp."""
        if time.time_ns() - max(stamp.mtime_ns, stamp.ctime_ns) > _RACY_NS:
            self._known[path] = (stamp, found)
            self.changed = True

    def save(self) -> None:
        """Write the file if anything is new; raises OSError."""
        if self._memory is None or not self.changed:
            return
        files = {
            path: [s.mtime_ns, s.ctime_ns, s.size, s.inode, found]
            for path, (s, found) in self._known.items()
            if os.path.exists(path)  # noqa: PTH110
        }
        write_atomically(self._memory, json.dumps({"format": FORMAT, "files": files}).encode())
        self.changed = False


def _read(memory: Path) -> dict[str, tuple[Stamp, str]]:
    try:
        data = json.loads(memory.read_bytes())
        if data["format"] != FORMAT:
            return {}
        files: Mapping[str, list[int | str]] = data["files"]
        return {path: (Stamp(*map(int, row[:4])), str(row[4])) for path, row in files.items()}
    except (
        OSError, ValueError, OverflowError, RecursionError, KeyError, TypeError, IndexError, AttributeError,
    ):  # fmt: skip
        return {}
