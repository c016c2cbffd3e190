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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from torchview_docs.files import write_atomically

__all__ = ["Hashes", "Stamp", "source_hash"]

#: Raised when the same source would hash differently; what is remembered is then forgotten.
FORMAT = 1

#: A file younger than this when it is read may change again without a new time of change.
_RACY_NS = 2_000_000_000

_IGNORED_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_ignores"})


def source_hash(content: bytes) -> str:
    """32 hexadecimal digits that stay the same under edits that change nothing when it runs.

    Args:
        content: Bytes of a Python file; what cannot be parsed is hashed as it is.
    """
    try:
        tree = ast.parse(content)
        parts = list(_parts(tree, _type_only_names(tree) if b"TYPE_CHECKING" in content else frozenset()))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _digest(content)
    return _digest("\0".join(parts).encode("utf-8", "surrogatepass"))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _parts(value: object, type_only: frozenset[str]) -> Iterator[str]:
    """A syntax tree as a sequence of texts, without empty fields, which differ between Pythons."""
    if isinstance(value, ast.AST):
        yield type(value).__name__
        for name, child in ast.iter_fields(value):
            if name in _IGNORED_FIELDS or child is None or child == []:
                continue
            yield name
            yield from _parts(child, type_only)
        yield ")"
    elif isinstance(value, list):
        for item in value:
            for kept in _kept(item, type_only) if isinstance(item, ast.stmt) else (item,):
                yield from _parts(kept, type_only)
        yield "]"
    else:
        yield repr(value)


def _kept(statement: ast.stmt, type_only: frozenset[str]) -> list[ast.stmt]:
    """What is left of a statement when everything without effect is taken away."""
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
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
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return {}
