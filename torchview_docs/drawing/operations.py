"""The arguments of an operation as a person writes them: `dim 1`, `causal`, `[:, 0]`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from torchview_docs.drawing.arguments import UNTOLD, Arguments, arguments
from torchview_docs.drawing.configs import module_config

__all__ = ["is_weighted", "operation_config", "weighted_config"]

#: Arguments of operations that say nothing when they have this value.
_OPERATION_DEFAULTS: dict[str, tuple[Any, ...]] = {
    "alpha": (1,),
    "approximate": ("none",),
    "beta": (1,),
    "dim": (),
    "dropout_p": (0, 0.0),
    "dilation": (1, (1,), (1, 1), (1, 1, 1)),
    "groups": (1,),
    "padding": (0, (0,), (0, 0), (0, 0, 0)),
    "norm_type": (2.0,),
    "p": (2.0,),
    "stride": (1, (1,), (1, 1), (1, 1, 1)),
}
#: Arguments that are known by their value, or better by another name.
_UNNAMED = """
    exponent split_size split_size_or_sections chunks sections indices_or_sections repeats size sizes shape
    equation end other diagonal pad dim0 dim1 axis0 axis1 mode indexing
"""
_ARGUMENTS = {**dict.fromkeys(_UNNAMED.split(), ""), "is_causal": "causal", "dims": "dim", "axis": "dim"}
#: What is counted: `4 groups`.
_COUNTED = {"num_groups": "groups", "num_classes": "classes", "groups": "groups"}
#: Functions of which a number without a name is a dimension.
_ALONG = frozenset({"softmax", "log_softmax", "softmin", "cumsum", "cumprod", "logcumsumexp", "unbind"})
#: Functions that are modules as well, by the module's name.
_AS_MODULES = {
    "pixel_shuffle": "PixelShuffle",
    "pixel_unshuffle": "PixelUnshuffle",
    "unfold": "Unfold",
    "fold": "Fold",
    "channel_shuffle": "ChannelShuffle",
    "local_response_norm": "LocalResponseNorm",
}
_WEIGHTED = re.compile(r"linear|embedding|conv(_transpose)?[123]d")


def operation_config(family: str, name: str, config: str) -> str | None:
    """The arguments of an operation as a person writes them; None where they don't read as arguments.

    Args:
        family: The operation's family.
        name: Its last name, `softmax`.
        config: Its arguments that are no tensors.
    """
    if name in ("getitem", "setitem"):
        return config if config.startswith("[") else f"[{config}]" if config else ""
    args = arguments(config)
    if args is None:
        return None
    as_module = None
    if family in ("norm", "act", "pool") or name in _AS_MODULES:
        as_module = module_config(family, _AS_MODULES.get(name, name), config)
    if as_module is not None:
        return as_module
    special = _SPECIAL.get(name)
    written = special(args) if special is not None else ""
    return written or _listed(args, name)


def is_weighted(name: str) -> bool:
    """Whether it is a function that layers are made of, of which its weight says most."""
    return _WEIGHTED.fullmatch(name) is not None


def weighted_config(name: str, weight: tuple[int, ...], config: str) -> str:
    """`3→64, 7×7, stride 2` of a convolution, `768→3072` of a linear function, by its weight.

    Args:
        name: The operation's last name.
        weight: The shape of its weight.
        config: Its arguments that are no tensors.

    Returns:
        An empty text where it is no such operation.
    """
    args = arguments(config)
    if args is None or not weight:
        return ""
    if name == "linear" and len(weight) == 2:
        return f"{weight[1]}→{weight[0]}"
    if name == "embedding" and len(weight) == 2:
        return f"{weight[0]}→{weight[1]}"
    groups = args.get("groups", default=1)
    if not name.startswith("conv") or len(weight) < 3 or not isinstance(groups, int):
        return ""
    one, other = weight[0], weight[1] * groups
    before, after = (one, other) if "transpose" in name else (other, one)
    known = {key: value for key, value in args.named.items() if key in ("stride", "dilation", "groups")}
    said = ", ".join(f"{key}={value!r}" for key, value in known.items())
    layer = f"{before}, {after}, kernel_size={weight[2:]!r}"
    return module_config("conv", name, f"{layer}, {said}" if said else layer) or ""


def _listed(args: Arguments, name: str) -> str:
    """The arguments one by one, without what says nothing."""
    word = "dim " if name in _ALONG else ""
    parts = [
        f"{word}{_written(value)}" for value in args.positional if value is not None and value is not False
    ]
    for key, value in args.named.items():
        if key in UNTOLD or value is None or value is False or value in _OPERATION_DEFAULTS.get(key, ()):
            continue
        parts.append(_argument(key, value))
    return ", ".join(part for part in parts if part)


def _argument(key: str, value: Any) -> str:
    word = _ARGUMENTS.get(key, key)
    if value is True:
        return word or key
    if key in _COUNTED:
        return f"{_written(value)} {_COUNTED[key]}"
    if word == "dim" and isinstance(value, tuple | list) and all(isinstance(n, int) for n in value):
        return f"dim{'s' if len(value) > 1 else ''} {', '.join(map(str, value))}"
    return f"{word} {_written(value)}".strip()


# -- functions with a way of their own; an empty text where theirs does not fit --------------------


def _flattened(args: Arguments) -> str:
    start, end = args.get("start_dim", 0, 0), args.get("end_dim", 1, -1)
    if not isinstance(start, int) or end != -1:
        return ""
    return f"from dim {start}" if start else ""


def _moved(args: Arguments) -> str:
    source, target = args.get("source", 0), args.get("destination", 1)
    return f"{source} to {target}" if isinstance(source, int) and isinstance(target, int) else ""


def _narrowed(args: Arguments) -> str:
    dim, start, length = (
        args.get("dimension", 0, args.get("dim")),
        args.get("start", 1),
        args.get("length", 2),
    )
    if not all(isinstance(n, int) for n in (dim, start, length)):
        return ""
    return f"dim {dim}, {start}:{start + length}"


def _filled(args: Arguments) -> str:
    value = args.get("value", 0)
    return "" if value is None else _written(value)


def _else(args: Arguments) -> str:
    return f"else {_written(args.named['other'])}" if "other" in args.named else ""


_SPECIAL: dict[str, Callable[[Arguments], str]] = {
    "flatten": _flattened,
    "movedim": _moved,
    "moveaxis": _moved,
    "narrow": _narrowed,
    "masked_fill": _filled,
    "where": _else,
}


def _written(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_written, value)) + "]" if isinstance(value, list) else _tuple(value)
    return str(value)


def _tuple(value: tuple[Any, ...]) -> str:
    return "(" + ", ".join(map(_written, value)) + ("," if len(value) == 1 else "") + ")"
