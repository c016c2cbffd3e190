"""What mkdocs.yml says under the plugin's name: every option of a project and of its figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.config.base import BaseConfigOption, ValidationError
from mkdocs.exceptions import ConfigurationError

from torchview_docs.errors import OptionError
from torchview_docs.options import Option, nearest
from torchview_docs.settings import SETTINGS, Project
from torchview_docs.spec import OPTIONS

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

__all__ = ["SCHEME", "read_project", "unify"]

_TABLE: Mapping[str, Option] = {
    name: option for name, option in {**SETTINGS, **OPTIONS}.items() if "config" in option.hosts
}


class _TableOption(BaseConfigOption[Any]):
    """An option of the table; the value stays as it is written, None where it is not."""

    def __init__(self, option: Option) -> None:
        super().__init__()
        self.option = option

    def run_validation(self, value: object) -> object:
        if value is not None:
            try:
                self.option.read(value)
            except OptionError as error:
                raise ValidationError(str(error)) from error
        return value


#: For MkDocs. Absent means that mkdocs.yml is silent, and pyproject.toml may speak.
SCHEME = tuple((name, _TableOption(option)) for name, option in _TABLE.items())


def unify(options: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, Exception]]]:
    """The options by the names of the table, and what is wrong with the names.

    MkDocs only warns of a name that it does not know; a misspelt one is surely an error.
    """
    known: dict[str, Any] = {}
    wrong: list[tuple[str, Exception]] = []
    for written, value in options.items():
        name = str(written).replace("_", "-").lower()
        if name in _TABLE:
            known[name] = value
        elif name in OPTIONS:
            wrong.append((written, ValidationError("this option can only be set per figure, in a page")))
        else:
            hint = nearest(name, _TABLE) or "; known are " + ", ".join(sorted(_TABLE))
            wrong.append((written, ValidationError(f"unknown option{hint}")))
    return known, wrong


def read_project(config: MkDocsConfig, given: Mapping[str, Any]) -> Project:
    """The project in the folder of mkdocs.yml, with what it and pyproject.toml say.

    Raises:
        ConfigurationError: A wrong name or value in pyproject.toml.
    """
    folder = Path(config.config_file_path).parent if config.config_file_path else Path(config.docs_dir).parent
    try:
        return Project.read(folder, {name: value for name, value in given.items() if value is not None})
    except OptionError as error:
        raise ConfigurationError(f"torchview: {error}") from error
