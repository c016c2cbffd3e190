"""Inputs: the tensors that a model is called with."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import torch

from torchview_docs.errors import Failure, TraceError
from torchview_docs.expression_parser import parse_input, parse_model
from torchview_docs.expressions import Call, Container, Edges, InputExpression, Name, Tensor, Value
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing.failures import failure_of, full_name
from torchview_docs.tracing.graph_values import edge_tensor, graph_object
from torchview_docs.tracing.hugging_face import hugging_face_inputs
from torchview_docs.tracing.owners import called, modules_in
from torchview_docs.tracing.resolve import call, evaluate

__all__ = ["Arguments", "inputs_of"]

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def inputs_of(spec: FigureSpec, model: Callable[..., Any], *, meta: bool) -> Arguments:
    """What the model is called with.

    Args:
        spec: Says so; where it does not, the model may.
        model: The model.
        meta: Make floating-point tensors without data.

    Raises:
        TraceError: Of kind `input`.
    """
    if spec.input is not None:
        return _made(parse_input(spec.input), model, meta=meta)
    if spec.input_from is not None:
        found = _from_function(spec.input_from)
        if found is None:
            raise TraceError(
                Failure(
                    "input",
                    f"input-from {spec.input_from} returned None",
                    "Return the input: a tuple is the positional arguments, a dict the keyword arguments, "
                    "anything else the one argument.",
                )
            )
        return _given(found)
    example = _own_example(model, meta=meta)
    if example is not None:
        return example
    if not _wants_any(model):
        return (), {}
    raise TraceError(
        Failure(
            "input",
            f"{full_name(_class_or_function(model))} needs an input and none is given",
            f"Write it as option `input`, for example `input: {_suggestion(model)}`.",
        )
    )


def _class_or_function(model: Any) -> Any:
    return type(model) if isinstance(model, torch.nn.Module) else model


# -- from literals ------------------------------------------------------------------------


def _made(expression: InputExpression, model: Callable[..., Any], *, meta: bool) -> Arguments:
    generator = torch.Generator().manual_seed(0)
    names = [p.name for p in _parameters(model)]
    args = tuple(
        _value(value, names[i] if i < len(names) else "", generator, meta=meta)
        for i, value in enumerate(expression.args)
    )
    return args, {name: _value(value, name, generator, meta=meta) for name, value in expression.kwargs}


def _value(value: Value, name: str, generator: torch.Generator, *, meta: bool) -> Any:
    if isinstance(value, Tensor):
        return _tensor(value, name, generator, meta=meta)
    if isinstance(value, Container):
        if value.kind == "dict":
            keys = [evaluate(key) for key in value.keys]
            return {
                k: _value(v, str(k), generator, meta=meta) for k, v in zip(keys, value.items, strict=True)
            }
        parts = [_value(item, name, generator, meta=meta) for item in value.items]
        return {"list": list, "tuple": tuple, "set": set}[value.kind](parts)
    if isinstance(value, Edges):
        return edge_tensor(value)
    if isinstance(value, Call):
        args = [_value(arg, name, generator, meta=meta) for arg in value.args]
        named = {key: _value(arg, key, generator, meta=meta) for key, arg in value.kwargs}
        return graph_object(value.function.path, args, named)
    return evaluate(value)


def _tensor(tensor: Tensor, name: str, generator: torch.Generator, *, meta: bool) -> torch.Tensor:
    """Floats are normal random numbers, bools True, whole numbers 0: the first of any table.

    A mask of whole numbers is 1, nothing masked; so is a length, since 0 is none. What the author
    says of the values comes first, and then even floats have them on meta.
    """
    dtype = getattr(torch, tensor.dtype, None)
    if dtype is None:
        raise TraceError(Failure("input", f"torch {torch.__version__} has no {tensor.dtype}"))
    if tensor.fill == "arange":
        numbers = torch.arange(math.prod(tensor.shape), dtype=torch.float64)
        return numbers.to(dtype).reshape(tensor.shape)
    if tensor.fill:
        return torch.full(tensor.shape, float(tensor.fill == "ones"), dtype=torch.float64).to(dtype)
    if tensor.below is not None:
        return torch.randint(tensor.below, tensor.shape, generator=generator).to(dtype)
    if dtype.is_floating_point or dtype.is_complex:
        if meta:
            return torch.empty(tensor.shape, dtype=dtype, device="meta")
        kind = torch.complex64 if dtype.is_complex else torch.float32
        return torch.randn(tensor.shape, dtype=kind, generator=generator).to(dtype)
    if dtype is torch.bool or any(word in name.lower() for word in ("mask", "len")):
        return torch.ones(tensor.shape, dtype=dtype)
    return torch.zeros(tensor.shape, dtype=dtype)


# -- from a function, or from the model itself ----------------------------------------------


def _from_function(expression: str) -> Any:
    parsed = parse_model(expression, "function")
    try:
        found = evaluate(parsed)
        return call(found, parsed.path, [], {}) if isinstance(parsed, Name) and callable(found) else found
    except TraceError as error:
        if error.failure.kind == "model":
            f = error.failure
            raise TraceError(Failure("input", f"input-from {f.message}", f.advice, f.where)) from error
        raise


def _given(found: Any) -> Arguments:
    if isinstance(found, tuple) and not hasattr(found, "_fields"):
        return found, {}
    if isinstance(found, Mapping) and all(isinstance(key, str) for key in found):
        return (), dict(found)
    return (found,), {}


def _own_example(model: Any, *, meta: bool) -> Arguments | None:
    """What the model says of its own input: Lightning, timm and Hugging Face have a place for it."""
    example = getattr(model, "example_input_array", None)
    if example is not None:
        return _given(example)
    for attribute in ("pretrained_cfg", "default_cfg"):
        config = getattr(model, attribute, None)
        size = config.get("input_size") if isinstance(config, Mapping) else None
        if size:
            return _made(InputExpression((Tensor("float32", (1, *size)),), ()), model, meta=meta)
    accepted = {p.name for p in _parameters(model)}
    said = hugging_face_inputs(model, accepted)
    if said is not None:
        return _made(InputExpression((), tuple(said.items())), model, meta=meta)
    try:
        dummy = getattr(model, "dummy_inputs", None)
    except Exception as error:
        raise TraceError(failure_of("input", f"{full_name(type(model))}.dummy_inputs", error)) from error
    if isinstance(dummy, Mapping) and dummy and accepted.issuperset(dummy):
        return (), dict(dummy)
    return None


# -- errors -------------------------------------------------------------------------------


def _parameters(model: Any) -> list[inspect.Parameter]:
    return list(_signature(model).parameters.values())


def _signature(model: Any) -> inspect.Signature:
    """What it can be called with; of functions written in C nobody knows, so of them anything."""
    try:
        return inspect.signature(called(model))
    except (TypeError, ValueError):
        return inspect.Signature([inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)])


def _wants_any(model: Any) -> bool:
    fixed = (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
    )
    parameters = _parameters(model)
    if any(p.kind in fixed and p.default is p.empty for p in parameters):
        return True
    # `forward(self, input_ids=None, …)` and `forward(self, *args)` want something as well.
    return bool(parameters)


def _suggestion(model: Any) -> str:
    words = {"ids": "int64[1, 16]", "mask": "bool[1, 16]", "pixel": "float32[1, 3, 224, 224]"}
    parts = [
        next((text for word, text in words.items() if word in p.name), _guess(model))
        for p in _parameters(model)
        if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    return ", ".join(parts) or "float32[1, 3, 224, 224]"


def _guess(model: Any) -> str:
    """The shape that the first layer asks for."""
    for module in itertools.chain.from_iterable(used.modules() for used in modules_in(model)):
        if isinstance(module, torch.nn.Conv1d | torch.nn.Conv2d | torch.nn.Conv3d):
            dims = len(module.kernel_size)
            return f"float32[1, {module.in_channels}{', 64' * dims}]"
        if isinstance(module, torch.nn.Linear):
            return f"float32[1, {module.in_features}]"
        if isinstance(module, torch.nn.Embedding):
            return "int64[1, 16]"
        if isinstance(module, torch.nn.RNNBase):
            return f"float32[10, 1, {module.input_size}]"
    return "float32[1, 3, 224, 224]"
