"""Everything that a trace must leave as it was, as one comparable snapshot."""

from __future__ import annotations

import gc
import random
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
import torch._functorch.apis
import torch._functorch.eager_transforms
from torch import nn
from torch.overrides import _get_current_function_mode_stack


def process() -> dict[str, Any]:
    """What is global: patches, generators, defaults, filters, modes."""
    transforms = torch._functorch.eager_transforms
    swapped = ("jacrev", "jacfwd", "hessian", "vjp", "jvp", "linearize")
    return {
        "__call__": nn.Module.__call__,
        "register_parameter": nn.Module.register_parameter,
        "apply": torch.autograd.Function.apply.__func__.__code__,
        "vmap": torch._functorch.apis.vmap_impl,
        "grad": (transforms.grad_impl, transforms.grad_and_value_impl),
        "codes": [getattr(transforms, name).__code__ for name in swapped],
        "constructors": (torch.from_numpy, torch.from_dlpack, torch.utils.dlpack.from_dlpack),
        "set_": "set_" in vars(torch.Tensor),
        "nested": torch.nested.nested_tensor,
        "compile": torch.compile,
        "swap": torch.utils.swap_tensors,
        "scripted": torch.jit.ScriptFunction.__call__,
        "fastpath": torch.backends.mha.get_fastpath_enabled(),
        "torch": torch.get_rng_state().tolist(),
        "python": random.getstate(),
        "numpy": np.random.get_state()[1].tolist(),
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "grad mode": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "autocast": (torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "anomalies": torch.is_anomaly_enabled(),
        "validation": torch.distributions.Distribution.__dict__["_validate_args"],
        "modes": len(_get_current_function_mode_stack()),
        "warnings": list(warnings.filters),
        "collection": gc.isenabled(),
    }


def model(root: nn.Module) -> dict[str, Any]:
    """What belongs to a model: attributes, hooks, flags, and every tensor with all that hangs on it."""
    found: dict[str, Any] = {}
    for path, module in root.named_modules(remove_duplicate=False):
        found[path] = {
            "class": type(module),
            "training": module.training,
            "attributes": {
                name: (id(value), _content(value))
                for name, value in vars(module).items()
                if not isinstance(value, torch.Tensor)
            },
            "tensors": {name: tensor_state(t) for name, t in _tensors(module)},
        }
    return found


def _tensors(module: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    for held in (module._parameters, module._buffers, vars(module)):
        yield from ((name, t) for name, t in held.items() if isinstance(t, torch.Tensor))


def _content(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, id(part)) for key, part in value.items()]
    if isinstance(value, list | tuple):
        return [id(part) for part in value]
    return value if isinstance(value, set | int | float | str | bool) else None


def tensor_state(t: torch.Tensor) -> Any:
    """Identity, place, content, flags and gradient of a tensor."""
    if nn.parameter.is_lazy(t):
        return id(t), type(t)
    grad = t.grad if t.is_leaf else None
    return {
        "object": (id(t), type(t), t.dtype, t.device, tuple(t.shape), t.stride()),
        "storage": (t.untyped_storage().data_ptr(), t.storage_offset()),
        "content": t.detach().clone().flatten().tolist(),
        "flags": (t.requires_grad, t.is_leaf, t.grad_fn is None),
        "hooks": len(t._backward_hooks or ()),
        "grad": None if grad is None else (id(grad), grad.tolist()),
    }
