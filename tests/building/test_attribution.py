"""Which modules a figure depends on, when one worker has traced many figures before it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from building_site import Site

from torchview_docs.build import Builder, Figure
from torchview_docs.spec import FigureSpec

# One worker traces all of it.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Builder]]:
    site = Site(tmp_path_factory.mktemp("shared"), {"workers": 1, "paths": "src src/code.zip"})
    (site.root / "src").mkdir()
    with site.builder() as builder:
        yield site, builder


@pytest.fixture
def site(shared: tuple[Site, Builder]) -> Site:
    """One project, and one worker, for all of these tests: their modules have different names."""
    return shared[0]


@pytest.fixture
def builder(shared: tuple[Site, Builder]) -> Builder:
    return shared[1]


def sources(site: Site, builder: Builder, *models: str) -> list[set[str]]:
    """The files that each model's figure depends on; one worker traces them in this order."""
    figures = site.build(models, builder)
    found = []
    for model in models:
        figure = figures[model]
        assert isinstance(figure, Figure), figure
        found.append({path.name for path in figure.sources})
    return found


def net(name: str, body: str, head: str = "") -> str:
    return (
        f"{head}\nfrom torch import nn\nclass {name}(nn.Module):\n    def forward(self, x):\n        {body}\n"
    )


def test_figures_in_one_worker_depend_on_their_own_modules_only(site: Site, builder: Builder) -> None:
    site.write("src/shared.py", "def double(x):\n    return x + x\n")
    site.write("src/one_a.py", net("One", "return double(x)", "from shared import double"))
    site.write("src/two_a.py", net("Two", "return shared.double(x)", "import shared"))
    site.write("src/three_a.py", net("Three", "return x.relu()"))
    one_a, two_a, three_a = sources(site, builder, "one_a.One", "two_a.Two", "three_a.Three")
    assert one_a == {"one_a.py", "shared.py"}
    # The second has found `shared` already imported.
    assert two_a == {"two_a.py", "shared.py"}
    assert three_a == {"three_a.py"}


def test_a_factory_that_imports_by_name_makes_each_figure_depend_on_its_own_model(
    site: Site, builder: Builder
) -> None:
    site.write(
        "src/zoo/__init__.py",
        """
        import importlib
        def create(name):
            return importlib.import_module(f".{name}", __name__).Net()
        """,
    )
    site.write("src/zoo/small.py", net("Net", "return x.relu()"))
    site.write("src/zoo/large.py", net("Net", "return x.tanh()"))
    names = ["zoo.create('small')", "zoo.create('large')", "zoo.create(name='small')"]
    small, large, again = sources(site, builder, *names)
    assert small == again == {"__init__.py", "small.py"}
    assert large == {"__init__.py", "large.py"}


def test_a_lazy_package_remembers_what_it_has_loaded_but_figures_still_depend_on_it(
    site: Site, builder: Builder
) -> None:
    site.write(
        "src/lazy/__init__.py",
        """
        import importlib
        _HOME = {"small": ".small", "large": ".large", "act": ".parts"}
        def __getattr__(name):
            if name not in _HOME:
                raise AttributeError(name)
            value = getattr(importlib.import_module(_HOME[name], __name__), name)
            globals()[name] = value
            return value
        """,
    )
    site.write("src/lazy/parts.py", "def act(x):\n    return x.relu()\n")
    use = "import lazy; return lazy.act(x)"
    for name in ("small", "large"):
        site.write(f"src/lazy/{name}.py", net(name, use))
    small, large = sources(site, builder, "lazy.small", "lazy.large")
    assert small == {"__init__.py", "small.py", "parts.py"}
    # `lazy.act` was there already: nothing was imported, but it ran.
    assert large == {"__init__.py", "large.py", "parts.py"}


def test_a_function_that_imports_when_it_is_called_at_import_time_counts_for_its_caller(
    site: Site, builder: Builder
) -> None:
    site.write("src/config.py", "def width():\n    import defaults\n    return defaults.WIDTH\n")
    site.write("src/defaults.py", "WIDTH = 3")
    site.write("src/one_b.py", net("One", "return x * W", "from config import width\nW = width()"))
    site.write("src/two_b.py", net("Two", "return x + one_b.W", "import one_b"))
    one_b, two_b = sources(site, builder, "one_b.One", "two_b.Two")
    assert one_b == {"one_b.py", "config.py", "defaults.py"}
    assert two_b == {"two_b.py", *one_b}


