"""`mkdocs serve` shows a model as it is now."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from mkdocs_project import Project, svgs

pytestmark = pytest.mark.slow

_PATIENCE = 300.0


@dataclass
class Server:
    """A running `mkdocs serve`."""

    project: Project
    port: int
    log: Path

    def page(self, name: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{name}", timeout=60) as answer:
            return str(answer.read(), "utf-8")

    def output(self) -> str:
        return self.log.read_text("utf-8")

    def builds(self) -> int:
        return self.output().count("Documentation built in")

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                if true():
                    return
            time.sleep(0.2)
        pytest.fail(f"it never came true:\n{self.output()}")


@contextlib.contextmanager
def serving(project: Project, *options: str) -> Iterator[Server]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    # Outside of the project: what is written into a watched folder is an edit.
    log = project.root.parent / "serve.log"
    with log.open("w") as out:
        command = [sys.executable, "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{port}", *options]
        process = subprocess.Popen(
            command, cwd=project.root, env=project.environment, stdout=out, stderr=subprocess.STDOUT
        )
        server = Server(project, port, log)
        try:
            server.until(lambda: "Serving on" in server.output())
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.mark.parametrize("options", [[], ["--dirty"]], ids=["clean", "dirty"])
def test_an_edit_of_a_model_rebuilds_its_page(project: Project, options: list[str]) -> None:
    project.edit("mkdocs.yml", "https://example.org/", "http://127.0.0.1/")
    with serving(project, *options) as server:
        assert "right" in svgs(server.page("pair/"))[0]
        assert len(svgs(server.page(""))) == 3
        builds = server.builds()
        project.edit("src/zoo/pair.py", "self.right", "self.second")
        server.until(lambda: "second" in svgs(server.page("pair/"))[0])
        assert re.findall(r"torchview: \d+/\d+ (\S+)", server.output()) == ["zoo.pair.Pair"]
        assert len(svgs(server.page(""))) == 3
        # Tracing writes bytecode beside the sources: that is no edit.
        time.sleep(2)
        assert server.builds() == builds + 1


def test_a_model_that_was_wrong_is_drawn_when_it_is_mended(project: Project) -> None:
    project.edit("src/zoo/pair.py", "self.left(x)", "self.lefty(x)")
    with serving(project, "--dirty") as server:
        assert "tv-error" in server.page("pair/")
        project.edit("src/zoo/pair.py", "self.lefty(x)", "self.left(x)")
        server.until(lambda: len(svgs(server.page("pair/"))) == 1)


def test_a_page_and_a_new_model_can_be_added(project: Project) -> None:
    with serving(project) as server:
        project.write("docs/new.md", "# New\n\n```torchview\nzoo.new.New\ninput: float32[1, 4]\n```\n")
        server.until(lambda: "has no 'new'" in server.output() and "tv-error" in server.page("new/"))
        source = (project.root / "src/zoo/pair.py").read_text().replace("Pair", "New")
        project.write("src/zoo/new.py", source)
        server.until(lambda: len(svgs(server.page("new/"))) == 1)
