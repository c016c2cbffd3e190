"""What figures weigh: bytes of SVG a card, before and after gzip, beside torchview's for the same models.

    python benchmarks/weight.py

Each model is drawn at each depth as a page draws it, and by torchview 0.2.7, whose SVG comes from its
Graphviz source. A node of torchview's is one layer or operation; a card of ours is one too, or a row of
several that follow each other in one box. So bytes are told by layer, and by box as well.
"All in" are edges, labels, titles and descriptions; links are left out, since they are as long as the
addresses of the documentation. The style sheet is one file for all pages of a site. The table of layers
stands beside the figure and is counted by itself.
"""

from __future__ import annotations

import gzip
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = re.compile(r"<a\b([^>]*?) href=\"[^\"]*\"")
#: Most bytes a card, before and after gzip.
TARGETS = (450, 90)
_SAMPLES = Path(__file__).parent.parent / "sample_site"


class Weight(NamedTuple):
    """Bytes of figures, after gzip of each by itself, and how many cards they have."""

    size: int
    packed: int
    cards: int
    boxes: int

    @classmethod
    def of(cls, figures: Iterable[str]) -> Weight:
        """The weight of these SVGs of ours, without the addresses of links."""
        return cls.sum(_weight(_LINK.sub(r"<a\1", figure)) for figure in figures)

    @classmethod
    def sum(cls, weights: Iterable[Weight]) -> Weight:
        """All of these together."""
        return cls(*map(sum, zip(*weights, strict=True)))

    @property
    def per_card(self) -> str:
        """`356 bytes a card, 82 after gzip`."""
        return (
            f"{self.size / self.cards:.0f} bytes a card, {self.packed / self.cards:.0f} after gzip "
            f"({self.size / self.boxes:.0f} and {self.packed / self.boxes:.0f} a box)"
        )


def _weight(figure: str) -> Weight:
    boxes = ET.fromstring(figure).find(f"{_SVG}g[@class='tv-cards']")
    if boxes is None:
        return Weight(len(figure.encode()), packed(figure), 0, 0)
    # In a box with rows each row is a group with a bar and a text.
    rows = [
        len([row for row in box if row.find(f"{_SVG}text") is not None and _is_row(row)]) for box in boxes
    ]
    return Weight(len(figure.encode()), packed(figure), sum(max(count, 1) for count in rows), len(rows))


def _is_row(element: ET.Element) -> bool:
    names = element.get("class", "").split()
    return element.tag in (f"{_SVG}g", f"{_SVG}a") and not {"tv-badge", "tv-call", "tv-net"} & {*names}


def packed(text: str) -> int:
    """Bytes after gzip, as a server would send it."""
    return len(gzip.compress(text.encode(), mtime=0))


class Subject(NamedTuple):
    """A model, its arguments, and the depths at which it is drawn."""

    name: str
    model: Any
    arguments: tuple[Any, ...]
    depths: tuple[int, ...]


def subjects() -> Iterator[Subject]:
    """The sample models, ResNet-50, BERT and GPT-2."""
    import sys

    import torch

    sys.path.insert(0, str(_SAMPLES))
    from sample_models.recurrent import Tagger
    from sample_models.residual import ResidualNet
    from sample_models.siamese import Siamese
    from sample_models.translator import Translator
    from sample_models.unet import UNet
    from transformers import (
        BertConfig,
        BertModel,
        GPT2Config,
        GPT2Model,
        ResNetConfig,
        ResNetForImageClassification,
    )

    def ids(*shape: int) -> torch.Tensor:
        return torch.zeros(shape, dtype=torch.long, device="meta")

    def image(*shape: int) -> torch.Tensor:
        return torch.zeros(shape, device="meta")

    large: list[tuple[str, Callable[[], Any], tuple[Any, ...], tuple[int, ...]]] = [
        ("ResidualNet", ResidualNet, (image(1, 3, 32, 32),), (1, 2, 3)),
        ("UNet", UNet, (image(1, 1, 128, 128),), (1, 2, 3)),
        ("Tagger", Tagger, (ids(1, 40),), (1,)),
        ("Siamese", Siamese, (image(1, 1, 105, 105), image(1, 1, 105, 105)), (1, 2)),
        ("Translator", Translator, (ids(1, 24), ids(1, 20)), (1, 2, 3)),
        (
            "ResNet-50",
            lambda: ResNetForImageClassification(ResNetConfig()),
            (image(1, 3, 224, 224),),
            (2, 4, 9),
        ),
        ("BERT", lambda: BertModel(BertConfig()), (ids(1, 128),), (2, 4, 9)),
        ("GPT-2", lambda: GPT2Model(GPT2Config()), (ids(1, 128),), (1, 2, 9)),
    ]
    for name, make, arguments, depths in large:
        with torch.device("meta"):
            model = make().eval()
        yield Subject(name, model, arguments, depths)


def ours(subject: Subject, depth: int) -> tuple[Weight, int]:
    """The weight of our figure, and bytes of its table of layers."""
    from torchview_docs import FigureSpec, trace
    from torchview_docs.drawing.draw import draw
    from torchview_docs.drawing.svg import svg
    from torchview_docs.layer_table import layer_table
    from torchview_docs.markup import describe
    from torchview_docs.views import view

    graph = trace(subject.model, *subject.arguments)
    spec = FigureSpec("model", depth=depth)
    shown = view(graph, spec)
    drawn, _ = draw(graph, shown, spec)
    written = svg(drawn, prefix="torchview-0123abcd", title=graph.name, desc=describe(shown, spec))
    return Weight.of([written]), len(layer_table(drawn.layers, "hidden").encode())


def torchviews(subject: Subject, depth: int) -> Weight:
    """The weight of torchview's figure.

    Raises:
        Exception: What torchview raises of models that it cannot draw.
    """
    import pygraphviz
    import torchview

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses what torch has deprecated
        drawn = torchview.draw_graph(
            subject.model, subject.arguments, depth=depth, device="meta", expand_nested=True
        )
        written = pygraphviz.AGraph(drawn.visual_graph.source).draw(format="svg", prog="dot").decode()
    nodes = len(re.findall(r'<g id="node\d+" class="node">', written))
    return Weight(len(written.encode()), packed(written), nodes, nodes)


def compare() -> None:
    """Print the weight of all subjects."""
    print(f"{'':16}{'ours':>34}{'torchview':>36}{'':6}table of layers")
    print(f"{'model':12}{'depth':>4}" + f"{'bytes':>9}{'cards':>7}{'a card':>8}{'gzip':>6}    " * 2)
    found = []
    for subject in subjects():
        for depth in subject.depths:
            mine, table = ours(subject, depth)
            found.append(mine)
            try:
                theirs = _columns(torchviews(subject, depth))
            except Exception as error:  # whatever it is, it draws nothing
                theirs = f"  fails: {type(error).__name__}".ljust(34)
            print(f"{subject.name:12}{depth:>4}{_columns(mine)}{theirs}{table / mine.cards:>6.0f} a card")
    print(f"All: {Weight.sum(found).per_card}; targets ≤ {TARGETS[0]} and ≤ {TARGETS[1]}")


def _columns(weight: Weight) -> str:
    size, gzipped = weight.size / weight.cards, weight.packed / weight.cards
    return f"{weight.size:>9,}{weight.cards:>7}{size:>8.0f}{gzipped:>6.0f}    "


if __name__ == "__main__":
    compare()
