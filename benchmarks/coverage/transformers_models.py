"""The model classes that transformers exports, with small configurations."""

from __future__ import annotations

import functools
import importlib
import inspect
import types
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import calls
from .case import Case
from .settings_needed import SETTINGS
from .shrinking import Shrinking

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

__all__ = ["case", "cases"]

#: The smallest first; where a smaller one does not fit together, a larger one is taken.
_SHRINKINGS = (
    Shrinking(8),
    Shrinking(4, heads=True),
    Shrinking(8, pictures=False, vocabulary=False),
    Shrinking(4, layers=0),
    Shrinking(1),
    Shrinking(1, layers=0, pictures=False, vocabulary=False),
)

#: How many parameters a model may have.
_LARGEST = 400_000_000


def cases() -> Iterator[Case]:
    """A case for each exported model class, by name."""
    for cls in _classes():
        yield case(cls)


def case(cls: type[PreTrainedModel]) -> Case:
    """The case of one model class."""
    models = tuple(partial(_model, cls, shrinking) for shrinking in _SHRINKINGS)
    return Case("transformers", cls.__name__, models, calls())


def _classes() -> Iterator[Any]:
    import transformers

    root = Path(inspect.getfile(transformers)).parent / "models"
    seen: set[type] = set()
    for file in sorted(root.glob("*/modeling_*.py")):
        try:
            module = importlib.import_module(f"transformers.models.{file.parent.name}.{file.stem}")
        except ImportError:  # wants a package that is not installed
            continue
        for name in getattr(module, "__all__", ()):
            cls = getattr(module, name)
            if _is_model(cls) and cls not in seen:
                seen.add(cls)
                yield cls


def _is_model(cls: Any) -> bool:
    import torch
    import transformers

    return (
        isinstance(cls, type)
        and issubclass(cls, transformers.PreTrainedModel)
        and not cls.__name__.endswith("PreTrainedModel")
        and cls.config_class is not None
        and cls.forward is not torch.nn.Module.forward
    )


def _model(cls: Any, shrinking: Shrinking) -> torch.nn.Module:
    if (size := _size(cls, shrinking)) > _LARGEST:
        raise ValueError(f"{size:,} parameters are too many")
    model: torch.nn.Module = cls(_config(cls, shrinking))
    return model


@functools.cache
def _size(cls: Any, shrinking: Shrinking) -> int:
    """How many parameters a model has; 0 where that cannot be told without memory for them."""
    import torch

    from torchview_docs.tracing.constructing import meta_parameters

    for without_memory in (lambda: torch.device("meta"), meta_parameters):
        try:
            with without_memory():
                return sum(p.numel() for p in cls(_config(cls, shrinking)).parameters())
        except Exception as error:  # what really is wrong comes up when the model is built
            del error
    return 0


def _config(cls: Any, shrinking: Shrinking) -> Any:
    config_class = cls.config_class
    if isinstance(config_class, types.UnionType):
        config_class = config_class.__args__[0]
    needed = SETTINGS.get(config_class.__name__, {})
    config = config_class(**{k: v for k, v in needed.items() if "." not in k})
    parts = {k: v for k, v in needed.items() if "." in k}
    _set(config, parts)
    config = shrinking(config)
    _set(config, needed, absent=True)
    return config


def _set(config: Any, parts: dict[str, Any], *, absent: bool = False) -> None:
    """Set settings of a configuration's parts; on demand only those that it does not have."""
    for path, value in parts.items():
        part, _, name = path.rpartition(".")
        owner = getattr(config, part) if part else config
        if not (absent and hasattr(owner, name)):
            setattr(owner, name, value)
