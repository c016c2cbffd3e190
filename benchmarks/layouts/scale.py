"""Scale: scenes as large as anybody would unfold, and how long their layout takes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.scene import Card, Frame, Link, Row, Scene

__all__ = ["measure_scale"]


class _Case(NamedTuple):
    name: str
    make: Callable[[], Scene]
    #: Seconds of CPU that it may take.
    limit: float


class _Net:
    """Builds a scene card by card."""

    def __init__(self) -> None:
        self.cards: list[Card] = []
        self.frames: list[Frame] = []
        self.links: list[Link] = []

    def frame(self, name: str, parent: str | None = None) -> str:
        self.frames.append(Frame(name, name, "Module", "1.2 M", 110.0, 30.0, parent))
        return name

    def card(self, title: str, *sources: str, frame: str | None = None, kind: str = "card") -> str:
        name = f"{title} {len(self.cards)}"
        width = 102.0 if len(title) < 10 else 190.0
        self.cards.append(Card(name, kind, (Row("op", title),), width, 30.0, frame))  # type: ignore[arg-type]
        label = "1×128×4096" if len(sources) == 1 else ""
        self.links += [Link(s, name, 0, p, label, 58.0 if label else 0.0) for p, s in enumerate(sources)]
        return name

    def scene(self) -> Scene:
        return Scene(tuple(self.cards), tuple(self.frames), tuple(self.links))


def _llama(blocks: int = 80) -> Scene:
    """Llama with every block open."""
    net = _Net()
    x = net.card("Embedding", net.card("input_ids", kind="input"))
    rotary = net.card("rotary", x)
    for i in range(blocks):
        block = net.frame(f"layers.{i}")
        attention, mlp = net.frame(f"{block}.self_attn", block), net.frame(f"{block}.mlp", block)
        norm = net.card("RMSNorm", x, frame=block)
        q, k, v = (net.card("Linear", norm, frame=attention) for _ in range(3))
        q, k = (net.card("rotate", part, rotary, frame=attention) for part in (q, k))
        mixed = net.card("scaled_dot_product_attention", q, k, v, frame=attention)
        x = net.card("add", net.card("Linear", mixed, frame=attention), x, frame=block)
        norm = net.card("RMSNorm", x, frame=block)
        gate = net.card("SiLU", net.card("Linear", norm, frame=mlp), frame=mlp)
        both = net.card("mul", gate, net.card("Linear", norm, frame=mlp), frame=mlp)
        x = net.card("add", net.card("Linear", both, frame=mlp), x, frame=block)
    net.card("logits", net.card("Linear", net.card("RMSNorm", x)), kind="output")
    return net.scene()


def _densenet(blocks: tuple[int, ...] = (6, 12, 48, 32)) -> Scene:
    """DenseNet-201 with every layer open: each concatenation reads all before it."""
    net = _Net()
    x = net.card("MaxPool2d", net.card("Conv2d", net.card("x", kind="input")))
    for i, layers in enumerate(blocks):
        block = net.frame(f"denseblock{i}")
        features = [x]
        for j in range(layers):
            layer = net.frame(f"{block}.denselayer{j}", block)
            x = net.card("cat", *features, frame=layer)
            for title in ("BatchNorm2d", "ReLU", "Conv2d", "BatchNorm2d", "ReLU", "Conv2d"):
                x = net.card(title, x, frame=layer)
            features.append(x)
        x = net.card("cat", *features, frame=block)
        transition = net.frame(f"transition{i}")
        for title in ("BatchNorm2d", "ReLU", "Conv2d", "AvgPool2d"):
            x = net.card(title, x, frame=transition)
    net.card("output", net.card("Linear", x), kind="output")
    return net.scene()


def _fan(branches: int = 200, length: int = 3) -> Scene:
    """An Inception-like fan."""
    net = _Net()
    x = net.card("x", kind="input")
    ends = []
    for _ in range(branches):
        end = x
        for _ in range(length):
            end = net.card("Conv2d", end)
        ends.append(end)
    net.card("output", net.card("cat", *ends), kind="output")
    return net.scene()


def _chain(count: int = 2000) -> Scene:
    net = _Net()
    x = net.card("x", kind="input")
    for _ in range(count):
        x = net.card("Linear", x)
    return net.scene()


def _random(count: int = 2000, seed: int = 1) -> Scene:
    """One panel of cards that each read one to three of the forty before them."""
    net, rng = _Net(), random.Random(seed)
    made = [net.card("x", kind="input")]
    for _ in range(count):
        near = made[-40:]
        made.append(net.card("op", *rng.sample(near, min(len(near), rng.randint(1, 3)))))
    return net.scene()


_CASES = (
    _Case("Llama, 80 blocks unfolded", _llama, 1.0),
    _Case("DenseNet-201 unfolded", _densenet, 1.0),
    _Case("a fan of 200 branches", _fan, 1.0),
    _Case("a chain of 2,000 cards", _chain, 5.0),
    _Case("2,000 cards at random", _random, 5.0),
)


def measure_scale() -> Iterator[tuple[bool, str]]:
    """Lay each out and say how long it took, and whether that is within its limit."""
    for case in _CASES:
        scene = case.make()
        start = time.process_time()
        drawing = lay_out(scene)
        seconds = time.process_time() - start
        size = f"{drawing.width:.0f} × {drawing.height:.0f}"
        said = f"{case.name:28}{len(scene.cards):6} cards {seconds:7.2f} s of {case.limit:.0f} {size:>18}"
        yield seconds < case.limit, said
