"""A small project with models, pages and a cache, that real builds are made of."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import html5lib
import pytest

#: On PYTHONPATH it notes each process that imports torch.
_HOOK = """
import os, sys


class _Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            with open({log!r}, "a") as log:
                log.write(f"{{os.getpid()}} {{sys.argv}}\\n")
        return None


sys.meta_path.insert(0, _Watch())
"""

NETS = '''
from torch import nn


class Net(nn.Module):
    def __init__(self, hidden: int = 8) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, hidden), nn.ReLU(), nn.Linear(hidden, hidden))
        self.head = nn.Linear(hidden, 2)

    def forward(self, x):
        """What it does."""
        return self.head(self.body(x))
'''

PAIR = """
from torch import nn


class Pair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Linear(4, 4)
        self.right = nn.Linear(4, 4)

    def forward(self, x):
        return self.left(x) + self.right(x)
"""

NET = "```torchview\nzoo.nets.Net(hidden=16)\ninput: float32[1, 4]\n{}```\n"

PAGES = {
    "index.md": "---\ntitle: Start\n---\n\n# Start\n\n"
    + NET.format("caption: The *net*.\nname: fig-net\n")
    + "\nThe same again:\n\n"
    + NET.format("")
    + "\n"
    + NET.format(""),
    "guide/nested.md": "# Nested\n\nSee [the net](../index.md#fig-net).\n\n!!! note\n\n"
    + "".join(f"    {line}\n" for line in NET.format("depth: 0\n").splitlines())
    + "\n- item\n\n"
    + "".join(f"    {line}\n" for line in NET.format("name: fig-net\n").splitlines())
    + "\n````md\n"
    + NET.format("")
    + "````\n",
    "pair.md": "# Pair\n\n```torchview {depth=1}\nzoo.pair.Pair\ninput: float32[1, 4]\n```\n",
}
#: Figures on each page.
FIGURES = {"index.md": 3, "guide/nested.md": 2, "pair.md": 1}

MKDOCS = """
site_name: Zoo
site_url: https://example.org/
theme:
  name: mkdocs
plugins:
  - search
  - torchview:
      paths: src
markdown_extensions:
  - admonition
  - pymdownx.superfences
"""

ZENSICAL = """
[project]
site_name = "Zoo"
site_url = "https://example.org/"

[project.markdown_extensions.admonition]
[project.markdown_extensions.attr_list]
[project.markdown_extensions.pymdownx.superfences]
[project.markdown_extensions.torchview]
paths = "src"
"""

_SVG = re.compile(r"<svg\b[^>]*\btv\b.*?</svg>", re.DOTALL)
_FIGURE = re.compile(r'<figure class="torchview.*?</figure>', re.DOTALL)


@dataclass
class Project:
    """A project in a folder, and what real builds say of it."""

    root: Path
    hook: Path

    @classmethod
    def create(cls, root: Path, hook: Path) -> Project:
        """A new one, never built."""
        project = cls(root, hook)
        for name, text in {
            "src/zoo/__init__.py": "",
            "src/zoo/nets.py": NETS,
            "src/zoo/pair.py": PAIR,
        }.items():
            project.write(name, text)
        for name, text in PAGES.items():
            project.write(f"docs/{name}", text)
        project.write("mkdocs.yml", MKDOCS)
        project.write("zensical.toml", ZENSICAL)
        hook.mkdir(exist_ok=True)
        (hook / "sitecustomize.py").write_text(_HOOK.format(log=str(hook / "torch.log")))
        return project

    def copy(self, root: Path) -> Project:
        """Another one with the same cache, to be changed."""
        shutil.copytree(self.root, root, ignore=shutil.ignore_patterns("site", "__pycache__"))
        return Project(root, self.hook)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file."""
        text = (self.root / name).read_text("utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    @property
    def environment(self) -> dict[str, str]:
        """Of every process of a build."""
        return {
            **os.environ,
            "PYTHONPATH": str(self.hook),
            "PYTHONUNBUFFERED": "1",
            "NO_COLOR": "1",
            "NO_MKDOCS_2_WARNING": "1",
        }

    def run(self, *command: str, code: int | None = 0, **environment: str) -> str:
        """What a module of this Python prints; it must exit with `code`."""
        (self.hook / "torch.log").write_text("")
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env={**self.environment, **environment},
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if code is not None and done.returncode != code:
            pytest.fail(f"{' '.join(command)} exited {done.returncode}:\n{done.stdout}")
        return done.stdout

    def mkdocs(self, *options: str, code: int = 0, **environment: str) -> str:
        """What `mkdocs build` prints."""
        return self.run("mkdocs", "build", *options, code=code, **environment)

    @property
    def imports(self) -> list[str]:
        """The processes of the last `run` that imported torch."""
        return (self.hook / "torch.log").read_text().splitlines()

    def page(self, name: str, site: str = "site") -> str:
        """The HTML of a page, whatever its address is."""
        stem = self.root / site / name.removesuffix(".md")
        for path in (stem.with_suffix(".html"), stem / "index.html"):
            if path.is_file():
                return path.read_text("utf-8")
        raise FileNotFoundError(f"{name} in {sorted((self.root / site).rglob('*.html'))}")


def traced(output: str) -> list[str]:
    """The models that a build says it traced."""
    return re.findall(r"torchview: \d+/\d+ (\S+)", output)


def svgs(html: str) -> list[str]:
    """The drawings in a page."""
    return _SVG.findall(html)


def figures(html: str) -> list[str]:
    """The figures of a page, with captions."""
    return _FIGURE.findall(html)


def assert_valid(html: str) -> None:
    """Each figure is HTML without errors, and no id in it is there twice."""
    ids: list[str] = []
    for figure in figures(html):
        # In strict mode the parser raises at the first error.
        html5lib.HTMLParser(strict=True).parseFragment(figure)
        ids += re.findall(r'\bid="([^"]*)"', figure)
    assert len(ids) == len(set(ids))
