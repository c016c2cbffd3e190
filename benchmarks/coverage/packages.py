"""The packages whose networks are counted."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator

from .case import Case

__all__ = ["PACKAGES", "cases_of"]

#: Each package, and the module beside this one that knows its networks.
PACKAGES = {
    "transformers": "transformers_models",
    "monai": "monai_networks",
    "torch_geometric": "torch_geometric_networks",
    "x-transformers": "x_transformers_networks",
    "diffusers": "diffusers_models",
}


def cases_of(package: str) -> Iterator[Case]:
    """The cases of a package; imports it.

    Raises:
        LookupError: It is not installed.
    """
    if importlib.util.find_spec(package.replace("-", "_")) is None:
        raise LookupError(f"{package} is not installed")
    module = importlib.import_module(f".{PACKAGES[package]}", __package__)
    cases: Callable[[], Iterator[Case]] = module.cases
    yield from cases()
