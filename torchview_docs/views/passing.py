"""What only passes a tensor on, or gives the same values in another form."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from torchview_docs.graph import Graph, Node, TensorMeta, Use

__all__ = ["is_transparent_class", "passed_on"]

#: Functions and methods of torch that give the same values with other strides, in another place or
#: type, or just the same again; by their last name, without the mark of writing in place.
_REARRANGING_NAMES = """
    view reshape view_as reshape_as transpose swapaxes swapdims t T mT H mH permute movedim moveaxis
    adjoint contiguous flatten unflatten ravel unsqueeze squeeze expand expand_as broadcast_to as_strided
    atleast_1d atleast_2d atleast_3d view_as_real view_as_complex
    to type type_as float double half bfloat16 int long short bool byte char cpu cuda
    clone detach alias requires_grad data identity resolve_conj resolve_neg lift_fresh
"""
_DROPPING_NAMES = """
    dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout feature_alpha_dropout native_dropout
"""
_REARRANGING = frozenset(_REARRANGING_NAMES.split())
_DROPPING = frozenset(_DROPPING_NAMES.split())
#: Operators that change nothing with this number at their right.
_NEUTRAL = {"add": "0", "sub": "0", "mul": "1", "truediv": "1", "div": "1", "pow": "1"}

#: Modules that do the same, by class name.
_PASSING_CLASS = re.compile(r"Identity|Flatten|Unflatten")
_DROPPING_CLASS = re.compile(
    r"((Alpha|FeatureAlpha)?Dropout([123]d)?|StochasticDepth|\w*DropPath|StableDropout|LockedDropout)"
)
#: Modules that are only what they contain.
_CONTAINER_CLASS = frozenset({"torch.nn.modules.container.Sequential"})


def passed_on(node: Node, graph: Graph) -> tuple[Use, ...]:
    """Which uses of a leaf it passes on: one argument and the writes into it; none if it does more."""
    if not node.args or len(node.outputs) != 1:
        return ()
    if node.op == "call_module":
        return _first(node) if _module_passes(node, graph.mode) else ()
    if node.op == "call_function" and not re.match(r"torch\.|operator\.", node.target):
        return ()
    if node.op not in ("call_function", "call_method"):
        return ()
    name = node.target.rpartition(".")[2].rstrip("_")
    if name in ("cat", "concat", "concatenate"):
        return _only_full(node, graph)
    passes = _RULES.get(name)
    if name in _REARRANGING or (passes is not None and passes(node, graph.tensor(node.args[0]))):
        return _first(node)
    return ()


def is_transparent_class(type_: str) -> bool:
    """Whether a module of this class that contains nothing does nothing."""
    name = type_.rpartition(".")[2]
    return type_ in _CONTAINER_CLASS or bool(
        _PASSING_CLASS.fullmatch(name) or _DROPPING_CLASS.fullmatch(name)
    )


def _first(node: Node) -> tuple[Use, ...]:
    return tuple(use for use in node.args if use.arg == node.args[0].arg)


def _module_passes(node: Node, mode: str) -> bool:
    if node.parameters is not None and node.parameters.total:
        return False
    name = node.type.rpartition(".")[2]
    if _DROPPING_CLASS.fullmatch(name):
        return mode == "eval"
    return node.type in _CONTAINER_CLASS or bool(_PASSING_CLASS.fullmatch(name))


# -- functions that pass on only with some arguments ------------------------------------------


def _drops_nothing(node: Node, _: TensorMeta) -> bool:
    return bool(re.search(r"\b(training|train)=False|^[\d.e-]+, False\b|\bp=0(\.0)?(,|$)", node.config))


def _takes_all(node: Node, before: TensorMeta) -> bool:
    """Whether an index is made of slices only, which together leave nothing out: `[:, 0:, None]`."""
    parts = node.config.strip().removeprefix("[").removesuffix("]").split(",")
    slices = all(re.fullmatch(r"-?\d*:-?\d*:?|None|\.\.\.|", part.strip()) for part in parts)
    return bool(node.config) and slices and _size(before) == _size(node.outputs[0])


def _is_neutral(node: Node, _: TensorMeta) -> bool:
    name = node.target.rpartition(".")[2].rstrip("_")
    number = re.fullmatch(r"(?:other=|exponent=)?(\d+)(?:\.0*)?", node.config)
    left = len(node.args) == 1 and node.args[0].arg != "1"
    return left and number is not None and number[1] == _NEUTRAL[name]


def _repeats_once(node: Node, before: TensorMeta) -> bool:
    return _size(before) == _size(node.outputs[0]) and len(node.args) == 1


def _pads_nothing(node: Node, before: TensorMeta) -> bool:
    return before == node.outputs[0] and bool(re.match(r"(?:pad=)?[(\[][0, ]+[)\]]", node.config))


_RULES: Mapping[str, Callable[[Node, TensorMeta], bool]] = {
    **dict.fromkeys(_DROPPING, _drops_nothing),
    **dict.fromkeys(_NEUTRAL, _is_neutral),
    "getitem": _takes_all,
    "pad": _pads_nothing,
    "repeat": _repeats_once,
    "tile": _repeats_once,
}


def _only_full(node: Node, graph: Graph) -> tuple[Use, ...]:
    """The one part of a concatenation that is not empty (a cache that holds nothing yet)."""
    full = {use.arg for use in node.args if _size(graph.tensor(use))}
    return tuple(use for use in node.args if use.arg in full) if len(full) == 1 else ()


def _size(tensor: TensorMeta) -> int:
    return math.prod(tensor.shape)
