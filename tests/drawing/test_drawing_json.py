from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from torchview_docs.drawing import FORMAT
from torchview_docs.drawing.drawing import Drawing, Label, Layer, PlacedCard, PlacedFrame, Remark, Sign, Wire
from torchview_docs.drawing.scene import Card, Dot, Frame, Line, Look, Picture, Row
from torchview_docs.errors import RecordError

LOOK = Look("hi", 3, "#c2410c", (1, 12))
CARD = Card(
    "conv",
    "card",
    (Row("conv", "Conv2d", "3→64", "conv", "torch.nn.Conv2d", "hint", LOOK),),
    120.0,
    30.0,
    "net",
)
PICTURE = Picture(
    90.0, 50.5, (Dot(1, 2.5), Dot(3, 4, 1)), (Line(0, 1, head=True),), ("1 paper", "1 author"), "A graph"
)
INPUT = Card("edges", "input", (Row("io", "edges"),), 90.0, 80.0, picture=PICTURE)
FRAME = Frame("net", "net", "Net", "1 k", 30.0, 20.0, None, 2, "pkg.Net", "hint", LOOK)
DRAWING = Drawing(
    200.0,
    100.5,
    (PlacedFrame(FRAME, 0, 1, 2, 3, 10),),
    (PlacedCard(CARD, 1, 2, 120.0, 30.0), PlacedCard(INPUT, 1, 2, 90.0, 80.0)),
    (Wire("conv", 0, ((0, 1.5), (2, 3)), arrow=False, dashed=True),),
    (Label("1×3", 1, 2, "conv", 0),),
    "LR",
    "Net",
    "A net.",
    (Remark(1, "conv", "Here"),),
    (Sign("conv", "convolution", 1.0, 2),),
    (("params", "1.2 k"),),
    (Layer("conv", "Conv2d 1→3", "1×3×8×8", "30"),),
)


def test_a_drawing_reads_back_from_its_json() -> None:
    assert Drawing.from_json(DRAWING.to_json()) == DRAWING
    assert DRAWING.to_json().count("\n") == 1


def _places(data: Any, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    if not isinstance(data, list):
        return [path]
    return [path, *(p for i, item in enumerate(data) for p in _places(item, (*path, i)))]


#: The frame that a frame or a card stands in, a card's picture, and looks.
_MAY_BE_NONE = (
    *((3, 0, 0, 10), *((4, card, 2, row, 6) for card in range(2) for row in range(2))),
    *((3, 0, 0, 6), (4, 0, 0, 5), (4, 0, 0, 8), (4, 1, 0, 5), (4, 1, 0, 8)),
)


@given(st.sampled_from(_places(json.loads(DRAWING.to_json()))[1:]), st.sampled_from([{}, ["a"], None, 1e400]))
def test_a_value_of_another_type_anywhere_is_refused(path: tuple[int, ...], value: Any) -> None:
    assume(not (value is None and path in _MAY_BE_NONE))
    changed = json.loads(DRAWING.to_json())
    *around, last = path
    part = changed
    for index in around:
        part = part[index]
    part[last] = value
    with pytest.raises(RecordError):
        Drawing.from_json(json.dumps(changed))


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", f"[{FORMAT}]", "[999, 1, 2]", b"\xff", "[[[[["])
def test_what_is_no_drawing_is_refused(text: str | bytes) -> None:
    with pytest.raises(RecordError):
        Drawing.from_json(text)
