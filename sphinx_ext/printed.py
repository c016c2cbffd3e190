"""Figures in LaTeX: a PDF for each, beside the document.

It needs the extra `export`; without it, and where a figure cannot be exported, `plain` describes
the figure in a sentence and a table, as in other builders without SVG.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util import logging

from torchview_docs.drawing.callouts import circled
from torchview_docs.exporting import pdf
from torchview_docs.files import write_atomically
from torchview_docs.sphinx_ext.resolving import WARNING_TYPE

if TYPE_CHECKING:
    from torchview_docs.drawing.drawing import Drawing
    from torchview_docs.sphinx_ext.nodes import torchview_figure
    from torchview_docs.sphinx_ext.shown import Drawn

__all__ = ["Pictures", "fills_a_page", "spell_numbers"]

logger = logging.getLogger(__name__)

#: How the names of the PDFs begin.
_PREFIX = "torchview-"
_SPELT = str.maketrans({circled(number): f"({number})" for number in range(1, 51)})
#: A px in pt, and what is surely narrower than text and lower than a page with a caption.
_PX, _WIDEST, _HIGHEST = 0.75, 430, 560


def spell_numbers(figure: nodes.Element) -> None:
    """Write call-outs in a figure's caption as `(1)`: LaTeX's fonts have no ①."""
    for caption in figure.findall(nodes.caption):
        for text in list(caption.findall(nodes.Text)):
            text.parent.replace(text, nodes.Text(str(text).translate(_SPELT)))


def fills_a_page(drawing: Drawing) -> bool:
    """Whether a figure that is as wide as text at most leaves no room for its caption.

    Sphinx makes a wider image as wide as the text, a higher one as high as the page.
    """
    width, height = _PX * drawing.width, _PX * drawing.height
    return height * min(1.0, _WIDEST / width) > _HIGHEST


class Pictures:
    """The PDFs of the build that runs."""

    def __init__(self) -> None:
        self._written: set[str] = set()

    def printed(self, node: torchview_figure, shown: Drawn, folder: Path) -> nodes.image | None:
        """The image of a figure; None, and a warning, where a fault of ours forbids it.

        Args:
            node: The figure's node, for where it is.
            shown: The figure.
            folder: Where LaTeX looks for images.
        """
        try:
            # Its notes are a list below the figure, in the document's own type.
            drawing = shown.figure.drawing._replace(remarks=())
            content = pdf(drawing)
        except Exception as error:
            logger.debug("torchview: %s", shown.spec.model, exc_info=True)
            logger.warning(
                "torchview: %s: a table stands for the figure, which could not be exported: %s: %s",
                shown.spec.model,
                type(error).__name__,
                error,
                type=WARNING_TYPE,
                subtype="internal",
                location=node,
            )
            return None
        # Equal figures are one file, and what LaTeX's tools have seen under a name stays so.
        name = f"{_PREFIX}{hashlib.sha256(content).hexdigest()[:16]}.pdf"
        write_atomically(folder / name, content)
        self._written.add(name)
        image = nodes.image("", uri=name, candidates={"*": name}, alt=shown.description())
        if shown.spec.width is not None:
            image["width"] = shown.spec.width
        elif fills_a_page(drawing):
            image["height"] = f"{_HIGHEST}pt"
        return image

    def tidy(self, folder: Path) -> None:
        """Remove what earlier builds have written and this one has not."""
        for file in folder.glob(f"{_PREFIX}*.pdf"):
            if file.name not in self._written:
                file.unlink()
        self._written.clear()
