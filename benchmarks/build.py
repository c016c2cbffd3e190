"""What figures cost a build: a site with figures, cold and warm, against the same site without.

    python benchmarks/build.py [--figures 50] [--rounds 5] [--hosts sphinx mkdocs material]

Prints, for each host, the CPU time of a cold and of a warm build relative to the same build of the same
site without figures, run alternately, and the bytes of SVG a card; then these of well-known models beside
torchview's (see weight.py). Targets: warm at most 1.15 ×, at most 450 bytes a card, 90 after gzip.

A warm build of Sphinx reads and writes nothing that has not changed; MkDocs writes every page anew.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from weight import TARGETS, Weight, compare

MODELS = """
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        y = self.norm1(x)
        y = nn.functional.scaled_dot_product_attention(self.query(y), self.key(y), self.value(y))
        x = x + self.out(y)
        return x + self.mlp(self.norm2(x))


class Net{number}(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, width, 7, 2, 3), nn.BatchNorm2d(width), nn.ReLU())
        self.blocks = nn.ModuleList(Block(width, 4) for _ in range({blocks}))
        self.head = nn.Linear(width, {number} + 2)

    def forward(self, image):
        x = self.stem(image).flatten(2).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean(1))
"""

FIGURE = re.compile(r"<svg[^>]*\btv\b.*?</svg>", re.DOTALL)
#: A page of documentation has text, headings, lists and code.
SENTENCE = "Some text about the model, as a page of *documentation* has it, with ``code`` in between. "
PARAGRAPH = SENTENCE * 8
LIST = "\n".join(f"- Point {number}: {SENTENCE}" for number in range(5))
CODE = ["def train(model, loader, optimizer, loss_function):"] + [
    f"    value_{number} = loss_function(model(batch[{number}]), target)  # step {number}"
    for number in range(12)
]

_MKDOCS = "mkdocs build -q --strict -f {root}/mkdocs.yml -d {out}"
HOSTS = {"sphinx": "sphinx -q -W -b html {docs} {out}", "mkdocs": _MKDOCS, "material": _MKDOCS}


def _spent() -> float:
    """CPU seconds of all child processes so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True)
class Site:
    """A generated site on disk."""

    root: Path
    host: str

    def build(self) -> float:
        """CPU seconds of one build by a new process and its workers; other work does not count."""
        names = {"docs": str(self.root / "docs"), "out": str(self.root / "out"), "root": str(self.root)}
        command = [sys.executable, "-m", *(part.format(**names) for part in HOSTS[self.host].split())]
        environment = {**os.environ, "PYTHONPATH": str(self.root), "NO_MKDOCS_2_WARNING": "1"}
        # pip compiles what it installs; a source checkout must be allowed to keep its bytecode too.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        start = _spent()
        subprocess.run(command, check=True, env=environment, cwd=self.root)
        return _spent() - start

    def pages(self) -> Iterator[str]:
        """The HTML of the built pages."""
        for file in sorted((self.root / "out").rglob("*.html")):
            yield file.read_text("utf-8")


def make(root: Path, host: str, figures: int, *, with_figures: bool) -> Site:
    package = root / "bench_models"
    docs = root / "docs"
    package.mkdir(parents=True)
    docs.mkdir()
    (package / "__init__.py").write_text("")
    for number in range(figures // 5):
        code = MODELS.replace("{number}", str(number)).replace("{blocks}", str(number % 4 + 1))
        (package / f"net{number}.py").write_text(code)
    fence = "rst" if host == "sphinx" else "md"
    names = []
    for page in range(figures):
        number = page // 5
        model = f"bench_models.net{number}.Net{number}"
        options = {"input": "float32[1, 3, 64, 64]", "depth": str(page % 5), "caption": f"Figure {page}"}
        name = f"page{page}"
        names.append(name)
        if fence == "rst":
            figure = f".. torchview:: {model}\n" + "".join(f"   :{k}: {v}\n" for k, v in options.items())
            title = f"Page {page}\n=======\n"
        else:
            figure = f"```torchview\n{model}\n" + "".join(f"{k}: {v}\n" for k, v in options.items()) + "```\n"
            title = f"# Page {page}\n"
        code = "\n".join(f"    {line}" for line in CODE) if fence == "rst" else "\n".join(CODE)
        block = f".. code-block:: python\n\n{code}" if fence == "rst" else f"```python\n{code}\n```"
        heading = "{}\n-------" if fence == "rst" else "## {}"
        parts = [title, PARAGRAPH, figure if with_figures else "", PARAGRAPH]
        for section in ("Usage", "Details"):
            parts += [heading.format(section), PARAGRAPH, block, LIST, PARAGRAPH]
        body = "\n\n".join(parts) + "\n"
        (docs / f"{name}.{fence}").write_text(body)
    if host == "sphinx":
        extension = "extensions = ['torchview_docs.sphinx_ext']\n" if with_figures else ""
        (docs / "conf.py").write_text(f"project = 'bench'\n{extension}")
        (docs / "index.rst").write_text("Bench\n=====\n\n.. toctree::\n\n   " + "\n   ".join(names) + "\n")
    else:
        theme = "material" if host == "material" else "mkdocs"
        extensions = "markdown_extensions: [pymdownx.superfences]\n"
        plugins = "plugins: [search, torchview]\n" if with_figures else "plugins: [search]\n"
        (root / "mkdocs.yml").write_text(
            f"site_name: bench\nsite_url: https://example.org/\ntheme: {{name: {theme}}}\n"
            f"{extensions}{plugins}"
        )
        (docs / "index.md").write_text("# Bench\n")
    return Site(root, host)


def measure(host: str, figures: int, rounds: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="torchview-bench-"))
    try:
        plain = make(folder / "plain", host, figures, with_figures=False)
        full = make(folder / "full", host, figures, with_figures=True)
        cold_plain, cold_full = plain.build(), full.build()
        warm = [(plain.build(), full.build()) for _ in range(rounds)]
        ratio = statistics.median(f / p for p, f in warm)
        print(
            f"{host}: {figures} figures, cold {cold_full / cold_plain:.2f} × "
            f"({cold_plain:.2f} s without, {cold_full:.2f} s with), warm {ratio:.3f} × "
            f"({statistics.median(p for p, _ in warm):.2f} s without, "
            f"{statistics.median(f for _, f in warm):.2f} s with; target ≤ 1.15 ×)"
        )
        found = [svg for page in full.pages() for svg in FIGURE.findall(page)]
        if len(found) != figures:
            sys.exit(f"{len(found)} figures in the pages, not {figures}")
        weight = Weight.of(found)
        print(f"  SVG: {weight.per_card}, {weight.cards} cards; targets ≤ {TARGETS[0]} and ≤ {TARGETS[1]}")
    finally:
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--figures", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hosts", nargs="*", choices=HOSTS, default=list(HOSTS))
    arguments = parser.parse_args()
    for host in arguments.hosts:
        measure(host, arguments.figures, arguments.rounds)
    compare()


if __name__ == "__main__":
    main()
