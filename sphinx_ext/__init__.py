"""The Sphinx extension: ``extensions = ["torchview_docs.sphinx_ext"]``.

The way of a figure: `directive` leaves a node (`nodes`) with what the author wrote; `collecting`
notes it in the environment; `resolving` looks all figures of the project up in one batch and says
which pages must be written again (`pages`); `visitors` write the SVG, `plain` a description and a
table of layers for builders that have no SVG, `printed` a PDF for LaTeX; `assets`
adds the style sheet to pages with figures.

Nothing here is global: `extension` makes one `Figures` for an application and hands it on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchview_docs.sphinx_ext.extension import setup_extension

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["setup"]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension with Sphinx."""
    return setup_extension(app)
