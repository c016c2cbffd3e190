"""Transforms: the functions of torch.func, each one operation while a recorder watches.

Inside, tensors are wrapped by functorch, and are no tensors of the model; but what a transformed
function closes over is used, and counts as an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from torch._functorch import apis, eager_transforms

from torchview_docs.tracing.swaps import swap_code

__all__ = ["TransformWatcher", "patch_transforms"]


class TransformWatcher(Protocol):
    """What is told of transforms; a recorder is one."""

    def transform(
        self, name: str, run: Callable[..., Any], args: Any, kwargs: Any, *, given: tuple[Any, Any]
    ) -> Any:
        """Run a transform with these arguments as one operation; `given` are its function's."""


Current = Callable[[], "TransformWatcher | None"]


def patch_transforms(current: Current) -> Callable[[], None]:
    """Let the recorder that `current` gives see transforms; returns what undoes it."""
    undo = [
        # (func, in_dims, out_dims, randomness, chunk_size, *args, **kwargs)
        _implementation(apis, "vmap_impl", "torch.func.vmap", lambda a, k: (a[5:], k), current),
        # (func, argnums, has_aux, args, kwargs)
        _implementation(eager_transforms, "grad_impl", "torch.func.grad", _grad_arguments, current),
        _implementation(
            eager_transforms, "grad_and_value_impl", "torch.func.grad_and_value", _grad_arguments, current
        ),
        *(_maker(name, current) for name in ("jacrev", "jacfwd", "hessian")),
        _evaluated("jvp", current),
        _evaluated("vjp", current),
        _evaluated("linearize", current),
    ]

    def undo_all() -> None:
        for one in undo:
            one()

    return undo_all


def _grad_arguments(args: Any, _: Any) -> tuple[Any, Any]:
    return args[3], args[4]


def _implementation(
    module: Any, attribute: str, name: str, given: Callable[[Any, Any], tuple[Any, Any]], current: Current
) -> Callable[[], None]:
    """A function that does the work, looked up in its module when it is called."""
    original = getattr(module, attribute)

    def patched(*args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(*args, **kwargs)
        return recorder.transform(name, original, args, kwargs, given=given(args, kwargs))

    setattr(module, attribute, patched)
    return lambda: setattr(module, attribute, original)


def _maker(name: str, current: Current) -> Callable[[], None]:
    """A function that makes a function: `jacrev(f)(x)`."""

    def around(original: Callable[..., Any], *made_of: Any, **options: Any) -> Any:
        made = original(*made_of, **options)

        def call(*args: Any, **kwargs: Any) -> Any:
            recorder = current()
            if recorder is None:
                return made(*args, **kwargs)
            return recorder.transform(f"torch.func.{name}", made, args, kwargs, given=(args, kwargs))

        return call

    return swap_code(getattr(eager_transforms, name), around)


def _evaluated(name: str, current: Current) -> Callable[[], None]:
    """A function that evaluates another, and may give one that goes on: `vjp(f, x)`."""

    def around(original: Callable[..., Any], function: Any, *args: Any, **options: Any) -> Any:
        recorder = current()
        if recorder is None:
            return original(function, *args, **options)
        result = recorder.transform(
            f"torch.func.{name}", original, (function, *args), options, given=(args, {})
        )
        if not isinstance(result, tuple):
            return result
        return tuple(_continued(name, part, args, current) if callable(part) else part for part in result)

    return swap_code(getattr(eager_transforms, name), around)


def _continued(name: str, function: Callable[..., Any], primals: Any, current: Current) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        recorder = current()
        if recorder is None:
            return function(*args, **kwargs)
        return recorder.transform(
            f"torch.func.{name}", function, args, kwargs, given=((*args, *primals), kwargs)
        )

    return call
