"""Region: which bytes of a storage a tensor covers, and whether two of them overlap."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Region", "indexed", "overlap"]

#: Regions that no rule decides are compared byte by byte up to this many elements.
_ENUMERATED = 1 << 16


class Region(NamedTuple):
    """A strided view: offset and strides in bytes from the start of the storage."""

    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    itemsize: int

    @property
    def empty(self) -> bool:
        """Whether it has no element."""
        return 0 in self.shape

    @property
    def end(self) -> int:
        """One past its last byte."""
        return (
            self.offset
            + self.itemsize
            + sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        )

    def dimensions(self) -> list[tuple[int, int]]:
        """(stride, size) of each dimension that moves, largest stride first, the bytes of an element last."""
        moving = [
            (stride, size)
            for size, stride in zip(self.shape, self.strides, strict=True)
            if size > 1 and stride
        ]
        return [*sorted(moving, reverse=True), (1, self.itemsize)]


def overlap(a: Region, b: Region) -> bool:
    """Whether two regions of one storage share a byte; True where it cannot be told cheaply."""
    if a.empty or b.empty or a.end <= b.offset or b.end <= a.offset:
        return False
    if a == b:
        return True
    strides = sorted({stride for region in (a, b) for stride, _ in region.dimensions()}, reverse=True)
    digits_a, digits_b = _digits(a, strides), _digits(b, strides)
    if digits_a is not None and digits_b is not None:
        return all(x[0] < y[1] and y[0] < x[1] for x, y in zip(digits_a, digits_b, strict=True))
    if _elements(a) * a.itemsize <= _ENUMERATED and _elements(b) * b.itemsize <= _ENUMERATED:
        return not _bytes(a).isdisjoint(_bytes(b))
    return True


def _digits(region: Region, strides: list[int]) -> list[tuple[int, int]] | None:
    """The region as one interval per stride, if addresses in it have only one such form.

    An address is written in the mixed radix of the strides; a region whose every dimension stays
    below the next larger stride is a box in these digits, and boxes are compared side by side.
    """
    sizes: dict[int, int] = {}
    for stride, size in region.dimensions():
        sizes[stride] = sizes.get(stride, 1) - 1 + size
    box, rest, above = [], region.offset, None
    for stride in strides:
        if above is not None and above % stride:
            return None
        first, rest = divmod(rest, stride)
        box.append((first, first + sizes.get(stride, 1)))
        if above is not None and box[-1][1] * stride > above:
            return None
        above = stride
    return box


def _elements(region: Region) -> int:
    count = 1
    for size in region.shape:
        count *= size
    return count


def _bytes(region: Region) -> set[int]:
    found = set(range(region.offset, region.offset + region.itemsize))
    for stride, size in region.dimensions()[:-1]:
        found = {address + stride * i for address in found for i in range(size)}
    return found


def indexed(region: Region, index: object) -> Region:
    """The part of a region that `x[index]` is; the whole region where the index is no plain one."""
    parts = list(index) if isinstance(index, tuple) else [index]
    missing = len(region.shape) - sum(1 for p in parts if p is not None and p is not Ellipsis)
    if missing < 0 or parts.count(Ellipsis) > 1:
        return region
    if Ellipsis in parts:
        at = parts.index(Ellipsis)
        parts[at : at + 1] = [slice(None)] * missing
    offset, shape, strides, axis = region.offset, [], [], 0
    for part in parts:
        if part is None:
            continue
        size, stride = region.shape[axis], region.strides[axis]
        if type(part) is int and -size <= part < size:
            offset += (part % size) * stride
        elif isinstance(part, slice) and all(
            type(p) in (int, type(None)) for p in (part.start, part.stop, part.step)
        ):
            steps = range(*part.indices(size))
            offset += steps.start * stride if steps else 0
            shape.append(len(steps))
            strides.append(stride * steps.step)
        else:
            return region
        axis += 1
    return Region(offset, (*shape, *region.shape[axis:]), (*strides, *region.strides[axis:]), region.itemsize)
