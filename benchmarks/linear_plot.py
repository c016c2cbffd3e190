"""The plot of `linear.py`: seconds against operations, both axes logarithmic, as a small SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

__all__ = ["plot"]

_WIDTH, _HEIGHT = 560, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 100, 34, 44
_COLOURS = ("#5b5bd6", "#0b8f8f", "#c2571a", "#b0306a", "#5f7f1a")
_STYLE = (
    "text{font:11px Helvetica,Arial,sans-serif;fill:#475569}"
    ".g{stroke:#94a3b8;stroke-opacity:.35}.d{stroke:#94a3b8;stroke-dasharray:4 4}"
    "polyline{fill:none;stroke-width:1.8}"
    "@media(prefers-color-scheme:dark){text{fill:#cbd5e1}}"
)


def plot(totals: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """The SVG.

    Args:
        totals: Of each kind of net: operations and seconds, from small to large.
    """
    points = [point for costs in totals.values() for point in costs]
    x = _Axis([count for count, _ in points], _LEFT, _WIDTH - _RIGHT)
    y = _Axis([seconds for _, seconds in points], _HEIGHT - _BOTTOM, _TOP)
    body = [*_grid(x, y), *_lines(totals, x, y)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Seconds that a figure takes, by the number '
        f'of operations">\n<style>{_STYLE}</style>\n' + "\n".join(body) + "\n</svg>\n"
    )


class _Axis:
    """A logarithmic axis over whole decades."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def decades(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def _grid(x: _Axis, y: _Axis) -> Iterator[str]:
    for value in x.decades:
        yield f'<line class="g" x1="{x(value)}" x2="{x(value)}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>'
        yield f'<text x="{x(value)}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{value:,.0f}</text>'
    for value in y.decades:
        yield f'<line class="g" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(value)}" y2="{y(value)}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y(value) + 4}" text-anchor="end">{value:g} s</text>'
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">operations</text>'
    yield f'<text x="{_LEFT - 8}" y="{_TOP - 14}">trace, views, layout and SVG, CPU seconds</text>'
    # What is in proportion: through the middle of the axes, one decade for one decade.
    decades = min(x.high - x.low, y.high - y.low)
    first, last = (10.0**x.low, 10.0**y.low), (10.0 ** (x.low + decades), 10.0 ** (y.low + decades))
    yield f'<line class="d" x1="{x(first[0])}" y1="{y(first[1])}" x2="{x(last[0])}" y2="{y(last[1])}"/>'


def _lines(totals: Mapping[str, Sequence[tuple[int, float]]], x: _Axis, y: _Axis) -> Iterator[str]:
    ends = sorted((y(costs[-1][1]), name) for name, costs in totals.items())
    at: dict[str, float] = {}
    below = -math.inf
    for place, name in ends:
        below = at[name] = max(place + 4, below + 13)
    for (name, costs), colour in zip(totals.items(), _COLOURS, strict=False):
        points = " ".join(f"{x(count)},{y(seconds)}" for count, seconds in costs)
        yield f'<polyline points="{points}" stroke="{colour}"/>'
        yield (f'<text x="{x(costs[-1][0]) + 8}" y="{at[name]}" style="fill:{colour}">{name}</text>')
