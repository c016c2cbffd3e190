"""Channels: the room between two layers, where nets run across the flow on tracks.

The horizontal pieces of the nets get tracks so that they neither overlap nor cross more than they
must. A band is kept for the labels under the cards that they belong to, and one for the panel's
title before the first or after the last track.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from torchview_docs.drawing.layout import sizes
from torchview_docs.drawing.layout.labels import Span, label_band, place_labels
from torchview_docs.drawing.layout.layering import Layering
from torchview_docs.drawing.layout.panel import Problem

__all__ = ["Channel", "Piece", "assign_tracks", "channels"]

#: Pieces nearer than this may not share a track.
PIECE_GAP = 6.0
#: Vertical pieces of two nets nearer than this would be drawn over each other, which costs so much.
SAME_X = 4.0
OVERLAP_COST = 50
#: Left of everything in a panel.
FAR_LEFT = -1e9
#: A channel with more pieces than this is routed by a cheaper rule.
MOST_PIECES = 120


@dataclass(slots=True)
class Piece:
    """Where a strand comes from above and goes to below in a channel."""

    uppers: list[float] = field(default_factory=list)
    lowers: list[float] = field(default_factory=list)

    @property
    def low(self) -> float:
        """Its left end."""
        return min(self.uppers + self.lowers)

    @property
    def high(self) -> float:
        """Its right end."""
        return max(self.uppers + self.lowers)

    @property
    def span(self) -> Span:
        """Both."""
        return self.low, self.high


@dataclass(slots=True)
class Channel:
    """Height of a channel, and where in it the strands run across.

    `tracks` has the distance of each strand's piece from the channel's top, `left` the nets whose
    labels stand left of their lines.
    """

    height: float
    tracks: dict[int, float]
    left: frozenset[int] = frozenset()


def channels(layering: Layering, x: Sequence[float]) -> list[Channel]:
    """The channel below each layer."""
    found: list[Channel] = []
    for rank in range(len(layering.layers) - 1):
        pieces = _pieces(layering, rank, x)
        found.append(_channel(layering, rank, x, pieces, assign_tracks(pieces)))
    return found


def _pieces(layering: Layering, rank: int, x: Sequence[float]) -> dict[int, Piece]:
    pieces: dict[int, Piece] = {}
    for link in layering.links[rank]:
        piece = pieces.setdefault(link.strand, Piece())
        # a lateral comes from the panel's border, left of everything
        piece.uppers.append(FAR_LEFT if layering.is_lateral(link.upper) else x[link.upper] + link.tail)
        piece.lowers.append(x[link.lower] + link.head)
    for hook in layering.hooks[rank]:
        if hook.turn is not None:
            continue
        piece = pieces.setdefault(hook.strand, Piece())
        ends = piece.uppers if hook.below else piece.lowers
        ends += [x[hook.box] + hook.offset, x[hook.dummy]]
    return pieces


def _channel(
    layering: Layering, rank: int, x: Sequence[float], pieces: dict[int, Piece], levels: dict[int, int]
) -> Channel:
    """Bands and tracks of one channel.

    A track lies below the band for labels only if a piece on it would touch a label.
    """
    problem = layering.problem
    bent = [pieces[strand].span for strand in levels]
    straight = [piece.span for strand, piece in pieces.items() if strand not in levels]
    labels = place_labels(layering, rank, x, bent, straight)
    band = label_band(layering, labels)
    first, last = rank == 0, rank == len(layering.layers) - 2
    start, end, least = _border_bands(problem, bool(levels), first=first, last=last)
    tracks: list[float] = []
    for level in range(max(levels.values(), default=-1) + 1):
        on_it = [pieces[strand] for strand, other in levels.items() if other == level]
        touches = any(label.touches(piece.span) for piece in on_it for label in labels)
        above = tracks[-1] + sizes.TRACK if tracks else start
        tracks.append(max(above, band + sizes.LABEL_GAP) if touches else above)
    height = (tracks[-1] if tracks else start) + end
    if band:
        height = max(height, band + sizes.LABEL_GAP + (0.0 if last else sizes.ARROW))
    if height < least:
        # what is to spare is shared by both sides
        spare = 0.0 if band else (least - height) / 2
        tracks = [y + spare for y in tracks]
        height = least
    left = frozenset(label.net for label in labels if label.left)
    return Channel(height, {strand: tracks[level] for strand, level in levels.items()}, left)


def _border_bands(problem: Problem, tracks: bool, *, first: bool, last: bool) -> tuple[float, float, float]:
    """Room before the first and after the last track of a channel, and its least height.

    Without tracks the sum of the two is the channel's height.
    """
    title = problem.title is not None
    at_start, at_end = problem.title_at == "start", problem.title_at == "end"
    if first and last:
        # a panel without boxes: what enters leaves again
        before = sizes.TITLE_BAND if at_start else sizes.BOTTOM
        after = sizes.TITLE_BAND if at_end else sizes.BOTTOM
        return (before, after, 0.0) if title else (0.0, 0.0, 0.0)
    if first:
        before = 0.0
        if title:
            before = sizes.TITLE_BAND if at_start else sizes.TRACK if tracks else sizes.PADDING
        after = sizes.ARROW if tracks else 0.0 if not title else 2.0 if at_start else 4.0
        return before, after, 0.0
    before = sizes.CORNER if tracks else 0.0
    if last:
        return before, (sizes.TITLE_BAND if at_end else sizes.BOTTOM) if title else 0.0, 0.0
    return before, sizes.ARROW if tracks else 0.0, sizes.RANK_GAP


def assign_tracks(pieces: dict[int, Piece]) -> dict[int, int]:
    """The track, from 0 at the top, of each strand that does not go straight down."""
    bent = {strand: piece for strand, piece in pieces.items() if piece.high - piece.low > 1.0}
    if len(bent) > MOST_PIECES:
        return _assign_many(bent)
    return _assign(bent)


def _assign(pieces: dict[int, Piece]) -> dict[int, int]:
    """Of each two pieces that share some x, that one lies above which then crosses less."""
    strands = list(pieces)
    before: dict[int, set[int]] = {strand: set() for strand in strands}
    near: dict[int, set[int]] = {strand: set() for strand in strands}
    for i, a in enumerate(strands):
        for b in strands[i + 1 :]:
            p, q = pieces[a], pieces[b]
            if p.low > q.high + PIECE_GAP or q.low > p.high + PIECE_GAP:
                continue
            near[a].add(b)
            near[b].add(a)
            if _cost(p, q) <= _cost(q, p):
                before[b].add(a)
            else:
                before[a].add(b)
    levels: dict[int, int] = {}
    left = dict.fromkeys(strands)
    while left:
        strand = min(left, key=lambda s: sum(other in left for other in before[s]))
        del left[strand]
        level = max((levels[other] + 1 for other in before[strand] if other in levels), default=0)
        taken = {levels[other] for other in near[strand] if other in levels}
        while level in taken:
            level += 1
        levels[strand] = level
    return levels


def _cost(above: Piece, below: Piece) -> int:
    """Crossings of two pieces, one on a higher track than the other."""
    low, high = below.low, below.high
    cost = sum(low < x < high for x in above.lowers)
    low, high = above.low, above.high
    cost += sum(low < x < high for x in below.uppers)
    return cost + OVERLAP_COST * sum(abs(x - y) < SAME_X for x in above.lowers for y in below.uppers)


def _assign_many(pieces: dict[int, Piece]) -> dict[int, int]:
    """A crowded channel: lines that go right from the right, those that go left from the left."""
    ends = sorted({x for piece in pieces.values() for x in (piece.low, piece.high + PIECE_GAP)})
    index = {x: i for i, x in enumerate(ends)}

    def key(strand: int) -> tuple[bool, float]:
        piece = pieces[strand]
        start = sum(piece.uppers) / len(piece.uppers) if piece.uppers else piece.low
        end = sum(piece.lowers) / len(piece.lowers) if piece.lowers else piece.high
        return (end < start, start if end < start else -start)

    # the lowest free track between each two ends
    skyline = [0] * len(ends)
    levels: dict[int, int] = {}
    for strand in sorted(pieces, key=key):
        piece = pieces[strand]
        a, b = index[piece.low], index[piece.high + PIECE_GAP]
        level = max(skyline[a:b])
        skyline[a:b] = [level + 1] * (b - a)
        levels[strand] = level
    return levels
