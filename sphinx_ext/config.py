"""What conf.py says: ``torchview_<name>`` for every option of a project and of its figures.

A wrong value stops the build: a whole site drawn with half of its configuration would not be what
the author asked for. The values do not make Sphinx read or write pages again (`rebuild=""`):
`resolving` compares what comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sphinx.errors import ConfigError

from torchview_docs.errors import OptionError
from torchview_docs.options import Option, nearest
from torchview_docs.settings import SETTINGS, Project
from torchview_docs.spec import OPTIONS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

__all__ = ["VALUES", "read_project", "setup_config"]

PREFIX = "torchview_"

#: MyST's setting for languages of code blocks that are directives.
_MYST_FENCES = "myst_fence_as_directive"

#: The options that conf.py can set, by the name that they have there.
VALUES: Mapping[str, Option] = {
    PREFIX + option.field: option
    for option in (*SETTINGS.values(), *OPTIONS.values())
    if "config" in option.hosts
}


def read_project(config: Config, folder: Path) -> Project:
    """The project as conf.py in `folder`, and pyproject.toml in or above it, describe it.

    Raises:
        ConfigError: An unknown name or a wrong value.
    """
    given: dict[str, Any] = {}
    for name, option in VALUES.items():
        if (value := config[name]) is not None:
            try:
                option.read(value)
            except OptionError as error:
                raise ConfigError(f"{name} in conf.py: {error}") from error
            given[option.name] = value
    try:
        return Project.read(folder, given)
    except OptionError as error:
        raise ConfigError(f"torchview-docs: {error}") from error


def check_names(app: Sphinx, config: Config) -> None:
    """Check that conf.py has no misspelt name and no wrong value.

    Sphinx takes any name in conf.py for a variable of the author's own; those that start with our
    prefix can only be meant for us.
    """
    # No public attribute of Config tells which names conf.py has.
    written: Mapping[str, object] = getattr(config, "_raw_config", {})
    for name, value in written.items():
        # `import torchview_docs` in conf.py is no setting.
        if name.startswith(PREFIX) and name not in config and not isinstance(value, ModuleType):
            if name.removeprefix(PREFIX) in {option.field for option in OPTIONS.values()}:
                raise ConfigError(f"{name} in conf.py: this option can only be set per figure, in a page")
            known = ", ".join(sorted(VALUES))
            raise ConfigError(f"unknown {name} in conf.py{nearest(name, VALUES) or '; known are ' + known}")
    read_project(config, Path(app.confdir))


def join_myst(app: Sphinx, config: Config) -> None:  # noqa: ARG001  # Sphinx's signature
    """Have MyST take fences, ```` ```torchview ```` as MkDocs has it, for our directives."""
    if _MYST_FENCES in config:
        config[_MYST_FENCES] = {*config[_MYST_FENCES], "torchview", "torchview-diff"}


def setup_config(app: Sphinx) -> None:
    """Register the configuration values."""
    for name, option in VALUES.items():
        # None, and not the option's default, means that conf.py is silent: pyproject.toml may speak.
        app.add_config_value(name, None, "", description=option.help)
    # Late: other extensions may register values of their own with this prefix.
    app.connect("config-inited", check_names, priority=900)
    app.connect("config-inited", join_myst)
