"""Models that hurt themselves: each costs its own figure, and nothing is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from building_site import Site, spec

from torchview_docs.build import Builder, Figure
from torchview_docs.errors import Failure

pytestmark = pytest.mark.slow

NETS = """
    import ctypes, os, subprocess, sys, threading, time
    import torch
    from torch import nn

    class Good(nn.Module):
        def __init__(self, width=8):
            super().__init__()
            self.layer = nn.Linear(8, width)

        def act(self):
            pass

        def forward(self, x):
            self.act()
            return self.layer(x)

    class Abort(Good):
        def act(self):
            print("going down", file=sys.stderr)
            os.abort()

    class Segfault(Good):
        def act(self):
            ctypes.string_at(0)

    class Exit(Good):
        def act(self):
            sys.exit(3)

    class HardExit(Good):
        def act(self):
            os._exit(3)

    class Endless(Good):
        def act(self):
            while True:
                pass

    class Sleeper(Good):
        def act(self):
            subprocess.run(["sleep", "1000"])

    class Hog(Good):
        def act(self):
            held = []
            while True:
                held.append(bytearray(10_000_000))

    class TensorHog(Good):
        def act(self):
            torch.empty(10**12)

    class Noise(Good):
        def act(self):
            print('{"record": null, "learnt": []}')
            sys.stdout.write("x" * 1_000_000)
            os.write(1, b'{"record": null, "learnt": []}\\n')
            os.write(2, b"\\xff" * 100_000)
            subprocess.run(["echo", "hello"])
            sys.stdin.read()

    class Fork(Good):
        def act(self):
            # The child comes back from forward as the parent does; a grandchild sleeps on.
            if os.fork() == 0:
                if os.fork() == 0:
                    os.setsid()
                    time.sleep(1000)

    class ForkAbort(Good):
        def act(self):
            if os.fork() == 0:
                time.sleep(1000)
            os.abort()

    class Thread(Good):
        def act(self):
            threading.Thread(target=time.sleep, args=(1000,)).start()

    class Raises(Good):
        def forward(self, x):
            raise ValueError("never again")
    """


def processes_in(folder: Path) -> set[int]:
    """The processes whose working folder is this one: workers and what they have started."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").resolve() == folder.resolve() and (entry / "stat").read_text().split()[
                    2
                ] != "Z":
                    found.add(int(entry.name))
            except OSError:
                continue
    return found


def wait_until(condition: object, seconds: float = 300) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def nets(site: Site) -> Site:
    site.write("src/nets.py", NETS)
    return site


def test_each_fault_costs_its_own_figure_only(nets: Site) -> None:
    nets.settings |= {"workers": 2, "timeout": 15, "memory": 700}
    names = [
        "Good",
        "Abort",
        "Segfault",
        "Exit",
        "HardExit",
        "Endless",
        "Sleeper",
        "Hog",
        "TensorHog",
        "Noise",
        "Fork",
        "ForkAbort",
        "Thread",
        "Raises",
        "Good(width=3)",
    ]
    found = nets.build(f"nets.{name}" for name in names)
    kinds = {
        name.removeprefix("nets."): figure.kind if isinstance(figure, Failure) else "drawn"
        for name, figure in found.items()
    }
    assert kinds == {
        "Good": "drawn",
        "Abort": "crash",
        "Segfault": "crash",
        "Exit": "crash",
        "HardExit": "crash",
        "Endless": "timeout",
        "Sleeper": "timeout",
        "Hog": "memory",
        "TensorHog": "memory",
        "Noise": "drawn",
        "Fork": "drawn",
        "ForkAbort": "crash",
        "Thread": "drawn",
        "Raises": "forward",
        "Good(width=3)": "drawn",
    }
    told = {name.removeprefix("nets."): str(figure) for name, figure in found.items()}
    assert "SIGABRT" in told["Abort"]
    assert "going down" in told["Abort"]
    assert re.search(r"nets\.py:\d+", told["Abort"])
    assert "SIGABRT" in told["ForkAbort"]
    assert "SIGSEGV" in told["Segfault"]
    assert "SystemExit(3)" in told["Exit"]
    assert "exit code 3" in told["HardExit"]
    assert "15 s" in told["Endless"]
    assert "never again" in told["Raises"]
    assert processes_in(nets.root) == set()
    # Of these only what will be so again is remembered.
    nets.said.clear()
    again = nets.build(["nets.Raises", "nets.Good"])
    assert nets.said == []
    assert str(again["nets.Raises"]) == told["Raises"]


def test_a_passing_failure_is_tried_again(nets: Site) -> None:
    nets.settings |= {"workers": 1}
    with nets.builder() as builder:
        for _ in range(2):
            figure = nets.build(["nets.HardExit"], builder)["nets.HardExit"]
            assert isinstance(figure, Failure)
            assert nets.traced() == ["nets.HardExit"]
        # It could be mended, and is seen to be.
        nets.edit("src/nets.py", "os._exit(3)", "pass")
        assert isinstance(nets.build(["nets.HardExit"], builder)["nets.HardExit"], Figure)


def test_a_worker_does_not_trace_with_source_that_has_changed_since_it_imported_it(nets: Site) -> None:
    nets.settings |= {"workers": 1}
    with nets.builder() as builder:
        nets.build(["nets.Good"], builder)
        worker = processes_in(nets.root)
        assert len(worker) == 1
        nets.build(["nets.Good(width=2)"], builder)
        assert processes_in(nets.root) == worker
        nets.edit("src/nets.py", "self.layer", "self.projection")
        figure = nets.build(["nets.Good(width=3)"], builder)["nets.Good(width=3)"]
        assert isinstance(figure, Figure)
        assert "projection" in {node.name for node in figure.graph.nodes}
        assert processes_in(nets.root) != worker


