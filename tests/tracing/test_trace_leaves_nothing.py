"""A trace leaves model, inputs and process as they were: also when it raises, also two at once."""

from __future__ import annotations

import contextlib
import random
import threading
import warnings
from collections.abc import Callable
from typing import Any

import leftovers
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from zoo import CASES

from torchview_docs.errors import TraceError
from torchview_docs.tracing import trace

EVERYWHERE = torch.zeros(2)


class Untidy(nn.Module):
    """Changes all that it can reach, and leaves it so.

    Args:
        how: `return`, `raise`, `data` (asks for data, and so runs twice) or `exit`.
    """

    def __init__(self, how: str = "return") -> None:
        super().__init__()
        self.how = how
        self.first, self.norm, self.last = nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 3)
        self.drop = nn.Dropout()
        self.register_buffer("cache", torch.zeros(4, 3))
        self.register_buffer("large", torch.zeros(70_000))
        self.register_buffer("nothing", None)
        self.seen: list[torch.Tensor] = []
        self.counts = {"calls": 0, "names": set()}
        self.plain = torch.ones(3)
        self.tables = {"deep": [{"er": torch.ones(2)}]}
        self.norm.eval()
        self.last.weight.requires_grad_(False)
        self.first(torch.ones(1, 3)).sum().backward()
        self.hooked = 0
        self.first.register_forward_hook(self._count)

    def _count(self, *_: Any) -> None:
        self.hooked += 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.counts["calls"] += 1
        self.seen.append(x)
        self.new = nn.Linear(3, 3)
        self.register_buffer("later", x * 2)
        self.register_forward_hook(lambda *_: None)
        self.first.register_forward_pre_hook(lambda *_: None)
        self.norm.train()
        self.drop.eval()
        self.cache[0] = 1.0
        self.cache = self.cache + 1
        self.large[:3].add_(1)
        self.nothing = x
        self.plain.mul_(3)
        self.counts["names"].add("x")
        self.tables["deep"][0]["er"].zero_()
        self.tables["deep"][0]["new"] = 1
        with torch.no_grad():
            self.first.weight.mul_(2)
            self.first.bias.data = torch.zeros(3)
            self.last.weight.zero_()
        self.first.weight.grad.zero_()
        self.first.bias.grad = None
        self.last.weight.requires_grad_(True)
        self.last.bias.requires_grad_(False)
        del self.last.bias
        x += 1
        x = self.norm(self.first(x)) + torch.rand(3) * random.random() * np.random.rand()
        self._process()
        if self.how == "raise":
            raise KeyError("raised")
        if self.how == "exit":
            raise SystemExit(3)
        if self.how == "data" and x.sum() > 1e9:
            return x
        return self.new(F.dropout(x))

    def _process(self) -> None:
        torch.manual_seed(7)
        random.seed(7)
        np.random.seed(7)
        torch.set_default_dtype(torch.float64)
        torch.set_default_dtype(torch.float32 if self.how == "return" else torch.float64)
        torch.set_grad_enabled(True)
        torch.use_deterministic_algorithms(True)
        torch.set_default_device("cpu")
        EVERYWHERE.add_(1)
        warnings.simplefilter("error")


def outcomes(how: str, device: str) -> None:
    model, x = Untidy(how), torch.randn(2, 3)
    before = leftovers.model(model), leftovers.tensor_state(x), leftovers.process()
    with contextlib.suppress(TraceError, SystemExit):
        trace(model, x, device=device, mode="train" if how == "raise" else "eval")
    after = leftovers.model(model), leftovers.tensor_state(x), leftovers.process()
    for was, here in zip(before, after, strict=True):
        assert was.keys() == here.keys()
        for key in was:
            assert here[key] == was[key], key


@pytest.mark.parametrize("device", ["auto", "meta", "cpu"])
@pytest.mark.parametrize("how", ["return", "raise", "data", "exit"])
def test_whatever_a_model_changes_is_put_back(how: str, device: str) -> None:
    outcomes(how, device)


@pytest.mark.parametrize("device", ["auto", "cpu"])
@pytest.mark.parametrize("name", CASES)
def test_each_of_the_zoo_leaves_model_and_process_as_they_were(name: str, device: str) -> None:
    case = CASES[name]()
    inputs = {k: v.clone() for k, v in case.inputs.items()}
    before = leftovers.model(case.model), leftovers.process()
    trace(case.model, *case.args, **case.kwargs, device=device, mode="train" if device == "cpu" else "eval")
    assert before == (leftovers.model(case.model), leftovers.process())
    assert all(torch.equal(inputs[k].to_dense(), case.inputs[k].to_dense()) for k in inputs)


def test_two_threads_at_once_leave_everything_as_it_was() -> None:
    hows = ["return", "raise", "data", "raise"]
    models, inputs = [Untidy(how) for how in hows], [torch.randn(2, 3) for _ in hows]
    before = [leftovers.model(m) for m in models], [x.tolist() for x in inputs], leftovers.process()
    meet = threading.Barrier(len(hows))
    raised: list[BaseException] = []

    def tracing(model: nn.Module, x: torch.Tensor, device: str) -> None:
        meet.wait()
        for _ in range(5):
            try:
                trace(model, x, device=device)
            except TraceError:
                pass
            except BaseException as error:
                raised.append(error)

    threads = [
        threading.Thread(target=tracing, args=(model, x, device))
        for model, x, device in zip(models, inputs, ["auto", "cpu", "auto", "meta"], strict=True)
    ]
    _all(threads, threading.Thread.start)
    _all(threads, threading.Thread.join)
    assert not raised
    assert before == ([leftovers.model(m) for m in models], [x.tolist() for x in inputs], leftovers.process())


def _all(threads: list[threading.Thread], do: Callable[[threading.Thread], object]) -> None:
    for thread in threads:
        do(thread)


def test_after_a_trace_the_model_trains_as_before() -> None:
    def trained(traced: bool) -> list[float]:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Dropout(), nn.Linear(3, 1))
        optimizer = torch.optim.Adam(model.parameters())
        losses = []
        for step in range(4):
            if traced and step in (1, 3):
                trace(model, torch.randn(4, 3), device="cpu" if step == 1 else "auto", mode="train")
                torch.manual_seed(0)
            else:
                torch.manual_seed(0)
            loss = model(torch.randn(4, 3)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    assert trained(True) == trained(False)
