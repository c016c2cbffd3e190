"""Dimensions: how the sizes of tensors follow from a few named sizes of the input, told by trying.

A model is traced again at other sizes. Where every step is the same step, each dimension of each tensor
has one size per trace, and these are compared with simple forms of the named sizes: `N`, `N*8`, `H/2`,
`H*W/256+1`, `T-2`, `S+T`. A form counts when it gives the size of every trace exactly, has fewer
unknowns than there are traces to tell them by, and no other form does as well.

One more trace has odd sizes. A form without division must hold there too, which tells `S` from what is
padded to a multiple of 64; `H/2` need only be within one, since convolutions round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import lcm, prod
from typing import NamedTuple

__all__ = ["Forms"]


class _Form(NamedTuple):
    """`slope` times the product of `names`, or their sum, plus `offset`."""

    names: tuple[str, ...]
    slope: Fraction
    offset: Fraction
    is_sum: bool = False

    def at(self, point: Mapping[str, int]) -> Fraction:
        """Its value."""
        return self.slope * _base(self.names, point, is_sum=self.is_sum) + self.offset

    @property
    def divides(self) -> bool:
        return self.slope.denominator > 1 or self.offset.denominator > 1

    def __str__(self) -> str:
        """As Python's arithmetic."""
        if self.is_sum:
            return "+".join(self.names) + _signed(self.offset)
        # `H/2+1`, but `(H-3)/2`
        inner = self.offset.denominator > 1
        divisor = lcm(self.slope.denominator, self.offset.denominator)
        factor = self.slope * (divisor if inner else self.slope.denominator)
        times = f"*{abs(factor)}" if abs(factor) != 1 else ""
        divided = f"/{divisor}" if divisor > 1 else ""
        term = "*".join(self.names) + times + ("" if inner else divided)
        offset = self.offset * (divisor if inner else 1)
        text = f"{term}{_signed(offset)}" if factor > 0 else f"{offset}-{term}"
        return f"({text}){divided}" if inner else text


def _signed(number: Fraction) -> str:
    return f"{'+' if number > 0 else '-'}{abs(number)}" if number else ""


def _base(names: Sequence[str], point: Mapping[str, int], *, is_sum: bool) -> int:
    sizes = (point[name] for name in names)
    return sum(sizes) if is_sum else prod(sizes)


class Forms:
    """What sizes at some points tell of how they follow from the named sizes there."""

    def __init__(self, points: Sequence[Mapping[str, int]], odd: Mapping[str, int] | None = None) -> None:
        """Know the points.

        Args:
            points: The named sizes at each; the first are the author's.
            odd: Odd ones, where there is a trace of them.
        """
        self.points = points
        self.odd = odd
        self.of = cache(self._of)

    def _of(self, sizes: tuple[int, ...], odd: int | None = None) -> str:
        """The form that gives these sizes at these points; empty where none does, or several do.

        Args:
            sizes: One for each point.
            odd: The size at odd ones.
        """
        if len(set(sizes)) == 1:
            return ""
        found = [form for form in self._fitting(sizes) if odd is None or self._holds(form, odd)]
        return str(found[0]) if len(found) == 1 else ""

    def _fitting(self, sizes: tuple[int, ...]) -> Iterator[_Form]:
        names = tuple(self.points[0])
        products = [group for k in range(1, len(names) + 1) for group in combinations(names, k)]
        candidates = [(group, False) for group in [*products, *((name, name) for name in names)]]
        candidates += [(group, True) for group in products if len(group) > 1]
        for group, is_sum in candidates:
            form = self._through(sizes, group, is_sum=is_sum)
            if form is not None and all(
                form.at(p) == size for p, size in zip(self.points, sizes, strict=True)
            ):
                yield form

    def _through(self, sizes: tuple[int, ...], group: tuple[str, ...], *, is_sum: bool) -> _Form | None:
        """The form of these names that gives the first size, and the first other one."""
        first = _base(group, self.points[0], is_sum=is_sum)
        if is_sum:
            return _Form(group, Fraction(1), Fraction(sizes[0] - first), is_sum=True)
        for point, size in zip(self.points[1:], sizes[1:], strict=True):
            base = _base(group, point, is_sum=False)
            if base != first:
                slope = Fraction(size - sizes[0], base - first)
                return _Form(group, slope, sizes[0] - slope * first) if slope else None
        return None

    def _holds(self, form: _Form, size: int) -> bool:
        if self.odd is None:
            return True
        off = abs(form.at(self.odd) - size)
        # Where several names are divided, each is rounded by itself.
        return off == 0 if not form.divides else off < 1 or len(form.names) > 1
