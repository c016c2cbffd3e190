"""Projects to build figures of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from building_site import MODELS, Site, write_package


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An empty project. One worker is enough for a few figures: each imports torch."""
    (tmp_path / "src").mkdir()
    return Site(tmp_path, {"workers": 1})


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The package, traced once by one worker. Copy it before you change it."""
    site = Site(tmp_path_factory.mktemp("built"), {"workers": 1})
    write_package(site)
    site.build(MODELS)
    assert site.traced() == sorted(MODELS)
    return site


@pytest.fixture
def copy(built: Site, tmp_path: Path) -> Site:
    """A copy of the package and its records, in another folder."""
    shutil.copytree(built.root, tmp_path / "copy")
    return Site(tmp_path / "copy", dict(built.settings))
