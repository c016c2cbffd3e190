"""Fixtures of the sample site."""

from __future__ import annotations

import pytest
from site_copy import SampleSite, copy_site


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> SampleSite:
    """Both sites, built cold; tests must not change it."""
    folder = tmp_path_factory.mktemp("sample")
    site = copy_site(folder / "site", folder / "watch")
    site.sphinx("-j", "2")
    assert site.imports, "the first build traces"
    site.mkdocs()
    return site
