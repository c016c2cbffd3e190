"""Stages: what is tried with a model, each on a model built anew.

`eager` runs it as its author would and counts the calls of its modules; `ours` draws it with this
package and holds the graph against the counts; `peer meta` and `peer cpu` draw it with torchview.
"""

from __future__ import annotations

import itertools
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from .case import Call, Case, Way
from .result import Outcome

if TYPE_CHECKING:
    from torchview_docs.graph import Graph

__all__ = ["STAGES", "mismatch", "module_calls", "run_stage"]

#: Depths that torchview is asked for: its default, and one at which everything is open.
_PEER_DEPTHS = (3, 100)

#: Seconds after which no further way to build a model is begun.
_PATIENCE = 8.0


def run_stage(stage: str, case: Case, way: Way) -> tuple[Outcome, Way]:
    """What came of a stage; `eager` finds the way to build and call a model, the others take it."""
    start = time.perf_counter()
    if stage == "eager":
        outcome, way = _eager(case)
    else:
        outcome = STAGES[stage](case, way)
    outcome.seconds = round(time.perf_counter() - start, 3)
    return outcome, way


def _eager(case: Case) -> tuple[Outcome, Way]:
    """Runs the first way that does."""
    reason = ""
    start = time.monotonic()
    for i, build in enumerate(case.models):
        if time.monotonic() - start > _PATIENCE:
            break
        try:
            torch.manual_seed(0)
            model = build().eval()
        except Exception as error:
            reason = reason or _reason(error, "construction")
            continue
        for j in range(len(case.calls)):
            way = Way(i, j)
            try:
                torch.manual_seed(1)
                call = case.calls[j](model)
            except Exception as error:
                reason = reason or _reason(error, "arguments")
                continue
            try:
                with torch.no_grad():
                    model(*call.args, **call.kwargs)
            except Exception as error:
                reason = reason or _reason(error)
                continue
            return Outcome(ok=True, note=_described(call)), way
    return Outcome(ok=False, reason=reason), Way()


def _ours(case: Case, way: Way) -> Outcome:
    from torchview_docs.tracing import trace

    try:
        model, call = case.build(way)
    except Exception as error:  # the limits of this benchmark, since `eager` has built it before
        return Outcome(ok=False, reason=_reason(error, "construction"))
    try:
        graph = trace(model, *call.args, **call.kwargs)
        graph.validate()
    except Exception as error:
        return Outcome(ok=False, reason=_reason(error))
    del model  # the next one takes its memory
    outcome = Outcome(ok=True, device=graph.device, mismatch=mismatch(graph, module_calls(*case.build(way))))
    if graph.device != "meta":
        try:
            trace(*_again(case, way), device="meta", **call.kwargs)
        except Exception as error:
            outcome.note = _reason(error)
    return outcome


def _again(case: Case, way: Way) -> tuple[Any, ...]:
    model, call = case.build(way)
    return model, *call.args


def _peer(device: str) -> Callable[[Case, Way], Outcome]:
    def stage(case: Case, way: Way) -> Outcome:
        import torchview

        reason = ""
        for depth in _PEER_DEPTHS:
            model, call = case.build(way)
            data = call.kwargs if not call.args else list(call.args)
            extra = call.kwargs if call.args else {}
            try:
                with torch.no_grad():
                    torchview.draw_graph(
                        model, input_data=data, device=device, depth=depth, mode="eval", **extra
                    )
            except Exception as error:
                reason = reason or _reason(error)
            else:
                return Outcome(ok=True, device=device, note=f"depth {depth}")
        return Outcome(ok=False, reason=reason)

    return stage


def module_calls(model: torch.nn.Module, call: Call) -> Counter[str]:
    """How often each module runs, by its path; those that hang in no module, by their class."""
    paths = {id(module): path for path, module in reversed(list(model.named_modules()))}
    counts: Counter[str] = Counter()

    def count(module: torch.nn.Module, *_: Any) -> None:
        counts[paths.get(id(module), f"<{type(module).__name__}>")] += 1

    handle = torch.nn.modules.module.register_module_forward_pre_hook(count)
    try:
        with torch.no_grad(), _whole_encoders():
            model(*call.args, **call.kwargs)
    finally:
        handle.remove()
    return counts


@contextmanager
def _whole_encoders() -> Iterator[None]:
    """Encoder layers of torch call their modules, not one fused kernel in their place."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def mismatch(graph: Graph, counts: Counter[str]) -> str:
    """Where a graph's module calls are not those counted; empty where they are."""
    drawn = Counter(node.target for node in graph.nodes if node.op == "call_module")
    registered = {path: n for path, n in counts.items() if not path.startswith("<")}
    wrong = [
        f"{path or '(root)'}: ran {n} ×, drawn {drawn[path]} ×"
        for path, n in registered.items()
        if drawn[path] != n
    ]
    hidden = sum(counts.values()) - sum(registered.values())
    others = sum(n for path, n in drawn.items() if path not in registered)
    if hidden != others:
        wrong.append(f"modules that hang in no module: ran {hidden} ×, drawn {others} ×")
    return "; ".join(itertools.islice(wrong, 3)) + (f"; and {len(wrong) - 3} more" if len(wrong) > 3 else "")


def _reason(error: BaseException, where: str = "") -> str:
    """The innermost error in one line, and the last line of the model's own code that it passed."""
    failure = getattr(error, "failure", None)
    while error.__cause__ is not None:
        error = error.__cause__
    frames = traceback.extract_tb(error.__traceback__)
    models = [f for f in frames if "site-packages" in f.filename and "/torch/" not in f.filename]
    last = (models or frames or [None])[-1]
    place = "/".join(last.filename.rsplit("/", 2)[-2:]) + f":{last.lineno} `{last.line}`" if last else ""
    text = " ".join(str(error).split())[:300]
    advice = f" [{failure.message}]" if failure is not None and failure.message not in text else ""
    start = f"{where}: " if where else ""
    return f"{start}{type(error).__name__}: {text} ({place}){' '.join(advice.split())[:300]}"


def _described(call: Call) -> str:
    def short(value: Any) -> str:
        return str(list(value.shape)) if isinstance(value, torch.Tensor) else type(value).__name__

    return ", ".join([*map(short, call.args), *(f"{k}={short(v)}" for k, v in call.kwargs.items())])


#: In the order in which they are tried.
STAGES: dict[str, Callable[[Case, Way], Outcome]] = {
    "eager": lambda case, _: _eager(case)[0],
    "ours": _ours,
    "peer meta": _peer("meta"),
    "peer cpu": _peer("cpu"),
}
