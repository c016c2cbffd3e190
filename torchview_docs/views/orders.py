"""Orders: another order in which the same steps could have run."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["by_reader"]


def by_reader(sources: Sequence[Sequence[int]]) -> list[int]:
    """The steps, each just before the first one that needs it.

    `q0 q1 k0 k1 a0 a1`, where `a0` reads `q0` and `k0`, becomes `q0 k0 a0 q1 k1 a1`. Of what a step needs
    comes first what itself needs most, so that of a sum each part comes just before it is added.

    Args:
        sources: Of each step the steps that it reads from.
    """
    depth: list[int] = []
    for found in sources:
        depth.append(1 + max((depth[source] for source in found if source < len(depth)), default=0))
    read = {source for k, found in enumerate(sources) for source in found if source != k}
    ordered: list[int] = []
    begun: set[int] = set()
    done: set[int] = set()
    waiting = [k for k in reversed(range(len(sources))) if k not in read]
    while waiting:
        k = waiting[-1]
        if k not in begun:
            begun.add(k)
            needed = sorted(sources[k], key=lambda source: (-depth[source], source), reverse=True)
            waiting += [source for source in needed if source not in begun]
            continue
        waiting.pop()
        if k not in done:
            done.add(k)
            ordered.append(k)
    return ordered
