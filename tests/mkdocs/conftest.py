"""Fixtures of the sites; a cold build is costly, so all of them share the cache of one."""

from __future__ import annotations

from pathlib import Path

import pytest
from mkdocs_project import Project


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project built once, cold; tests must not change it."""
    folder = tmp_path_factory.mktemp("zoo")
    project = Project.create(folder / "zoo", folder / "hook")
    project.mkdocs()
    assert project.imports, "the first build traces"
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A project of its own with a warm cache."""
    return built.copy(tmp_path / "zoo")
