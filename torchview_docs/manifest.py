"""Manifest: what a trace depends on, and whether that is still as it was.

Modules are named, not their files: looked up again, a name leads to the file that an import would
take now. So a record holds in another checkout, and a new file that shadows an old one is seen.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torchview_docs.errors import RecordError
from torchview_docs.hashes import Hashes
from torchview_docs.modules import Resolver

__all__ = ["TRACER", "Environment", "Manifest", "normalized"]

#: Raised when the tracer would record something else of the same model.
TRACER = 1

#: States of a module that has no source to hash.
ABSENT, INSTALLED, NAMESPACE, STANDARD = "absent", "installed", "namespace", "standard"


@dataclass(frozen=True)
class Manifest:
    """What a trace depends on.

    Attributes:
        modules: By dotted name, the hash of a module's source, or `namespace` for a package
            without `__init__`, `absent` for a module that was looked for in vain, `installed` and
            `standard` for a top-level module of a distribution or of Python (it only matters that
            nothing shadows it).
        files: Hashes of further files, by their path relative to the project's folder: modules
            that were loaded from elsewhere than where their name leads.
        distributions: Versions by normalized name.
        python: Python's minor version.
        torch: torch's version.
        tracer: `TRACER` of the tool that traced; of an editable install also, after a `+`, the hash
            of the source that traces: who works on it sees each change.
    """

    modules: Mapping[str, str]
    files: Mapping[str, str]
    distributions: Mapping[str, str]
    python: str
    torch: str
    tracer: str

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON, in fixed order."""
        return {
            "tracer": self.tracer,
            "python": self.python,
            "torch": self.torch,
            "distributions": dict(sorted(self.distributions.items())),
            "modules": dict(sorted(self.modules.items())),
            "files": dict(sorted(self.files.items())),
        }

    @classmethod
    def from_data(cls, data: object) -> Manifest:
        """Read what `to_data` gave.

        Raises:
            RecordError: It is not a manifest.
        """
        if not isinstance(data, dict):
            raise RecordError("the manifest is no object")
        return cls(
            _texts(data.get("modules"), "modules"),
            _texts(data.get("files"), "files"),
            _texts(data.get("distributions"), "distributions"),
            **_texts({name: data.get(name) for name in ("python", "torch", "tracer")}, "versions"),
        )


def _texts(data: object, what: str) -> dict[str, str]:
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise RecordError(f"{what} of the manifest are not texts by name")
    return data


