"""A small project with models, and what it takes to build its figures for real."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from torchview_docs.build import Builder, Figure
from torchview_docs.errors import Failure
from torchview_docs.hashes import Hashes
from torchview_docs.manifest import Environment, Manifest
from torchview_docs.modules import search_path
from torchview_docs.records import Record
from torchview_docs.settings import Project
from torchview_docs.spec import FigureSpec


@dataclass
class Site:
    """A project in a folder: its source is in `src`, and its figures are built on demand."""

    root: Path
    settings: dict[str, object] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    @property
    def project(self) -> Project:
        return Project.read(self.root, {"paths": "src", **self.settings})

    @property
    def records(self) -> list[Path]:
        return sorted((self.root / ".torchview_cache" / "records").glob("*.json"))

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), "utf-8")
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def builder(self) -> Builder:
        return Builder(self.project, report=self.said.append)

    def build(self, models: Iterable[str], builder: Builder | None = None) -> dict[str, Figure | Failure]:
        """Build figures of these models, each fed with a row of eight numbers."""
        specs = [spec(model) for model in models]
        if builder is not None:
            found = builder.resolve(specs)
        else:
            with self.builder() as own:
                found = own.resolve(specs)
        return {each.model: figure for each, figure in found.items()}

    def traced(self) -> list[str]:
        """The models that were traced since the last call, by the progress that was reported."""
        found = [line.split()[2] for line in self.said if re.match(r"torchview: \d+/\d+ ", line)]
        self.said.clear()
        return sorted(found)

    def environment(self) -> Environment:
        return Environment(search_path(self.project.paths), self.root, Hashes())

    def stale(self, model: str, environment: Environment | None = None) -> str:
        """Why the newest record of a model would be traced again; empty if it would not."""
        now = environment or self.environment()
        reasons = [now.stale(manifest) for manifest in self.manifests(model)]
        return "" if "" in reasons else reasons[0]

    def manifests(self, model: str) -> list[Manifest]:
        """The manifests of a model's records."""
        heads = [Record.from_bytes(path.read_bytes()).head for path in self.records]
        found = [head.manifest for head in heads if head.spec["model"] == model]
        assert found
        return found


def spec(model: str, **options: object) -> FigureSpec:
    # On cpu: the first addition on meta imports torch._dynamo, which takes longer than these tests.
    return FigureSpec.read(model, {"input": "float32[1, 8]", "device": "cpu", **options})


PACKAGE = {
    "toy/__init__.py": "",
    "toy/sizes.py": """
        WIDTH = 8
        """,
    "toy/layers.py": """
        '''Layers.'''
        from torch import nn
        from toy.sizes import WIDTH

        class Block(nn.Module):
            '''A layer.'''

            def __init__(self, bias=True):
                super().__init__()
                self.inner = nn.Linear(WIDTH, WIDTH, bias=bias)

            def forward(self, x):
                # Nothing but the layer.
                return self.inner(x)
        """,
    "toy/first.py": """
        from toy.layers import Block

        class First(Block):
            def forward(self, x):
                return super().forward(x).relu()
        """,
    "toy/second.py": """
        import wave
        from torch import nn

        class Second(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(8, 4)

            def forward(self, x):
                return self.layer(x)
        """,
    "toy/lazy.py": """
        from torch import nn

        class Lazy(nn.Module):
            def forward(self, x):
                from toy import helper
                return helper.double(x)
        """,
    "toy/helper.py": """
        def double(x):
            return x + x
        """,
    "toy/optional.py": """
        from torch import nn
        try:
            from toy.extra import activation
        except ImportError:
            activation = nn.functional.relu

        class Optional(nn.Module):
            def forward(self, x):
                return activation(x)
        """,
    "toy/broken.py": """
        from toy.sizes import DEPTH
        """,
}

FIRST, SECOND, LAZY, OPTIONAL = (
    "toy.first.First",
    "toy.second.Second",
    "toy.lazy.Lazy",
    "toy.optional.Optional",
)
MISSPELT, MISSING, BROKEN = "toy.first.Frist", "toy.third.Third", "toy.broken.Net"
MODELS = (FIRST, SECOND, LAZY, OPTIONAL, MISSPELT, MISSING, BROKEN)


def write_package(site: Site) -> None:
    for name, text in PACKAGE.items():
        site.write(f"src/{name}", text)
