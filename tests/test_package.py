from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import torchview_docs

REPOSITORY = Path(__file__).parent.parent


def test_the_public_names_are_these() -> None:
    assert torchview_docs.__all__ == [
        "ComputationGraph",
        "ExpressionError",
        "Failure",
        "FigureSpec",
        "Graph",
        "OptionError",
        "RecordError",
        "SpecError",
        "TorchviewDocsError",
        "TraceError",
        "__version__",
        "draw_graph",
        "trace",
    ]
    for name in torchview_docs.__all__:
        assert getattr(torchview_docs, name)


def test_importing_what_a_warm_build_needs_imports_no_torch() -> None:
    code = (
        "import sys, torchview_docs, torchview_docs.build, torchview_docs.markdown, torchview_docs.cli\n"
        "import torchview_docs.sphinx_ext.extension, torchview_docs.mkdocs_plugin, torchview_docs.exporting\n"
        "sys.exit(bool({'torch', 'fpdf', 'fontTools', 'cssselect2', 'pypdfium2'} & {*sys.modules}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd="/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    source = tmp_path_factory.mktemp("source") / "checkout"
    # A copy of what git tracks: building in place would leave folders in the checkout.
    subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(source)], check=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)],
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"torchview_docs", wheel.name.split("-py3")[0] + ".dist-info"}
    assert "torchview_docs/py.typed" in names
    assert "torchview_docs/drawing/figure.css" in names
    tracked = subprocess.run(
        ["git", "ls-files", "torchview_docs", "sphinx_ext", "mkdocs_plugin"],
        cwd=REPOSITORY, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    installed = {path if path.startswith("torchview_docs/") else f"torchview_docs/{path}" for path in tracked}
    assert installed <= set(names)


@pytest.mark.slow
def test_an_empty_environment_gets_the_package_its_commands_and_entry_points(
    wheel: Path, tmp_path: Path
) -> None:
    venv.create(tmp_path, with_pip=True)
    python = tmp_path / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel], check=True)
    site = next((tmp_path / "lib").glob("python*/site-packages"))
    found = {p.name for p in site.iterdir()} - {"pip", "setuptools", "pkg_resources", "__pycache__"}
    ours = {name for name in found if not name.endswith(".dist-info")}
    assert ours <= {
        "torchview_docs",
        "graphviz",
        "_distutils_hack",
        "distutils-precedence.pth",
    }
    code = (
        "import json, importlib.metadata as m\n"
        "d = m.distribution('torchview-docs')\n"
        "print(json.dumps(sorted(f'{e.group}:{e.name}' for e in d.entry_points)))"
    )
    out = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout
    assert json.loads(out) == [
        "console_scripts:torchview-docs",
        "markdown.extensions:torchview",
        "mkdocs.plugins:torchview",
    ]
    for command in ([tmp_path / "bin" / "torchview-docs"], [python, "-m", "torchview_docs"]):
        shown = subprocess.run([*command, "--version"], check=True, capture_output=True, text=True)
        assert torchview_docs.__version__ in shown.stdout
    # Without the extra `export` there is no PDF, and the error says what to install.
    code = (
        "from torchview_docs.drawing.drawing import Drawing\n"
        "from torchview_docs.exporting import can_export, pdf\n"
        "assert not can_export()\n"
        "pdf(Drawing(1.0, 1.0, (), (), (), ()))"
    )
    refused = subprocess.run([python, "-c", code], check=False, capture_output=True, text=True)
    assert "ExportError" in refused.stderr
    assert "pip install torchview-docs[export]" in refused.stderr
