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
        for source, values in (_pyproject(root), (root, dict(given or {}))):
            mine = {k: v for k, v in values.items() if _name(k) in SETTINGS}
            rest = {k: v for k, v in values.items() if _name(k) not in SETTINGS}
            read = read_options(SETTINGS, mine, "config")
            for folders in ("paths", "cache"):
                if folders in read:
                    read[folders] = _anchored(read[folders], source)
            settings = replace(settings, **read)
            defaults |= read_options(OPTIONS, rest, "config", also=SETTINGS)
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


def _name(written: str) -> str:
    return written.strip().replace("_", "-").lower()


def _anchored(value: Any, source: Path) -> Any:
    if isinstance(value, tuple):
        return tuple(str(source / part) for part in value)
    return str(source / value)


def _pyproject(root: Path) -> tuple[Path, dict[str, object]]:
    """The folder and the table of the nearest pyproject.toml that has one."""
    for folder in (root, *root.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            try:
                data = tomllib.loads(file.read_text("utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise OptionError(f"{file} cannot be read: {error}") from error
            table = data.get("tool", {}).get("torchview-docs")
            if table is not None:
                return folder, dict(table)
            return folder, {}
    return root, {}
