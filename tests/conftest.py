"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import Browser, NoBrowserError, start
from hypothesis import settings

# Generated examples must not fail for being slow: the machines are noisy.
settings.register_profile("default", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--overwrite", action="store_true", help="accept new expected outputs")
    parser.addoption("--no-output", action="store_true", help="skip comparisons with expected outputs")


def pytest_configure(config: pytest.Config) -> None:
    # Before modules are collected: `given` takes its settings when a test is defined.
    settings.load_profile("quick" if "not slow" in config.getoption("markexpr") else "default")


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
