"""Fonts: Arimo, whose widths are Arial's, and for what it lacks the fonts of the machine.

Arimo has Latin, Greek, Cyrillic and Hebrew letters, arrows and signs, and comes as a wheel: what
it can write looks alike on every machine. Any other character is set in the first font of the
machine that has it. Where none has, a box stands for it, as in a browser, under which the text can
still be found and copied.
"""

from __future__ import annotations

import copy
import io
import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from fontTools.varLib import instancer
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

from torchview_docs.exporting.system_fonts import font_with

__all__ = ["Fonts", "Run"]

_LEFTWARDS = frozenset({"R", "AL", "AN"})
#: Categories of what says how its neighbours are set, and of what belongs to the letter before it.
_UNSEEN = frozenset({"Cf", "Cc", "Cs"})
_WITH_THE_LAST = _UNSEEN | {"Mn", "Me"}
_WEIGHTS = {False: 400, True: 700}


class Run(NamedTuple):
    """A stretch of text in one font, by its name in `Fonts.files`.

    `shaped` says that its letters depend on their neighbours, or are read from right to left.
    """

    font: str
    text: str
    shaped: bool = False


class Fonts:
    """The fonts for some texts.

    Args:
        characters: All characters of these texts.
        folder: Where their files are written.

    Attributes:
        files: Files by the names that runs have, and the number of the font in each.
    """

    def __init__(self, characters: AbstractSet[str], folder: Path) -> None:
        self.files: dict[str, tuple[Path, int]] = {}
        self._others: dict[str, str] = {}
        self._widths: dict[str, Mapping[str, float]] = {}
        wanted = {*characters, " "}
        with TTFont(io.BytesIO(_arimo()), lazy=True) as whole:
            known = whole.getBestCmap()
            foreign = sorted(
                c for c in wanted if ord(c) not in known and unicodedata.category(c) not in _UNSEEN
            )
        boxes = [character for character in foreign if not self._find(character)]
        for bold, weight in _WEIGHTS.items():
            name = _name(bold=bold)
            font = _cut(wanted, boxes, weight)
            font.save(folder / f"{name}.ttf")
            self.files[name] = folder / f"{name}.ttf", 0
            self._widths[name] = _widths(font)

    def width(self, text: str, size: float, bold: bool) -> float:
        """How wide a text is, in the unit of `size`."""
        return sum(self._widths[font][c] for c, font in self._fonts(text, bold)) * size

    def runs(self, text: str, bold: bool) -> Iterator[Run]:
        """A text in stretches of one font, from left to right."""
        name = _name(bold=bold)
        for part, leftwards in _directed(text):
            found = [
                Run(font, "".join(character for character, _ in run), leftwards or font != name)
                for font, run in groupby(self._fonts(part, bold), lambda pair: pair[1])
            ]
            yield from reversed(found) if leftwards else found

    def _fonts(self, text: str, bold: bool) -> Iterator[tuple[str, str]]:
        """The characters of a text that are set, and the font of each."""
        name = last = _name(bold=bold)
        for character in text:
            belongs = last != name and character in self._widths[last]
            if not (belongs and unicodedata.category(character) in _WITH_THE_LAST):
                if unicodedata.category(character) in _UNSEEN:
                    continue
                last = self._others.get(character, name)
            if character in self._widths[last]:
                yield character, last

    def _find(self, character: str) -> bool:
        """Take a font of the machine that has a character; whether there is one."""
        found = font_with(character)
        if found is None:
            return False
        file, number = found
        name = f"{file.stem} {number}"
        if name not in self.files:
            self.files[name] = found
            with TTFont(file, fontNumber=number, lazy=True) as font:
                self._widths[name] = _widths(font)
        self._others[character] = name
        return True


def _name(*, bold: bool) -> str:
    return "Arimo Bold" if bold else "Arimo"


def _arimo() -> bytes:
    return files("fontpkg_arimo").joinpath("files", "Arimo[wght].ttf").read_bytes()


def _cut(wanted: set[str], boxes: list[str], weight: int) -> TTFont:
    """Arimo of one weight with no other characters than these; those of `boxes` look like boxes."""
    font = TTFont(io.BytesIO(_arimo()), recalcTimestamp=False)
    subsetter = Subsetter(Options(notdef_outline=True, layout_features=[], name_IDs=["*"], glyph_names=True))
    subsetter.populate(unicodes=[ord(character) for character in wanted])
    subsetter.subset(font)
    instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
    name = _name(bold=weight > 400)
    # Family, style, full name, PostScript's name: a variable font says none of them for one weight.
    for number, text in ((1, "Arimo"), (2, name[6:] or "Regular"), (4, name), (6, name.replace(" ", "-"))):
        font["name"].setName(text, number, 3, 1, 0x409)
    _add_boxes(font, boxes)
    return font


def _add_boxes(font: TTFont, characters: list[str]) -> None:
    """Give characters that a font does not have the outline that stands for what is missing."""
    # Not accents, which have no width. The glyph is a copy: a character that leads to the first glyph
    # counts as one that is not there.
    seen = [c for c in characters if unicodedata.category(c) not in _WITH_THE_LAST]
    font.setGlyphOrder([*font.getGlyphOrder(), "box"])
    font["glyf"]["box"] = copy.deepcopy(font["glyf"][".notdef"])
    font["hmtx"]["box"] = font["hmtx"][".notdef"]
    table = CmapSubtable.newSubtable(12)
    table.platformID, table.platEncID, table.language = 3, 10, 0
    table.cmap = {**dict.fromkeys(map(ord, seen), "box"), **font.getBestCmap()}
    font["cmap"].tables = [table]


def _widths(font: TTFont) -> dict[str, float]:
    advances, em = font["hmtx"], font["head"].unitsPerEm
    return {chr(code): advances[glyph][0] / em for code, glyph in font.getBestCmap().items()}


def _directed(text: str) -> Iterator[tuple[str, bool]]:
    """A text in stretches of one direction, from left to right, and whether each is read leftwards."""
    if all(unicodedata.bidirectional(character) not in _LEFTWARDS for character in text):
        yield text, False
        return
    paragraph = BidiParagraph(text, TextDirection.LTR, preserve_bn_chars=True)
    for part, direction in paragraph.get_bidi_fragments():
        yield part, direction == TextDirection.RTL
