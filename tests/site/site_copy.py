"""A copy of the sample site, built by both hosts by the commands that `make site` uses."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HOSTS = ("sphinx", "mkdocs")

REPOSITORY = Path(__file__).parent.parent.parent

#: Put on PYTHONPATH, it notes each process that imports torch, and whether autodoc does it, which
#: imports what it documents.
_WATCH = """
import os, sys, traceback


class _Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            autodoc = any("autodoc" in frame.filename for frame in traceback.extract_stack())
            with open({log!r}, "a") as log:
                log.write(f"{{'autodoc' if autodoc else 'torchview'}} {{os.getpid()}} {{sys.argv}}\\n")
        return None


sys.meta_path.insert(0, _Watch())
"""


@dataclass
class SampleSite:
    """A copy of the sample site and what is needed to build it."""

    root: Path
    watch: Path

    @property
    def log(self) -> Path:
        return self.watch / "torch.log"

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a module of this Python; afterwards `imports` tells who imported torch."""
        self.log.write_text("")
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.watch),
            "NO_COLOR": "1",
            "NO_MKDOCS_2_WARNING": "1",
        }
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=environment,
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            pytest.fail(f"{' '.join(command)} exited {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    def sphinx(
        self, *options: str, builder: str = "html", doctrees: str = "doctrees", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        return self.run(
            "sphinx", "-W", "--keep-going", "-b", builder, "-c", "sphinx", *options,
            "-d", f"out/{doctrees}", "pages", f"out/{builder}", check=check,
        )  # fmt: skip

    def mkdocs(self, *options: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run(
            "mkdocs", "build", "--strict", *options, "-d", str(self.root / "out" / "mkdocs"), check=check
        )

    def build(self, host: str) -> subprocess.CompletedProcess[str]:
        return self.sphinx() if host == "sphinx" else self.mkdocs()

    @property
    def imports(self) -> list[str]:
        """The processes of the last `run` that imported torch."""
        return self.log.read_text().splitlines()

    @property
    def tracing(self) -> list[str]:
        """Those of `imports` that autodoc has not caused."""
        return [line for line in self.imports if not line.startswith("autodoc")]

    def folder(self, host: str) -> Path:
        """Where a host's pages are."""
        return self.root / "out" / ("html" if host == "sphinx" else "mkdocs")

    def pages(self, host: str) -> Iterator[tuple[str, str]]:
        """Name and HTML of each built page that has a source."""
        for name, path in self.files(host):
            yield name, path.read_text("utf-8")

    def files(self, host: str) -> Iterator[tuple[str, Path]]:
        """Name and file of each built page that has a source."""
        folder = self.folder(host)
        for source in sorted((self.root / "pages").iterdir()):
            if source.suffix not in (".md", ".rst") or (host == "mkdocs" and source.suffix == ".rst"):
                continue
            name = source.stem
            nested = folder / name / "index.html"
            yield source.name, nested if nested.is_file() else folder / f"{name}.html"

    def figures_in_source(self, name: str) -> int:
        """How many figures a page asks for, examples not counted."""
        text = (self.root / "pages" / name).read_text("utf-8")
        text = re.sub(r"^````.*?^````", "", text, flags=re.MULTILINE | re.DOTALL)
        if name.endswith(".rst"):
            return len(re.findall(r"^\.\. (torchview(?:-diff)?|autoclass)::", text, re.MULTILINE))
        return len(re.findall(r"^```torchview(?:-diff)?$", text, re.MULTILINE))


def copy_site(target: Path, watch: Path) -> SampleSite:
    """A copy of the sample site that does not share its cache with the original."""
    shutil.copytree(
        REPOSITORY / "sample_site", target, ignore=shutil.ignore_patterns(".torchview_cache", "__pycache__")
    )
    watch.mkdir(exist_ok=True)
    (watch / "sitecustomize.py").write_text(_WATCH.format(log=str(watch / "torch.log")))
    return SampleSite(target, watch)
