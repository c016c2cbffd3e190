"""Modules are found where an import would find them, and nothing is imported."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from torchview_docs.modules import Location, Resolver, search_path


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("raise SystemExit('imported')\n")


def found(root: Path, name: str) -> Location:
    return Resolver([str(root), *sys.path]).find(name)


def test_modules_of_a_project_are_found_by_their_names(tmp_path: Path) -> None:
    write(tmp_path, "pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/mod.py", "single.py")
    assert found(tmp_path, "single") == Location("project", str(tmp_path / "single.py"))
    assert found(tmp_path, "pkg.sub.mod") == Location("project", str(tmp_path / "pkg/sub/mod.py"))
    package = found(tmp_path, "pkg.sub")
    assert package.file == str(tmp_path / "pkg/sub/__init__.py")
    assert package.folders == (str(tmp_path / "pkg/sub"),)
    assert not {"pkg", "pkg.sub", "single"} & sys.modules.keys()


@pytest.mark.parametrize("name", ["nothing", "pkg.nothing", "single.nothing", "nothing.at.all", "", "pkg.*"])
def test_what_does_not_exist_is_absent(tmp_path: Path, name: str) -> None:
    write(tmp_path, "pkg/__init__.py", "single.py")
    assert found(tmp_path, name).origin == "absent"


def test_namespace_packages_are_looked_into_without_an_import(tmp_path: Path) -> None:
    write(tmp_path, "one/space/inner/deep/mod.py", "two/space/inner/other.py")
    resolver = Resolver([str(tmp_path / "one"), str(tmp_path / "two")])
    assert resolver.find("space.inner.deep.mod").file == str(tmp_path / "one/space/inner/deep/mod.py")
    assert resolver.find("space.inner.other").file == str(tmp_path / "two/space/inner/other.py")
    assert resolver.find("space.inner").file == ""
    assert len(resolver.find("space.inner").folders) == 2


@pytest.mark.parametrize(
    "name", ["sys", "os", "os.path", "json.decoder", "math", "zlib", "importlib.machinery"]
)
def test_pythons_own_modules_are_standard(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, name).origin == "standard"


@pytest.mark.parametrize("name", ["pytest", "numpy", "numpy.linalg", "yaml"])
def test_modules_in_site_packages_are_installed(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, name).origin == "installed"


def test_the_first_folder_on_the_path_wins(tmp_path: Path) -> None:
    write(tmp_path, "numpy.py", "json.py", "os.py", "sys.py")
    assert found(tmp_path, "numpy").file == str(tmp_path / "numpy.py")
    assert found(tmp_path, "json").file == str(tmp_path / "json.py")
    # Frozen and built-in modules come before the path.
    assert found(tmp_path, "os").origin == "standard"
    assert found(tmp_path, "sys").origin == "standard"


def test_a_package_comes_before_a_module_and_both_before_a_namespace(tmp_path: Path) -> None:
    write(tmp_path, "both/mod.py", "both.py")
    assert found(tmp_path, "both").file == str(tmp_path / "both.py")
    write(tmp_path, "both/__init__.py")
    assert found(tmp_path, "both").file == str(tmp_path / "both/__init__.py")


def test_a_file_that_appears_is_found_by_the_next_resolver(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    assert found(folder, "pkg.mod").origin == "absent"
    write(folder, "pkg/mod.py")
    assert found(folder, "pkg.mod").file == str(folder / "pkg/mod.py")
    write(folder, "pkg/another.py")
    assert found(folder, "pkg.another").file == str(folder / "pkg/another.py")


def test_modules_in_an_archive_are_found(tmp_path: Path) -> None:
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped/__init__.py", "")
        file.writestr("zipped/mod.py", "")
    assert found(archive, "zipped.mod").file == str(archive / "zipped/mod.py")
    assert found(archive, "zipped.mod").origin == "project"


def test_editable_installs_are_the_projects_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "src/pkg/__init__.py", "src/pkg/mod.py")

    class EditableFinder:
        """As setuptools installs one, from a module called `__editable___pkg_1_0_finder`."""

        @classmethod
        def find_spec(
            cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
        ) -> importlib.machinery.ModuleSpec | None:
            if name != "pkg":
                return None
            folder = tmp_path / "src/pkg"
            return importlib.util.spec_from_file_location(
                name, folder / "__init__.py", submodule_search_locations=[str(folder)]
            )

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, EditableFinder])
    assert found(tmp_path, "pkg.mod") == Location("project", str(tmp_path / "src/pkg/mod.py"))


def test_an_import_agrees(tmp_path: Path) -> None:
    write(tmp_path, "a/wave.py", "a/pkg/__init__.py", "b/pkg/__init__.py", "b/pkg/mod.py", "b/space/mod.py")
    path = [str(tmp_path / "a"), str(tmp_path / "b"), *(entry for entry in sys.path if entry)]
    names = ["wave", "pkg", "space", "numpy", "yaml"]
    program = """
import importlib.util, json, sys
path, names = json.loads(sys.argv[1])
sys.path[:] = path
print(json.dumps([importlib.util.find_spec(name).origin for name in names]))
"""
    command = [sys.executable, "-c", program, json.dumps([path, names])]
    origins = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert [Resolver(path).find(name).file or None for name in names] == origins


def test_the_search_path_starts_with_the_projects_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", "/one", "/two", "/one"])
    assert search_path(["/two", "/three"]) == ["/two", "/three", str(tmp_path), "/one"]
