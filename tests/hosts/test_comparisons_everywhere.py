"""A comparison is the same from the directive, the fences and the command line, and as cheap as a figure."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import markdown
import pytest

from torchview_docs.build import Builder
from torchview_docs.cli import main
from torchview_docs.drawing.svg import svg
from torchview_docs.errors import Failure, ViewError
from torchview_docs.graph import Graph
from torchview_docs.markdown.session import _builders
from torchview_docs.settings import Project
from torchview_docs.sides import read_sides
from torchview_docs.spec import FigureSpec

pytestmark = pytest.mark.slow

NETS = """
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.up, self.act, self.down = nn.Linear(8, hidden), nn.GELU(), nn.Linear(hidden, 8)

    def forward(self, x):
        return x + self.down(self.act(self.up(x)))


class Old(nn.Module):
    def __init__(self, layers=3):
        super().__init__()
        self.stem, self.drop = nn.Linear(8, 8), nn.Dropout(0.1)
        self.layers = nn.Sequential(*[Block() for _ in range(layers)])
        self.again, self.fc = nn.Linear(8, 8), nn.Linear(8, 2)

    def forward(self, x):
        x = self.layers(self.drop(self.stem(x)).relu())
        for _ in range(2):
            x = self.again(x)
        return self.fc(x)


class New(Old):
    def __init__(self):
        super().__init__(5)
        self.norm, self.fc = nn.LayerNorm(8), nn.Linear(8, 4)

    def forward(self, x):
        x = self.norm(self.layers(self.stem(x).sigmoid()))
        for _ in range(2):
            x = self.again(x)
        return self.fc(x)
"""
INPUT = {"input": "float32[2, 8]"}

CONF = """
extensions = ["torchview_docs.sphinx_ext", "myst_parser"]
torchview_paths = [".."]
torchview_workers = 1
torchview_cache = "../.torchview_cache"
numfig = True
show_warning_types = True
myst_enable_extensions = ["colon_fence"]
"""
RST = """
Page
====

.. torchview-diff:: nets.Old -> nets.New
   :input: float32[2, 8]
   :caption: From {class}, {params}.
   :name: fig-diff
"""
MYST = """
# Page

```{torchview-diff} nets.Old -> nets.New
:input: float32[2, 8]
```

```torchview-diff
nets.Old
  -> nets.New
input: float32[2, 8]
```
"""
WRONG = """
Wrong
=====

.. torchview-diff:: nets.Odl -> nets.New
   :input: float32[2, 8]

.. torchview-diff:: nets.Old -> nets.New
   :input: float32[2, 8] -> float32[2, 9]

.. torchview-diff:: nets.Old
   :input: float32[2, 8]

.. torchview-diff:: nets.Old -> nets.New
   :input: float32[2, 8]
   :hide: stm

.. torchview:: nets.Old -> nets.New
   :input: float32[2, 8]
