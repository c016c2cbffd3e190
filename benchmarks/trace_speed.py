"""How long tracing takes, against the bare meta forward of the same model in the same process.

    python benchmarks/trace_speed.py [--rounds 7] [--models gpt2 resnet50 …] [--no-torchview]

A trace is the whole of it: model and input in hand, Graph in hand. For each model, in a process of
its own, the bare forward and the traces run alternately, and medians of CPU seconds are divided:

    fresh   nothing is remembered when the trace starts; the process has run one before
    warm    what earlier traces have computed is remembered, as in a worker that draws many figures
    cold    the first trace of a process, against the first forward of another
    torchview    its `draw_graph` on meta in its fastest setting that works, against `fresh`

Targets: fresh at most 0.4 × for gpt2, bert and llama, 0.8 × for resnet50, swin and t5, 0.5 × for the
mixed operations; views at most 5 µs an operation; cold at most 1.0 ×; torchview at least 4 × slower.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_VIEWS = 3_000


@dataclass(frozen=True)
class Case:
    """A model on the meta device and what it is called with."""

    model: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    operations: int = 0


def _tokens(length: int, batch: int = 1) -> Any:
    import torch

    return torch.zeros(batch, length, dtype=torch.int64)


def _image(size: int = 224) -> Any:
    import torch

    return torch.empty(1, 3, size, size, device="meta")


def _of(name: str, config: str, arguments: Callable[[], dict[str, Any]], **settings: Any) -> Case:
    import torch
    import transformers

    with torch.device("meta"):
        model = getattr(transformers, name)(getattr(transformers, config)(**settings))
    return Case(model.eval(), (), arguments())


def _mixed() -> Case:
    import torch
    from torch import nn

    class Mixed(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for step in range(300):
                y = x.view(4, -1, 64).transpose(1, 2)
                y = torch.relu(y) * 0.5
                y = torch.nn.functional.layer_norm(y.transpose(1, 2), (64,))
                y = torch.cat([y[:, :1], y[:, 1:]], 1)
                x = x + y.reshape(x.shape) * (step + 1)
            return x

    return Case(Mixed(), (torch.empty(4, 16, 64, device="meta"),), {})


def _views() -> Case:
    import torch
    from torch import nn

    class Views(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(_VIEWS // 3):
                x = x.transpose(0, 1).view(8, 8).unsqueeze(0).__getitem__(0)
            return x

    return Case(Views(), (torch.empty(8, 8, device="meta"),), {}, _VIEWS // 3 * 4)


CASES: dict[str, Callable[[], Case]] = {
    "gpt2": lambda: _of("GPT2Model", "GPT2Config", lambda: {"input_ids": _tokens(128)}),
    "bert": lambda: _of(
        "BertModel", "BertConfig", lambda: {"input_ids": _tokens(128)},
        hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096,
    ),
    "llama": lambda: _of("LlamaModel", "LlamaConfig", lambda: {"input_ids": _tokens(128)}),
    "resnet50": lambda: _of(
        "ResNetForImageClassification", "ResNetConfig", lambda: {"pixel_values": _image()}
    ),
    "swin": lambda: _of("SwinModel", "SwinConfig", lambda: {"pixel_values": _image()}),
    "t5": lambda: _of(
        "T5Model", "T5Config",
        lambda: {"input_ids": _tokens(128), "decoder_input_ids": _tokens(32)},
        d_model=768, d_ff=3072, num_layers=12, num_heads=12,
    ),
    "mixed": _mixed,
    "views": _views,
}  # fmt: skip


def _timed(run: Callable[[], object]) -> float:
    """Seconds of CPU: neither side waits for anything, and other work on the machine does not count."""
    start = time.process_time()
    run()
    return time.process_time() - start


def _forward(case: Case) -> Callable[[], object]:
    import torch

    # The input is made meta beforehand, so that the forward computes shapes only, as the trace does.
    args = tuple(a.to("meta") if isinstance(a, torch.Tensor) else a for a in case.args)
    kwargs = {k: v.to("meta") if isinstance(v, torch.Tensor) else v for k, v in case.kwargs.items()}

    def run() -> object:
        with torch.no_grad():
            return case.model(*args, **kwargs)

    return run


def _trace(case: Case, memo: Any) -> Callable[[], Any]:
    from torchview_docs.tracing.run import Subject, run

    return lambda: run(Subject(case.model, case.args, case.kwargs), meta=True, memo=memo)


def _torchview(case: Case) -> float | None:
    """The time of its fastest setting; None where none works, or it is not installed."""
    try:
        from torchview import draw_graph
    except ImportError:
        return None
    best: float | None = None
    for depth in (1, 3, 100):
        with contextlib.suppress(Exception):
            given = {**dict(zip(("x",), case.args, strict=False)), **case.kwargs}
            data: Any = list(case.args) if case.args else given
            seconds = _timed(
                lambda depth=depth, data=data: draw_graph(  # type: ignore[misc]
                    case.model, input_data=data, device="meta", depth=depth, mode="eval"
                )
            )
            best = seconds if best is None else min(best, seconds)
    return best


def _measure(name: str, rounds: int, *, torchview: bool) -> dict[str, Any]:
    from torchview_docs.tracing.memo import Memo

    case = CASES[name]()
    forward, warm = _forward(case), _trace(case, Memo())
    forward()
    graph = warm()
    times: dict[str, list[float]] = {"forward": [], "fresh": [], "warm": []}
    for _ in range(rounds):
        times["forward"].append(_timed(forward))
        times["fresh"].append(_timed(_trace(case, Memo())))
        times["warm"].append(_timed(warm))
    found: dict[str, Any] = {key: statistics.median(values) for key, values in times.items()}
    found["nodes"] = len(graph.nodes)
    found["operations"] = case.operations
    found["torchview"] = _torchview(case) if torchview else None
    return found


def _first(name: str, what: str) -> float:
    from torchview_docs.tracing.memo import Memo

    case = CASES[name]()
    return _timed(_forward(case) if what == "forward" else _trace(case, Memo()))


def _child(*words: str) -> Any:
    done = subprocess.run(
        [sys.executable, __file__, "--child", *words], check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cold-rounds", type=int, default=3)
    parser.add_argument("--models", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--no-torchview", action="store_true")
    parser.add_argument("--child", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        import torch

        torch.set_num_threads(1)  # idle threads that wait for work would count as CPU time
        name, what, *rest = options.child
        if what == "first":
            print(json.dumps(_first(name, rest[0])))
        else:
            print(json.dumps(_measure(name, int(rest[0]), torchview=rest[1] == "yes")))
        return
    print(f"{'':10}{'nodes':>7}{'forward':>10}{'fresh':>8}{'warm':>8}{'cold':>8}{'torchview':>11}")
    for name in options.models:
        found = _child(name, "all", str(options.rounds), "no" if options.no_torchview else "yes")
        cold = statistics.median(
            _child(name, "first", "trace") / _child(name, "first", "forward")
            for _ in range(options.cold_rounds)
        ) if options.cold_rounds else float("nan")  # fmt: skip
        forward, theirs = found["forward"], found["torchview"]
        peer = f"{theirs / found['fresh']:9.1f} ×" if theirs else f"{'–':>11}"
        each = (
            f"  {found['warm'] / found['operations'] * 1e6:.1f} µs an operation"
            if found["operations"]
            else ""
        )
        print(
            f"{name:10}{found['nodes']:7}{forward * 1e3:7.0f} ms{found['fresh'] / forward:6.2f} ×"
            f"{found['warm'] / forward:6.2f} ×{cold:6.2f} ×{peer}{each}",
            flush=True,
        )


if __name__ == "__main__":
    main()
