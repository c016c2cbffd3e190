"""The style sheet, as a file of the site."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

from torchview_docs.drawing.theme import stylesheet

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

__all__ = ["add_style_sheet", "link_style_sheet"]


def _path() -> str:
    """Named by its content: after an update no browser shows new figures in an old style."""
    return f"assets/torchview.{hashlib.sha256(stylesheet().encode()).hexdigest()[:8]}.css"


def link_style_sheet(config: MkDocsConfig) -> None:
    """Link it from every page, before the site's own, which may say otherwise."""
    config.extra_css.insert(0, _path())


def add_style_sheet(config: MkDocsConfig, files: Files) -> None:
    """Add it to the files of the site."""
    files.append(File.generated(config, _path(), content=stylesheet()))
