"""Drawing: a laid-out figure as plain data; what the SVG writer writes.

Coordinates are px from the top left corner, y downwards, rounded to one decimal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from torchview_docs.drawing.scene import Card, Frame, Row
from torchview_docs.errors import RecordError

__all__ = ["FORMAT", "Drawing", "Label", "PlacedCard", "PlacedFrame", "Wire"]

#: Version of the JSON format and of the layout: a drawing of another version is made again.
FORMAT = 1

T = TypeVar("T")


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
    """Frames (outer before inner), cards, wires and labels in a field of `width` × `height`."""

    width: float
    height: float
    frames: tuple[PlacedFrame, ...]
    cards: tuple[PlacedCard, ...]
    wires: tuple[Wire, ...]
    labels: tuple[Label, ...]
    direction: str = "TB"

    def to_json(self) -> str:
        """The drawing as JSON, one line."""
        data = {"format": FORMAT, **asdict(self)}
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Drawing:
        """Read what `to_json` wrote.

        Raises:
            RecordError: It is not a drawing, or of another format.
        """
        try:
            data = json.loads(text)
            if data["format"] != FORMAT:
                raise RecordError(f"drawing of format {data['format']!r}, this version reads {FORMAT}")
            return cls(
                width=_number(data["width"]),
                height=_number(data["height"]),
                frames=tuple(_make(PlacedFrame, f, frame=lambda d: _make(Frame, d)) for f in data["frames"]),
                cards=tuple(_make(PlacedCard, c, card=_card) for c in data["cards"]),
                wires=tuple(_make(Wire, w, points=_points) for w in data["wires"]),
                labels=tuple(_make(Label, label) for label in data["labels"]),
                direction=_text(data["direction"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordError(f"not a drawing: {error!r}") from error


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "str": _text,
    "float": _number,
    "int": _number,
    "bool": bool,
    "CardKind": _text,
    "str | None": lambda value: None if value is None else _text(value),
}


def _make(kind: type[T], data: Mapping[str, Any], **readers: Callable[[Any], Any]) -> T:
    values = {}
    for f in fields(kind):  # type: ignore[arg-type]  # kind is one of the dataclasses above
        values[f.name] = (readers.get(f.name) or _PLAIN[str(f.type)])(data[f.name])
    return kind(**values)


def _card(data: Mapping[str, Any]) -> Card:
    return _make(Card, data, rows=lambda rows: tuple(_make(Row, row) for row in rows))


def _points(data: list[list[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((_number(x), _number(y)) for x, y in data)
