"""Colours as an author writes them, and how they are made fit for a light and for a dark page."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["TINT", "contrast", "parse_colour", "seen", "tinted"]

#: Behind a card, in the light and in the dark (`--tv-card` of figure.css).
CARDS = ("#ffffff", "#1a212b")
#: How much of an author's colour lies over a card: whatever it is, text keeps its contrast on it.
TINT = 0.14
#: A light panel, whose tint and whose page's make it darker than a card.
_PANEL = "#f3f4f6"
#: The least contrast of a line that is to be seen (WCAG 2.2, 1.4.11), and a little for rounding.
_LINES = 3.03

#: The names of CSS Color 4, each with its value.
_NAMES = """
aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque
ffe4c4 black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887
cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc
crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9
darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange
ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b
darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493
deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0
forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700 goldenrod daa520 gray
808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4 indianred cd5c5c
indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00
lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2
lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a lightseagreen
20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899 lightsteelblue b0c4de lightyellow
ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000 mediumaquamarine 66cdaa
mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371 mediumslateblue 7b68ee
mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585 midnightblue 191970 mintcream
f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000
olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98
paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb
plum dda0dd powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue
4169e1 saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d
silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen
00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet
ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32
"""


def parse_colour(text: str) -> str:
    """A colour of CSS, by name or in hexadecimal digits, as `#rrggbb`.

    Raises:
        ValueError: It is none.
    """
    word = text.strip().lower()
    if re.fullmatch("#[0-9a-f]{6}", word):
        return word
    if re.fullmatch("#[0-9a-f]{3}", word):
        return "#" + "".join(2 * digit for digit in word[1:])
    if word not in colour_names():
        from torchview_docs.options import nearest

        raise ValueError(f"{text!r} is no colour{nearest(word, colour_names())}")
    return f"#{colour_names()[word]}"


@cache
def colour_names() -> dict[str, str]:
    """The names of CSS with their hexadecimal digits."""
    words = _NAMES.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2), from 0 to 1."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours (WCAG 2.2), from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str) -> str:
    """The colour, made darker or lighter as far as a line of it is to be seen on light and on dark pages.

    It stands on a card that has a tint of it, or around a panel.
    """
    light, dark = (tinted(card, colour, TINT) for card in CARDS)
    share = 0
    made = colour
    while min(contrast(made, light), contrast(made, _PANEL)) < _LINES:
        share += 1
        made = tinted(colour, "#000000", share / 100)
    while min(contrast(made, dark), contrast(made, CARDS[1])) < _LINES:
        share += 1
        made = tinted(colour, "#ffffff", share / 100)
    return made


def tinted(colour: str, other: str, share: float) -> str:
    """A mixture of two colours, as a share of the other one lying over the first."""
    pairs = ((int(colour[place : place + 2], 16), int(other[place : place + 2], 16)) for place in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
