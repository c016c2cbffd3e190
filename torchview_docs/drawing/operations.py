"""The arguments of an operation as a person writes them: `dim 1`, `causal`, `[:, 0]`."""

from __future__ import annotations

from typing import Any

from torchview_docs.drawing.configs import UNTOLD, arguments, module_config

__all__ = ["operation_config"]

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
_ARGUMENTS = {
    **dict.fromkeys(
        ("exponent", "split_size", "split_size_or_sections", "chunks", "sections", "indices_or_sections"), ""
    ),
    **dict.fromkeys(("repeats", "size", "sizes", "shape", "equation", "end", "other", "diagonal", "pad"), ""),
    "is_causal": "causal",
}


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
    as_module = module_config(family, name, config) if family in ("norm", "act", "pool") else None
    if as_module is not None:
        return as_module
    parts = [_written(value) for value in args.positional if value is not None and value is not False]
    for key, value in args.named.items():
        if key in UNTOLD or value is None or value is False or value in _OPERATION_DEFAULTS.get(key, ()):
            continue
        word = _ARGUMENTS.get(key, key)
        parts.append(word or key if value is True else f"{word} {_written(value)}".strip())
    return ", ".join(part for part in parts if part)


def _written(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_written, value)) + "]" if isinstance(value, list) else _tuple(value)
    return str(value)


def _tuple(value: tuple[Any, ...]) -> str:
    return "(" + ", ".join(map(_written, value)) + ("," if len(value) == 1 else "") + ")"
