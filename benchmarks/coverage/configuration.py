"""Configuration: what is read out of a Hugging Face model and its configuration, and of their parts."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedModel

__all__ = ["configs", "parameters", "setting"]


def parameters(model: PreTrainedModel) -> list[inspect.Parameter]:
    """The named arguments of a model's forward."""
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [p for p in inspect.signature(model.forward).parameters.values() if p.kind in kinds]


def configs(config: Any) -> Iterator[Any]:
    """A configuration and all inside it."""
    yield config
    for value in vars(config).values():
        if hasattr(value, "to_dict") and hasattr(value, "model_type"):
            yield from configs(value)


def setting(config: Any, name: str) -> Any:
    """A setting; None also where each layer has its own."""
    try:
        return getattr(config, name, None)
    except RuntimeError:
        return None
