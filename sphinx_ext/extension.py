"""Puts the parts together; one `Figures` per application, no globals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchview_docs import __version__
from torchview_docs.sphinx_ext.assets import setup_assets
from torchview_docs.sphinx_ext.collecting import ENV_VERSION, setup_collecting
from torchview_docs.sphinx_ext.config import setup_config
from torchview_docs.sphinx_ext.directive import setup_directive
from torchview_docs.sphinx_ext.epub import setup_epub
from torchview_docs.sphinx_ext.placing import setup_placing
from torchview_docs.sphinx_ext.plain import setup_plain
from torchview_docs.sphinx_ext.resolving import Figures, setup_resolving
from torchview_docs.sphinx_ext.visitors import setup_visitors

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["setup_extension"]


def setup_extension(app: Sphinx) -> ExtensionMetadata:
    """Register every part of the extension."""
    figures = Figures()
    setup_config(app)
    setup_directive(app)
    setup_collecting(app)
    setup_resolving(app, figures)
    setup_placing(app, figures)
    setup_visitors(app, figures)
    setup_plain(app, figures)
    setup_assets(app)
    setup_epub(app, figures)
    return {
        "version": __version__,
        "env_version": ENV_VERSION,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
