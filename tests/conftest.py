"""What all tests share."""

from __future__ import annotations

import pytest
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
