"""The models of torchview's README and notebooks, and what a drawn graph says."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Mapping

import torch
from torch import nn

from torchview_docs import ComputationGraph

__all__ = ["MLP", "Projecting", "ResNet", "SimpleRNN", "clusters", "edges", "functions", "labels", "resnet18"]


class MLP(nn.Module):
    def __init__(self, inplace: bool = True) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(128, 128), nn.ReLU(inplace), nn.Linear(128, 128))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)  # type: ignore[no-any-return]


class SimpleRNN(nn.Module):
    def __init__(self, inplace: bool = True) -> None:
        super().__init__()
        self.hid_dim, self.input_dim, self.max_length = 2, 3, 4
        self.lstm = nn.LSTMCell(self.input_dim, self.hid_dim)
        self.activation = nn.LeakyReLU(inplace=inplace)
        self.projection = nn.Linear(self.hid_dim, self.input_dim)

    def forward(self, token_embedding: torch.Tensor) -> torch.Tensor:
        b_size = token_embedding.size()[0]
        hx = torch.randn(b_size, self.hid_dim, device=token_embedding.device)
        cx = torch.randn(b_size, self.hid_dim, device=token_embedding.device)
        for _ in range(self.max_length):
            hx, cx = self.lstm(token_embedding, (hx, cx))
            hx = self.activation(hx)
        return hx


class Projecting(SimpleRNN):
    """Feeds back what it gives."""

    def forward(self, token_embedding: torch.Tensor) -> torch.Tensor:
        b_size = token_embedding.size()[0]
        hx = torch.randn(b_size, self.hid_dim, device=token_embedding.device)
        cx = torch.randn(b_size, self.hid_dim, device=token_embedding.device)
        for _ in range(self.max_length):
            hx, cx = self.lstm(token_embedding, (hx, cx))
            hx = self.activation(hx)
            token_embedding = self.projection(hx)
        return token_embedding


class Block(nn.Module):
    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample: nn.Module | None = None
        if stride != 1 or before != after:
            self.downsample = nn.Sequential(
                nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)  # type: ignore[no-any-return]


class ResNet(nn.Module):
    """ResNet-18, with two stages of its four; `resnet18` is all of it."""

    def __init__(self, stages: int = 2, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(Block(64, 64), Block(64, 64))
        self.layer2 = nn.Sequential(Block(64, 128, 2), Block(128, 128))
        if stages == 4:
            self.layer3 = nn.Sequential(Block(128, 256, 2), Block(256, 256))
            self.layer4 = nn.Sequential(Block(256, 512, 2), Block(512, 512))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64 << (stages - 1), classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer2(self.layer1(x))
        if hasattr(self, "layer4"):
            x = self.layer4(self.layer3(x))
        return self.fc(torch.flatten(self.avgpool(x), 1))  # type: ignore[no-any-return]


def resnet18() -> ResNet:
    """As torchvision's, layer by layer."""
    return ResNet(stages=4, classes=1000)


_NODE = re.compile(
    r'^\s*"?([^\s"]+)"? \[label=<\s*(<TABLE.*?</TABLE>)>.*? fillcolor="?(\w+)', re.MULTILINE | re.DOTALL
)
_EDGE = re.compile(r'^\s*"?([^\s"]+)"? -> "?([^\s"]+?)"?(?: \[label="?\s*(\w*)"?\])?$', re.MULTILINE)


def labels(graph: ComputationGraph) -> list[str]:
    """What the nodes say, in order: `Linear depth:2 input: (2, 128) output: (2, 128)`."""
    return list(_by_id(graph).values())


def _by_id(graph: ComputationGraph) -> Mapping[str, str]:
    found = {}
    for name, table, _ in _NODE.findall(graph.visual_graph.source):
        found[name] = html.unescape(" ".join(re.sub(r"<[^>]*>", " ", table).split()))
    return found


def functions(graph: ComputationGraph) -> list[str]:
    """The names in aliceblue nodes, in order."""
    return [
        table.partition("<BR/>")[0].rpartition(">")[2]
        for _, table, color in _NODE.findall(graph.visual_graph.source)
        if color == "aliceblue"
    ]


def edges(graph: ComputationGraph) -> Counter[str]:
    """The edges, `Linear → ReLU`, with their counts where they have some."""
    names = {name: said.split()[0] for name, said in _by_id(graph).items()}
    return Counter(
        f"{names[tail]} → {names[head]} {count}".strip()
        for tail, head, count in _EDGE.findall(graph.visual_graph.source)
    )


def clusters(graph: ComputationGraph) -> list[str]:
    """The labels of the boxes."""
    return re.findall(r"label=(\w+) labeljust=l style=dashed", graph.visual_graph.source)


#: A model's maker and what it is drawn with.
Case = tuple[Callable[[], nn.Module], dict[str, object]]
