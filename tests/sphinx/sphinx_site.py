"""Small Sphinx projects, built by real `sphinx-build` processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

#: Put on PYTHONPATH: notes every process that imports torch. Not where autodoc does it, which, for
#: what autodoc_mock_imports names too, imports the real module to look for its source.
SITECUSTOMIZE = """
import os, sys, traceback

class Spy:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "torch" and not any("autodoc" in f.filename for f in traceback.extract_stack()):
            with open(os.environ["TORCH_LOG"], "a") as log:
                log.write(f"{os.getpid()} {sys.argv[:1]}\\n")
        return None

sys.meta_path.insert(0, Spy)
"""

#: What every model of a test project calls in forward, to tell that it ran.
RAN = """
import os

def ran(name):
    with open(os.environ["TRACE_LOG"], "a") as log:
        log.write(name + "\\n")
"""

CONF = """
import os, sys

sys.path.insert(0, os.path.abspath(".."))
project = "Nets"
copyright = "the authors"
version = "1"
extensions = ["torchview_docs.sphinx_ext"]
exclude_patterns = ["_build"]
torchview_paths = [".."]
# Each worker imports torch, which costs more than these models.
torchview_workers = 1
numfig = True
show_warning_types = True
"""


@dataclass(frozen=True)
class Build:
    """What a build said and did."""

    code: int
    stdout: str
    stderr: str
    #: Names of the models whose forward ran.
    traced: frozenset[str]
    #: One line for each process that imported torch.
    torch_imports: tuple[str, ...]
    #: Written files with suffix .html and .txt, relative to the output folder.
    written: frozenset[str]

    @property
    def warnings(self) -> list[str]:
        """Lines that warn, without colours."""
        text = re.sub(r"\x1b\[[0-9;]*m", "", self.stderr)
        return [line for line in text.splitlines() if re.search(r"WARNING|ERROR|CRITICAL", line)]


@dataclass
class Site:
    """A project in `root`: a package of models and a folder `docs`."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def docs(self) -> Path:
        return self.root / "docs"

    def file(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
        return path

    def configure(self, text: str) -> None:
        """Add to conf.py."""
        with (self.docs / "conf.py").open("a", encoding="utf-8") as file:
            file.write(dedent(text) + "\n")

    def out(self, name: str = "html") -> Path:
        return self.docs / "_build" / name

    def read(self, page: str, builder: str = "html") -> str:
        return (self.out(builder) / page).read_text("utf-8")

    def build(
        self,
        builder: str = "html",
        *options: str,
        out: Path | None = None,
        doctrees: Path | None = None,
        env: Mapping[str, str] | None = None,
        check: bool = True,
        after: tuple[str, ...] = (),
    ) -> Build:
        out = out or self.out(builder)
        doctrees = doctrees or self.docs / "_build" / f"doctrees-{builder}"
        logs = {name: self.root / f"{name.lower()}.txt" for name in ("TORCH_LOG", "TRACE_LOG")}
        for log in logs.values():
            log.unlink(missing_ok=True)
        before = _times(out)
        command = [sys.executable, "-m", "sphinx", "-b", builder, "-d", str(doctrees), "-N", *options]
        ran = subprocess.run(
            [*command, str(self.docs), str(out), *after],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(self.root / "_spy"), os.environ.get("PYTHONPATH", "")]),
                **{name: str(log) for name, log in logs.items()},
                **self.env,
                **(env or {}),
            },
            cwd=self.docs,
            capture_output=True,
            text=True,
            timeout=550,
            check=False,
        )
        after = _times(out)
        build = Build(
            ran.returncode,
            ran.stdout,
            ran.stderr,
            frozenset(_lines(logs["TRACE_LOG"])),
            _lines(logs["TORCH_LOG"]),
            frozenset(name for name, time in after.items() if before.get(name) != time),
        )
        if check:
            assert build.code == 0, f"{ran.stdout}\n{ran.stderr}"
        return build


def _lines(log: Path) -> tuple[str, ...]:
    return tuple(log.read_text("utf-8").splitlines()) if log.exists() else ()


def _times(folder: Path) -> dict[str, int]:
    # Sphinx writes these anew in every build.
    always = ("genindex", "search", "py-modindex", "_static")
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: path.stat().st_mtime_ns
        for name, path in found.items()
        if path.suffix in (".html", ".txt") and not name.startswith(always)
    }


def new_site(root: Path) -> Site:
    site = Site(root)
    site.file("_spy/sitecustomize.py", SITECUSTOMIZE)
    site.file("nets/__init__.py", "")
    site.file("nets/ran.py", RAN)
    site.file("docs/conf.py", CONF)
    return site
