"""Drawing: a laid-out figure as plain data; what the SVG writer writes.

Coordinates are px from the top left corner, y downwards, rounded to one decimal.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from math import isfinite
from typing import Any, get_args

from torchview_docs.drawing import FORMAT
from torchview_docs.drawing.scene import Card, CardKind, Frame, Row
from torchview_docs.errors import RecordError

__all__ = ["Drawing", "Label", "PlacedCard", "PlacedFrame", "Wire"]


@dataclass(frozen=True, slots=True)
class PlacedCard:
    """A card and its top left corner; `width` and `height` as drawn (LR turns some cards)."""

    card: Card
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    """A panel; `title_x` is where the title starts, relative to `x`."""

    frame: Frame
    x: float
    y: float
    width: float
    height: float
    title_x: float


@dataclass(frozen=True, slots=True)
class Wire:
    """An orthogonal line through these points; corners are rounded when drawn.

    `source` and `output` name the tensor. `arrow` puts a head at the last point.
    """

    source: str
    output: int
    points: tuple[tuple[float, float], ...]
    arrow: bool = True
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A shape beside its edge; `x`, `y` are the left end of the text's baseline."""

    text: str
    x: float
    y: float
    source: str = ""
    output: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """Frames (outer before inner), cards, wires and labels in a field of `width` × `height`.

    `title` names what is drawn, `description` tells it to those who do not see it.
    """

    width: float
    height: float
    frames: tuple[PlacedFrame, ...]
    cards: tuple[PlacedCard, ...]
    wires: tuple[Wire, ...]
    labels: tuple[Label, ...]
    direction: str = "TB"
    title: str = ""
    description: str = ""

    def to_json(self) -> str:
        """The drawing as JSON, one line: each part is the list of its fields' values, in order."""
        return json.dumps([FORMAT, *_values(self)], ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Drawing:
        """Read what `to_json` wrote; every type is checked, since it may be foreign.

        Raises:
            RecordError: It is not a drawing, or of another format.
        """
        try:
            form, *data = json.loads(text)
            if form != FORMAT:
                raise RecordError(f"drawing of format {form!r}, this version reads {FORMAT}")
            width, height, frames, cards, wires, labels, *texts = data
            _checked([width, height], "ff")
            return cls(
                width,
                height,
                tuple(
                    PlacedFrame(Frame(*_checked(f[0], "ssssffniss")), *_checked(f[1:], "fffff"))
                    for f in _listed(frames)
                ),
                tuple(PlacedCard(_card(c[0]), *_checked(c[1:], "ffff")) for c in _listed(cards)),
                tuple(_wire(w) for w in _listed(wires)),
                tuple(Label(*_checked(label, "sffsi")) for label in _listed(labels)),
                *_checked(texts, "sss"),
            )
        except (ValueError, TypeError, IndexError, KeyError) as error:
            raise RecordError(f"not a drawing: {error!r}") from error


def _values(part: Any) -> Any:
    """A part as the list of its fields' values."""
    if is_dataclass(part):
        return [_values(getattr(part, f.name)) for f in fields(part)]
    return [_values(item) for item in part] if isinstance(part, tuple) else part


#: Types of values by letter: text, text or None, whole number, number, yes or no.
_TYPES: dict[str, tuple[type, ...]] = {
    "s": (str,),
    "n": (str, type(None)),
    "i": (int,),
    "f": (float, int),
    "b": (bool,),
}


def _checked(values: list[Any], types: str) -> list[Any]:
    for value, letter in zip(values, types, strict=True):
        if type(value) not in _TYPES[letter]:
            raise TypeError(f"{value!r} is {type(value).__name__}")
        if letter == "f" and not isfinite(value):
            raise ValueError(f"{value!r} is no coordinate")
    return values


def _listed(value: object) -> list[Any]:
    if type(value) is not list:
        raise TypeError(f"{value!r} is no list")
    return value


def _card(data: list[Any]) -> Card:
    name, kind, rows, *rest = data
    if kind not in get_args(CardKind):
        raise ValueError(f"{kind!r} is no kind of card")
    (name,) = _checked([name], "s")
    return Card(
        name, kind, tuple(Row(*_checked(row, "ssssss")) for row in _listed(rows)), *_checked(rest, "ffnbi")
    )


def _wire(data: list[Any]) -> Wire:
    source, output, points, *rest = data
    places = tuple((x, y) for x, y in (_checked(point, "ff") for point in _listed(points)))
    (source, output) = _checked([source, output], "si")
    return Wire(source, output, places, *_checked(rest, "bb"))
