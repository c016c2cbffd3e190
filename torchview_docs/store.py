"""Store: the folder where records are kept, and drawings beside them.

    .torchview_cache/
        records/<key>-<state>.json      several states of the source: switching branches hits
        drawings/<digest>.json          `Figure.digest`, in which the drawing engine's version is
        hashes.json                     hashes of source files (`hashes.Hashes`)
        mkdocs-pages.json               what the MkDocs plugin knows of its pages
        .gitignore, CACHEDIR.TAG        so that neither git nor backups take it

Files are written whole or not at all, and their content is checked when they are read, so several
builds may use one folder, and whatever is damaged is made again. A folder that cannot be written
costs a note, never a build.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from torchview_docs.errors import RecordError
from torchview_docs.files import TEMPORARY, write_atomically
from torchview_docs.hashes import Hashes
from torchview_docs.records import Head, OtherFormatError, Record

if TYPE_CHECKING:
    from torchview_docs.drawing.drawing import Drawing

__all__ = ["KEPT", "MKDOCS_PAGES", "Entry", "Store", "Usage"]

#: After so many days without use a file is removed, when something new is written.
KEPT = 90
#: So many states of one model's source are kept.
_STATES = 8
#: The time of a file's last use is written at most once a day.
_DAY = 86_400.0
#: A file that the MkDocs plugin keeps in the folder.
MKDOCS_PAGES = "mkdocs-pages.json"
_HASHES = "hashes.json"
#: Files that keep others away, with their content; one that is there already may be somebody's own.
_SIGNS = {
    ".gitignore": b"*\n",
    "CACHEDIR.TAG": b"Signature: 8a477f597d28d172789f06886806bc55\n"
    b"# This folder is a cache of torchview-docs; see https://bford.info/cachedir/\n",
}


@dataclass(frozen=True)
class Usage:
    """What the store holds: numbers of files, and their bytes."""

    records: int
    drawings: int
    size: int


@dataclass(frozen=True)
class Entry:
    """A record of the store, for a listing."""

    path: Path
    head: Head
    size: int
    #: Seconds since the epoch.
    used: float


class Store:
    """Records and drawings in a folder.

    Args:
        folder: The folder; made when something is first written.
        report: Takes notes about damage and lack of rights, each once.
    """

    def __init__(self, folder: Path, report: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder
        self.hashes = Hashes(folder / _HASHES)
        self._records = folder / "records"
        self._drawings = folder / "drawings"
        self._report = report
        self._writable = True
        self._noted: set[str] = set()
        self._rejected: set[str] = set()
        self._by_key: dict[str, list[Path]] | None = None

    # -- records --------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look at the folder anew: another build may have added records."""
        self._by_key = None

    def find(self, key: str, fresh: Callable[[Head], bool]) -> Record | None:
        """The record of this key that is fresh, if there is one; damaged ones are passed over."""
        for path in self._candidates().get(key, ()):
            try:
                with path.open("rb") as file:
                    line = file.readline()
                    head = Head.read(line, key)
                    if head.digest in self._rejected or not fresh(head):
                        continue
                    record = Record.from_bytes(line + file.read())
                    if record.head.failed:
                        record.failure()
            except (FileNotFoundError, OtherFormatError):
                continue
            except (OSError, RecordError) as error:
                self._note_damage(path, error)
                continue
            _touch(path)
            return record
        return None

    def save(self, record: Record) -> bool:
        """Keep a record; says whether it could. One that cannot is noted once and then left alone."""
        path = self._records / f"{record.head.key}-{record.state}.json"
        if not self._write(path, record.to_bytes()):
            return False
        states = self._candidates().setdefault(record.head.key, [])
        states[:] = [path, *(other for other in states if other != path)]
        for old in states[_STATES:]:
            with contextlib.suppress(OSError):
                old.unlink()
        del states[_STATES:]
        return True

    def reject(self, record: Record, error: RecordError) -> None:
        """Do not give this record any more: it is whole, but what it says is no graph."""
        self._rejected.add(record.head.digest)
        self._note_damage(self._records / record.head.key, error)

    def _candidates(self) -> dict[str, list[Path]]:
        """The records' files by key, the one used last first."""
        if self._by_key is None:
            found: dict[str, list[tuple[float, Path]]] = {}
            for path, stat in _files(self._records):
                key = path.name.partition("-")[0]
                found.setdefault(key, []).append((stat.st_mtime, path))
            self._by_key = {key: [p for _, p in sorted(files, reverse=True)] for key, files in found.items()}
        return self._by_key

    # -- drawings -------------------------------------------------------------------------

    def drawing(self, name: str) -> Drawing | None:
        """The drawing kept under this name, if it is there and whole."""
        from torchview_docs.drawing.drawing import Drawing

        path = self._drawings / f"{name}.json"
        try:
            drawing = Drawing.from_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, RecordError) as error:
            self._note_damage(path, error)
            return None
        _touch(path)
        return drawing

    def save_drawing(self, name: str, drawing: Drawing) -> None:
        """Keep a drawing under a name."""
        self._write(self._drawings / f"{name}.json", drawing.to_json().encode("utf-8", "backslashreplace"))

    # -- for the command `cache` ----------------------------------------------------------

    def usage(self) -> Usage:
        """How much is there."""
        records = [stat.st_size for _, stat in _files(self._records)]
        drawings = [stat.st_size for _, stat in _files(self._drawings)]
        return Usage(len(records), len(drawings), sum(records) + sum(drawings))

    def entries(self) -> Iterator[Entry]:
        """The records that can be read, the one used last first."""
        for path, stat in sorted(_files(self._records), key=lambda f: f[1].st_mtime, reverse=True):
            try:
                with path.open("rb") as file:
                    yield Entry(path, Head.read(file.readline()), stat.st_size, stat.st_mtime)
            except (OSError, RecordError) as error:
                self._note_damage(path, error)

    def prune(self, days: float = KEPT) -> int:
        """Remove what was not used for so many days, and what killed writers left; how many files."""
        limit = time.time() - days * _DAY
        old = [
            path
            for folder in (self._records, self._drawings)
            for path, stat in _files(folder)
            if stat.st_mtime < limit
        ]
        return self._remove(old + self._left_behind())

    def clear(self) -> int:
        """Remove everything that the store has written; how many records and drawings it was."""
        files = [path for folder in (self._records, self._drawings) for path, _ in _files(folder)]
        count = self._remove(files)
        self._remove(
            self._left_behind(age=0)
            + [self.folder / name for name in (_HASHES, MKDOCS_PAGES)]
            + [self.folder / name for name, sign in _SIGNS.items() if _holds(self.folder / name, sign)]
        )
        for folder in (self._records, self._drawings, self.folder):
            # A folder that holds files of somebody else stays.
            with contextlib.suppress(OSError):
                folder.rmdir()
        return count

    def _left_behind(self, age: float = 3600.0) -> list[Path]:
        folders = (self.folder, self._records, self._drawings)
        return [
            path
            for folder in folders
            for path, stat in _files(folder, temporary=True)
            if stat.st_mtime <= time.time() - age
        ]

    def _remove(self, paths: list[Path]) -> int:
        self.refresh()
        count = 0
        for path in paths:
            try:
                path.unlink()
                count += 1
            except FileNotFoundError:
                continue
            except OSError as error:
                self.note("remove", f"{path} cannot be removed ({error.strerror})")
        return count

    # -- writing --------------------------------------------------------------------------

    def save_hashes(self) -> None:
        """Keep what was learnt about source files."""
        if self._writable and self.hashes.changed:
            self._attempt(self.hashes.save)

    def _write(self, path: Path, content: bytes) -> bool:
        return self._writable and self._attempt(lambda: write_atomically(path, content))

    def _attempt(self, write: Callable[[], None]) -> bool:
        try:
            try:
                write()
            except FileNotFoundError:
                self._make_folder()
                write()
        except OSError as error:
            self._writable = False
            self.note(
                "write",
                f"the cache folder {self.folder} cannot be written ({error.strerror or error}); "
                "the next build will trace again",
            )
            return False
        return True

    def _make_folder(self) -> None:
        for folder in (self._records, self._drawings):
            folder.mkdir(parents=True, exist_ok=True)
        for name, sign in _SIGNS.items():
            if not (self.folder / name).exists():
                write_atomically(self.folder / name, sign)

    def _note_damage(self, path: Path, error: Exception) -> None:
        self.note("damage", f"{path} is not used, nor what else is damaged in the cache ({error})")

    def note(self, subject: str, text: str) -> None:
        """Say something once per subject."""
        if subject not in self._noted:
            self._noted.add(subject)
            self._report(f"torchview: {text}")


def _files(folder: Path, *, temporary: bool = False) -> list[tuple[Path, os.stat_result]]:
    """The files of a folder that are whole, or those that are not."""
    found = []
    with (
        contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError),
        os.scandir(folder) as entries,
    ):
        for entry in entries:
            wanted = entry.name.startswith(TEMPORARY) if temporary else entry.name.endswith(".json")
            if wanted and not (entry.name.startswith(TEMPORARY) and not temporary) and entry.is_file():
                with contextlib.suppress(FileNotFoundError):
                    found.append((Path(entry.path), entry.stat()))
    return found


def _holds(path: Path, content: bytes) -> bool:
    """Whether a file holds this and nothing else."""
    with contextlib.suppress(OSError):
        return path.read_bytes() == content
    return False


def _touch(path: Path) -> None:
    """Note that a file was used, so that pruning by age spares it."""
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > _DAY:
            os.utime(path)
