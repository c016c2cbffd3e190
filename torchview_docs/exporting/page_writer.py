"""PDF: the marks of a figure on a page of its size."""

from __future__ import annotations

import html
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple
from unicodedata import normalize

from fpdf import FPDF
from fpdf.drawing import PaintedPath
from fpdf.drawing_primitives import Transform, color_from_hex_string
from fpdf.enums import StrokeCapStyle, StrokeJoinStyle
from fpdf.svg import svg_path_converter

from torchview_docs.drawing.svg import svg
from torchview_docs.drawing.theme import rules
from torchview_docs.exporting.fonts import Fonts
from torchview_docs.exporting.marks import Marks, Outline, Paint, Words, read_marks

if TYPE_CHECKING:
    from torchview_docs.drawing.drawing import Drawing

__all__ = ["Page", "write"]

#: A px in pt, and the largest page in pt: readers need not show a larger one.
_PX, _LARGEST = 0.75, 14400.0
#: What is written anew is the same: it has no date.
_NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)


class Page(NamedTuple):
    """A PDF of one page, and how many pt a px of the figure is on it."""

    pdf: bytes
    px: float


def write(
    drawing: Drawing, theme: Literal["light", "dark"], link: Callable[[str], str | None] | None = None
) -> Page:
    """The page of a figure; see `exporting.pdf`."""
    title, desc = drawing.title, drawing.description
    text = svg(drawing, prefix="tv", title=title, desc=desc, link=link, standalone=True)
    with tempfile.TemporaryDirectory() as folder:
        # More characters than are shown do no harm: only those that are shown get into the PDF.
        fonts = Fonts({*html.unescape(text), *normalize("NFC", text)}, Path(folder))
        marks = read_marks(text, rules(theme), fonts.width)
        paper = _paper(marks, fonts)
        paper.set_title(marks.title)
        paper.set_subject(marks.told)
        for mark in marks.drawn:
            if isinstance(mark, Outline):
                _draw(paper, mark, marks)
            else:
                _write(paper, mark, marks, fonts)
        for one in marks.links:
            paper.link(one.x - marks.left, one.y - marks.top, one.width, one.height, one.address)
        # A page that mixes no colours but RGB needs no group of its own; TeX warns of several on a page.
        paper.allow_images_transparency = False
        return Page(bytes(paper.output()), paper.k)


def _paper(marks: Marks, fonts: Fonts) -> FPDF:
    scale = min(_PX, _LARGEST / max(marks.width, marks.height))
    paper = FPDF(unit=scale, format=(marks.width, marks.height))
    paper.set_creator("torchview-docs")
    paper.set_creation_date(_NO_DATE)
    paper.set_margin(0)
    paper.c_margin = 0
    paper.set_auto_page_break(False)
    paper.add_page()
    for name, (file, number) in fonts.files.items():
        paper.add_font(name, fname=file, collection_font_number=number)
    return paper


def _draw(paper: FPDF, outline: Outline, marks: Marks) -> None:
    with paper.new_path() as path:
        svg_path_converter(path, outline.path)
        path.transform = Transform.translation(-marks.left, -marks.top)
        _style(path, outline.paint)


def _style(path: PaintedPath, paint: Paint) -> None:
    style = path.style
    style.auto_close = False
    style.fill_color = color_from_hex_string(paint.fill) if paint.fill else None
    style.fill_opacity = paint.fill_opacity
    style.stroke_color = color_from_hex_string(paint.stroke) if paint.stroke else None
    style.stroke_opacity = paint.stroke_opacity
    style.stroke_width = paint.stroke_width
    style.stroke_cap_style = StrokeCapStyle.ROUND if paint.round_ends else StrokeCapStyle.BUTT
    style.stroke_join_style = StrokeJoinStyle.MITER
    style.stroke_dash_pattern = paint.dashes or None


def _write(paper: FPDF, words: Words, marks: Marks, fonts: Fonts) -> None:
    x, y = words.x - marks.left, words.y - marks.top
    paper.set_text_color(words.colour)
    with paper.local_context(fill_opacity=words.opacity):
        for run in fonts.runs(words.text, words.bold):
            paper.set_font(run.font, size=words.size * paper.k)
            if run.shaped:
                x = _shape(paper, run.text, x, y)
            else:
                paper.text(x, y, run.text)
                x += fonts.width(run.text, words.size, words.bold)


def _shape(paper: FPDF, text: str, x: float, y: float) -> float:
    """Write a text whose letters are joined or read from right to left; gives where it ends."""
    paper.set_text_shaping(True)
    # The baseline of a cell that is as high as its font is at 0.5 + 0.3 of its height.
    paper.set_xy(x, y - 0.8 * paper.font_size)
    paper.cell(w=paper.get_string_width(text), h=paper.font_size, text=text)
    paper.set_text_shaping(False)
    return paper.x
