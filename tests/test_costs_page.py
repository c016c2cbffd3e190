"""What the page on parameters, FLOPs and memory says is so."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from torchview_docs.content import Content
from torchview_docs.spec import FigureSpec

SITE = Path(__file__).parent.parent / "sample_site"
PAGE = (SITE / "pages" / "costs.md").read_text("utf-8")


def test_the_example_gives_the_numbers_that_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(sys, "path", [str(SITE), *sys.path])
    [example] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {"image": torch.zeros(1, 3, 32, 32)}
    exec(example, names)
    shown = re.findall(r"^(graph\..*\S)\s+# ([\d,]+)", example, re.MULTILINE)
    assert len(shown) == 4
    for expression, number in shown:
        assert f"{eval(expression, names):,}" == number, expression


def test_the_figure_asks_for_both() -> None:
    [fence] = re.findall(r"```torchview\n(.*?)```", PAGE, re.DOTALL)
    spec = Content.read(fence).spec({})
    assert isinstance(spec, FigureSpec)
    assert spec.show_flops
    assert spec.show_memory
