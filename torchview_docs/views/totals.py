"""Totals of what was counted, of steps of which some stand for several equal ones."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["total_of"]


def total_of(counts: Iterable[tuple[int | None, int]]) -> int | None:
    """The sum of counts, each as often as it stands for; None where nothing was counted."""
    found = [count * times for count, times in counts if count is not None]
    return sum(found) if found else None
