"""Configurations as a person writes them: `3→64, 7×7, stride 2`.

The input is `Node.config`: what a module's `extra_repr` says, or the arguments of an operation
that are no tensors; both read as the arguments of a Python call. What is left out is what has its
default value or hardly matters to a reader (`eps`, `bias`); what is not understood is not touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from torchview_docs.drawing.arguments import UNTOLD, Arguments, arguments

__all__ = ["module_config"]


class _Unread(Exception):  # noqa: N818  # control flow: this configuration is not of the known form
    """A configuration does not have the form that a rule expects."""


# -- modules ------------------------------------------------------------------------------


def module_config(family: str, name: str, config: str) -> str | None:
    """The configuration of a layer as a person writes it.

    Args:
        family: The layer's family.
        name: Its class name.
        config: Its `extra_repr`.

    Returns:
        None where this layer or this form of its configuration is not known.
    """
    rule = _BY_NAME.get(name) or _BY_FAMILY.get(family)
    args = arguments(config)
    if rule is None or args is None or not config.strip():
        return None
    try:
        return rule(args, _dimensions(name))
    except _Unread:
        return None


def _dimensions(name: str) -> int:
    """How many spatial dimensions a layer has by its name: `Conv2dSame` 2; 0 where it doesn't say."""
    found = re.search(r"([123])[dD]", name)
    return int(found[1]) if found else 0


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Unread
    return value


