"""Networks as people write them: convolutions, recurrence, attention, shared and tied layers."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from zoo.cases import case, f, ids, nasty


class Residual(nn.Module):
    def __init__(self, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(4, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.act = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1)
        self.shortcut = shortcut or nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv2(self.act(self.norm(self.conv1(x))))
        y += self.shortcut(x)
        return self.act(y)


case(Residual, f(1, 4, 8, 8), name="residual CNN")


case(
    lambda: nn.Sequential(Residual(), Residual(nn.Conv2d(4, 4, 1))),
    f(1, 4, 8, 8),
    names="input",
    name="stack of residuals",
)


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)])
        self.pool = nn.MaxPool2d(2)
        self.middle = nn.Conv2d(8, 8, 3, padding=1)
        self.up = nn.ModuleList([nn.ConvTranspose2d(8, 8, 2, 2), nn.ConvTranspose2d(8, 4, 2, 2)])
        self.merge = nn.ModuleList([nn.Conv2d(16, 8, 3, padding=1), nn.Conv2d(8, 4, 3, padding=1)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for conv in self.down:
            x = F.relu(conv(x))
            kept.append(x)
            x = self.pool(x)
        x = self.middle(x)
        for up, merge, skip in zip(self.up, self.merge, reversed(kept), strict=True):
            x = merge(torch.cat([up(x), skip], dim=1))
        return x


case(UNet, f(1, 2, 16, 16), name="U-Net")


class Recurrent(nn.Module):
    def __init__(self, kind: type[nn.RNNBase]) -> None:
        super().__init__()
        self.rnn = kind(3, 5, num_layers=2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(10, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out, _ = self.rnn(x)
        return self.head(out[:, -1])


for kind in (nn.LSTM, nn.GRU, nn.RNN):
    case(lambda kind=kind: Recurrent(kind), f(2, 6, 3), name=kind.__name__)


class Cells(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(3, 4)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = c = x.new_zeros(x.shape[0], 4)
        for t in range(x.shape[1]):
            h, c = self.cell(x[:, t], (h, c))
        return h, c


case(Cells, f(2, 3, 3), name="cell called three times")


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.attention(x, y, y)


case(Attention, f(1, 4, 8), f(1, 6, 8), names="x y", name="MultiheadAttention")


case(
    lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2),
    f(1, 4, 8),
    names="src",
    name="TransformerEncoder",
)


case(
    lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2),
    f(2, 4, 8),
    src_key_padding_mask=lambda: torch.tensor([[False] * 4, [False, False, True, True]]),
    names="src src_key_padding_mask",
    name="TransformerEncoder with padding",
)


case(
    lambda: nn.Transformer(8, 2, 1, 2, 16, batch_first=True),
    f(1, 4, 8),
    f(1, 3, 8),
    names="src tgt",
    name="Transformer",
)


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
        self.again = self.encoder

    def forward(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        return F.cosine_similarity(self.encoder(left), self.again(right))


case(Shared, f(2, 4), f(2, 4), names="left right", name="Siamese, shared under two names")


class Reused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.act = nn.Tanh()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for _ in range(3):
            x = self.act(self.layer(x))
        return x


case(Reused, f(2, 4), name="layer reused in a loop")


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.head = nn.Linear(4, 10, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.head(self.embedding(ids))


case(Tied, ids(1, 5), names="ids", name="tied weights")


class DirectParameters(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.randn(1, 1, 4))
        self.position = nn.Parameter(torch.randn(1, 6, 4))
        self.register_buffer("ids", torch.arange(6).expand(1, -1))
        self.table = nn.Embedding(6, 4)
        self.scale = torch.tensor(2.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1)
        return (x + self.position + self.table(self.ids)) * self.scale


case(DirectParameters, f(2, 5, 4), name="parameters used directly")


case(lambda: nn.ModuleDict({"a": nn.Linear(3, 3)})["a"], f(2, 3), names="input", name="a single layer")


case(nn.Identity, f(2, 3), names="input", name="a root that returns its input")


@nasty("parameter list", heads=lambda: nn.ParameterList([nn.Parameter(torch.randn(3, 3)) for _ in range(2)]))
def listed(self: Any, x: Any) -> Any:
    return sum(x @ head for head in self.heads)


@nasty("relative position bias", (1, 4, 3))
def relative(self: Any, x: Any) -> Any:
    n = x.shape[1]
    coords = torch.arange(n)
    index = (coords[None] - coords[:, None]) + n - 1
    bias = self.layer.weight.flatten()[index.view(-1) % 9].view(n, n)
    return (x @ x.transpose(1, 2) + bias).softmax(-1) @ self.layer(x)


@nasty("conv, pooling with indices", (1, 2, 8, 8), pool=lambda: nn.MaxPool2d(2, return_indices=True))
def pooled(self: Any, x: Any) -> Any:
    values, indices = self.pool(x)
    return F.max_unpool2d(values, indices, 2) + F.interpolate(values, scale_factor=2)


case(lambda: nn.EmbeddingBag(10, 3, mode="sum"), ids(2, 4), names="input", name="EmbeddingBag")


case(lambda: nn.Bilinear(3, 3, 2), f(2, 3), f(2, 3), names="input1 input2", name="Bilinear")


case(
    lambda: nn.MultiheadAttention(8, 2, add_bias_kv=True, kdim=6, vdim=6),
    f(4, 1, 8), f(5, 1, 6), f(5, 1, 6),
    names="query key value",
    name="MultiheadAttention with other sizes",
    more="value>1",  # one operation makes the output and the attention weights
)  # fmt: skip
