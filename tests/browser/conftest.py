"""What the browser tests share: one Chromium per test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import Browser, NoBrowserError, start


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
