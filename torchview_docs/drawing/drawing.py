"""Drawing: a laid-out figure as plain data; what the SVG writer writes.

Coordinates are px from the top left corner, y downwards, rounded to one decimal.
"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import chain
from math import isfinite
from typing import Any, NamedTuple, get_args

from torchview_docs.changes import Sign as SignOfPart
from torchview_docs.drawing import FORMAT
from torchview_docs.drawing.scene import Card, CardKind, Dot, Frame, Line, Look, Picture, Row
from torchview_docs.errors import RecordError
from torchview_docs.graph import Side

__all__ = ["Drawing", "Label", "Layer", "PlacedCard", "PlacedFrame", "Remark", "Sign", "Wire"]


class PlacedCard(NamedTuple):
    """A card and its top left corner; `width` and `height` as drawn (LR turns some cards)."""

    card: Card
    x: float
    y: float
    width: float
    height: float


class PlacedFrame(NamedTuple):
    """A panel; `title_x` is where the title starts, relative to `x`.

    So is `subtitle_x` where a wire passes between title and subtitle; 0 where they stand together.
    """

    frame: Frame
    x: float
    y: float
    width: float
    height: float
    title_x: float
    subtitle_x: float = 0.0


class Wire(NamedTuple):
    """An orthogonal line through these points; corners are rounded when drawn.

    `source` and `output` name the tensor. `arrow` puts a head at the last point. `side` is the side
    of a comparison that it is on.
    """

    source: str
    output: int
    points: tuple[tuple[float, float], ...]
    arrow: bool = True
    dashed: bool = False
    side: Side = ""


class Label(NamedTuple):
    """A shape beside its edge; `x`, `y` are the left end of the text's baseline."""

    text: str
    x: float
    y: float
    source: str = ""
    output: int = 0
    side: Side = ""


class Remark(NamedTuple):
    """A note of the author: its number, the part that it is about as the author named it, and the text."""

    number: int
    part: str
    text: str


class Sign(NamedTuple):
    """An entry of the legend: what it explains, its words, and its left end and the middle of its line.

    `kind` is a family of cards, or one of `legend.SIGNS`.
    """

    kind: str
    text: str
    x: float
    y: float


class Layer(NamedTuple):
    """A row of the table of layers: a step's name, what it is, and what is known of it, in words.

    `parameters`, `flops` and `memory` are empty where a step has none or they were not counted.
    """

    name: str
    what: str
    output: str
    parameters: str = ""
    flops: str = ""
    memory: str = ""


class Drawing(NamedTuple):
    """Frames (outer before inner), cards, wires and labels in a field of `width` × `height`.

    `title` names what is drawn, `description` tells it to those who do not see it. `remarks` explain
    the numbers in it, `legend` its colours and signs; `facts` are what captions may say, by placeholder;
    `layers` is what it shows as a table.
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
    remarks: tuple[Remark, ...] = ()
    legend: tuple[Sign, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    layers: tuple[Layer, ...] = ()

    def to_json(self) -> str:
        """The drawing as JSON, one line: each part is the list of its fields' values, in order."""
        return json.dumps([FORMAT, *self], ensure_ascii=False, separators=(",", ":")) + "\n"

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
            width, height, frames, cards, wires, labels, direction, title, description, *rest = data
            remarks, legend, facts, layers = rest
            _checked([width, height, direction, title, description], "ffsss")
            return cls(
                width,
                height,
                tuple([_frame(*frame) for frame in _listed(frames)]),
                tuple([_card(*card) for card in _listed(cards)]),
                tuple([_wire(*wire) for wire in _listed(wires)]),
                tuple([_label(*label) for label in _listed(labels)]),
                direction,
                title,
                description,
                tuple([Remark(*_checked(remark, "iss")) for remark in _listed(remarks)]),
                tuple([Sign(*_checked(sign, "ssff")) for sign in _listed(legend)]),
                tuple([(word, said) for word, said in (_checked(fact, "ss") for fact in _listed(facts))]),
                tuple([Layer(*_checked(layer, "ssssss")) for layer in _listed(layers)]),
            )
        except (ValueError, RecursionError, TypeError, IndexError, KeyError) as error:
            raise RecordError(f"not a drawing: {error!r}") from error


