"""PNG: a photograph of a page."""

from __future__ import annotations

import io

import pypdfium2

from torchview_docs.exporting.page_writer import Page

__all__ = ["photograph"]


def photograph(written: Page, scale: float) -> bytes:
    """A page as a PNG.

    Args:
        written: The page.
        scale: Pixels for each px of the figure.
    """
    document = pypdfium2.PdfDocument(written.pdf)
    page = document[0]
    try:
        picture = page.render(scale=scale / written.px).to_pil()
    finally:
        page.close()
        document.close()
    out = io.BytesIO()
    picture.save(out, "png", optimize=True)
    return out.getvalue()
