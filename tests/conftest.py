"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import Browser, NoBrowserError, start
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Generated examples must not fail for being slow: the machines are noisy. They are the same in every
# run; `--hypothesis-profile search` looks for others.
settings.register_profile("whole", deadline=None, derandomize=True)
settings.register_profile("quick", deadline=None, derandomize=True, max_examples=20)
settings.register_profile("search", deadline=None, max_examples=1000)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--overwrite", action="store_true", help="accept new expected outputs")
    parser.addoption("--no-output", action="store_true", help="skip comparisons with expected outputs")


def pytest_configure(config: pytest.Config) -> None:
    # Before modules are collected: `given` takes its settings when a test is defined.
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("quick" if "not slow" in config.getoption("markexpr") else "whole")


#: Tests that share what is costly to make, by the start of their names: one process runs all of a group.
GROUPS = (
    "tests/browser/",
    "tests/building/test_attribution",
    "tests/building/test_faults",
    "tests/building/",
    "tests/mkdocs/",
    "tests/site/",
    "tests/sphinx/test_sphinx_building",
    "tests/sphinx/test_sphinx_failing",
    "tests/sphinx/test_sphinx_graphs",
    "tests/sphinx/test_sphinx_reading",
    "tests/test_cli",
    "tests/test_package",
)


class GroupScheduling(LoadScopeScheduling):
    """Gives whole groups to the processes, the largest first, and then single tests."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for group in GROUPS if nodeid.startswith(group)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    # xdist_group marks would say the same, but xdist 3.8 does not see them with pytest 9.2.
    return GroupScheduling(config, log) if config.getvalue("dist") == "load" else None


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser; without Chromium every test that wants it fails with a line that says what to do."""
    try:
        found = start(tmp_path_factory.mktemp("browser"))
    except NoBrowserError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield found
    finally:
        found.driver.quit()