def _size(value: Any, dimensions: int) -> str:
    """`7×7` of 7 or (7, 7)."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = (value,) * max(dimensions, 1)
    if not isinstance(value, tuple | list) or not value or not all(isinstance(v, int) for v in value):
        raise _Unread
    return "×".join(map(str, value))


def _kernel(value: Any, dimensions: int) -> str:
    size = _size(value, dimensions)
    return size if "×" in size else f"kernel {size}"


def _step(word: str, value: Any) -> str:
    """`stride 2`; nothing for 1."""
    if value is None:
        return ""
    numbers = set(value) if isinstance(value, tuple | list) else {value}
    if numbers == {1}:
        return ""
    return f"{word} {numbers.pop() if len(numbers) == 1 else _size(value, 1)}"


def _conv(args: Arguments, dimensions: int) -> str:
    if "nf" in args.named and "nx" in args.named:  # transformers' Conv1D is a linear layer
        return _linear(args, dimensions)
    before, after = _int(args.get("in_channels", 0)), _int(args.get("out_channels", 1))
    groups = args.get("groups", default=1)
    return _join(
        f"{before}→{after}",
        _kernel(args.get("kernel_size", 2), dimensions),
        _step("stride", args.get("stride", 3)),
        _step("dilation", args.get("dilation")),
        "" if groups == 1 else "depthwise" if groups == before else f"{groups} groups",
        _padding_mode(args.get("padding_mode")),
    )


def _padding_mode(mode: Any) -> str:
    return f"{mode} padding" if mode not in (None, "zeros") else ""


def _linear(args: Arguments, _: int) -> str:
    if "in1_features" in args.named:
        first, second = _int(args.get("in1_features")), _int(args.get("in2_features"))
        return f"{first}, {second}→{_int(args.get('out_features'))}"
    before = args.get("in_features", 0, args.get("nx", default=args.get("input_features")))
    after = args.get("out_features", 1, args.get("nf", default=args.get("output_features")))
    return f"{_int(before)}→{_int(after)}"


def _norm(args: Arguments, _: int) -> str:
    sizes = args.get("normalized_shape", 0)
    if sizes is None:
        raise _Unread
    return _size(sizes, 1)


def _group_norm(args: Arguments, _: int) -> str:
    groups, channels = _int(args.get("num_groups", 0)), _int(args.get("num_channels", 1))
    return f"{channels}, {groups} group{'s' if groups > 1 else ''}"


def _embedding(args: Arguments, _: int) -> str:
    return _join(
        f"{_int(args.get('num_embeddings', 0))}→{_int(args.get('embedding_dim', 1))}",
        str(args.get("mode", default="")),
    )


def _pool(args: Arguments, dimensions: int) -> str:
    if "output_size" in args.named:
        return _output_size(args, dimensions)
    stride = args.get("stride", 1)
    return _join(
        _kernel(args.get("kernel_size", 0), dimensions),
        # Without a stride it is the kernel's size, so that 1 is worth saying.
        _step("stride", stride) or ("stride 1" if stride is not None else ""),
        _step("dilation", args.get("dilation")),
    )


def _output_size(args: Arguments, dimensions: int) -> str:
    size = args.get("output_size", 0)
    if isinstance(size, tuple) and all(isinstance(n, int | None) for n in size):
        return f"to {'×'.join('same' if n is None else str(n) for n in size)}"
    return f"to {_size(size, dimensions)}"


def _upsample(args: Arguments, dimensions: int) -> str:
    factor, size = args.get("scale_factor"), args.get("size")
    mode = args.get("mode")
    if factor is None and size is None:
        raise _Unread
    to = _factor(factor) if factor is not None else f"to {_size(size, dimensions)}"
    return _join(to, mode.strip("'") if isinstance(mode, str) else "")


def _factor(value: Any) -> str:
    numbers = value if isinstance(value, tuple | list) else (value,)
    if not all(isinstance(n, int | float) for n in numbers):
        raise _Unread
    return "×" + "×".join(f"{n:g}" for n in (numbers[:1] if len(set(numbers)) == 1 else numbers))


def _shuffle(args: Arguments, _: int) -> str:
    return f"×{_int(args.get('upscale_factor', default=args.get('downscale_factor')))}"


def _dropout(args: Arguments, _: int) -> str:
    p = args.get("p", 0)
    if not isinstance(p, int | float):
        raise _Unread
    return f"p {p:g}"


def _recurrent(args: Arguments, _: int) -> str:
    layers = args.get("num_layers", default=1)
    projection = args.get("proj_size", default=0)
    return _join(
        f"{_int(args.get('input_size', 0))}→{_int(args.get('hidden_size', 1))}",
        f"{layers} layers" if layers != 1 else "",
        "bidirectional" if args.get("bidirectional") is True else "",
        f"projected to {projection}" if projection else "",
    )


def _activation(args: Arguments, _: int) -> str:
    """What differs from the activation as everybody knows it."""
    defaults: dict[str, Any] = {
        "approximate": "none", "alpha": 1.0, "num_parameters": 1, "beta": 1.0, "threshold": 20.0,
        "min_val": -1, "max_val": 1, "lower": 1 / 8, "upper": 1 / 3,
    }  # fmt: skip
    words = {"negative_slope": "slope", "approximate": "", "min_val": "min", "max_val": "max"}
    parts = []
    for name, value in args.named.items():
        if name in UNTOLD or value is None or (name in defaults and value == defaults[name]):
            continue
        if name == "num_parameters":
            parts.append(f"{value} parameters")
            continue
        written = f"{value:.4g}" if isinstance(value, float) else value
        parts.append(f"{words.get(name, name)} {written}".strip())
    return _join(*parts) if not args.positional else _unread()


def _gated(args: Arguments, _: int) -> str:
    dim = args.get("dim", 0, -1)
    return "" if dim == -1 else f"dim {_int(dim)}"


def _hard_tanh(args: Arguments, _: int) -> str:
    low, high = args.get("min_val", default=-1), args.get("max_val", default=1)
    return "" if (low, high) == (-1, 1) else f"{low} to {high}"


def _attention(args: Arguments, _: int) -> str:
    heads = _int(args.get("num_heads", 1))
    return f"{_int(args.get('embed_dim', 0))}, {heads} head{'s' if heads > 1 else ''}"


def _unread() -> str:
    raise _Unread


def _flatten(args: Arguments, _: int) -> str:
    start, end = args.get("start_dim", 0, 1), args.get("end_dim", 1, -1)
    return "" if (start, end) == (1, -1) else f"from dim {start}" if end == -1 else f"dims {start} to {end}"


def _unflatten(args: Arguments, _: int) -> str:
    return f"dim {_int(args.get('dim', 0))} to {_size(args.get('unflattened_size', 1), 1)}"


def _padding(args: Arguments, _: int) -> str:
    """`3` all around, else as torch has it: left, right, top, bottom."""
    sizes = args.get("padding", 0)
    if not isinstance(sizes, tuple) or not sizes or not all(isinstance(n, int) for n in sizes):
        raise _Unread
    value = args.get("value", default=0)
    return _join(
        str(sizes[0]) if len(set(sizes)) == 1 else ", ".join(map(str, sizes)),
        f"value {value}" if value else "",
    )


def _blocks(args: Arguments, _: int) -> str:
    """`Unfold` and `Fold`, which are of two dimensions."""
    size = args.get("output_size")
    return _join(
        f"to {_size(size, 2)}" if size is not None else "",
        _kernel(args.get("kernel_size", 0), 2),
        _step("stride", args.get("stride")),
        _step("dilation", args.get("dilation")),
    )


def _channel_groups(args: Arguments, _: int) -> str:
    return f"{_int(args.get('groups', 0))} groups"


def _local_norm(args: Arguments, _: int) -> str:
    return f"size {_int(args.get('size', 0))}"


_Rule = Callable[[Arguments, int], str]
_BY_FAMILY: dict[str, _Rule] = {
    "conv": _conv,
    "lin": _linear,
    "norm": _norm,
    "emb": _embedding,
    "pool": _pool,
    "rec": _recurrent,
    "act": _activation,
}
_BY_NAME: dict[str, _Rule] = {
    "GroupNorm": _group_norm,
    "LocalResponseNorm": _local_norm,
    "MultiheadAttention": _attention,
    "GLU": _gated,
    "glu": _gated,
    "Hardtanh": _hard_tanh,
    "hardtanh": _hard_tanh,
    "ReLU6": lambda *_: "",
    "Flatten": _flatten,
    "Unflatten": _unflatten,
    "Fold": _blocks,
    "Unfold": _blocks,
    "ChannelShuffle": _channel_groups,
    **dict.fromkeys(
        (
            f"{k}Pad{d}d"
            for k in ("Zero", "Constant", "Reflection", "Replication", "Circular")
            for d in (1, 2, 3)
        ),
        _padding,
    ),
    "PixelShuffle": _shuffle,
    "PixelUnshuffle": _shuffle,
    **dict.fromkeys(("Upsample", "UpsamplingNearest2d", "UpsamplingBilinear2d", "interpolate"), _upsample),
    **dict.fromkeys(
        ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"), _dropout
    ),
    **dict.fromkeys((f"Adaptive{k}Pool{d}d" for k in ("Avg", "Max") for d in (1, 2, 3)), _output_size),
}
