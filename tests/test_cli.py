from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from pypdf import PdfReader

from torchview_docs import Graph
from torchview_docs.cli import main

MODELS = """
from torch import nn


class Net(nn.Module):
    def __init__(self, hidden=8):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, hidden), nn.ReLU())
        self.head = nn.Linear(hidden, 2)

    def forward(self, x):
        return self.head(self.body(x))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "nets.py").write_text(MODELS)
    return folder


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "torchview_docs", *arguments],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip


DRAW = ("draw", "nets.Net(hidden=16)", "--input", "float32[1, 4]")


def test_without_output_the_layers_are_listed(project: Path) -> None:
    done = run(project, *DRAW)
    assert done.returncode == 0, done.stderr
    assert "Linear" in done.stdout
    assert "1×16" in done.stdout
    assert f"{4 * 16 + 16 + 16 * 2 + 2}" in done.stdout


@pytest.mark.slow
def test_the_suffix_says_what_is_written(project: Path) -> None:
    for suffix in ("svg", "pdf", "png", "json", "dot", "txt"):
        done = run(project, *DRAW, "--depth", "inf", "-o", f"out/net.{suffix}")
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
    out = project / "out"
    svg = ET.fromstring((out / "net.svg").read_text("utf-8"))
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    [page] = PdfReader(out / "net.pdf").pages
    assert "Linear" in page.extract_text()
    assert page.mediabox.width == pytest.approx(0.75 * float(svg.get("width", "0")))
    with Image.open(out / "net.png") as picture:
        assert (picture.format, picture.width) == ("PNG", 2 * int(svg.get("width", "0")))
    graph = Graph.from_json((out / "net.json").read_text("utf-8"))
    assert [n.target for n in graph.nodes if n.op == "call_module"] == [
        "",
        "body",
        "body.0",
        "body.1",
        "head",
    ]
    assert (out / "net.dot").read_text("utf-8").startswith("digraph")
    assert "Linear" in (out / "net.txt").read_text("utf-8")


@pytest.mark.slow
def test_a_png_has_the_size_and_the_theme_that_are_asked_for(project: Path) -> None:
    for name, options in {"light": (), "dark": ("--theme", "dark", "--scale", "0.5")}.items():
        done = run(project, *DRAW, "-o", f"out/{name}.png", *options)
        assert done.returncode == 0, done.stderr
    with Image.open(project / "out/light.png") as light, Image.open(project / "out/dark.png") as dark:
        assert dark.width == pytest.approx(light.width / 4, abs=1)
        corners = [sum(picture.convert("RGB").getpixel((0, 0))) for picture in (light, dark)]
    assert corners[0] > 3 * 200
    assert corners[1] < 3 * 60


@pytest.mark.parametrize("scale", ["0", "-1", "17", "nan", "large"])
def test_a_scale_that_no_picture_can_have_is_refused(capsys: pytest.CaptureFixture[str], scale: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["draw", "nets.Net", "-o", "net.png", "--scale", scale])
    assert caught.value.code == 2
    assert "--scale" in capsys.readouterr().err


@pytest.mark.slow
def test_a_flag_changes_the_picture(project: Path) -> None:
    done = run(project, *DRAW, "--depth", "0", "-o", "out/flat.svg")
    assert done.returncode == 0, done.stderr
    assert "ReLU" not in (project / "out" / "flat.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("draw", "nets.Net", "--input", "flaot32[1]"), "did you mean 'float32'"),
        (("draw", "nets.Net(", "--input", "float32[1]"), "^"),
        (("draw", "nets.Net", "--depth", "deep"), "whole number"),
        (("draw", "nets.Net", "-o", "net.svgg"), "did you mean '.svg'"),
    ],
)
def test_wrong_usage_exits_2_and_says_why(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(project)
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--inptu", "'--inptu'; did you mean '--input'?"),
        ("--detph=2", "'--detph=2'; did you mean '--depth'?"),
        ("--caption=A net.", "'--caption=A net.': this option belongs to a page"),
        ("more", "unrecognized argument 'more'\n"),
    ],
)
def test_an_unknown_argument_names_what_was_meant(
    capsys: pytest.CaptureFixture[str], argument: str, message: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["draw", "nets.Net", argument])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_a_model_that_cannot_be_drawn_exits_1_and_says_why(project: Path) -> None:
    done = run(project, "draw", "nets.Nett", "--input", "float32[1, 4]")
    assert done.returncode == 1
    assert "'Net'" in done.stderr
    done = run(project, "draw", "nets.Net", "--input", "float32[1, 5]")
    assert done.returncode == 1
    assert "nets.py:" in done.stderr
    assert "1x5" in done.stderr


def test_a_file_that_cannot_be_written_exits_1_and_says_why(project: Path) -> None:
    (project / "folder.txt").mkdir()
    for output in ("folder.txt", "nets.py/net.txt"):
        done = run(project, *DRAW, "-o", output)
        assert done.returncode == 1
        assert f"torchview-docs: {Path(output)} cannot be written (" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_terminal_without_lines_and_arrows_gets_the_rest(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = run(project, *DRAW)
    assert done.returncode == 0, done.stderr
    assert "Linear 4?16" in done.stdout


def test_a_reader_that_has_had_enough_is_no_error(project: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "torchview_docs", *DRAW],
        cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as drawing:  # fmt: skip
        assert drawing.stdout is not None
        assert drawing.stderr is not None
        drawing.stdout.close()
        said = drawing.stderr.read()
    assert "Error" not in said
    assert "Exception" not in said


@pytest.mark.slow
def test_the_cache_is_shown_pruned_and_cleared(project: Path) -> None:
    run(project, *DRAW, "-o", "out/net.json")
    shown = run(project, "cache").stdout
    assert "nets.Net(hidden=16)" in shown
    assert "float32[1, 4]" in shown
    assert "0 files" in run(project, "cache", "prune").stdout
    assert (project / ".torchview_cache" / "CACHEDIR.TAG").is_file()
    assert run(project, "cache", "clear").returncode == 0
    shown_after = run(project, "cache")
    assert ": 0 traces, 0 drawings" in shown_after.stdout
    assert "there is no cache here" in shown_after.stderr
    assert (project / "nets.py").is_file()


@pytest.mark.slow
def test_the_graph_is_json_that_other_tools_can_read(project: Path) -> None:
    run(project, *DRAW, "-o", "out/graph.json")
    data = json.loads((project / "out" / "graph.json").read_text("utf-8"))
    assert {node["op"] for node in data["nodes"]} >= {"placeholder", "call_module", "output"}


@pytest.mark.slow
def test_flops_and_memory_are_listed_where_they_are_asked_for(project: Path) -> None:
    done = run(project, *DRAW, "--show-flops", "--show-memory")
    assert done.returncode == 0, done.stderr
    head, _, *rows = done.stdout.splitlines()
    assert head.split() == ["Layer", "Output", "Parameters", "FLOPs", "Activation", "bytes"]
    [total] = [row for row in rows if row.startswith("Net")]
    assert total.split()[-3:] == [f"{4 * 16 + 16 + 16 * 2 + 2}", f"{2 * (4 * 16 + 16 * 2)}", "136"]
    assert "FLOPs: 192 (a multiply-add counts as two)" in rows
    # Neither is in the trace of the same figure without them.
    assert "FLOPs" not in run(project, *DRAW).stdout
