"""Figures in Markdown: the Python-Markdown extension `torchview`.

    fence in the text ─► Fence ─► Request ─► mark in the HTML ─► figure in its place

`fences` finds them, `requests` reads them, `extension` leaves the marks; `session` fills each page
at once, or a host's plugin fills all of them in one batch.
"""

from __future__ import annotations

from typing import Any

from torchview_docs.markdown.extension import TorchviewExtension

__all__ = ["TorchviewExtension", "makeExtension"]


def makeExtension(**options: Any) -> TorchviewExtension:  # noqa: N802  # Python-Markdown's name
    """The extension, for `markdown_extensions` that name this module."""
    return TorchviewExtension(**options)
