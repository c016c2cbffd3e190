"""Models of the gallery that no package builds without weights."""

from __future__ import annotations

import torch
from torch import nn


class _DenseLayer(nn.Module):
    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU()
        self.conv1 = nn.Conv2d(channels, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.relu2 = nn.ReLU()
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, features: list[torch.Tensor]) -> torch.Tensor:
        x = self.conv1(self.relu1(self.norm1(torch.cat(features, 1))))
        return self.conv2(self.relu2(self.norm2(x)))


class _DenseBlock(nn.ModuleList):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        features = [x]
        for layer in self:
            features.append(layer(features))
        return torch.cat(features, 1)


class DenseNet(nn.Module):
    """DenseNet-121 (Huang et al. 2017) with as many blocks and layers as it is told."""

    def __init__(
        self, layers: tuple[int, ...] = (6, 12, 24, 16), growth: int = 32, classes: int = 1000
    ) -> None:
        super().__init__()
        channels = 2 * growth
        self.stem = nn.Sequential(
            nn.Conv2d(3, channels, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        self.blocks = nn.ModuleList()
        self.transitions = nn.ModuleList()
        for number, count in enumerate(layers):
            self.blocks.append(_DenseBlock(_DenseLayer(channels + i * growth, growth) for i in range(count)))
            channels += count * growth
            if number < len(layers) - 1:
                self.transitions.append(
                    nn.Sequential(
                        nn.BatchNorm2d(channels),
                        nn.ReLU(),
                        nn.Conv2d(channels, channels // 2, 1),
                        nn.AvgPool2d(2),
                    )
                )
                channels //= 2
        self.norm = nn.BatchNorm2d(channels)
        self.head = nn.Linear(channels, classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.stem(image)
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number < len(self.transitions):
                x = self.transitions[number](x)
        return self.head(torch.relu(self.norm(x)).mean((2, 3)))


class _Branch(nn.Sequential):
    def __init__(self, *sizes: tuple[int, int, int]) -> None:
        super().__init__(
            *(
                nn.Sequential(nn.Conv2d(a, b, k, padding=k // 2), nn.BatchNorm2d(b), nn.ReLU())
                for a, b, k in sizes
            )
        )


class Inception(nn.Module):
    """Three blocks of GoogLeNet (Szegedy et al. 2015)."""

    class Block(nn.Module):
        """Four branches side by side."""

        def __init__(self, channels: int, wide: int) -> None:
            super().__init__()
            self.one = _Branch((channels, wide, 1))
            self.three = _Branch((channels, wide // 2, 1), (wide // 2, wide, 3))
            self.five = _Branch((channels, wide // 4, 1), (wide // 4, wide // 2, 5))
            self.pool = nn.MaxPool2d(3, stride=1, padding=1)
            self.after_pool = _Branch((channels, wide // 2, 1))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            parts = [self.one(x), self.three(x), self.five(x), self.after_pool(self.pool(x))]
            return torch.cat(parts, 1)

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 192, 7, stride=4)
        self.blocks = nn.Sequential(self.Block(192, 64), self.Block(192, 128), self.Block(384, 128))
        self.head = nn.Linear(384, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.head(self.blocks(self.stem(image)).mean((2, 3)))


class Seq2Seq(nn.Module):
    """An LSTM that reads and an LSTM that writes, with attention (Bahdanau et al. 2015)."""

    def __init__(self, words: int = 8000, width: int = 256) -> None:
        super().__init__()
        self.source = nn.Embedding(words, width)
        self.target = nn.Embedding(words, width)
        self.encoder = nn.LSTM(width, width, num_layers=2, batch_first=True)
        self.decoder = nn.LSTM(width, width, num_layers=2, batch_first=True)
        self.query = nn.Linear(width, width)
        self.out = nn.Linear(2 * width, words)

    def forward(self, source_ids: torch.Tensor, target_ids: torch.Tensor) -> torch.Tensor:
        memory, state = self.encoder(self.source(source_ids))
        decoded, _ = self.decoder(self.target(target_ids), state)
        weights = torch.softmax(self.query(decoded) @ memory.transpose(1, 2), -1)
        return self.out(torch.cat([decoded, weights @ memory], -1))


class Autoencoder(nn.Module):
    """A variational autoencoder (Kingma & Welling 2014)."""

    def __init__(self, latent: int = 16) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.ReLU())
        self.mean = nn.Linear(400, latent)
        self.log_variance = nn.Linear(400, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid())

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        hidden = self.encoder(image)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        noise = torch.randn_like(mean)
        return self.decoder(mean + noise * torch.exp(0.5 * log_variance)), mean, log_variance
