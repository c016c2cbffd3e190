"""PDFs of figures, read by another library than the one that writes them."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from exported import FIGURES, WORDS, figure
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from strategies import graphs

from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.drawing import Drawing, PlacedCard
from torchview_docs.drawing.metrics import text_width
from torchview_docs.drawing.scene import Card, Row
from torchview_docs.drawing.svg import svg
from torchview_docs.drawing.theme import rules
from torchview_docs.exporting import pdf
from torchview_docs.exporting.marks import Words, read_marks
from torchview_docs.spec import FigureSpec
from torchview_docs.views import view


@cache
def written(name: str) -> bytes:
    return pdf(figure(name))


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def letters(text: str) -> str:
    """The letters of a text without their order, in which libraries differ, and without space."""
    return "".join(sorted("".join(unicodedata.normalize("NFC", text).split())))


def shown_texts(drawing: Drawing) -> list[str]:
    """The texts of a figure, from its SVG."""
    root = ET.fromstring(svg(drawing, prefix="f", title="", desc="", standalone=True))
    return ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]


def fonts(reader: PdfReader) -> list[DictionaryObject]:
    found = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    return [font.get_object() for font in found.values()]


@pytest.mark.parametrize("name", FIGURES)
def test_every_text_of_the_figure_can_be_read_in_it_and_no_other(name: str) -> None:
    texts = shown_texts(figure(name))
    assert len(texts) > 8
    assert letters(read(written(name)).pages[0].extract_text()) == letters("".join(texts))


@pytest.mark.parametrize("word", [word for word in WORDS if word != "שלום"])
def test_a_name_can_be_searched_for(word: str) -> None:
    text = unicodedata.normalize("NFC", read(written("words plain")).pages[0].extract_text())
    assert unicodedata.normalize("NFC", word) in text


@pytest.mark.parametrize("name", FIGURES)
def test_every_font_is_in_it(name: str) -> None:
    found = fonts(read(written(name)))
    assert found
    for font in found:
        [inner] = font["/DescendantFonts"]  # type: ignore[misc]
        descriptor = inner.get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & {*descriptor}, font["/BaseFont"]
        assert "/ToUnicode" in font


def test_it_is_vectors_on_one_page_as_large_as_the_figure() -> None:
    drawing = figure("net plain")
    [page] = read(written("net plain")).pages
    size = re.search(r'width="(\d+)" height="(\d+)"', svg(drawing, prefix="f", title="", desc=""))
    assert size
    expected = [0.75 * int(number) for number in size.groups()]
    assert [float(side) for side in page.mediabox[2:]] == pytest.approx(expected)
    assert not page.images
    assert len(written("net plain")) < 30_000


def test_it_says_what_it_shows() -> None:
    said = read(written("net plain")).metadata
    assert said is not None
    assert (said.title, said.subject) == ("Net", "A net of three blocks.")


def test_a_class_links_to_its_page_where_its_card_is() -> None:
    def link(name: str) -> str | None:
        return f"https://example.org/{name}" if name.startswith("torch") else None

    drawing = figure("net plain")
    page = read(pdf(drawing, link=link)).pages[0]
    links = [annotation.get_object() for annotation in page["/Annots"]]  # type: ignore[attr-defined]
    rows = [row for placed in drawing.cards for row in placed.card.rows if link(row.type)]
    found = sorted(one["/A"]["/URI"] for one in links)
    assert found == sorted(f"https://example.org/{row.type}" for row in rows)
    [pool] = [one for one in links if one["/A"]["/URI"].endswith("MaxPool2d")]
    [card] = [c for c in drawing.cards if c.card.rows[0].type.endswith("MaxPool2d")]
    height = float(page.mediabox[3])
    left, bottom, right, top = (float(side) / 0.75 for side in pool["/Rect"])
    assert left == pytest.approx(card.x, abs=1)
    assert right - left == pytest.approx(card.width, abs=1)
    assert height / 0.75 - top == pytest.approx(card.y, abs=1)
    assert top - bottom == pytest.approx(card.height, abs=1)


def test_light_and_dark_differ_in_nothing_but_colours() -> None:
    light, dark = (
        read(pdf(figure("net told"), theme=theme)).pages[0].get_contents().get_data().decode("latin-1")  # type: ignore[union-attr]
        for theme in ("light", "dark")
    )
    assert light != dark
    # fill and stroke colours, and references to how opaque they are
    colours = re.compile(r"[\d.]+ (?:[\d.]+ [\d.]+ )?(?:rg|RG|g|G)\b")
    assert colours.sub("", light) == colours.sub("", dark)


def test_a_character_that_no_font_has_is_a_box_that_can_be_searched_for() -> None:
    word = "\U0001f9ff Netz \U00012345"  # an emoji and a cuneiform sign
    card = Card("a", "card", (Row("op", word),), 200.0, 34.0)
    content = pdf(Drawing(200.0, 34.0, (), (PlacedCard(card, 0.0, 0.0, 200.0, 34.0),), (), ()))
    assert word in read(content).pages[0].extract_text()


@pytest.mark.parametrize(
    "bad", ["a\x00b", "a\ud800b", "\u202eabc", "W" * 300, "", "\N{COMBINING LONG SOLIDUS OVERLAY}"]
)
def test_whatever_a_class_is_called_it_is_drawn(bad: str) -> None:
    card = Card("a", "card", (Row("op", bad, bad),), 200.0, 34.0)
    drawing = Drawing(200.0, 34.0, (), (PlacedCard(card, 0.0, 0.0, 200.0, 34.0),), (), (), title=bad)
    assert len(read(pdf(drawing)).pages) == 1


def test_a_figure_higher_than_any_page_is_made_smaller() -> None:
    cards = tuple(
        PlacedCard(Card(str(k), "card", (Row("op", "add"),), 90.0, 34.0), 0.0, k * 25_000.0, 90.0, 34.0)
        for k in range(2)
    )
    [page] = read(pdf(Drawing(90.0, 25_034.0, (), cards, (), ()))).pages
    assert float(page.mediabox[3]) == pytest.approx(14_400)


def test_equal_drawings_give_equal_bytes_in_every_process() -> None:
    code = (
        "import hashlib; from exported import figure; from torchview_docs.exporting import pdf, png\n"
        "for name in ('net told', 'words plain'):\n"
        "    print(hashlib.sha256(pdf(figure(name)) + png(figure(name), scale=1)).hexdigest())"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            cwd=Path(__file__).parent, check=True, capture_output=True, text=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]  # fmt: skip
    assert outputs[0] == outputs[1]
    assert len(outputs[0].split()) == 2


@given(graph=graphs(), direction=st.sampled_from(["TB", "LR"]), dark=st.booleans())
def test_every_element_of_any_figure_is_understood(graph: object, direction: str, dark: bool) -> None:
    spec = FigureSpec("pkg.Net", direction=direction, legend=True, shade="params")
    drawing, _ = draw(graph, view(graph, spec), spec)  # type: ignore[arg-type]
    written = svg(drawing, prefix="f", title="", desc="", standalone=True)
    marks = read_marks(written, rules("dark" if dark else "light"), text_width)
    words = [mark for mark in marks.drawn if isinstance(mark, Words)]
    assert letters("".join(mark.text for mark in words)) == letters("".join(shown_texts(drawing)))
    for before, after in pairwise(words):
        if before.y == after.y and before.x < after.x and before.size == after.size:
            assert before.x + text_width(before.text, before.size, before.bold) <= after.x + 4