#: Types of values by letter: text, text or None, whole number, number, yes or no, list.
_TYPES: dict[str, tuple[type, ...]] = {
    "s": (str,),
    "n": (str, type(None)),
    "i": (int,),
    "f": (float, int),
    "b": (bool,),
    "l": (list,),
}


def _checked(values: list[Any], letters: str) -> list[Any]:
    """These values, whose types are as the letters say; numbers are finite."""
    if not _fit(letters, *map(type, values)):
        raise TypeError(f"{values!r} is not {letters}")
    if not isfinite(sum([value for value in values if type(value) is float])):
        raise ValueError(f"{values!r} holds what is no coordinate")
    return values


@cache
def _fit(letters: str, *types: type) -> bool:
    # Few combinations of types occur, so nearly every check is one look-up.
    return len(letters) == len(types) and all(
        type_ in _TYPES[letter] for letter, type_ in zip(letters, types, strict=True)
    )


def _listed(value: object) -> list[Any]:
    if type(value) is not list:
        raise TypeError(f"{value!r} is no list")
    return value


def _label(*data: Any) -> Label:
    label = Label(*_checked([*data], "sffsis"))
    if label.side not in get_args(Side):
        raise ValueError(f"{label.side!r} is no side of a comparison")
    return label


def _frame(data: list[Any], *place: Any) -> PlacedFrame:
    *said, look = _listed(data)
    frame = Frame(*_checked([*said], "ssssffniss"))._replace(look=_look(look))
    return PlacedFrame(frame, *_checked([*place], "ffffff"))


def _card(data: list[Any], *place: Any) -> PlacedCard:
    name, kind, rows, width, height, frame, commutative, repeat, picture = _listed(data)
    _checked([name, kind, width, height, frame, commutative, repeat], "ssffnbi")
    if kind not in get_args(CardKind):
        raise ValueError(f"{kind!r} is no kind of card")
    made = tuple([_row(*row) for row in _listed(rows)])
    shown = None if picture is None else _picture(_listed(picture))
    card = Card(name, kind, made, width, height, frame, commutative, repeat, shown)
    return PlacedCard(card, *_checked([*place], "ffff"))


def _row(*data: Any) -> Row:
    *said, look = data
    return Row(*_checked([*said], "ssssss"))._replace(look=_look(look))


def _look(data: Any) -> Look | None:
    if data is None:
        return None
    stance, shade, colour, numbers, sign, former = _checked(_listed(data), "sislsi")
    if sign not in get_args(SignOfPart):
        raise ValueError(f"{sign!r} is no sign of a comparison")
    if not re.fullmatch(r"(#[0-9a-f]{6})?", colour) or stance not in ("", "hi", "lo") or not 0 <= shade <= 5:
        raise ValueError(f"{data!r} is no look")
    return Look(stance, shade, colour, tuple(_checked(numbers, "i" * len(numbers))), sign, former)


def _picture(data: list[Any]) -> Picture:
    width, height, dots, lines, legend, title = data
    _checked([width, height, title, *_listed(legend)], "ffs" + "s" * len(legend))
    placed = tuple([Dot(*_checked(_listed(dot), "ffi")) for dot in _listed(dots)])
    drawn = tuple([Line(*_checked(_listed(line), "iibb")) for line in _listed(lines)])
    if any(not 0 <= end < len(placed) for line in drawn for end in line[:2]):
        raise IndexError("an edge of a picture joins what is not there")
    return Picture(width, height, placed, drawn, tuple(legend), title)


def _wire(source: Any, output: Any, points: Any, *rest: Any) -> Wire:
    places = tuple([(x, y) for x, y in _listed(points)])
    _checked([source, output, *rest], "sibbs")
    if rest[-1] not in get_args(Side):
        raise ValueError(f"{rest[-1]!r} is no side of a comparison")
    numbers = [*chain.from_iterable(places)]
    if not {float, int}.issuperset(map(type, numbers)) or not isfinite(sum(numbers)):
        raise ValueError(f"{points!r} holds what is no coordinate")
    return Wire(source, output, places, *rest)
