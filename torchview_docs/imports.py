"""Which modules import which, recorded while they do.

A worker traces many models, one after the other, and each module is executed once. So what is
recorded is a graph: what a module imports while it is executed belongs to the module, for good;
what is imported later, by a function that runs, belongs to the job that runs. The modules that a
job depends on are those that its own imports reach.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.machinery
import importlib.util
import os
import sys
import threading
import zipimport
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

from torchview_docs.hashes import Stamp
from torchview_docs.modules import Origin

__all__ = ["ImportRecorder"]

#: Modules of these are not looked into: their distribution's version says it all.
_OPAQUE = frozenset({"torch", "torchview_docs"})


class ImportRecorder:
    """Records imports of this process from `install` on."""

    def __init__(self) -> None:
        #: What each module imported while it was executed, by name; also what it did not find.
        self.edges: dict[str, set[str]] = {}
        #: The file of each module and what it was when it was read, by module name.
        self.stamps: dict[str, tuple[str, Stamp]] = {}
        #: Modules that functions of the project have imported in jobs so far.
        self.lazy: set[str] = set()
        self._job: set[tuple[str, str]] = set()
        self._before: frozenset[str] = frozenset()
        self._running = threading.local()

    # -- recording ------------------------------------------------------------------------

    def install(self) -> None:
        """Record from now on. There is no way back: this is for a process of our own."""
        builtins.__import__ = self._wrap_import(builtins.__import__)
        importlib.import_module = self._wrap_import_module(importlib.import_module)
        machinery = importlib.machinery
        for loader in (
            machinery.SourceFileLoader,
            machinery.SourcelessFileLoader,
            machinery.ExtensionFileLoader,
            zipimport.zipimporter,
        ):
            self._wrap_loader(loader)
        self._wrap_stats(machinery.SourceFileLoader)

    def _note(self, importer: str, imported: str) -> None:
        stack: list[str] = getattr(self._running, "stack", [])
        if stack:
            self.edges.setdefault(stack[-1], set()).add(imported)
        else:
            self._job.add((importer, imported))

    def _wrap_import(self, original: Callable[..., ModuleType]) -> Callable[..., ModuleType]:
        def recorded_import(
            name: str,
            globals: Mapping[str, Any] | None = None,  # noqa: A002  # the signature of __import__
            locals: Mapping[str, Any] | None = None,  # noqa: A002
            fromlist: Sequence[str] | None = (),
            level: int = 0,
        ) -> ModuleType:
            here = globals or {}
            importer = str(here.get("__name__", ""))
            absolute = _absolute(name, here, level)
            self._note(importer, absolute)
            module = original(name, globals, locals, fromlist, level)
            if fromlist:
                # Not getattr: a lazy module would load what nobody has asked for.
                names = getattr(module, "__dict__", {})
                for item in names.get("__all__", ()) if "*" in fromlist else fromlist:
                    inner = f"{absolute}.{item}"
                    if inner in sys.modules or ("__path__" in names and item not in names):
                        self._note(importer, inner)
            return module

        return recorded_import

    def _wrap_import_module(self, original: Callable[..., ModuleType]) -> Callable[..., ModuleType]:
        def import_module(name: str, package: str | None = None) -> ModuleType:
            importer = str(sys._getframe(1).f_globals.get("__name__", ""))  # noqa: SLF001  # the documented way
            if name.startswith(".") and package:
                self._note(importer, importlib.util.resolve_name(name, package))
            else:
                self._note(importer, name)
            return original(name, package)

        return import_module

    def _wrap_loader(self, loader: Any) -> None:
        original = loader.exec_module

        def exec_module(this: Any, module: ModuleType) -> None:
            self._note("", module.__name__)
            if loader is not importlib.machinery.SourceFileLoader:
                self._stamp(module.__name__, getattr(this, "archive", None) or this.path)
            if not hasattr(self._running, "stack"):
                self._running.stack = []
            self._running.stack.append(module.__name__)
            try:
                original(this, module)
            finally:
                self._running.stack.pop()

        loader.exec_module = exec_module

    def _wrap_stats(self, loader: Any) -> None:
        # Called before the file is read: if it changes later, its stamp differs from this one.
        original = loader.path_stats

        def path_stats(this: Any, path: str) -> Mapping[str, Any]:
            self._stamp(this.name, path)
            found: Mapping[str, Any] = original(this, path)
            return found

        loader.path_stats = path_stats

    def _stamp(self, module: str, path: str) -> None:
        # Where it cannot be looked at, the import fails and says so.
        with contextlib.suppress(OSError):
            self.stamps[module] = (os.path.abspath(path), Stamp.of(path))  # noqa: PTH100

    # -- what a job reached ---------------------------------------------------------------

    def start_job(self) -> None:
        """What is imported from now on, outside the execution of a module, belongs to a new job."""
        self._job = set()
        self._before = frozenset(sys.modules)

    def reached(self, also: Iterable[str], origin: Callable[[str], Origin]) -> tuple[set[str], set[str]]:
        """The modules that the job depends on.

        Args:
            also: Further modules that it is known to depend on.
            origin: Whose a module is.

        Returns:
            The project's modules (and those looked for in vain), and the top-level modules of
            installed distributions and, where the project imports them, of the standard library.
        """
        own, installed, seen = set[str](), set[str](), set[str]()
        waiting = [*self._imported_by_job(origin), *(("", name) for name in also)]
        while waiting:
            importer, name = waiting.pop()
            top, parent = name.partition(".")[0], name.rpartition(".")[0]
            whose = origin(top)
            # That a library does not find something optional is its own matter.
            optional = whose == "absent" and importer and origin(importer) == "installed"
            if name in seen or optional or top == "torchview_docs":
                continue
            if whose == "standard":
                if importer and origin(importer) == "project" and _can_be_shadowed(top):
                    installed.add(top)
                continue
            seen.add(name)
            if whose == "installed":
                installed.add(top)
            else:
                own.add(name)
            if parent:
                waiting.append((importer, parent))
            if top not in _OPAQUE:
                waiting += [(name, imported) for imported in self.edges.get(name, ())]
        return own, installed

    def _imported_by_job(self, origin: Callable[[str], Origin]) -> list[tuple[str, str]]:
        """What the job has imported outside the execution of a module: (importer, imported)."""
        found = []
        for importer, name in self._job:
            ours = importer.partition(".")[0] == "torchview_docs"
            if not ours and importer and origin(name) == "project":
                self.lazy.add(name)
            # What a library imports lazily for itself is its own matter, and it does so only once.
            if ours or "project" in (origin(importer), origin(name)):
                found.append((importer, name))
        # A net under the rest: what has appeared was imported by somebody, also by its file's name.
        found += [
            ("", name)
            for name in set(sys.modules) - self._before
            if origin(name) == "project" or (origin(name) == "absent" and name in self.stamps)
        ]
        return found


def _can_be_shadowed(name: str) -> bool:
    """Whether a file of the project could stand in for a module of the standard library."""
    finders = (importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter)
    return all(finder.find_spec(name) is None for finder in finders)


def _absolute(name: str, here: Mapping[str, Any], level: int) -> str:
    """The name of what `from <level dots><name> import ...` imports, in a module with these globals."""
    if level == 0:
        return name
    package = here.get("__package__")
    if package is None:
        package = str(here.get("__name__", ""))
        if "__path__" not in here:
            package = package.rpartition(".")[0]
    base = str(package).rsplit(".", level - 1)[0]
    return f"{base}.{name}" if name else base
