"""A second build imports torch in no process, starts none, and reads no source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from building_site import FIRST, MISSPELT, SECOND, Site, write_package

HOOK = """
import atexit, os, sys

# Runs in every Python process: notes what it has imported when it ends, however it ends.
class Note:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            with open(os.environ["IMPORT_LOG"], "a") as log:
                log.write("torch\\n")
sys.meta_path.insert(0, Note())
with open(os.environ["IMPORT_LOG"], "a") as log:
    log.write("process\\n")
"""

BUILD = """
import json, sys
from pathlib import Path
import building_site
site = building_site.Site(Path(sys.argv[1]), {"workers": 1})
found = site.build(sys.argv[2:])
with open(sys.argv[1] + "/modules.json", "w") as file:
    json.dump({"said": site.said, "failed": [str(m) for m, f in found.items() if not hasattr(f, "digest")],
               "opened": opened}, file)
"""

WATCH = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
"""

#: What a build process has no use for when nothing is traced.
HEAVY = {
    "torch",
    "numpy",
    "subprocess",
    "multiprocessing",
    "asyncio",
    "concurrent",
    "ctypes",
    "importlib.metadata",
}


def run(site: Site, *models: str) -> tuple[dict[str, Any], str]:
    log, hook = site.root / "log", site.root / "hook"
    log.write_text("")
    hook.mkdir(exist_ok=True)
    (hook / "sitecustomize.py").write_text(HOOK)
    path = [str(hook), str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path)), "IMPORT_LOG": str(log)}
    command = [sys.executable, "-c", WATCH + BUILD, str(site.root), *models]
    subprocess.run(command, env=environment, check=True, cwd=site.root)
    return json.loads((site.root / "modules.json").read_text()), log.read_text()


def test_the_second_build_imports_torch_nowhere_and_starts_no_process(site: Site) -> None:
    write_package(site)
    for path in (site.root / "src").rglob("*.py"):
        os.utime(path, (10**9, 10**9))
    cold, log = run(site, FIRST, MISSPELT)
    assert cold["failed"] == [MISSPELT]
    assert log.split() == ["process", "process", "torch"]
    warm, log = run(site, FIRST, MISSPELT)
    assert warm["failed"] == [MISSPELT]
    assert warm["said"] == []
    assert log.split() == ["process"]
    # An edit lets one worker import torch once more.
    site.edit("src/toy/first.py", "relu", "tanh")
    after, log = run(site, FIRST, MISSPELT)
    assert "2 figures, 0 cached, 2 to trace" in after["said"][0]
    assert log.split() == ["process", "process", "torch"]


@pytest.mark.slow
def test_a_warm_build_reads_no_source(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    write_package(site)
    # Only what is older than its own time stamps are fine can be remembered.
    time.sleep(2.1)
    cold, _ = run(site, FIRST, SECOND)
    warm, _ = run(site, FIRST, SECOND)
    source = str(site.root / "src")
    assert [file for file in warm["opened"] if file.startswith(source)] == []
    assert [file for file in warm["opened"] if file.endswith("hashes.json")] != []
    assert cold["said"] != warm["said"] == []


def test_a_warm_build_is_light(copy: Site) -> None:
    program = """
import json, sys
from pathlib import Path
from torchview_docs.build import Builder
from torchview_docs.settings import Project
from torchview_docs.spec import FigureSpec
project = Project.read(Path(sys.argv[1]), {"paths": "src"})
with Builder(project, report=lambda line: sys.exit(line)) as builder:
    spec = FigureSpec.read(sys.argv[2], {"input": "float32[1, 8]", "device": "cpu"})
    print(builder.resolve([spec])[spec].digest, *sorted(sys.modules))
"""
    command = [sys.executable, "-c", program, str(copy.root), FIRST]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert len(output[0]) == 32
    loaded = set(output[1:])
    assert {name for name in HEAVY if name in loaded} == set()


def test_looking_figures_up_is_quick(copy: Site) -> None:
    import time

    from building_site import spec

    models = [FIRST, SECOND]
    with copy.builder() as builder:
        builder.resolve([spec(model) for model in models])
        best = min(
            timed(lambda: builder.resolve([spec(m) for m in models]), time.process_time) for _ in range(20)
        )
    assert copy.said == []
    # Both share one look at the environment.
    assert best < 0.1


def timed(work: Any, clock: Any) -> float:
    start = clock()
    work()
    return float(clock() - start)
