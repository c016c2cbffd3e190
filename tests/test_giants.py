"""Figures of two giants: seconds, memory and size, each model in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "giants.py"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "billions", "seconds"),
    [("llama", 405.9, 3), ("deepseek", 671.0, 10), ("deepseek-moe", 671.0, 10)],
)
def test_a_figure_of_a_giant_takes_seconds_little_memory_and_a_screen(
    name: str, billions: float, seconds: float
) -> None:
    command = [sys.executable, "-W", "ignore", str(BENCHMARK), "--json", "--models", name]
    cost = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)[name]
    assert round(cost["parameters"] / 1e9, 1) == billions
    assert sum(cost["seconds"].values()) < seconds
    assert cost["megabytes"] < 300
    assert cost["width"] < 1920
    assert cost["height"] < 1200
