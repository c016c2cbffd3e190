"""Dimensions: how the sizes of tensors follow from a few named sizes of the input, told by trying.

A model is traced again at other sizes. Where every step is the same step, each dimension of each tensor
has one size per trace, and these are compared with simple forms of the named sizes: `N`, `N*8`, `H/2`,
`H*W/256+1`, `T-2`, `S+T`. A form counts when it gives the size of every trace exactly, has fewer
unknowns than there are traces to tell them by, and no other form does as well.

That is so of sizes that are far from each other. What is padded to a multiple of 64 is found out close
by: where a form divides a name by 2, sizes 2 more and 2 less; where none does, 1 more and 1 less. So
forms are right wherever all divisions come out even.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import lcm, prod
from typing import NamedTuple

__all__ = ["Form", "Forms"]


class Form(NamedTuple):
    """`slope` times the product of `names`, or their sum, plus `offset`."""

    names: tuple[str, ...]
    slope: Fraction
    offset: Fraction
    is_sum: bool = False

    def at(self, point: Mapping[str, int]) -> Fraction:
        """Its value."""
        return self.slope * _base(self.names, point, is_sum=self.is_sum) + self.offset

    def allows(self, point: Mapping[str, int], size: int) -> bool:
        """Whether it may be that this is the size: of what does not come out even it says nothing."""
        value = self.at(point)
        return value == size or value.denominator > 1

    def __str__(self) -> str:
        """As Python's arithmetic."""
        if self.is_sum:
            return "+".join(self.names) + _signed(self.offset)
        # `H/2+1`, but `(H-3)/2`
        inner = self.offset.denominator > 1
        divisor = lcm(self.slope.denominator, self.offset.denominator)
        factor = self.slope * divisor
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

    def __init__(self, points: Sequence[Mapping[str, int]]) -> None:
        """Know the named sizes at each point; the first are the author's."""
        self.points = points
        self._known: dict[tuple[int, ...], Form | None] = {}

    def of(self, sizes: tuple[int, ...]) -> Form | None:
        """The form that gives these sizes, one for each point; None where none does, or several do."""
        if sizes not in self._known:
            found = [] if len(set(sizes)) == 1 else list(self._fitting(sizes))
            self._known[sizes] = found[0] if len(found) == 1 else None
        return self._known[sizes]

    def step(self, name: str) -> int:
        """What a named size must be divided by for all forms that were found to come out even."""
        return lcm(
            *(form.slope.denominator for form in self._known.values() if form and form.names == (name,))
        )

    def _fitting(self, sizes: tuple[int, ...]) -> Iterator[Form]:
        names = tuple(self.points[0])
        products = [group for k in range(1, len(names) + 1) for group in combinations(names, k)]
        candidates = [(group, False) for group in [*products, *((name, name) for name in names)]]
        candidates += [(group, True) for group in products if len(group) > 1]
        for group, is_sum in candidates:
            form = self._through(sizes, group, is_sum=is_sum)
            if form is not None and all(
                form.at(point) == size for point, size in zip(self.points, sizes, strict=True)
            ):
                yield form

    def _through(self, sizes: tuple[int, ...], group: tuple[str, ...], *, is_sum: bool) -> Form | None:
        """The form of these names that gives the first size, and the first other one."""
        first = _base(group, self.points[0], is_sum=is_sum)
        if is_sum:
            return Form(group, Fraction(1), Fraction(sizes[0] - first), is_sum=True)
        for point, size in zip(self.points[1:], sizes[1:], strict=True):
            base = _base(group, point, is_sum=False)
            if base != first:
                slope = Fraction(size - sizes[0], base - first)
                return Form(group, slope, sizes[0] - slope * first) if slope else None
        return None
