"""The fixture that compares with golden outputs."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden import Golden


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Expected outputs, in the folder that is named as the test file is without `test_`.

    `--overwrite` accepts, `--no-output` skips.
    """
    if request.config.getoption("--no-output"):
        pytest.skip("--no-output")
    folder = Path(request.path).parent / Path(request.path).stem.removeprefix("test_")
    return Golden(folder, overwrite=request.config.getoption("--overwrite"))
