"""The command: lays figures out and prints what is measured of them."""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.layout.sizes import PAGE_ACROSS, PAGE_ALONG
from torchview_docs.drawing.page import fits
from torchview_docs.drawing.scene import Scene
from torchview_docs.spec import FigureSpec
from torchview_docs.views import view

from .flat import flat
from .graphs import ARCHITECTURES, graphs, trace_into
from .measures import Measures, measure
from .picture import of_drawing
from .prototype import Prototype
from .scale import measure_scale

__all__ = ["main"]

_PAGE = (PAGE_ACROSS, PAGE_ALONG)


class _Result(NamedTuple):
    """One figure, laid out by one engine in so many seconds; None where it took too long."""

    name: str
    engine: str
    measures: Measures | None
    seconds: float


def main() -> int:
    """Run the benchmark; the status says whether a figure of ours has a fault."""
    given = _parser().parse_args()
    if given.trace:
        trace_into(given.trace, given.graphs)
        return 0
    if given.scale:
        found = list(measure_scale())
        print(*(said for _, said in found), sep="\n")
        return not all(good for good, _ in found)
    results: list[_Result] = []
    print(f"{'':38}{'faults':>14}{'cross':>7}{'bends':>7}{'waste':>7}{'size':>14}{'ms':>8}")
    for found in _measured(given):
        results += found
        if given.all or any(r.measures is None or (r.engine == "ours" and r.measures.faults) for r in found):
            for result in found:
                print(_row(result), flush=True)
    _summarise(results)
    return any(r.engine == "ours" and r.measures is not None and r.measures.faults > 0 for r in results)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="REGEX", help="names of figures, searched")
    parser.add_argument("--prototype", type=Path, help="panel_layout.py, with its graphs beside it")
    parser.add_argument("--graphs", type=Path, default=Path("build/layout_graphs"), help="traced graphs")
    parser.add_argument("--all", action="store_true", help="a line for every figure")
    parser.add_argument("--ours", action="store_true", help="without Graphviz")
    parser.add_argument("--scale", action="store_true", help="only how long the largest figures take")
    parser.add_argument("--trace", choices=("sample", "zoo", "transformers"), help=argparse.SUPPRESS)
    return parser


def _measured(given: argparse.Namespace) -> Iterator[list[_Result]]:
    if given.prototype is not None:
        prototype = Prototype(given.prototype)
        for name in prototype.names():
            if re.search(given.only, name):
                drawn, picture, seconds = prototype.figure(name)
                theirs = _Result(name, "prototype", measure(drawn, picture), seconds)
                yield [theirs, *_laid_out(name, drawn, given)]
    for name, graph in graphs(given.graphs):
        if re.search(given.only, name):
            spec = FigureSpec.read("benchmark.figure", {})
            yield _laid_out(name, scene(view(graph, spec, fits), spec), given)


def _laid_out(name: str, drawn: Scene, given: argparse.Namespace) -> list[_Result]:
    start = time.process_time()
    drawing = lay_out(drawn)
    seconds = time.process_time() - start
    found = [_Result(name, "ours", measure(drawn, of_drawing(drawn, drawing)), seconds)]
    if not given.ours:
        theirs = flat(drawn)
        made = None if theirs is None else measure(drawn, theirs[0])
        found.append(_Result(name, "graphviz", made, theirs[1] if theirs else float("nan")))
    return found


def _row(result: _Result) -> str:
    m = result.measures
    if m is None:
        return f"{result.name:28}{result.engine:>10}  more than a minute"
    faults = "/".join(map(str, m[:5]))
    size = f"{m.width:.0f} × {m.height:.0f}"
    return (
        f"{result.name:28}{result.engine:>10}{faults:>14}{m.crossings:7}{m.bends:7}{m.waste:7.2f}"
        f"{size:>14}{result.seconds * 1e3:8.1f}"
    )


# -- the summary --------------------------------------------------------------------------


def _summarise(results: list[_Result]) -> None:
    ours = {r.name: r for r in results if r.engine == "ours"}
    print(
        f"\n{len(ours)} figures of ours: {sum(_of(r).faults > 0 for r in ours.values())} with faults;",
        end=" ",
    )
    milliseconds = sorted(r.seconds * 1e3 for r in ours.values())
    print(
        f"median {statistics.median(milliseconds):.1f} ms, longest {milliseconds[-1]:.0f} ms, "
        f"{sum(ms > 50 for ms in milliseconds)} above 50 ms"
    )
    for engine in ("graphviz", "prototype"):
        both = [(_of(ours[r.name]), r) for r in results if r.engine == engine]
        known = [(a, _of(r)) for a, r in both if r.measures is not None]
        if known:
            print(f"against {engine}, {len(known)} figures ({len(both) - len(known)} took it too long):")
            for what in ("area", "crossings", "waste", "bends", "width", "height"):
                pairs = [(getattr(a, what), getattr(b, what)) for a, b in known]
                at_most = sum(a <= b * 1.0005 for a, b in pairs)
                ratio = statistics.median(a / b if b else 1.0 for a, b in pairs)
                print(f"  {what:10} at most theirs in {at_most / len(pairs):4.0%}, median ratio {ratio:.2f}")
    pages = [_of(ours[name]) for name in ours if name.removeprefix("transformers.") in ARCHITECTURES]
    if pages:
        fit = sum(m.width <= _PAGE[0] and m.height <= _PAGE[1] for m in pages)
        wide, high = (
            sum(m.width > _PAGE[0] for m in pages),
            sum(m.height > _PAGE[1] for m in pages),
        )
        print(f"{fit} of {len(pages)} architectures fit in {_PAGE[0]:.0f} × {_PAGE[1]:.0f} px:", end=" ")
        print(f"{wide} are too wide, {high} too high")


def _of(result: _Result) -> Measures:
    if result.measures is None:
        raise ValueError(f"{result.name} was not laid out")
    return result.measures
