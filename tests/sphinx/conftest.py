"""Fixtures of the Sphinx projects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sphinx_site import Site, new_site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An empty project."""
    return new_site(tmp_path)


@pytest.fixture(scope="session")
def make_site(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Site]:
    """Makes projects that several tests share."""
    return lambda name: new_site(tmp_path_factory.mktemp(name))
