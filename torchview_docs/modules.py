"""Where a module would be imported from, found out without importing anything."""

from __future__ import annotations

import importlib.machinery
import os
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

__all__ = ["Location", "Resolver", "search_path"]

Origin: TypeAlias = Literal[
    "project",  # source that is hashed: the project's own, editable installs, whatever is not below
    "installed",  # in site-packages: its distribution's version stands for it
    "standard",  # Python's own
    "absent",  # would not be found
]

_SITE_FOLDERS = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class Location:
    """Where a module is.

    Attributes:
        origin: Whose it is.
        file: Its file; empty for a namespace package, a built-in and an absent module.
        folders: Where its submodules are looked for; empty unless it is a package.
    """

    origin: Origin
    file: str = ""
    folders: tuple[str, ...] = ()


ABSENT = Location("absent")
STANDARD = Location("standard")


def search_path(paths: Iterable[str]) -> list[str]:
    """`sys.path` of a process that traces: the project's folders, then those of this process."""
    try:
        here = [os.getcwd()]  # noqa: PTH109
    except OSError:
        # Somebody has removed the working folder: nothing can be imported from there.
        here = []
    entries = [entry for entry in sys.path if isinstance(entry, str)]
    inherited = [folder for entry in entries for folder in ([entry] if entry else here)]
    return list(dict.fromkeys([*paths, *inherited]))


class Resolver:
    """Finds modules by name as an import with this `sys.path` would.

    What was found once is not looked for again: make a new one for each build.
    """

    def __init__(self, path: Sequence[str]) -> None:
        self.path = list(path)
        self._found: dict[str, Location] = {}
        self._standard = {sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib")}
        self._editable = [finder for finder in sys.meta_path if _is_editable(finder)]
        _forget_listings()

    def find(self, name: str) -> Location:
        """Where the module of this dotted name is."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._find(name)
        return found

    def _find(self, name: str) -> Location:
        if not name:
            return ABSENT
        parent, _, last = name.rpartition(".")
        if not parent and (
            last in sys.builtin_module_names or importlib.machinery.FrozenImporter.find_spec(last)
        ):
            return STANDARD
        if not parent:
            return self._located(self._spec(last, self.path) or self._from_editable(last, None))
        package = self.find(parent)
        if package.origin == "standard":
            return STANDARD
        if not package.folders:
            return ABSENT
        folders = list(package.folders)
        found = self._located(self._spec(last, folders) or self._from_editable(name, folders))
        if found.origin != "absent" and package.origin == "installed":
            return Location("installed", found.file, found.folders)
        return found

    def _spec(self, last: str, folders: list[str]) -> importlib.machinery.ModuleSpec | None:
        # The last part alone: for a dotted name PathFinder wants the parent to be imported.
        return importlib.machinery.PathFinder.find_spec(last, folders)

    def _from_editable(self, name: str, folders: list[str] | None) -> Any:
        for finder in self._editable:
            spec = finder.find_spec(name, folders)
            if spec is not None:
                return spec
        return None

    def _located(self, spec: importlib.machinery.ModuleSpec | None) -> Location:
        if spec is None:
            return ABSENT
        folders = tuple(map(os.path.abspath, spec.submodule_search_locations or ()))
        file = os.path.abspath(spec.origin) if spec.origin and spec.has_location else ""  # noqa: PTH100
        # The folder on sys.path that it was found in decides whose a top-level module is.
        home = os.path.dirname(file or (folders or ("",))[0])  # noqa: PTH120
        if file and folders:
            home = os.path.dirname(home)  # noqa: PTH120
        if os.path.basename(home) in _SITE_FOLDERS:  # noqa: PTH119
            return Location("installed", file, folders)
        if home in self._standard or os.path.dirname(home) in self._standard:  # noqa: PTH120
            return STANDARD
        return Location("project", file, folders)


def _is_editable(finder: object) -> bool:
    """Whether a finder of `sys.meta_path` stands for an editable install, as build backends make."""
    kind = finder if isinstance(finder, type) else type(finder)
    return hasattr(finder, "find_spec") and "editable" in f"{kind.__module__}.{kind.__qualname__}".lower()


def _forget_listings() -> None:
    """Let the import system list its folders anew: a file may be younger than its last look."""
    for entry, finder in list(sys.path_importer_cache.items()):
        if finder is None:
            del sys.path_importer_cache[entry]
        elif hasattr(finder, "invalidate_caches"):
            finder.invalidate_caches()
