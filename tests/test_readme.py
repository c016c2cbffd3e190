"""What the README promises can be typed as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from torchview_docs.spec import FigureSpec

REPOSITORY = Path(__file__).parent.parent
README = (REPOSITORY / "README.md").read_text("utf-8")


def test_every_make_target_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = re.findall(r"\$ make (\w+)", README)
    assert {"site", "test"} <= set(targets)
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert pictures
    for picture in pictures:
        assert (REPOSITORY / picture).is_file()


def test_the_figures_of_the_examples_are_read() -> None:
    directive = re.search(r"\.\. torchview:: (.*)\n((?:   :.*\n)+)", README)
    assert directive
    options = dict(re.findall(r":([\w-]+): (.*)", directive[2]))
    fence = re.search(r"```torchview\n(.*)\n((?:.*: .*\n)+)```", README)
    assert fence
    same = dict(re.findall(r"^([\w-]+): (.*)", fence[2], re.MULTILINE))
    assert FigureSpec.read(directive[1], options) == FigureSpec.read(fence[1], same)


def test_the_minimal_configurations_name_what_is_registered() -> None:
    pyproject = (REPOSITORY / "pyproject.toml").read_text("utf-8")
    python = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert python
    config: dict[str, list[str]] = {}
    exec(python[1], config)
    assert config["extensions"] == ["torchview_docs.sphinx_ext"]
    assert f'"{config["extensions"][0]}"' in pyproject
    mkdocs = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert mkdocs
    assert yaml.safe_load(mkdocs[1]) == {"plugins": ["torchview"]}
    assert '[project.entry-points."mkdocs.plugins"]\ntorchview =' in pyproject


def test_the_example_for_scripts_draws_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    [example] = [
        code for code in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "draw_graph" in code
    ]
    monkeypatch.chdir(tmp_path)
    names = {"model": torch.nn.Linear(20, 3)}
    exec(example, names)
    assert "Linear" in (tmp_path / "net.svg").read_text("utf-8")


@pytest.mark.parametrize("command", re.findall(r"\$ torchview-docs (.*)", README))
def test_the_commands_are_understood(command: str) -> None:
    import shlex

    from torchview_docs.cli import _parser

    assert _parser().parse_args(shlex.split(command)).run


@pytest.mark.slow
def test_the_picture_is_what_the_command_line_draws_today(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    import subprocess
    import sys

    config = "transformers.GPT2Config(attn_implementation='sdpa')"
    model = f"transformers.models.gpt2.modeling_gpt2.GPT2Block({config})"
    subprocess.run(
        [
            *(sys.executable, "-m", "torchview_docs", "draw", model),
            *("--input", "hidden_states=float32[1, 128, 768]", "-o", tmp_path / "block.svg"),
        ],
        check=True,
        cwd=tmp_path,
    )
    picture = REPOSITORY / "docs" / "gpt2-block.svg"
    drawn = (tmp_path / "block.svg").read_text("utf-8")
    if request.config.getoption("--overwrite"):
        picture.write_text(drawn, "utf-8")
    if not request.config.getoption("--no-output"):
        assert picture.read_text("utf-8") == drawn, "run pytest --overwrite and look at docs/gpt2-block.svg"