class Environment:
    """What an import would find now, looked up without importing anything.

    What was looked up once is not looked up again: make a new one for each build.

    Args:
        path: `sys.path` of the processes that trace.
        root: The project's folder.
        hashes: Where hashes of files are remembered.
    """

    def __init__(self, path: Iterable[str], root: Path, hashes: Hashes) -> None:
        self.resolver = Resolver(list(path))
        self.root = root
        self.hashes = hashes
        self._states: dict[str, str] = {}
        self._versions: dict[str, str] | None = None

    @property
    def has_torch(self) -> bool:
        """Whether torch is there, so that models can be traced."""
        return self.state("torch") != ABSENT

    def state(self, module: str) -> str:
        """A module's state, as `Manifest.modules` has it."""
        state = self._states.get(module)
        if state is None:
            state = self._states[module] = self._state(module)
        return state

    def _state(self, module: str) -> str:
        location = self.resolver.find(module)
        if location.origin == "project":
            if not location.file:
                return NAMESPACE
            return self._hash(location.file)
        return location.origin

    def _hash(self, path: str) -> str:
        try:
            return self.hashes.of(_container(path))
        except OSError:
            return ABSENT

    def file(self, module: str) -> str:
        """The file of a module of the project; empty where it has none or is not the project's."""
        location = self.resolver.find(module)
        return _container(location.file) if location.origin == "project" and location.file else ""

    def version(self, distribution: str) -> str:
        """Version of an installed distribution; empty where it is not installed."""
        if self._versions is None:
            self._versions = _installed_versions(self.resolver.path)
        return self._versions.get(normalized(distribution), "")

    @functools.cached_property
    def tracer(self) -> str:
        """What `Manifest.tracer` says of this tool."""
        source = self.own_source("tracing", "graph.py")
        return f"{TRACER}+{source}" if source else str(TRACER)

    def own_source(self, *names: str) -> str:
        """16 hexadecimal digits of these files and folders of ours; empty unless an editable install."""
        home = self.resolver.find("torchview_docs")
        if home.origin != "project" or not home.file:
            return ""
        hashes = []
        for name in names:
            path = Path(home.file).parent / name
            files = sorted(path.rglob("*")) if path.is_dir() else [path]
            hashes += [self._hash(str(file)) for file in files if file.suffix in (".py", ".css")]
        return hashlib.sha256("\0".join(hashes).encode()).hexdigest()[:16]

    def manifest(
        self, modules: Iterable[str], files: Iterable[str], distributions: Iterable[str]
    ) -> Manifest:
        """The manifest of what depends on these modules, files and distributions, as they are now."""
        return Manifest(
            modules={name: self.state(name) for name in modules},
            files={_relative(path, self.root): self._hash(path) for path in files},
            distributions={name: self.version(name) for name in map(normalized, distributions)},
            python=_python(),
            torch=self.version("torch"),
            tracer=self.tracer,
        )

    def stale(self, manifest: Manifest) -> str:
        """Why what depends on this is out of date; empty where it is fresh.

        Without torch this is not the environment that traces, so its Python and its distributions
        say nothing: only source counts.
        """
        if not _agree(manifest.tracer, self.tracer):
            return "it was traced by another version of torchview-docs"
        if self.has_torch:
            if manifest.python != _python():
                return f"Python was {manifest.python}, is {_python()}"
            for name, version in {"torch": manifest.torch, **manifest.distributions}.items():
                if self.version(name) != version:
                    return f"{name} was {version or 'absent'}, is {self.version(name) or 'absent'}"
        for name, was in manifest.modules.items():
            now = self.state(name)
            if now != was and (self.has_torch or (was, now) != (INSTALLED, ABSENT)):
                return f"module {name} {_change(was, now)}"
        for path, was in manifest.files.items():
            now = self._hash(str(self.root / path))
            if now != was:
                return f"file {path} {_change(was, now)}"
        return ""

    def sources(self, manifest: Manifest) -> tuple[Path, ...]:
        """The project's files among what the manifest names."""
        found = {self.file(name) for name in manifest.modules}
        found |= {os.path.normpath(self.root / path) for path in manifest.files}
        return tuple(Path(path) for path in sorted(found - {""}))


@functools.cache
def normalized(distribution: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _agree(was: str, now: str) -> bool:
    """Whether two tracers are one, as far as both say."""
    (version, _, source), (version_now, _, source_now) = was.partition("+"), now.partition("+")
    return version == version_now and (source == source_now or not (source and source_now))


def _container(path: str) -> str:
    """The file that holds a module's file: itself, or the archive that it lies in."""
    if os.path.exists(path):  # noqa: PTH110  # the warm path
        return path
    return next((str(above) for above in Path(path).parents if above.is_file()), path)


def _relative(path: str, root: Path) -> str:
    """The path from the folder, with slashes; as it is where it lies on another drive."""
    try:
        return Path(os.path.relpath(path, root)).as_posix()
    except ValueError:
        return path


def _change(was: str, now: str) -> str:
    if now == ABSENT:
        return "has disappeared"
    return "has appeared" if was == ABSENT else "has changed"


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _installed_versions(path: Iterable[str]) -> dict[str, str]:
    """Versions by normalized name, from the names of the folders that installers leave.

    A tenth of the time of importlib.metadata, which reads each distribution's files.
    """
    found: dict[str, str] = {}
    for folder in path:
        try:
            names = os.listdir(folder)  # noqa: PTH208  # the warm path
        except OSError:
            continue
        for entry in names:
            if entry.endswith((".dist-info", ".egg-info")):
                name, _, version = entry.rpartition(".")[0].partition("-")
                found.setdefault(normalized(name), re.sub(r"-py\d.*", "", version))
    return found
