"""Figures as PDF and PNG, without a browser and without anything from the system.

What is drawn is read from the figure's own SVG and stylesheet, so a PDF cannot look otherwise than
the page: `marks` reads it, `styles` knows what the stylesheet says of an element, `fonts` what its
texts are set in, `page_writer` writes a PDF, and `photographs` makes a PNG of it.

Needs the extra `export` (see pyproject.toml); without it, `ExportError` says so.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Literal, TypeAlias

from torchview_docs.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable

    from torchview_docs.drawing.drawing import Drawing
    from torchview_docs.exporting.page_writer import Page

__all__ = ["Theme", "can_export", "pdf", "png"]

Theme: TypeAlias = Literal["light", "dark"]

#: What the extra `export` installs.
_LIBRARIES = ("fpdf", "cssselect2", "uharfbuzz", "fontpkg_arimo", "pypdfium2")


def can_export() -> bool:
    """Whether what is needed is installed."""
    return not _missing()


def _missing() -> list[str]:
    return [name for name in _LIBRARIES if importlib.util.find_spec(name) is None]


def pdf(
    drawing: Drawing,
    *,
    theme: Theme = "light",
    link: Callable[[str], str | None] | None = None,
) -> bytes:
    """A figure as a PDF of one page: lines stay lines, text stays text, its fonts are in it.

    Equal drawings give equal bytes.

    Args:
        drawing: The figure. A px is 3/4 pt, so that it is as large as in a browser.
        theme: Its colours.
        link: Gives the address that a class or function links to.

    Raises:
        ExportError: The extra `export` is not installed.
    """
    return _write(drawing, theme, link).pdf


def png(drawing: Drawing, *, theme: Theme = "light", scale: float = 2.0) -> bytes:
    """A figure as a picture.

    Args:
        drawing: The figure.
        theme: Its colours.
        scale: Pixels of the picture for each px of the figure.

    Raises:
        ExportError: The extra `export` is not installed.
    """
    page = _write(drawing, theme, None)
    from torchview_docs.exporting.photographs import photograph

    return photograph(page, scale)


def _write(drawing: Drawing, theme: Theme, link: Callable[[str], str | None] | None) -> Page:
    if missing := _missing():
        raise ExportError(missing)
    from torchview_docs.exporting.page_writer import write

    return write(drawing, theme, link)
