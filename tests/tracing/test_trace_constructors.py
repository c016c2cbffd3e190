"""Models are built without memory whatever their constructors do, and are the same as built with it."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn
from truth import without_device
from zoo import constructors

from torchview_docs.graph import Graph
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.job import trace_spec

INPUT = "float32[3, 4]"
NAMES = [
    name
    for name, found in vars(constructors).items()
    if isinstance(found, type)
    and issubclass(found, constructors.Layered)
    and name not in ("Layered", "Sized")
]


def traced(expression: str, device: str = "auto") -> Graph:
    graph = trace_spec(FigureSpec.read(f"zoo.constructors.{expression}", {"input": INPUT, "device": device}))
    graph.validate()
    return graph


@pytest.mark.parametrize("name", [*NAMES, "Sized(4, 5, 6, deep=True)", "factory"])
def test_a_model_is_the_same_built_with_and_without_memory(name: str) -> None:
    on_meta = traced(name)
    assert on_meta.device == "meta"
    assert without_device(on_meta) == without_device(traced(name, "cpu"))


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_what_a_constructor_changes_in_the_process_is_put_back(device: str) -> None:
    before = torch.get_default_dtype(), torch.get_rng_state().tolist(), random.getstate()
    array = np.random.get_state()[1].tolist()
    traced("ChangesDefaults", device)
    assert before == (torch.get_default_dtype(), torch.get_rng_state().tolist(), random.getstate())
    assert array == np.random.get_state()[1].tolist()
    assert nn.Linear(1, 1).weight.dtype is torch.float32
