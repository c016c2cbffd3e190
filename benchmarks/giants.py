"""Two giants, from their configurations to a figure: what it costs, and how large the figure is.

    python benchmarks/giants.py [--models llama deepseek …] [--write FOLDER] [--json]

Each model has a process of its own, which imports everything first. Then, in CPU seconds on one thread:

    construct   the model, as the model expression of a page says, parameters on meta
    trace       the rest of `trace_spec`: the input, the forward pass, its Graph
    view        simplified, folded, closed to depth `auto`
    layout      cards and wires
    svg         the markup
    forward     for comparison, in another process: construction on `torch.device("meta")` and the bare
                meta forward

Memory is the peak of the resident memory above that after the imports. The figure is measured from the
Drawing, at its natural size; a screen is 1,920 × 1,200 pixels.

Limits, of which each line says whether it keeps them: Llama-3.1-405B 3 s, DeepSeek-V3 10 s, both 300 MB
and a screen. transformers keeps the 256 experts of a layer in one module, which runs them by two calls of
`grouped_mm`: that is what is drawn. `deepseek-moe` is the same model with one layer's experts open.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SCREEN = (1920, 1200)
MEGABYTES = 300


@dataclass(frozen=True)
class Giant:
    """A model, and the seconds that its figure may take."""

    model: str
    limit: float
    options: Mapping[str, str] = field(default_factory=dict)
    #: The bare forward runs only in this dtype: the meta kernel of `grouped_mm` takes no other.
    dtype: str = "float32"


_DEEPSEEK = "transformers.DeepseekV3ForCausalLM(transformers.DeepseekV3Config())"

GIANTS = {
    "llama": Giant(
        "transformers.LlamaForCausalLM(transformers.LlamaConfig(hidden_size=16384, num_hidden_layers=126, "
        "intermediate_size=53248, num_attention_heads=128, num_key_value_heads=8, vocab_size=128256))",
        3,
    ),
    "deepseek": Giant(_DEEPSEEK, 10, dtype="bfloat16"),
    "deepseek-moe": Giant(_DEEPSEEK, 10, {"focus": "model.layers.3.mlp", "depth": "inf"}, dtype="bfloat16"),
}


@dataclass(frozen=True)
class Cost:
    """What one figure took: seconds by stage, megabytes, and what came out."""

    seconds: dict[str, float]
    megabytes: float
    parameters: int
    operations: int
    cards: int
    width: float
    height: float
    bytes: int

    @property
    def total(self) -> float:
        """All stages."""
        return sum(self.seconds.values())


def _peak() -> float:
    """The largest resident memory so far, in megabytes (Linux counts it in kilobytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _import_all() -> None:
    import torch
    import transformers.models.deepseek_v3.modeling_deepseek_v3
    import transformers.models.llama.modeling_llama  # noqa: F401

    torch.set_num_threads(1)


def measure(giant: Giant, write: Path | None) -> Cost:
    """From the expression to the SVG, in this process."""
    _import_all()
    from torchview_docs.drawing.cards import scene
    from torchview_docs.drawing.layout import lay_out
    from torchview_docs.drawing.page import fits
    from torchview_docs.drawing.svg import svg
    from torchview_docs.markup import describe
    from torchview_docs.spec import FigureSpec
    from torchview_docs.tracing import job
    from torchview_docs.views import view

    before = _peak()
    seconds: dict[str, float] = {}

    def timed(stage: str, done: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                return done(*args, **kwargs)
            finally:
                seconds[stage] = seconds.get(stage, 0) + time.process_time() - start

        return run

    spec = FigureSpec.read(giant.model, {"input": "int64[1, 128]", **giant.options})
    # The first part of `trace_spec` is told from the rest by the one function that it calls for it.
    job.build = timed("construct", job.build)
    graph = timed("trace", job.trace_spec)(spec)
    seconds["trace"] -= seconds["construct"]
    shown = timed("view", view)(graph, spec, fits)
    drawing = timed("layout", lambda: lay_out(scene(shown, spec)))()
    markup = timed("svg", svg)(drawing, prefix="tv", title=graph.name, desc=describe(shown), standalone=True)
    if write is not None:
        write.write_text(markup, encoding="utf-8")
    root = graph.root
    return Cost(
        seconds,
        _peak() - before,
        root.parameters.total if root is not None and root.parameters is not None else 0,
        len(graph.leaves),
        len(drawing.cards),
        drawing.width,
        drawing.height,
        len(markup.encode()),
    )


def forward(giant: Giant) -> float:
    """Seconds of the bare construction and forward pass on meta, in this process."""
    _import_all()
    import torch

    from torchview_docs.expression_parser import parse_model
    from torchview_docs.tracing.resolve import build

    start = time.process_time()
    torch.set_default_dtype(getattr(torch, giant.dtype))
    with torch.device("meta"), torch.no_grad():
        model = build(parse_model(giant.model)).eval()
        model(torch.zeros(1, 128, dtype=torch.int64))
    return time.process_time() - start


def _in_process(*words: str) -> Any:
    command = [sys.executable, "-W", "ignore", __file__, *words]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def report(name: str, giant: Giant, cost: Cost, bare: float) -> list[str]:
    """The lines that say what it cost, and whether it keeps the limits."""

    def verdict(kept: bool) -> str:
        return "ok" if kept else "TOO MUCH"

    fits = cost.width <= SCREEN[0] and cost.height <= SCREEN[1]
    stages = ", ".join(f"{stage} {value:.2f}" for stage, value in cost.seconds.items())
    time_said = f"limit {giant.limit:g} s: {verdict(cost.total < giant.limit)}"
    memory_said = f"limit {MEGABYTES} MB: {verdict(cost.megabytes < MEGABYTES)}"
    size = f"{cost.width:.0f} × {cost.height:.0f} px"
    size_said = f"a screen, {SCREEN[0]} × {SCREEN[1]} px: {verdict(fits)}"
    return [
        f"{name}: {cost.parameters / 1e9:.1f} B parameters, {cost.operations:,} leaves of the Graph",
        f"  {cost.total:5.2f} s CPU after the imports: {stages}  ({time_said})",
        f"  {bare:5.2f} s for the bare construction and meta forward",
        f"  {cost.megabytes:5.0f} MB resident above the imports  ({memory_said})",
        f"  {cost.cards} cards, {size}, {cost.bytes / 1e3:.0f} kB of SVG  ({size_said})",
    ]


def main() -> None:
    """Measure each giant in its own process and print the report."""
    parser = argparse.ArgumentParser(description="Figures of two giants: seconds, memory, size.")
    parser.add_argument("--models", nargs="+", choices=GIANTS, default=list(GIANTS))
    parser.add_argument("--write", type=Path, help="folder for the figures")
    parser.add_argument("--json", action="store_true", help="print the costs as JSON")
    parser.add_argument("--inside", choices=["figure", "forward"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    file = {name: options.write / f"{name}.svg" if options.write else None for name in options.models}
    if options.inside == "figure":
        (name,) = options.models
        print(json.dumps(asdict(measure(GIANTS[name], file[name]))))
        return
    if options.inside == "forward":
        (name,) = options.models
        print(json.dumps(forward(GIANTS[name])))
        return
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
    found = {}
    for name in options.models:
        words = ["--write", str(options.write)] if options.write else []
        cost = Cost(**_in_process("--models", name, "--inside", "figure", *words))
        bare = _in_process("--models", name, "--inside", "forward")
        found[name] = asdict(cost) | {"forward": bare}
        if not options.json:
            print("\n".join(report(name, GIANTS[name], cost, bare)), flush=True)
    if options.json:
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