"""
FENCE = "```torchview-diff\nnets.Old -> nets.New\ninput: float32[2, 8]\n```\n"


def words(markup: str) -> tuple[list[str], list[str]]:
    """The texts and strokes of a drawing."""
    drawn = re.search(r"<svg.*?</svg>", markup, re.DOTALL)
    assert drawn, markup
    texts = re.findall(r"<text[^>]*>(.*?)</text>", drawn[0], re.DOTALL)
    plain = [" ".join(re.sub(r"<[^>]*>", " ", text).split()) for text in texts]
    return plain, re.findall(r' d="([^"]*)"', drawn[0])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("diffs")
    for name, text in {
        "nets.py": NETS,
        "docs/conf.py": CONF,
        "docs/index.rst": f"{RST}\n\n.. toctree::\n\n   myst\n",
        "docs/myst.md": MYST,
        "wrong/conf.py": CONF,
        "wrong/index.rst": WRONG,
        "mkdocs.yml": "site_name: Nets\nplugins:\n  - torchview: {paths: ., workers: 1}\n"
        "markdown_extensions: [pymdownx.superfences]\ndocs_dir: pages\n",
        "pages/index.md": f"# Page\n\n{FENCE}",
        "wrong.yml": "site_name: Nets\nplugins:\n  - torchview: {paths: ., workers: 1}\n"
        "docs_dir: wrong_pages\nsite_dir: wrong_site\n",
        "wrong_pages/index.md": f"# Page\n\n{FENCE}\n{FENCE.replace('nets.Old', 'nets.Odl')}\n"
        f"{FENCE.replace('nets.Old -> ', '')}",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    path = list(sys.path)
    yield root
    sys.path[:] = path
    _builders.close()


def run(root: Path, *command: str, code: int = 0) -> str:
    """What a module of this Python prints."""
    spy = root / "spy"
    spy.mkdir(exist_ok=True)
    (spy / "sitecustomize.py").write_text(
        "import sys\nclass Spy:\n    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'torch':\n            print('IMPORTS TORCH', file=sys.stderr)\n"
        "sys.meta_path.insert(0, Spy())\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(spy), "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


def draw(root: Path, *options: str, model: tuple[str, str] = ("nets.Old", "nets.New")) -> str:
    """What the command line writes."""
    written = root / "out.svg"
    assert main(["diff", *model, "--input=float32[2, 8]", "--workers=1", "-o", str(written), *options]) == 0
    return written.read_text("utf-8")


def test_every_host_draws_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    command = words(draw(root))
    assert "+" in command[0]
    assert "~" in command[0]
    assert any("× 3 ⇒ 5" in text for text in command[0])
    run(root, "sphinx", "-b", "html", "-q", "-W", "docs", "out/sphinx")
    run(root, "mkdocs", "build", "-q", "--strict")
    extension = "torchview_docs.markdown"
    settings = {"root": str(root), "paths": ".", "workers": 1}
    pages = [
        (root / "out/sphinx/index.html").read_text("utf-8"),
        *re.findall(r"<svg.*?</svg>", (root / "out/sphinx/myst.html").read_text("utf-8"), re.DOTALL),
        (root / "site/index.html").read_text("utf-8"),
        markdown.markdown(FENCE, extensions=[extension], extension_configs={extension: settings}),
        markdown.markdown(
            FENCE,
            extensions=["pymdownx.superfences", extension],
            extension_configs={extension: settings},
        ),
    ]
    drawings = [page for page in pages if "tv-cards" in page]
    assert len(drawings) == 6
    for page in drawings:
        assert words(page) == command
    caption = re.search(r'<span class="caption-text">(.*?)</span>', pages[0], re.DOTALL)
    assert caption
    assert re.fullmatch(r"From Old ⇒ New, [\d.]+ k ⇒ [\d.]+ k.", caption[1])
    assert 'id="fig-diff"' in pages[0]


def test_a_comparison_of_models_that_are_drawn_traces_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    for model in ("nets.Old", "nets.New"):
        assert main(["draw", model, "--input=float32[2, 8]", "--workers=1", "-o", str(root / "one.svg")]) == 0
    said: list[str] = []
    with Builder(Project.read(root, {"paths": "."}), report=said.append) as builder:
        for pair in ("nets.New -> nets.Old", "nets.Old -> nets.New"):
            spec = read_sides(pair, INPUT)
            assert not isinstance(builder.resolve([spec])[spec], Failure)
    assert said == []


def test_a_warm_build_imports_no_torch(root: Path) -> None:
    run(root, "sphinx", "-b", "html", "-q", "-W", "docs", "out/warm")
    assert "IMPORTS TORCH" not in run(root, "sphinx", "-b", "html", "-E", "-q", "-W", "docs", "out/warm")
    (root / "docs" / "index.rst").write_text(RST.replace("nets.Old -> nets.New", "nets.New -> nets.Old"))
    try:
        said = run(root, "sphinx", "-b", "html", "-q", "docs", "out/warm")
    finally:
        (root / "docs" / "index.rst").write_text(f"{RST}\n\n.. toctree::\n\n   myst\n")
    assert "IMPORTS TORCH" not in said
    assert "−" in words((root / "out/warm/index.html").read_text("utf-8"))[0]


def test_either_model_that_is_changed_is_drawn_anew(root: Path, tmp_path: Path) -> None:
    for number, edited in enumerate(("GELU", "LayerNorm")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "nets.py").write_text(NETS)
        spec = read_sides("nets.Old -> nets.New", INPUT)

        def digest(folder: Path = folder, spec: FigureSpec = spec) -> str:
            with Builder(Project.read(folder, {"paths": ".", "workers": 1})) as builder:
                figure = builder.resolve([spec])[spec]
            assert not isinstance(figure, Failure)
            assert [path.name for path in figure.sources] == ["nets.py"]
            return figure.digest

        first = digest()
        assert digest() == first
        other = {"GELU": "SiLU", "LayerNorm": "RMSNorm"}[edited]
        (folder / "nets.py").write_text(NETS.replace(edited, other))
        assert digest() != first


def test_sphinx_tells_what_is_wrong_with_either_side_and_where(root: Path) -> None:
    said = run(root, "sphinx", "-b", "html", "-q", "-W", "--keep-going", "wrong", "out/wrong", code=1)
    warnings = {
        int(line): text for line, text in re.findall(r"index\.rst:(\d+): WARNING: torchview: (.*)", said)
    }
    assert sorted(warnings) == [5, 8, 11, 14, 18]
    assert re.search(r"nets\.Odl -> nets\.New: The model before \(`nets\.Odl`\) failed: .*Old", warnings[5])
    assert re.search(r"The model after \(`nets\.New`\) failed: .*9", warnings[8])
    assert "write `old -> new`" in warnings[11]
    assert "neither Old nor New has; did you mean 'stem'" in warnings[14]
    assert "`torchview-diff`" in warnings[18]
    assert (root / "out/wrong/index.html").read_text("utf-8").count('class="tv-error"') == 5


def test_mkdocs_tells_it_with_the_page_and_fails_when_strict(root: Path) -> None:
    said = run(root, "mkdocs", "build", "-f", "wrong.yml", "--strict", code=1)
    lines = re.findall(r"torchview: (\S*index\.md:\d+): (.*)", said)
    assert [place for place, _ in lines] == ["wrong_pages/index.md:8", "wrong_pages/index.md:13"]
    assert "The model before (`nets.Odl`) failed" in lines[0][1]
    assert "write `old -> new`" in lines[1][1]
    assert (root / "wrong_site/index.html").read_text("utf-8").count("<svg") >= 1


@pytest.mark.parametrize("builder", ["text", "latex", "man"])
def test_builders_without_pictures_list_the_signs(root: Path, builder: str) -> None:
    run(root, "sphinx", "-b", builder, "-q", "docs", f"out/{builder}")
    name = {"text": "index.txt", "latex": "*.tex", "man": "*"}[builder]
    written = "".join(
        path.read_text("utf-8") for path in (root / "out" / builder).glob(name) if path.is_file()
    )
    if builder == "latex":
        return  # its figures are images of the drawing
    assert "Compared with nets.Old. Added: norm." in " ".join(written.split())
    assert re.search(r"[+] norm: LayerNorm", written)


def test_the_command_line_writes_by_the_suffix(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    command = ["diff", "nets.Old", "nets.New", "--input", "float32[2, 8]", "--workers=1"]
    assert main(command) == 0
    listed = capsys.readouterr().out
    assert "+ norm: LayerNorm 8" in listed
    assert "~ fc: Linear 8→2 ⇒ 8→4" in listed
    assert "× 3 ⇒ × 5" in listed
    for suffix in ("json", "dot", "txt"):
        assert main([*command, "-o", str(root / f"out.{suffix}")]) == 0
    assert (root / "out.txt").read_text("utf-8").strip() == listed.strip()
    whole = Graph.from_json((root / "out.json").read_text("utf-8"))
    assert {node.name for node in whole.nodes if node.side == "+"} >= {"norm"}
    assert json.loads((root / "out.json").read_text("utf-8"))["format"] == 2
    source = (root / "out.dot").read_text("utf-8")
    assert "+  LayerNorm" in source
    capsys.readouterr()
    assert main(["diff", "nets.Odl", "nets.New", "--input", "float32[2, 8]", "--workers=1"]) == 1
    assert "The model before (`nets.Odl`) failed" in capsys.readouterr().err
    assert main(["diff", "nets.Old", "nets.New(", "--input", "float32[2, 8]"]) == 2
    assert "nets.New(\n        ^" in capsys.readouterr().err


#: A value of each option of a view that makes a difference to this comparison.
OPTIONS = {
    "depth": "1",
    "focus": "layers",
    "hide": "norm",
    "collapse": "layers",
    "direction": "LR",
    "show-shapes": "no",
    "hide-inner-tensors": "no",
    "hide-module-functions": "no",
    "simplify": "no",
    "fold": "no",
    "roll": "yes",
    "show-flops": "yes",
    "show-memory": "yes",
    "mode": "train -> eval",
    "show-names": "yes",
    "show-params": "yes",
    "show-dtypes": "yes",
    "show-outputs": "yes",
    "highlight": "norm",
    "color": "norm=#c2410c",
    "note": "norm = New here",
    "shade": "params",
    "legend": "yes",
}


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_of_a_figure_works_in_a_comparison(root: Path, name: str) -> None:
    depth = {"depth": "inf"} if name != "depth" else {}
    plain = read_sides("nets.Old -> nets.New", {**INPUT, **depth})
    spec = read_sides("nets.Old -> nets.New", {**INPUT, **depth, name: OPTIONS[name]})
    with Builder(Project.read(root, {"paths": ".", "workers": 1})) as builder:
        figures = builder.resolve([plain, spec])
        drawn = [figures[one] for one in (plain, spec)]
        assert not any(isinstance(figure, Failure) for figure in drawn)
        written = [
            svg(figure.drawing, prefix="f", title="t", desc="d")
            for figure in drawn
            if not isinstance(figure, Failure)
        ]
    assert written[0] != written[1]
    assert "tv-sign" in written[1]


def test_what_neither_model_has_is_an_error(root: Path) -> None:
    spec = read_sides("nets.Old -> nets.New", {**INPUT, "highlight": "nrom"})
    with Builder(Project.read(root, {"paths": ".", "workers": 1})) as builder:
        figure = builder.resolve([spec])[spec]
        assert not isinstance(figure, Failure)
        with pytest.raises(ViewError, match="did you mean 'norm'"):
            _ = figure.drawing
