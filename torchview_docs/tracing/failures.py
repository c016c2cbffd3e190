"""Failures: an exception of a model in words for the author of the page."""

from __future__ import annotations

import functools
import inspect
import site
import sysconfig
from pathlib import Path
from types import TracebackType
from typing import Any

import torch

import torchview_docs
from torchview_docs.errors import Failure, FailureKind
from torchview_docs.tracing.fallbacks import UnsuitedError
from torchview_docs.tracing.places import place_of_frame

__all__ = ["cause_of", "failure_of", "is_ours", "reason_of", "where_of"]

_LONGEST = 300
_RELATIVE = (
    "A relative path starts in the folder of the configuration file; "
    "for a file beside the source, start from `Path(__file__).parent`."
)
_OURS = Path(torchview_docs.__file__).parent
_TORCH = Path(torch.__file__).parent
_STANDARD = Path(sysconfig.get_paths()["stdlib"])
_SITES = [Path(folder) for folder in (*site.getsitepackages(), sysconfig.get_paths()["purelib"])]


def innermost(error: BaseException) -> BaseException:
    """The exception that others were raised from."""
    seen = {id(error)}
    while error.__cause__ is not None and id(error.__cause__) not in seen:
        error = error.__cause__
        seen.add(id(error))
    return error


def cause_of(error: BaseException) -> str:
    """`RuntimeError: the first line of its text`."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [""]
    # TorchScript tells first that something failed, then where, and at the end what.
    first = lines[-1].removeprefix("RuntimeError: ") if "TorchScript interpreter" in lines[0] else lines[0]
    if isinstance(error, KeyError):
        first = f"no key {first}"
    first = first if len(first) <= _LONGEST else first[: _LONGEST - 1] + "…"
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def where_of(error: BaseException) -> str:
    """`file.py:12` of the innermost frame in the model's code; empty where there is none."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{_shown(Path(error.filename))}:{error.lineno}"  # what was not parsed has no frame
    frame = _frame(error)
    return f"{_shown(Path(frame.tb_frame.f_code.co_filename))}:{frame.tb_lineno}" if frame else ""


def reason_of(error: BaseException) -> str:
    """What was raised, and where, the same on every machine: `RuntimeError: … (mypkg/nets.py:12)`."""
    inner = innermost(error)
    frame = _frame(inner) or _frame(error)
    place = place_of_frame(frame) if frame else ""
    said = str(error) if isinstance(error, UnsuitedError) else cause_of(inner)
    return f"{said} ({place})" if place else said


def is_ours(error: BaseException) -> bool:
    """Whether it is a fault of this package: of a kind that no operation of torch raises, in our code."""
    inner = innermost(error)
    last = inner.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    ours = last is not None and Path(last.tb_frame.f_code.co_filename).is_relative_to(_OURS)
    return ours and isinstance(inner, NameError | AttributeError | KeyError | AssertionError)


def _frame(error: BaseException) -> TracebackType | None:
    """The innermost frame in the model's code."""
    found, here = None, error.__traceback__
    while here is not None:
        file = here.tb_frame.f_code.co_filename
        if not file.startswith("<") and not _foreign(Path(file)):
            found = here
        here = here.tb_next
    return found


def _foreign(file: Path) -> bool:
    if file.is_relative_to(_OURS) or file.is_relative_to(_TORCH):
        return True
    return file.is_relative_to(_STANDARD) and not any(file.is_relative_to(s) for s in _SITES)


def _shown(file: Path) -> str:
    for folder in (*_SITES, Path.cwd()):
        if file.is_relative_to(folder):
            return file.relative_to(folder).as_posix()
    return file.as_posix()


def failure_of(kind: FailureKind, what: str, error: BaseException, advice: str = "") -> Failure:
    """A Failure that says what failed and why.

    Args:
        kind: The kind.
        what: `forward of mypkg.Net`; ` failed` is added.
        error: The exception.
        advice: What to do.
    """
    inner = innermost(error)
    if isinstance(inner, FileNotFoundError) and isinstance(inner.filename, str) and _relative(inner.filename):
        advice = _RELATIVE  # nothing that else could be advised is the cause
    return Failure(kind, f"{what} failed: {cause_of(inner)}", advice, where_of(inner) or where_of(error))


def _relative(file: str) -> bool:
    return not Path(file).is_absolute()


def full_name(thing: Any) -> str:
    """`module.QualName` of a class, function or instance; of a `functools.partial` that of its function."""
    while isinstance(thing, functools.partial):
        thing = thing.func
    named = thing if hasattr(thing, "__qualname__") else type(thing)
    if inspect.isbuiltin(named):  # torch's are methods of classes that nobody knows
        return f"torch.{named.__name__}" if hasattr(torch, named.__name__) else named.__name__
    return f"{named.__module__}.{named.__qualname__}"
