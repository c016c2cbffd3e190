"""Settings: what a project says once, for all of its figures.

They come from conf.py (`torchview_<name>`), mkdocs.yml (plugin options) or the table
`[tool.torchview-docs]` of pyproject.toml beside or above the host's configuration file, together
with defaults for the options of figures.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torchview_docs import options as kinds
from torchview_docs.errors import OptionError
from torchview_docs.options import Option, option, options_of, read_options
from torchview_docs.spec import OPTIONS

__all__ = ["SETTINGS", "Project", "Settings"]

_CONFIG = "config cli"


@dataclass(frozen=True)
class Settings:
    """How a project's figures are built. Each field is an option, as in `FigureSpec`."""

    cache: str = option(
        ".torchview_cache",
        kinds.text,
        "project",
        "Folder of the cache, relative to the configuration file.",
        hosts=_CONFIG,
    )
    paths: tuple[str, ...] = option(
        (),
        kinds.paths,
        "project",
        "Folders where the models' packages are looked for, relative to the configuration file, "
        "before the installed ones; needed where the package is not installed.",
        hosts=_CONFIG,
        example="src",
    )
    timeout: float = option(
        120.0, kinds.positive, "project", "Seconds that one figure may take to trace.", hosts=_CONFIG
    )
    memory: float = option(
        4096.0,
        kinds.positive,
        "project",
        "Megabytes that tracing one figure may use beyond the imported libraries.",
        hosts=_CONFIG,
    )
    workers: int = option(
        2, kinds.natural, "project", "How many processes trace at once, at most.", hosts=_CONFIG
    )


#: The options of a project, by name.
SETTINGS: Mapping[str, Option] = options_of(Settings)


@dataclass(frozen=True)
class Project:
    """Where a project is, its settings, and its defaults for the options of figures.

    Attributes:
        root: Folder of the host's configuration file; relative paths start there.
        settings: See `Settings`.
        defaults: Values of figure options by field name, for `FigureSpec.read`.
    """

    root: Path
    settings: Settings
    defaults: Mapping[str, Any]

    @classmethod
    def read(cls, root: Path, given: Mapping[str, object] | None = None) -> Project:
        """The project whose configuration file is in `root`.

        Args:
            root: The folder.
            given: What the host's configuration says: settings and figure options by name, without
                prefix. They win over pyproject.toml, which is looked for in `root` and above it.

        Raises:
            OptionError: An unknown name or a wrong value, and where it is written.
        """
        root = root.resolve()
        settings, defaults = Settings(), dict[str, Any]()
        for source in (_pyproject(root), _Source(root, given or {})):
            mine = {k: v for k, v in source.values.items() if _name(k) in SETTINGS}
            rest = {k: v for k, v in source.values.items() if _name(k) not in SETTINGS}
            try:
                read = read_options(SETTINGS, mine, "config")
                defaults |= read_options(OPTIONS, rest, "config", also=SETTINGS)
            except OptionError as error:
                raise OptionError(f"{source.file}: {error}" if source.file else str(error)) from error
            for folders in ("paths", "cache"):
                if folders in read:
                    read[folders] = _anchored(read[folders], source.folder)
            settings = replace(settings, **read)
        return cls(root, settings, defaults)

    def with_paths(self, *folders: str) -> Project:
        """The same with these folders searched first."""
        paths = (*folders, *(path for path in self.paths if path not in folders))
        return replace(self, settings=replace(self.settings, paths=paths))

    @property
    def cache_folder(self) -> Path:
        """Where the cache is."""
        return self.root / self.settings.cache

    @property
    def paths(self) -> tuple[str, ...]:
        """`Settings.paths`, absolute."""
        return tuple(str(self.root / path) for path in self.settings.paths)


@dataclass(frozen=True)
class _Source:
    """What one place says, and the folder that its paths start from; `file` only of pyproject.toml."""

    folder: Path
    values: Mapping[str, object]
    file: Path | None = None


def _name(written: str) -> str:
    return written.strip().replace("_", "-").lower()


def _anchored(value: Any, folder: Path) -> Any:
    if isinstance(value, tuple):
        return tuple(str(folder / part) for part in value)
    return str(folder / value)


def _pyproject(root: Path) -> _Source:
    """Our table in the nearest pyproject.toml, in the folder or above it; empty where there is none."""
    file = next((f for folder in (root, *root.parents) if (f := folder / "pyproject.toml").is_file()), None)
    if file is None:
        return _Source(root, {})
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise OptionError(f"{file} cannot be read: {error}") from error
    tools = data.get("tool", {})
    table = tools.get("torchview-docs", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise OptionError(f"{file}: `tool.torchview-docs` must be a table")
    return _Source(file.parent, table, file)