def test_star_imports_relative_imports_and_parents_count(site: Site, builder: Builder) -> None:
    site.write("src/pkg/__init__.py", "from . import base\nfrom .inner import *")
    site.write("src/pkg/base.py", "from .constants import SIZE")
    site.write("src/pkg/constants.py", "SIZE = 8")
    site.write("src/pkg/inner/__init__.py", "__all__ = ['deep']")
    site.write("src/pkg/inner/deep.py", "")
    site.write("src/pkg/nets/__init__.py", "")
    site.write("src/pkg/nets/net.py", net("Net", "return x.relu()"))
    (found,) = sources(site, builder, "pkg.nets.net.Net")
    assert found == {"__init__.py", "base.py", "constants.py", "deep.py", "net.py"}


def test_the_function_that_gives_the_input_counts(site: Site, builder: Builder) -> None:
    site.write("src/data.py", "import torch, sizes\ndef batch():\n    return torch.zeros(sizes.ROWS, 8)\n")
    site.write("src/sizes.py", "ROWS = 2")
    site.write("src/one_c.py", net("One", "return x.relu()"))
    spec = FigureSpec.read("one_c.One", {"input-from": "data.batch", "device": "cpu"})
    figure = builder.resolve([spec])[spec]
    assert isinstance(figure, Figure)
    assert {path.name for path in figure.sources} == {"one_c.py", "data.py", "sizes.py"}


def test_a_namespace_package_is_recorded_as_such(site: Site, builder: Builder) -> None:
    site.write("src/space/nets.py", net("Net", "return x.relu()"))
    assert sources(site, builder, "space.nets.Net") == [{"nets.py"}]
    assert site.stale("space.nets.Net") == ""
    site.write("src/space/__init__.py", "")
    assert site.stale("space.nets.Net") == "module space has changed"


def test_a_module_that_is_loaded_from_its_file_counts_as_a_file(site: Site, builder: Builder) -> None:
    site.write("plugins/act.py", "def act(x):\n    return x.relu()\n")
    site.write(
        "src/host.py",
        net(
            "Host",
            "return act.act(x)",
            """
import importlib.util, pathlib, sys
here = pathlib.Path(__file__).parent.parent / "plugins"
spec = importlib.util.spec_from_file_location("plugin_act", here / "act.py")
act = importlib.util.module_from_spec(spec)
sys.modules["plugin_act"] = act
spec.loader.exec_module(act)
sys.path.append(str(here))
import another
""",
        ),
    )
    site.write("plugins/another.py", "")
    assert sources(site, builder, "host.Host") == [{"host.py", "act.py", "another.py"}]
    manifest = site.manifests("host.Host")[0]
    assert set(manifest.files) == {"plugins/act.py", "plugins/another.py"}
    site.edit("plugins/act.py", "relu", "tanh")
    assert site.stale("host.Host") == "file plugins/act.py has changed"


def test_modules_in_an_archive_count(site: Site, builder: Builder) -> None:
    archive = site.root / "src/code.zip"

    def pack(body: str) -> None:
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("zipped.py", net("Net", body))

    pack("return x.relu()")
    assert sources(site, builder, "zipped.Net") == [{"code.zip"}]
    assert site.stale("zipped.Net") == ""
    pack("return x.tanh()")
    assert site.stale("zipped.Net") == "module zipped has changed"


def test_modules_without_source_count(site: Site, builder: Builder) -> None:
    path = site.write("src/hidden.py", net("Net", "return x.relu()"))
    compile_it = "import py_compile, sys; py_compile.compile(sys.argv[1], sys.argv[1] + 'c')"
    subprocess.run([sys.executable, "-c", compile_it, str(path)], check=True)
    path.unlink()
    assert sources(site, builder, "hidden.Net") == [{"hidden.pyc"}]
    assert site.stale("hidden.Net") == ""
    Path(f"{path}c").unlink()
    assert site.stale("hidden.Net") == "module hidden has disappeared"


def test_what_a_failing_import_depended_on_counts(site: Site, builder: Builder) -> None:
    site.write("src/fails.py", net("Net", "return x", "from deeper import X"))
    site.write("src/deeper.py", "import deepest\nX = deepest.Y")
    site.write("src/deepest.py", "import nowhere_to_be_found")
    failure = site.build(["fails.Net"], builder)["fails.Net"]
    assert "nowhere_to_be_found" in str(failure)
    modules = site.manifests("fails.Net")[0].modules
    assert modules.keys() - {"torch"} == {"fails", "deeper", "deepest", "nowhere_to_be_found"}
    site.write("src/nowhere_to_be_found.py", "")
    assert site.stale("fails.Net") == "module nowhere_to_be_found has appeared"
