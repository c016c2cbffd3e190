"""Sequences: which elements of two sequences are the same, in order, as many as can be.

Myers' greedy algorithm ("An O(ND) difference algorithm and its variations", 1986): it takes time in
proportion to length times difference. Two sequences that differ in very much are aligned piece by
piece, which finds not always as many, but never takes long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["common"]

#: So many differences are looked at before what was found is taken for good.
_PIECE = 300

Pairs = list[tuple[int, int]]


def common(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """Pairs of indices of equal elements, rising in both.

    The other way round it gives the same pairs the other way round.
    """
    # Of several alignments that are as long, which one is found depends on which side is first.
    if (len(old), old) > (len(new), new):
        return [(a, b) for b, a in common(new, old)]
    start, end = 0, 0
    shorter = min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    pairs = [(k, k) for k in range(start)]
    pairs += _inner(old, new, start, len(old) - end, len(new) - end)
    return pairs + [(len(old) - k, len(new) - k) for k in range(end, 0, -1)]


def _inner(old: Sequence[str], new: Sequence[str], start: int, old_end: int, new_end: int) -> Pairs:
    pairs: Pairs = []
    i = j = start
    while i < old_end and j < new_end:
        found, i, j = _piece(old, new, (i, old_end), (j, new_end))
        pairs += found
    return pairs


def _piece(
    old: Sequence[str], new: Sequence[str], mine: tuple[int, int], theirs: tuple[int, int]
) -> tuple[Pairs, int, int]:
    """The pairs of as much as can be aligned with `_PIECE` differences, and where that ends."""
    (left, old_end), (top, new_end) = mine, theirs
    width, height = old_end - left, new_end - top
    reached = {1: 0}  # by diagonal how far along the old sequence
    history: list[dict[int, int]] = []
    best = (0, 0, 0)  # how far along both, and with how many differences
    for difference in range(min(width + height, _PIECE) + 1):
        history.append(dict(reached))
        for k in range(-difference, difference + 1, 2):
            down = _is_down(reached, k, difference)
            x = reached[k + 1] if down else reached[k - 1] + 1
            while x < width and x - k < height and old[left + x] == new[top + x - k]:
                x += 1
            reached[k] = x
            y = x - k
            if x <= width and y <= height and x + y > best[0] + best[1]:
                best = (x, y, difference)
        if best[0] == width and best[1] == height:
            break
    pairs = [(left + x, top + y) for x, y in _traced(history[: best[2] + 1], best[0], best[1])]
    return pairs, left + best[0], top + best[1]


def _is_down(reached: Mapping[int, int], k: int, difference: int) -> bool:
    """Whether the furthest way to a diagonal leaves out an element of the new sequence, not of the old."""
    return k == -difference or (k != difference and reached[k - 1] < reached[k + 1])


def _traced(history: Sequence[Mapping[int, int]], x: int, y: int) -> Pairs:
    """The pairs on the way to a point that the last level has reached."""
    pairs: Pairs = []
    for difference in range(len(history) - 1, -1, -1):
        reached, k = history[difference], x - y
        down = _is_down(reached, k, difference)
        before = k + 1 if down else k - 1
        start = reached[before] + (not down)
        while x > max(start, 0) and y > 0:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = reached[before], reached[before] - before
    return pairs[::-1]
