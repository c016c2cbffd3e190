"""What was counted, on cards, on panels and in words."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.labels import measures, quantity
from torchview_docs.drawing.scene import Frame, Scene
from torchview_docs.graph import Graph
from torchview_docs.markup import describe
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing import trace
from torchview_docs.views import view


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.fc(x).tanh()


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(Block() for _ in range(4)))
        self.head = nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.blocks(x))  # type: ignore[no-any-return]


def traced(*, flops: bool, memory: bool) -> Graph:
    return trace(Net(), torch.zeros(2, 8), show_flops=flops, show_memory=memory)


def drawn(graph: Graph, **options: object) -> Scene:
    spec = FigureSpec.read("n.Net", options)
    return scene(view(graph, spec), spec)


def notes(shown: Scene) -> dict[str, str]:
    return {frame.title: frame.note for frame in shown.frames}


def cards(shown: Scene) -> dict[str, str]:
    return {row.node: row.config for card in shown.cards for row in card.rows}


BOTH = traced(flops=True, memory=True)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 B"), (640, "640 B"), (999, "999 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"),
        (999_950, "1.0 MB"), (1_234_567, "1.2 MB"), (8_178_892_800, "8.2 GB"), (10**12, "1.0 TB"),
        (3 * 10**15, "3.0 PB"), (5 * 10**18, "5.0 EB"),
    ],
)  # fmt: skip
def test_a_quantity_is_told_in_thousands(number: int, said: str) -> None:
    assert quantity(number, "B") == said


def test_what_is_nothing_or_was_not_counted_is_not_told() -> None:
    assert measures(None, None) == measures(0, None) == measures(0, 0) == ""
    assert measures(1536, None) == "1.5 kFLOPs"
    assert measures(0, 1536) == "1.5 kB"
    assert measures(640, 1536) == "640 FLOPs · 1.5 kB"


def test_a_card_tells_what_its_layer_takes_and_makes() -> None:
    shown = cards(drawn(BOTH, depth="inf"))
    assert shown["blocks.0.fc"] == "8→8 · 256 FLOPs · 64 B"
    assert shown["head"] == "8→3 · 96 FLOPs · 24 B"
    assert shown["blocks.0/tanh"] == "64 B"
    assert cards(drawn(traced(flops=True, memory=False), depth="inf"))["head"] == "8→3 · 96 FLOPs"
    assert cards(drawn(traced(flops=False, memory=True), depth="inf"))["head"] == "8→3 · 24 B"


def test_a_panel_tells_of_one_of_its_equals_and_the_panel_around_all_of_the_model() -> None:
    shown = notes(drawn(BOTH, depth="inf"))
    assert shown["blocks.0 – 3"] == "72 · 256 FLOPs · 192 B"
    peak = quantity(BOTH.peak or 0, "B")
    assert shown["Net"] == f"315 · 1.1 kFLOPs · 792 B · peak {peak}"
    assert 4 * 256 + 96 == 1120


def test_only_a_figure_that_counts_has_a_panel_of_the_model() -> None:
    plain = drawn(traced(flops=False, memory=False), depth="inf")
    assert "Net" not in notes(plain)
    inside = [frame for frame in drawn(BOTH, depth="inf").frames if frame.title != "Net"]
    assert [frame.name for frame in plain.frames] == [frame.name for frame in inside]


def test_the_panel_of_the_model_holds_everything_but_inputs_and_outputs() -> None:
    shown = drawn(BOTH, depth=1)
    [model] = [frame for frame in shown.frames if frame.title == "Net"]
    assert isinstance(model, Frame)
    around = {card.name: card.frame for card in shown.cards}
    assert around == {"x": None, "blocks": model.name, "head": model.name, "output": None}


def test_a_focused_figure_tells_of_its_module() -> None:
    shown = notes(drawn(BOTH, focus="blocks.1", depth="inf"))
    assert shown == {"blocks.1": "72 · 256 FLOPs · 192 B"}


def test_the_description_tells_the_total() -> None:
    assert ", 315 parameters, 1,120 FLOPs. Input" in describe(view(BOTH, FigureSpec("n.Net")))
    assert "FLOPs" not in describe(traced(flops=False, memory=True))
