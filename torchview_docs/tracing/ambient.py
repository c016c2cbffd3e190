"""Ambient: what a run may change in the process, saved and put back."""

from __future__ import annotations

import contextlib
import random
import sys
import threading
import warnings
from collections.abc import Callable, Iterator

import torch

from torchview_docs.tracing.internals import default_device

__all__ = ["fixed_randomness"]


class _Ambient:
    """What is global in the process: random generators, default dtype, warning filters.

    Traces in several threads share it: the first saves, the last puts back.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.count = 0
        self.undo: list[Callable[[], object]] = []

    def enter(self) -> None:
        with self.lock:
            if self.count == 0:
                self._save()
            self.count += 1
            torch.default_generator.manual_seed(0)
            random.seed(0)
            if "numpy.random" in sys.modules:
                sys.modules["numpy.random"].seed(0)

    def leave(self) -> None:
        with self.lock:
            self.count -= 1
            while self.count == 0 and self.undo:
                self.undo.pop()()

    def _save(self) -> None:
        torch_state, python_state = torch.get_rng_state(), random.getstate()
        dtype = torch.get_default_dtype()
        deterministic = _deterministic()
        quiet = warnings.catch_warnings()
        quiet.__enter__()
        warnings.simplefilter("ignore")
        self.undo = [
            lambda: quiet.__exit__(None, None, None),
            lambda: torch.set_default_dtype(dtype),
            lambda: _set_deterministic(*deterministic),
            lambda: torch.set_rng_state(torch_state),
            lambda: random.setstate(python_state),
        ]
        numpy_random = sys.modules.get("numpy.random")
        if numpy_random is not None:
            numpy_state = numpy_random.get_state()
            self.undo.append(lambda: numpy_random.set_state(numpy_state))


def _deterministic() -> tuple[bool, bool]:
    """Whether only deterministic algorithms may run, and whether others only warn."""
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )


def _set_deterministic(strict: bool, only_warn: bool) -> None:
    if (strict, only_warn) != _deterministic():  # to set it imports the compiler, which takes a second
        torch.use_deterministic_algorithms(strict, warn_only=only_warn)


_ambient = _Ambient()


@contextlib.contextmanager
def fixed_randomness() -> Iterator[None]:
    """Random numbers from fixed seeds and no warnings; generators, defaults and filters stay as before."""
    grad, device = torch.is_grad_enabled(), default_device()
    _ambient.enter()
    try:
        yield
    finally:
        _ambient.leave()
        torch.set_grad_enabled(grad)
        if default_device() != device:
            torch.set_default_device(device)
