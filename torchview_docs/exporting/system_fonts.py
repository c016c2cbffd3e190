"""Fonts of the machine: which of its files has a character."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

__all__ = ["font_with"]

_SUFFIXES = frozenset({".ttf", ".otf", ".ttc"})
#: Words in a file's name: first those that are wanted, in their order, then those that are not.
_WANTED = ("notosanscjk", "notosans", "dejavusans", "sans", "")
_OTHERS = ("bold", "italic", "oblique", "black", "light", "thin", "mono", "condensed", "narrow", "serif")


def font_with(character: str) -> tuple[Path, int] | None:
    """A font file that has a character, and the number of the font in it; None where there is none."""
    for file in _files():
        for number, characters in _characters(file).items():
            if ord(character) in characters:
                return file, number
    return None


@cache
def _files() -> tuple[Path, ...]:
    """Font files, the fittest first."""
    found = {file for folder in _folders() for file in folder.rglob("*") if file.suffix.lower() in _SUFFIXES}

    def fitness(file: Path) -> tuple[int, int, str]:
        name = file.stem.lower().replace("-", "").replace(" ", "")
        first = next(place for place, word in enumerate(_WANTED) if word in name)
        return sum(word in name for word in _OTHERS), first, str(file)

    return tuple(sorted(found, key=fitness))


def _folders() -> Iterator[Path]:
    home = Path.home()
    if sys.platform == "win32":
        yield Path(os.environ.get("WINDIR", "C:/Windows"), "Fonts")
        yield Path(os.environ.get("LOCALAPPDATA", home), "Microsoft/Windows/Fonts")
    elif sys.platform == "darwin":
        yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    else:
        yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
        yield from (home / ".local/share/fonts", home / ".fonts")


@cache
def _characters(file: Path) -> dict[int, frozenset[int]]:
    """The characters of the fonts in a file; of fonts without outlines and of damaged ones, none."""
    try:
        with file.open("rb") as stream:
            count = 1
            if stream.read(4) == b"ttcf":
                stream.seek(8)
                count = int.from_bytes(stream.read(4), "big")
        return {number: _outlined(file, number) for number in range(count)}
    except (OSError, TTLibError, ValueError, AssertionError, KeyError):
        return {}


def _outlined(file: Path, number: int) -> frozenset[int]:
    with TTFont(file, fontNumber=number, lazy=True) as font:
        drawn = "glyf" in font or "CFF " in font
        return frozenset(font.getBestCmap() or ()) if drawn and "fvar" not in font else frozenset()
