"""Orders: another order in which the same steps could have run."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["by_reader"]


def by_reader(sources: Sequence[Sequence[int]]) -> list[int]:
    """The steps, each just before the first one that needs it.

    `q0 q1 k0 k1 a0 a1`, where `a0` reads `q0` and `k0`, becomes `q0 k0 a0 q1 k1 a1`.

    Args:
        sources: Of each step the steps that it reads from.
    """
    read = {source for k, found in enumerate(sources) for source in found if source != k}
    ordered: list[int] = []
    begun: set[int] = set()
    done: set[int] = set()
    waiting = [k for k in reversed(range(len(sources))) if k not in read]
    while waiting:
        k = waiting[-1]
        if k not in begun:
            begun.add(k)
            waiting += [source for source in reversed(sources[k]) if source not in begun]
            continue
        waiting.pop()
        if k not in done:
            done.add(k)
            ordered.append(k)
    return ordered
