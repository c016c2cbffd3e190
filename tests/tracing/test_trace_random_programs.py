"""Random programs with reuse, views, writes and containers: what is drawn is what ran."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from programs import INPUTS, KINDS, SIZE, Program, Step, expected, steps
from truth import (
    ancestors,
    dependencies,
    module_calls,
    output_shapes,
    paths,
    shapes,
    traced_calls,
    without_device,
)

from torchview_docs.graph import Graph
from torchview_docs.tracing import trace


def inputs() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(SIZE, SIZE, generator=generator) + 0.5 for _ in range(INPUTS)]


@given(steps)
def test_paths_are_those_of_a_taint_analysis(program: list[Step]) -> None:
    graph = trace(Program(program), *inputs())
    graph.validate()
    assert graph.device == "meta"
    found = []
    for output in (node for node in graph.nodes if node.op == "output"):
        reached = ancestors(graph, output.name)
        found.append(sum(1 << i for i in range(INPUTS) if f"inputs[{i}]" in reached))
    assert found == expected(program)


@given(steps)
def test_what_a_perturbation_shows_to_depend_has_a_path(program: list[Step]) -> None:
    model, given = Program(program), inputs()
    graph = trace(model, *given)
    named = {f"inputs[{i}]": t for i, t in enumerate(given)}
    assert not dependencies(model, named, *given) - paths(graph)


@given(steps)
def test_calls_shapes_and_dtypes_are_those_that_ran(program: list[Step]) -> None:
    model = Program(program)
    graph = trace(model, *inputs())
    assert traced_calls(graph) == module_calls(model, *inputs())
    with torch.no_grad():
        assert output_shapes(graph) == shapes(model(*inputs()))
    assert without_device(graph) == without_device(trace(model, *inputs(), device="cpu"))
    assert Graph.from_json(graph.to_json()) == graph


def programs(count: int) -> list[list[Step]]:
    """The same ones in every process."""
    chance = random.Random(0)

    def step(depth: int) -> Step:
        kind = chance.choice([*KINDS, *["block"] * 4]) if depth else chance.choice(KINDS)
        inner = tuple(step(depth - 1) for _ in range(chance.randint(1, 5))) if kind == "block" else ()
        return Step(kind, chance.randint(0, 20), chance.randint(0, 20), chance.randint(0, 8), inner)

    return [[step(2) for _ in range(chance.randint(3, 14))] for _ in range(count)]


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from test_trace_random_programs import Program, inputs, programs
from torchview_docs.tracing import trace
for program in programs(40):
    sys.stdout.write(trace(Program(program), *inputs()).to_json())
"""


@pytest.mark.slow
def test_another_process_with_another_hash_seed_gives_the_same_json() -> None:
    mine = "".join(trace(Program(program), *inputs()).to_json() for program in programs(40))
    theirs = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(Path(__file__).parent)],
        env={**os.environ, "PYTHONHASHSEED": "77" if os.environ.get("PYTHONHASHSEED") == "1" else "1"},
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert mine == theirs
