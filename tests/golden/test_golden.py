"""Golden outputs themselves: what happens when an output changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from golden import Golden

HERE = Path(__file__).parent
#: A figure that is traced without a large library.
NAME = "lstm"


def test_an_output_that_has_changed_fails_with_what_has(tmp_path: Path) -> None:
    Golden(tmp_path, overwrite=True).check("net", "one\ncard 10,20 add\nthree\n")
    Golden(tmp_path).check("net", "one\ncard 10,20 add\nthree\n")
    with pytest.raises(AssertionError) as caught:
        Golden(tmp_path).check("net", "one\ncard 10,24 add\nthree\nfour\n")
    lines = str(caught.value).splitlines()
    assert [line for line in lines if line.startswith(("-card", "+card", "+four", "-", "+"))] == [
        "--- net, expected",
        "+++ net, now",
        "-card 10,20 add",
        "+card 10,24 add",
        "+four",
    ]
    assert "make goldens" in lines[-1]
    assert (tmp_path / "net.txt").read_text("utf-8") == "one\ncard 10,20 add\nthree\n"


def test_an_output_of_which_nothing_is_known_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"\+card"):
        Golden(tmp_path).check("net", "card\n")


def test_a_long_difference_is_cut_and_the_rest_counted(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="… and 1883 lines more"):
        Golden(tmp_path).check("net", "card\n" * 2000)


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A copy of these tests, with a golden drawing that is not what is drawn."""
    (tmp_path / "tests").mkdir()
    for name in ("conftest.py", "chromium.py"):
        shutil.copy(HERE.parent / name, tmp_path / "tests")
    shutil.copytree(HERE, tmp_path / "tests" / "golden", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE.parent.parent / "pyproject.toml", tmp_path)
    kept = tmp_path / "tests" / "golden" / "drawings" / f"{NAME}.txt"
    kept.write_text(kept.read_text("utf-8").replace("card ", "card 7", 1), "utf-8")
    return tmp_path


def run(suite: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/golden/test_drawings.py", "-k", NAME]
    # The models are this repository's.
    paths = os.pathsep.join([str(HERE.parent.parent), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [*command, *options], cwd=suite, env={**os.environ, "PYTHONPATH": paths},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_changed_drawing_fails_is_skipped_and_is_accepted(suite: Path) -> None:
    kept = suite / "tests" / "golden" / "drawings" / f"{NAME}.txt"
    wrong = kept.read_text("utf-8")
    failed = run(suite)
    assert failed.returncode == 1, failed.stdout
    assert "-card 7" in failed.stdout
    assert "1 skipped" in run(suite, "--no-output").stdout
    assert kept.read_text("utf-8") == wrong
    assert run(suite, "--overwrite").returncode == 0
    assert kept.read_text("utf-8") == (HERE / "drawings" / f"{NAME}.txt").read_text("utf-8")
    assert run(suite).returncode == 0


@pytest.mark.slow
def test_drawings_are_the_same_under_every_hash_seed() -> None:
    code = (
        "from figures import figure, FIGURES, SLOW; from outlines import outline\n"
        "for name in FIGURES:\n    if name not in SLOW: print(outline(figure(name)))"
    )
    paths = os.pathsep.join([str(HERE.parent.parent), str(HERE)])
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            check=True, capture_output=True, text=True,
        ).stdout
        for seed in ("1", "77")
    ]  # fmt: skip
    assert len(outputs[0].splitlines()) > 150
    assert outputs[0] == outputs[1]
