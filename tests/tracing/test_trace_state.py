"""A trace leaves no trace: patches, threads, lazy modules, attributes, gradients, other processes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import warnings
import weakref
from pathlib import Path

import pytest
import torch
from torch import nn
from written.nets import Lazy, Net
from zoo import CASES

from torchview_docs.graph import Graph
from torchview_docs.tracing import trace


def patched() -> tuple[object, ...]:
    import torch._functorch.apis
    import torch._functorch.eager_transforms

    return (
        nn.Module.__call__,
        nn.Module.register_parameter,
        torch.autograd.Function.apply.__func__.__code__,
        torch._functorch.apis.vmap_impl,
        torch._functorch.eager_transforms.grad_impl,
        torch.backends.mha.get_fastpath_enabled(),
        torch.get_default_dtype(),
    )


def test_patches_are_taken_out() -> None:
    before = patched()
    trace(Net(), torch.randn(1, 10))
    assert patched() == before


def test_two_threads_trace_while_a_third_runs_untouched() -> None:
    cases = {name: [CASES[name]() for _ in range(4)] for name in ("residual CNN", "Transformer")}
    bystander, x = Net(), torch.randn(2, 10)
    before = patched()
    ambient = (torch.get_rng_state().tolist(), random.getstate(), list(warnings.filters))
    stop = threading.Event()
    wrong: list[object] = []
    graphs: dict[str, list[Graph]] = {name: [] for name in cases}

    def tracing(name: str) -> None:
        for case in cases[name]:
            graphs[name].append(trace(case.model, *case.args, **case.kwargs))

    def running() -> None:
        expected = bystander(x)
        while not stop.is_set():
            out = bystander(x)
            if out.is_meta or not torch.equal(out, expected):
                wrong.append(out)

    threads = [threading.Thread(target=tracing, args=(name,)) for name in graphs]
    third = threading.Thread(target=running)
    third.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    third.join()
    assert not wrong
    assert patched() == before
    assert ambient == (torch.get_rng_state().tolist(), random.getstate(), list(warnings.filters))
    for name, found in graphs.items():
        case = CASES[name]()
        assert found == [trace(case.model, *case.args, **case.kwargs)] * 4


def test_a_lazy_model_stays_lazy() -> None:
    model = Lazy()
    graph = trace(model, torch.randn(2, 6))
    assert graph.by_name["layer"].outputs[0].shape == (2, 4)
    assert isinstance(model.layer, nn.LazyLinear)
    assert isinstance(model.layer.weight, nn.parameter.UninitializedParameter)


def test_gradients_hooks_and_flags_stay() -> None:
    model = Net()
    model(torch.randn(1, 10)).sum().backward()
    model.first.weight.requires_grad_(False)
    grads = {name: p.grad for name, p in model.named_parameters()}
    hooks = []
    model.first.register_forward_hook(lambda *_: hooks.append(1))
    trace(model, torch.randn(1, 10))
    assert all(p.grad is grads[name] for name, p in model.named_parameters())
    assert not model.first.weight.requires_grad
    assert model.second.weight.requires_grad
    assert len(model.first._forward_hooks) == 1


def test_nothing_keeps_the_model_alive() -> None:
    model = Net()
    reference = weakref.ref(model)
    trace(model, torch.randn(1, 10))
    del model
    import gc

    gc.collect()
    assert reference() is None


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from zoo import CASES
from torchview_docs.tracing import trace
for name, make in CASES.items():
    case = make()
    sys.stdout.write(trace(case.model, *case.args, **case.kwargs).to_json())
"""


@pytest.mark.slow
def test_another_process_with_another_hash_seed_gives_the_same_json() -> None:
    here = Path(__file__).parent
    # This process has a seed of its own, and has traced before.
    cases = [make() for make in CASES.values()]
    mine = "".join(trace(case.model, *case.args, **case.kwargs).to_json() for case in cases)
    theirs = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, str(here)],
        env={**os.environ, "PYTHONHASHSEED": "77" if os.environ.get("PYTHONHASHSEED") == "1" else "1"},
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert mine == theirs
    assert mine.count('"format"') == len(CASES)


@pytest.mark.parametrize("name", [name for name, make in CASES.items() if make().device == "meta"])
def test_remembered_results_change_nothing(name: str) -> None:
    from torchview_docs.tracing import ladder
    from torchview_docs.tracing.memo import Memo
    from torchview_docs.tracing.run import Subject, run

    case = CASES[name]()
    subject = Subject(case.model, case.args, case.kwargs)
    memo = Memo()
    plain = run(subject, meta=True, memo=None)
    assert plain == run(subject, meta=True, memo=memo) == run(subject, meta=True, memo=memo)
    assert plain == ladder.climb(subject, "meta")
