"""How wide text is in Helvetica, Arial or Liberation Sans, without a font on the machine.

The three have the same advance widths; the tables below hold them in 1/2048 em, as Arial's own
`hmtx` table does, where a width that none of ASCII's characters has is rounded up to the next that
one has. Only × has more than its width: in DejaVu Sans, which stands in for the three on many Linux
machines and is made to fit by the stylesheet's font-size-adjust, it is a quarter wider, and shapes
are full of it. An accented letter that is not listed is as wide as its base letter. Every other
character gets a width that fonts seldom exceed (see `_other`), so that a box measured here holds its text.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["CONFIG_SIZE", "FRAME_SIZE", "LABEL_SIZE", "TITLE_SIZE", "text_width"]

#: Sizes of the figure's texts in px; drawing/figure.css must say the same.
TITLE_SIZE = 13
CONFIG_SIZE = 11
FRAME_SIZE = 11
LABEL_SIZE = 10

_UNITS = 2048

# One line per width: the width, then the characters that have it.
_REGULAR = r"""
391 '′⁄∕
455 ijlłſιіј‘’‚
532 |¦
569 !,./:;I[\]ft·ìíîïĩīĭıŧΙІї∙∫
682 ()-`r¡¨²³´¸¹ľ΄‐‑“”„‹›‾
684 {}ŀ
727 "•″
797 *ªºťΊг
961 ^°ĳεζξτзктґ
1024 JcksvxyzĸγκλνςЈсухѕҐ↑↓↕∂◊
1139 #$0123456789?L_abdeghnopqu¢£¤¥§«¯±¶»ð÷þđħĿŁŋƒΓηθουχГавенопрчьэяђєћџѳ–†‡€√≈≤≥
1196 +<=>~¬µαβδμρКбдилц−≡
1251 FTZ¿ßøŉŦΖΤЗТ℮○●
1366 &ABEKPSVXYÞďΑΒΕΚΞΡΣΥΧσφЅАБВЕЛРУХЧЬъ∆
1479 CDHNRUwÐĐĦΆΔΗΛΝΠπψЁЄЍЏДИНПСЭЯжмы∑∞∩
1501 ×
1593 GOQ©®ØĲŊΏΘΟΩОФЦюѲ
1706 MmΈΜΦωМЪфшщњ∏
1821 %¼½¾æΉΎΨЂЋЫ
1933 WœЖШЩљ
2079 @ÆŒЊЮ—―…‰™←→↔∟
2165 Љ
2197 №
"""

_BOLD = r"""
487 '⁄∕
569 ,./I\ijl·ıłſΙιІіј‘’‚′∙∫
573 |¦
682 !()-:;[]`ft¡¨²³´¸¹ŧ΄·ї‐‑‹›‾
797 *r{}ªºľ•
971 "°΅Ίζξτгґ
1024 zŀťεзтҐ“”„″↑↓↕∂◊
1139 #$0123456789J_aceksvxy¢£¤¥§«¯±¶»÷ĳĸƒγθλνςЈаексухэєѕ–†‡€√≈≤≥
1196 +<=>^~¬µκυχГчя−≡
1251 ?FLTZbdghnopqu¿ßðøþđħĿŁŋŦΓΖΣΤβδηοКТнопрђћџѳ℮○●
1366 EPSVXYÞΕΛΞΡΥΧαμρЅЕЗРУХбвдилць∆
1372 ×
1479 &ABCDHKNRUÐďĐĦŉΑΒΔΗΚΝΠσφЁЄЍЏАБВДИЛНПСЧЬЭЯж∑∞∩
1593 GOQw©®ØŊΘΟπψОЦмъѲ
1706 MĲΌΜΦΨΩМ∏
1821 %m¼½¾æΈΏωЂЋФЪфшщыю
1933 WœΉΎЖњ
1997 @љ
2005 Ы∟
2048 ÆŒ—―…‰™←→↔
2058 Ш
2087 Щ
2112 Ю
2176 Њ
2240 Љ
2283 №
"""


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of a line of text in px, an upper bound for practical purposes.

    Args:
        text: One line; control characters count nothing.
        size: Font size in px.
        bold: Whether it is set in bold.
    """
    widths = _BOLD_WIDTHS if bold else _REGULAR_WIDTHS
    return sum(widths[c] if c in widths else _other(c, bold) for c in text) * size / _UNITS


def _table(lines: str) -> dict[str, int]:
    widths = {" ": 569}
    for line in lines.split("\n"):
        width, _, characters = line.partition(" ")
        widths.update(dict.fromkeys(characters, int(width or 0)))
    return widths


_REGULAR_WIDTHS = _table(_REGULAR)
_BOLD_WIDTHS = _table(_BOLD)


@lru_cache(maxsize=4096)
def _other(character: str, bold: bool) -> int:
    """Width of a character that the tables do not list, in 1/2048 em."""
    widths = _BOLD_WIDTHS if bold else _REGULAR_WIDTHS
    base = unicodedata.normalize("NFD", character)[0]
    if base in widths:
        return widths[base]
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf", "Cc", "Cs"):
        return 0
    wide = unicodedata.east_asian_width(character) in "WF"
    if category == "So" and (wide or character >= "\U0001f000"):
        return 2600  # emoji: Noto Color Emoji and Apple's are 1.25 em wide
    if wide:
        return 2280  # an em, and a tenth for fonts that the stylesheet's font-size-adjust enlarges
    if category in ("So", "Sm", "Sk", "Co", "Cn"):
        return _UNITS
    return 1640  # letters of other scripts: 0.8 em is more than their average