def test_no_worker_at_all_is_one_failure_for_each_figure(nets: Site) -> None:
    nets.settings |= {"workers": 1}
    builder = Builder(nets.project, report=nets.said.append, job="nowhere:trace")
    with builder:
        found = builder.resolve([spec("nets.Good"), spec("nets.Raises")])
    for failure in found.values():
        assert isinstance(failure, Failure)
        assert failure.kind == "internal"
        assert "nowhere" in failure.message
    assert nets.records == []


def test_without_torch_figures_say_what_to_install(nets: Site) -> None:
    program = """
import sys
from pathlib import Path
home, root = sys.argv[1:]
# As in an environment where nothing but this package is installed.
sys.path[:] = [home, *(p for p in sys.path if "site-packages" not in p and "editable" not in p)]
sys.path_importer_cache.clear()
from torchview_docs.build import Builder
from torchview_docs.settings import Project
from torchview_docs.spec import FigureSpec
project = Project.read(Path(root), {"paths": "src"})
with Builder(project) as builder:
    for name in ("Good", "Other"):
        spec = FigureSpec.read(f"nets.{name}", {"input": "float32[1, 8]", "device": "cpu"})
        found = builder.resolve([spec])[spec]
        print(getattr(found, "digest", found))
"""
    import torchview_docs

    figure = nets.build(["nets.Good"])["nets.Good"]
    assert isinstance(figure, Figure)
    home = str(Path(torchview_docs.__file__).parent.parent)
    command = [sys.executable, "-c", program, home, str(nets.root)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    # What was traced elsewhere is drawn, since its source is the same; the rest says what it needs.
    assert output[0] == figure.digest
    assert "pip install torchview-docs[trace]" in output[1]


BUILD = """
import sys
from pathlib import Path
import building_site
site = building_site.Site(Path(sys.argv[1]), {"workers": 2})
builder = site.builder()
print("started", flush=True)
try:
    site.build(["nets.Good", "nets.Endless", "nets.Sleeper"], builder)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def start_build(nets: Site) -> subprocess.Popen[str]:
    path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))}
    command = [sys.executable, "-c", BUILD, str(nets.root)]
    # Where the tests themselves run in the background, Ctrl-C is ignored, and children inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_a_build_that_is_ended_leaves_no_process_and_keeps_what_was_finished(
    nets: Site, how: signal.Signals
) -> None:
    build = start_build(nets)
    wait_until(lambda: nets.records and len(processes_in(nets.root)) >= 3)
    began = time.monotonic()
    build.send_signal(how)
    output, _ = build.communicate(timeout=300)
    # Left alone it would go on until both models have had their 120 s.
    assert time.monotonic() - began < 60
    assert ("interrupted" in output) is (how is signal.SIGINT)
    wait_until(lambda: processes_in(nets.root) == set())
    assert nets.stale("nets.Good") == ""


def test_an_exception_in_the_build_leaves_no_process(nets: Site) -> None:
    def report(line: str) -> None:
        if "1/2" in line:
            raise RuntimeError("the host has changed its mind")

    builder = Builder(nets.project, report=report)
    with pytest.raises(RuntimeError, match="changed its mind"):
        builder.resolve([spec("nets.Good"), spec("nets.Endless")])
    assert processes_in(nets.root) == set()
    assert nets.stale("nets.Good") == ""


def test_two_builds_at_once_do_no_harm(nets: Site) -> None:
    program = BUILD.replace('["nets.Good", "nets.Endless", "nets.Sleeper"]', '["nets.Good", "nets.Raises"]')
    path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))}
    command = [sys.executable, "-c", program + "\nbuilder.close()", str(nets.root)]
    builds = [subprocess.Popen(command, env=environment) for _ in range(2)]
    assert [build.wait() for build in builds] == [0, 0]
    nets.build(["nets.Good", "nets.Raises"])
    assert nets.said == []
    assert len(nets.records) == 2


def test_a_model_does_not_pay_for_what_an_earlier_one_has_left_in_the_worker(nets: Site) -> None:
    nets.write(
        "src/bomb.py",
        """
        import os, threading, time
        import nets

        class Bomb(nets.Good):
            def act(self):
                def explode():
                    while not os.path.exists("lit"):
                        time.sleep(0.01)
                    if not os.path.exists("exploded"):
                        open("exploded", "w").close()
                        os.abort()
                threading.Thread(target=explode, daemon=True).start()

        class Victim(nets.Good):
            def act(self):
                open("lit", "w").close()
                while not os.path.exists("exploded"):
                    time.sleep(0.01)
                time.sleep(0.5)
        """,
    )
    nets.settings |= {"workers": 1}
    found = nets.build(["bomb.Bomb", "bomb.Victim"])
    assert (nets.root / "exploded").exists()
    assert isinstance(found["bomb.Bomb"], Figure)
    assert isinstance(found["bomb.Victim"], Figure), found["bomb.Victim"]


def test_a_worker_that_somebody_ends_is_a_crash_of_its_figure(nets: Site) -> None:
    nets.settings |= {"workers": 1}
    nets.write(
        "src/suicide.py",
        """
        import os, nets
        class Net(nets.Good):
            def act(self):
                os.kill(os.getpid(), 9)
        """,
    )
    failure = nets.build(["suicide.Net"])["suicide.Net"]
    assert isinstance(failure, Failure)
    assert failure.kind == "crash"
    assert "SIGKILL" in failure.message
    assert "memory" in failure.advice
