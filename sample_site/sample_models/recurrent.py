"""A recurrent tagger."""

from __future__ import annotations

from torch import Tensor, nn

__all__ = ["Tagger"]


class Tagger(nn.Module):
    """Tags each word of a sentence and judges the whole of it: two outputs from one LSTM."""

    def __init__(self, vocabulary: int = 5000, width: int = 64, tags: int = 12, classes: int = 3) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, width, num_layers=2, bidirectional=True, batch_first=True)
        self.dropout = nn.Dropout(0.2)
        self.tag = nn.Linear(2 * width, tags)
        self.judge = nn.Linear(2 * width, classes)

    def forward(self, words: Tensor) -> dict[str, Tensor]:
        """`tags` is `N×L×tags`, `verdict` `N×classes`."""
        states, _ = self.lstm(self.embedding(words))
        states = self.dropout(states)
        return {"tags": self.tag(states), "verdict": self.judge(states.mean(dim=1))}
