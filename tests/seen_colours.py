"""Colours as eyes see them: contrast (WCAG 2), difference (CIEDE2000), and without one kind of cones.

Colours are (red, green, blue), from 0 to 1. The matrices are those of Machado, Oliveira and Fernandes,
"A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009, for full severity; they
are for linear RGB.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from typing import TypeAlias

__all__ = ["EYES", "Colour", "contrast", "difference", "parsed"]

Colour: TypeAlias = tuple[float, float, float]
_Matrix: TypeAlias = tuple[Colour, Colour, Colour]

EYES: Mapping[str, _Matrix] = {
    "trichromat": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanope": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranope": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanope": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
_XYZ: _Matrix = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = (0.95047, 1.0, 1.08883)


def parsed(css: str) -> Colour:
    """A colour as browsers compute it: `rgb(1, 2, 3)`."""
    red, green, blue = css.removeprefix("rgb(").removesuffix(")").split(",")
    return int(red) / 255, int(green) / 255, int(blue) / 255


def contrast(one: Colour, other: Colour) -> float:
    """From 1 to 21."""
    light, dark = sorted((_times(_XYZ, _linear(c))[1] for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def difference(one: Colour, other: Colour, eye: str = "trichromat") -> float:
    """CIEDE2000; about 2 is what can just be told when side by side."""
    return _ciede2000(*(_lab(_times(EYES[eye], _linear(c))) for c in (one, other)))


def _linear(colour: Colour) -> Colour:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return red, green, blue


def _times(matrix: _Matrix, colour: Colour) -> Colour:
    red, green, blue = (sum(m * c for m, c in zip(row, colour, strict=True)) for row in matrix)
    return red, green, blue


def _lab(linear: Colour) -> Colour:
    seen = [min(max(c, 0.0), 1.0) for c in linear]
    xyz = _times(_XYZ, (seen[0], seen[1], seen[2]))
    x, y, z = (
        (t ** (1 / 3) if t > (6 / 29) ** 3 else t / 3 / (6 / 29) ** 2 + 4 / 29)
        for t in (c / white for c, white in zip(xyz, _WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _ciede2000(one: Colour, other: Colour) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, other
    chroma = (hypot(a1, b1) + hypot(a2, b2)) / 2
    grey = 1 + 0.5 * (1 - sqrt(chroma**7 / (chroma**7 + 25**7)))
    c1, c2 = hypot(grey * a1, b1), hypot(grey * a2, b2)
    h1, h2 = (degrees(atan2(b, grey * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    coloured = c1 * c2 != 0
    turn = ((h2 - h1 + 180) % 360 - 180) if coloured else 0.0
    hue = (h1 + turn / 2) % 360 if coloured else h1 + h2
    across = 2 * sqrt(c1 * c2) * sin(radians(turn / 2))
    light, c = (l1 + l2) / 2, (c1 + c2) / 2
    t = 1 - 0.17 * cos(radians(hue - 30)) + 0.24 * cos(radians(2 * hue))
    t += 0.32 * cos(radians(3 * hue + 6)) - 0.20 * cos(radians(4 * hue - 63))
    in_l = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / sqrt(20 + (light - 50) ** 2))
    in_c, in_h = (c2 - c1) / (1 + 0.045 * c), across / (1 + 0.015 * c * t)
    twist = -2 * sqrt(c**7 / (c**7 + 25**7)) * sin(radians(60 * exp(-(((hue - 275) / 25) ** 2))))
    return sqrt(in_l**2 + in_c**2 + in_h**2 + twist * in_c * in_h)
