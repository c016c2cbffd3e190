"""What each step costs as models grow: CPU seconds of trace, views, layout and SVG, 100 to 20,000 operations.

    python benchmarks/linear.py [--write sample_site/pages/linear.svg] [--kinds chain blocks …] [--most 20000]

Generated nets, of which each size is traced on meta, viewed and drawn whole (`depth: inf`), on one thread:

    chain     layers of ten kinds in an order that does not repeat, nothing folded
    blocks    residual blocks of different widths, nothing folded
    folded    equal blocks of different layers, folded to one panel × N
    experts   layers of 16 equal experts side by side, folded
    skips     U-Nets one after the other, eight skips each, nothing folded

It prints microseconds per operation, and the slope of the log–log line through the sizes from 1,000 on: 1
where cost grows with the number of operations, 2 where it grows with its square. That of all stages
together is to be at most 1.1 for each net; else the last line says so and the exit code is 1. (A single
stage may show more: what it holds outgrows the processor's caches.)
"""

from __future__ import annotations

import argparse
import gc
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

SIZES = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
STAGES = ("trace", "views", "layout", "svg")
STEEPEST = 1.1
#: Below it fixed costs count.
_FROM = 1000


@dataclass(frozen=True)
class Net:
    """A function of one tensor, about so many operations long, and how it is drawn."""

    run: Callable[[Any, int], Any]
    fold: bool


def _digits(number: int) -> int:
    """A number that follows from another without a pattern."""
    return (number * 2654435761 % 2**32) >> 7


def _layer(x: Any, number: int) -> Any:
    import torch

    kinds = (
        torch.sin, torch.cos, torch.tanh, torch.exp, torch.relu,
        torch.sigmoid, torch.abs, torch.neg, torch.square, torch.erf,
    )  # fmt: skip
    return kinds[_digits(number) % len(kinds)](x)


def _chain(x: Any, count: int) -> Any:
    for k in range(count):
        x = _layer(x, k)
    return x


def _blocks(x: Any, count: int) -> Any:
    for k in range(count // 5):
        y = x
        for j in range(4):
            y = _layer(y, 31 * k + j)
        x = x + y
    return x


def _folded(x: Any, count: int) -> Any:
    for _ in range(count // 10):
        y = x
        for j in range(9):
            y = _layer(y, j)
        x = x + y
    return x


def _experts(x: Any, count: int) -> Any:
    import torch

    for _ in range(count // 50):
        x = torch.stack([x.sin().exp().tanh() for _ in range(16)]).sum(0).relu()
    return x


def _skips(x: Any, count: int) -> Any:
    for k in range(count // 32):
        kept = []
        for j in range(8):
            x = _layer(x, 57 * k + j)
            kept.append(x)
        for j in range(12):
            x = _layer(x + kept.pop() if kept else x, 57 * k + 8 + j)
    return x


NETS: Mapping[str, Net] = {
    "chain": Net(_chain, fold=False),
    "blocks": Net(_blocks, fold=False),
    "folded": Net(_folded, fold=True),
    "experts": Net(_experts, fold=True),
    "skips": Net(_skips, fold=False),
}


def measure(net: Net, count: int) -> tuple[int, dict[str, float]]:
    """Operations that ran, and CPU seconds of each stage."""
    import torch

    from torchview_docs.drawing.cards import scene
    from torchview_docs.drawing.layout import lay_out
    from torchview_docs.drawing.svg import svg
    from torchview_docs.spec import FigureSpec
    from torchview_docs.tracing import trace
    from torchview_docs.views import view

    spec = FigureSpec("net", depth=math.inf, fold=net.fold)
    gc.collect()
    clock = [time.process_time()]
    graph = trace(lambda x: net.run(x, count), torch.empty(4, 4, device="meta"), device="meta")
    clock.append(time.process_time())
    shown = view(graph, spec)
    clock.append(time.process_time())
    drawing = lay_out(scene(shown, spec))
    clock.append(time.process_time())
    svg(drawing, prefix="tv", title="net", desc="net")
    clock.append(time.process_time())
    taken = (after - before for before, after in pairwise(clock))
    seconds = dict(zip(STAGES, taken, strict=True))
    return len(graph.nodes) - 2, seconds


def slope(points: Sequence[tuple[int, float]]) -> float:
    """Of the least-squares line through the logarithms."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(max(y, 1e-6)) for _, y in points]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    rise = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return rise / sum((x - middle_x) ** 2 for x in xs)


Costs = list[tuple[int, dict[str, float]]]


def report(name: str, costs: Costs) -> tuple[list[str], float]:
    """The table of a net, and the slope of all stages together."""
    lines = [f"{name:8} operations  " + "  ".join(f"{stage:>7}" for stage in (*STAGES, "all")) + "   µs each"]
    for count, seconds in costs:
        each = [1e6 * seconds[stage] / count for stage in STAGES]
        lines.append(f"{count:19,}  " + "  ".join(f"{value:7.1f}" for value in (*each, sum(each))))
    large = [(count, seconds) for count, seconds in costs if count >= _FROM * 0.9]
    slopes = []
    if len(large) > 1:
        slopes = [slope([(count, seconds[stage]) for count, seconds in large]) for stage in STAGES]
        slopes.append(slope([(count, sum(seconds.values())) for count, seconds in large]))
        lines.append(f"{'slope':>19}  " + "  ".join(f"{value:7.2f}" for value in slopes))
    return lines, max(slopes[-1:], default=0.0)


def main() -> int:
    """Measure, print, and write the plot."""
    parser = argparse.ArgumentParser(description="Cost per operation from 100 to 20,000 operations.")
    parser.add_argument("--kinds", nargs="+", choices=NETS, default=list(NETS))
    parser.add_argument("--most", type=int, default=SIZES[-1], help="the largest net")
    parser.add_argument("--rounds", type=int, default=2, help="the least of so many measurements counts")
    parser.add_argument("--write", type=Path, help="where the plot is written")
    options = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    measure(NETS["chain"], 100)  # imports what is imported at the first use
    found: dict[str, Costs] = {}
    steepest = 0.0
    for name in options.kinds:
        found[name] = []
        for size in (size for size in SIZES if size <= options.most):
            tries = [measure(NETS[name], size) for _ in range(options.rounds)]
            least = {stage: min(seconds[stage] for _, seconds in tries) for stage in STAGES}
            found[name].append((tries[0][0], least))
        lines, worst = report(name, found[name])
        steepest = max(steepest, worst)
        print("\n".join(lines), flush=True)
    if options.write:
        from linear_plot import plot

        totals = {n: [(count, sum(s.values())) for count, s in costs] for n, costs in found.items()}
        options.write.write_text(plot(totals), encoding="utf-8")
    print(f"steepest slope {steepest:.2f} ({'ok' if steepest <= STEEPEST else f'more than {STEEPEST}'})")
    return int(steepest > STEEPEST)


if __name__ == "__main__":
    sys.exit(main())
