"""An encoder-decoder transformer for translation."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["Translator"]


class Tokens(nn.Module):
    """Token embeddings plus learned positions."""

    def __init__(self, vocabulary: int, width: int, length: int) -> None:
        super().__init__()
        self.token = nn.Embedding(vocabulary, width)
        self.position = nn.Parameter(torch.zeros(length, width))

    def forward(self, ids: Tensor) -> Tensor:
        """Vectors `N×L×width` of ids `N×L`."""
        return self.token(ids) + self.position[: ids.shape[1]]


class EncoderBlock(nn.Module):
    """Self-attention and a feed-forward net, each with a skip."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(width)
        self.feed_forward = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        """As `x`, `N×L×width`."""
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.feed_forward(self.norm2(x))


class DecoderBlock(nn.Module):
    """Self-attention, attention to the encoder's output, and a feed-forward net."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.self_attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(width)
        self.cross_attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm3 = nn.LayerNorm(width)
        self.feed_forward = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """As `x`, `N×L×width`; `memory` is what the encoder gave."""
        y = self.norm1(x)
        x = x + self.self_attention(y, y, y, attn_mask=mask, need_weights=False)[0]
        x = x + self.cross_attention(self.norm2(x), memory, memory, need_weights=False)[0]
        return x + self.feed_forward(self.norm3(x))


class Translator(nn.Module):
    """A pre-norm transformer after Vaswani et al., *Attention Is All You Need* (2017)."""

    def __init__(self, vocabulary: int = 8000, width: int = 256, heads: int = 8, layers: int = 4) -> None:
        super().__init__()
        self.source = Tokens(vocabulary, width, 512)
        self.encoder = nn.ModuleList(EncoderBlock(width, heads) for _ in range(layers))
        self.target = Tokens(vocabulary, width, 512)
        self.decoder = nn.ModuleList(DecoderBlock(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, source_ids: Tensor, target_ids: Tensor) -> Tensor:
        """Scores of the next token at each place, `N×L×vocabulary`."""
        memory = self.source(source_ids)
        for encoder_block in self.encoder:
            memory = encoder_block(memory)
        x = self.target(target_ids)
        mask = nn.Transformer.generate_square_subsequent_mask(target_ids.shape[1], device=x.device)
        for decoder_block in self.decoder:
            x = decoder_block(x, memory, mask)
        return self.head(self.norm(x))
