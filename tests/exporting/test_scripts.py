"""Names in scripts that are written from right to left, or whose letters are joined."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from torchview_docs.drawing.drawing import Drawing, PlacedCard
from torchview_docs.drawing.scene import Card, Row
from torchview_docs.exporting import pdf, png
from torchview_docs.exporting.system_fonts import font_with

ARABIC, HEBREW = "مرحبا", "שלום"


def drawing(word: str) -> Drawing:
    """A card that is called this, and no more."""
    card = Card("a", "card", (Row("op", word),), 200.0, 34.0)
    return Drawing(200.0, 34.0, (), (PlacedCard(card, 0.0, 0.0, 200.0, 34.0),), (), ())


def text(content: bytes) -> str:
    """What a reader copies: PDFium puts letters into the order in which they are read."""
    document = pypdfium2.PdfDocument(content)
    page = document[0]
    words = page.get_textpage()
    found = str(words.get_text_range())
    for part in (words, page, document):
        part.close()
    return found


def strokes(word: str) -> int:
    """How many pieces of ink the word is."""
    picture = Image.open(io.BytesIO(png(drawing(word), scale=8))).convert("L")
    inside = picture.crop((80, 24, 1500, 250)).point(lambda level: 0 if level < 128 else 255)
    count = 0
    while (box := inside.point(lambda level: 255 - level).getbbox()) is not None:
        column = next(y for y in range(box[1], box[3]) if inside.getpixel((box[0], y)) == 0)
        ImageDraw.floodfill(inside, (box[0], column), 255)
        count += 1
    return count


@pytest.fixture(autouse=True, scope="module")
def _arabic() -> None:
    if font_with(ARABIC[0]) is None:
        pytest.fail("no font with Arabic letters: `make system`, or sudo apt-get install fonts-dejavu-core")


@pytest.mark.slow
def test_arabic_letters_are_joined() -> None:
    # Meem and reh, then hah, beh and alef, and the dot of beh.
    assert strokes(ARABIC) == 3
    # Nothing joins what is not to be joined.
    assert strokes("\u200c".join(ARABIC)) == 6


@pytest.mark.slow
@pytest.mark.parametrize("word", [ARABIC, HEBREW, f"Net {HEBREW}"])
def test_a_name_is_copied_as_it_is_read(word: str) -> None:
    assert word in text(pdf(drawing(word)))


@pytest.mark.slow
def test_hebrew_is_seen_from_right_to_left() -> None:
    # The browser's order: the first letter, shin, has its three arms at the right end.
    picture = Image.open(io.BytesIO(png(drawing("\u05e9\u05d5\u05d5\u05d5"), scale=4))).convert("L")
    ink = picture.crop((40, 20, 500, 120)).point(lambda level: 255 if level < 128 else 0)
    left, _, right, _ = ink.getbbox() or (0, 0, 0, 0)
    middle = (left + right) // 2
    columns = [x for x in range(left, right) if ink.crop((x, 0, x + 1, 100)).getbbox()]
    # Shin is broad, vav is narrow.
    assert sum(x >= middle for x in columns) > sum(x < middle for x in columns)
