"""A run of `benchmarks/coverage.py`: what hangs or dies harms nobody; what is known is not run again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.coverage.case import Way
from benchmarks.coverage.result import Outcome, Result, Results
from benchmarks.coverage.table import misses, table

ROOT = Path(__file__).parents[2]

HARM = """
import os, sys, time
from pathlib import Path

import torch

from benchmarks.coverage.entries import cases_from, noise
from benchmarks.coverage.pool import Job, Limits, run_all
from benchmarks.coverage.result import Result, Results

torch.set_num_threads(1)


class Harm(torch.nn.Module):
    def __init__(self, harm):
        super().__init__()
        self.harm = harm

    def forward(self, x):
        self.harm()
        return x + 1


def dies_the_second_time(before=[]):
    before.append(1)
    if len(before) == 2:
        os.kill(os.getpid(), 9)


entries = [
    ("hangs", lambda: Harm(lambda: time.sleep(60)), noise(2)),
    ("dies", lambda: Harm(dies_the_second_time), noise(2)),
    ("raises", lambda: Harm(lambda: 1 / 0), noise(2)),
    ("runs", lambda: Harm(lambda: None), noise(2)),
]
results = Results(Path(sys.argv[1]))
stages = ["eager", "ours", "peer cpu"]
jobs = [Job(case, Result("torch", case.name), stages) for case in cases_from("torch", entries)]
run_all(jobs, 2, Limits(seconds=20.0), results.add)
"""


@pytest.mark.slow
def test_a_model_that_hangs_or_dies_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    subprocess.run([sys.executable, "-c", HARM, str(file)], check=True, cwd=ROOT, timeout=300)
    found = {result.name: result.stages for result in Results(file)}
    assert found["hangs"]["eager"].reason == "more than 20 s"
    assert "ours" not in found["hangs"]
    assert found["dies"]["eager"].ok
    assert found["dies"]["ours"].reason == "signal 9"
    assert "peer cpu" in found["dies"]
    assert "ZeroDivisionError" in found["raises"]["eager"].reason
    assert found["runs"]["ours"].ok


@pytest.mark.slow
def test_the_command_runs_what_is_new_and_prints_all(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    command = [
        sys.executable, "benchmarks/coverage.py", "--packages", "x-transformers",
        "--only", "^(Decoder|NeoMLP)$", "--stages", "eager", "ours", "--results", str(file),
    ]  # fmt: skip
    first = subprocess.run(command, check=True, cwd=ROOT, timeout=300, capture_output=True, text=True)
    assert "Drawn wrongly: 0" in first.stdout
    written = file.read_text()
    assert {result.name for result in Results(file) if result.ok("ours")} == {"Decoder", "NeoMLP"}
    again = subprocess.run(command, check=True, cwd=ROOT, timeout=300, capture_output=True, text=True)
    assert file.read_text() == written
    assert again.stdout.splitlines()[:2] == first.stdout.splitlines()[:2]


def result(name: str, **stages: Outcome) -> Result:
    return Result("p", name, Way(), {key.replace("_", " "): outcome for key, outcome in stages.items()})


YES, NO = (
    Outcome(ok=True, device="cpu", note="Needs: data (b.py:2)"),
    Outcome(ok=False, reason="E: 12 (a.py:1)"),
)


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    results = Results(tmp_path / "r.jsonl")
    results.add(result("a", eager=NO))
    results.add(result("b", eager=YES, ours=NO))
    results.add(result("a", eager=YES))
    assert list(Results(tmp_path / "r.jsonl")) == [result("a", eager=YES), result("b", eager=YES, ours=NO)]


def test_the_table_counts_only_what_runs() -> None:
    found = [
        result("a", eager=NO),
        result("b", eager=YES, ours=YES, peer_meta=NO, peer_cpu=YES),
        result("c", eager=YES, ours=Outcome(ok=True, device="meta"), peer_meta=NO, peer_cpu=NO),
        result("d", eager=YES, ours=NO, peer_meta=YES, peer_cpu=YES),
    ]
    row = table(found).splitlines()[1].replace(" %", "%").split()
    assert row == ["p", "4", "3", "2", "66.7%", "1", "33.3%", "2", "1", "1"]
    text = "\n".join(misses(found))
    assert "Not drawn: 1\n  1 × E: 12 (a.py:1)\n      p.d (torchview draws it)" in text
    assert "Drawn on cpu only: 1\n  1 × Needs: data (b.py:2)\n      p.b" in text
    assert "Does not run: 1" in text
