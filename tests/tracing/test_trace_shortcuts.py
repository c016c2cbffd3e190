"""Shapes that we tell ourselves are those that torch's meta kernels give, strides and dtype included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from torchview_docs.tracing.memo import Memo
from torchview_docs.tracing.run import Subject, run
from torchview_docs.tracing.shortcuts import SHORTCUTS

Arguments = tuple[tuple[Any, ...], dict[str, Any]]

DTYPES = st.sampled_from([torch.float32] * 6 + [torch.bfloat16, torch.float64, torch.int64, torch.bool])
SIZES = st.sampled_from([1, 2, 2, 3, 4, 0])


@st.composite
def tensors(draw: Any, shape: Any = None, dtype: Any = None) -> torch.Tensor:
    """A meta tensor of this shape, mostly; laid out in one of the ways that models have."""
    if shape is None or not draw(st.integers(0, 9)):
        shape = draw(st.lists(SIZES, max_size=4))
    dtype = draw(DTYPES) if dtype is None or not draw(st.integers(0, 9)) else dtype
    shape = tuple(shape)
    layout = draw(st.sampled_from(["plain"] * 8 + ["turned", "wide", "spread", "last"]))
    if layout == "turned":
        return torch.empty(shape[::-1], dtype=dtype, device="meta").permute([*range(len(shape))][::-1])
    if layout == "wide" and shape:
        return torch.empty((*shape[:-1], shape[-1] + 2), dtype=dtype, device="meta")[..., : shape[-1]]
    if layout == "spread":
        return torch.empty((), dtype=dtype, device="meta").expand(shape)
    if layout == "last" and len(shape) == 4:
        return torch.empty(shape, dtype=dtype, device="meta", memory_format=torch.channels_last)
    return torch.empty(shape, dtype=dtype, device="meta")


numbers = st.sampled_from([0, 1, 2, -1, 0.5, True])
dims = st.integers(-5, 4)


@st.composite
def one(draw: Any) -> Arguments:
    return (draw(tensors()),), {}


@st.composite
def gelu(draw: Any) -> Arguments:
    how = draw(st.sampled_from([{}, {"approximate": "tanh"}, {"approximate": "other"}]))
    return (draw(tensors()),), how


@st.composite
def activation(draw: Any) -> Arguments:
    return (draw(tensors()),), draw(st.sampled_from([{}, {"inplace": False}, {"inplace": True}]))


@st.composite
def power(draw: Any) -> Arguments:
    return (draw(tensors()), draw(st.one_of(numbers, tensors()))), {}


@st.composite
def two(draw: Any) -> Arguments:
    first = draw(tensors())
    shape = [draw(st.sampled_from([size, size, 1])) for size in first.shape]
    shape = shape[draw(st.integers(0, len(shape))) :]
    other = draw(st.one_of(numbers, tensors(shape, first.dtype), tensors(first.shape, first.dtype)))
    return draw(st.sampled_from([(first, other)] * 3 + [(other, first)])), {}


@st.composite
def masked_fill(draw: Any) -> Arguments:
    first = draw(tensors())
    shape = [draw(st.sampled_from([size, size, 1])) for size in first.shape]
    return (first, draw(tensors(shape, torch.bool)), draw(numbers)), {}


@st.composite
def linear(draw: Any) -> Arguments:
    made, given_ = draw(SIZES), draw(SIZES)
    x = draw(tensors([*draw(st.lists(SIZES, max_size=3)), given_], torch.float32))
    bias = draw(st.one_of(st.none(), tensors([made], torch.float32)))
    return (x, draw(tensors([made, given_], torch.float32)), bias), {}


@st.composite
def addmm(draw: Any) -> Arguments:
    a, b, c = draw(SIZES), draw(SIZES), draw(SIZES)
    beta = draw(st.sampled_from([{}, {}, {"beta": 2}]))
    parts = (draw(tensors([c])), draw(tensors([a, b], torch.float32)), draw(tensors([b, c], torch.float32)))
    return parts, beta


def conv(spatial: int) -> st.SearchStrategy[Arguments]:
    @st.composite
    def arguments(draw: Any) -> Arguments:
        groups, inside, outside = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 4))
        sizes = [draw(st.integers(0, 7)) for _ in range(spatial)]
        kernel = [draw(st.integers(1, 3)) for _ in range(spatial)]
        x = draw(tensors([draw(SIZES), inside * groups, *sizes], torch.float32))
        weight = draw(tensors([outside, inside, *kernel], torch.float32))
        each = st.one_of(st.integers(0, 3), st.lists(st.integers(0, 3), min_size=1, max_size=spatial))
        bias = draw(st.one_of(st.none(), tensors([outside], torch.float32)))
        padding = draw(st.one_of(each, st.just("same")))
        more = {"stride": draw(each), "padding": padding, "dilation": draw(each), "groups": groups}
        return (x, weight, bias), {k: v for k, v in more.items() if draw(st.booleans())}

    return arguments()


@st.composite
def attention(draw: Any) -> Arguments:
    batch, heads, groups, length, other, width, wide = (draw(st.sampled_from([1, 2, 3, 4])) for _ in range(7))
    groups = draw(st.sampled_from([heads, heads, groups]))
    query = draw(tensors([batch, heads, length, width], torch.float32))
    key = draw(tensors([batch, groups, other, width], torch.float32))
    value = draw(tensors([batch, groups, other, wide], torch.float32))
    scores = [draw(st.sampled_from([n, n, 1])) for n in (batch, heads, length, other)]
    mask = draw(st.one_of(st.none(), tensors(scores, torch.float32), tensors(scores[2:], torch.bool)))
    more = {"attn_mask": mask, "is_causal": draw(st.booleans()), "enable_gqa": draw(st.booleans())}
    more["scale"] = draw(st.sampled_from([None, 0.5]))
    return (query, key, value), {k: v for k, v in more.items() if draw(st.booleans())}


@st.composite
def layer_norm(draw: Any) -> Arguments:
    x = draw(tensors(draw(st.lists(SIZES, max_size=4)), torch.float32))
    shape = list(x.shape[draw(st.integers(0, max(0, x.ndim - 1))) :])
    parts = [draw(st.one_of(st.none(), tensors(shape, torch.float32))) for _ in range(2)]
    return (x, draw(st.sampled_from([shape, tuple(shape)])), *parts), {}


@st.composite
def batch_norm(draw: Any) -> Arguments:
    x = draw(tensors(draw(st.lists(SIZES, min_size=1, max_size=4)), torch.float32))
    shape = x.shape[1:2]
    running = [draw(tensors(shape, torch.float32)) for _ in range(2)]
    parts = [draw(st.one_of(st.none(), tensors(shape, torch.float32))) for _ in range(2)]
    return (x, *running, *parts), draw(st.sampled_from([{}, {}, {"training": True}]))


@st.composite
def softmax(draw: Any) -> Arguments:
    return (draw(tensors()), draw(dims)), draw(st.sampled_from([{}, {}, {"dtype": torch.float64}]))


@st.composite
def mean(draw: Any) -> Arguments:
    dim = draw(st.one_of(dims, st.lists(dims, max_size=3), st.lists(dims, max_size=2).map(tuple)))
    return (draw(tensors()), dim), draw(st.sampled_from([{}, {"keepdim": True}, {"keepdim": False}]))


@st.composite
def cat(draw: Any) -> Arguments:
    first = draw(tensors(draw(st.lists(SIZES, max_size=4)), torch.float32))
    dim = draw(dims)
    shape = list(first.shape)
    if -len(shape) <= dim < len(shape):
        shape[dim] = draw(SIZES)
    parts = [first, *(draw(tensors(shape, torch.float32)) for _ in range(draw(st.integers(0, 3))))]
    return (draw(st.sampled_from([parts, tuple(parts)])),), {"dim": dim}


@st.composite
def roll(draw: Any) -> Arguments:
    several = st.lists(dims, max_size=2).map(tuple)
    return (draw(tensors()), draw(st.one_of(dims, several)), draw(st.one_of(dims, several))), {}


@st.composite
def embedding(draw: Any) -> Arguments:
    weight = draw(tensors([draw(SIZES), draw(SIZES)], torch.float32))
    ids = draw(tensors(draw(st.lists(SIZES, max_size=3)), torch.int64))
    return (ids, weight), draw(st.sampled_from([{}, {}, {"padding_idx": 1}, {"padding_idx": -9}]))


NAMES: dict[str, st.SearchStrategy[Arguments]] = {
    "unary": one(),
    "gelu": gelu(),
    "activation": activation(),
    "power": power(),
    "binary": two(),
    "masked_fill": masked_fill(),
    "linear": linear(),
    "addmm": addmm(),
    "attention": attention(),
    "layer_norm": layer_norm(),
    "batch_norm": batch_norm(),
    "softmax": softmax(),
    "softmax_method": softmax(),
    "mean": mean(),
    "cat": cat(),
    "roll": roll(),
    "embedding": embedding(),
}
CONVOLUTIONS = {torch.conv1d: conv(1), torch.conv2d: conv(2), torch.conv3d: conv(3)}
CASES = [
    pytest.param(
        function,
        rule,
        CONVOLUTIONS[function] if function in CONVOLUTIONS else NAMES[rule.__name__],
        id=f"{rule.__name__}-{number}",
    )
    for number, (function, rule) in enumerate(SHORTCUTS.items())
]


def told(rule: Callable[..., Any], args: Any, kwargs: Any) -> torch.Tensor | None:
    try:
        made = rule(*args, **kwargs)
    except TypeError:  # arguments that it does not know
        return None
    assert made is None or isinstance(made, torch.Tensor)
    return made


def layout(t: torch.Tensor) -> Any:
    """All that later operations can tell; the stride along one element is nobody's."""
    strides = [stride for size, stride in zip(t.shape, t.stride(), strict=True) if size > 1]
    return t.shape, strides, t.dtype, t.device, t.storage_offset(), t.is_contiguous()


@pytest.mark.parametrize(("function", "rule", "arguments"), CASES)
@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.large_base_example],
)
@given(data=st.data())
def test_a_shortcut_says_what_torch_says_or_nothing(
    function: Any, rule: Any, arguments: st.SearchStrategy[Arguments], data: st.DataObject
) -> None:
    args, kwargs = data.draw(arguments)
    with torch.no_grad():
        made = told(rule, args, kwargs)
        if made is None:
            return
        real = function(*args, **kwargs)
    assert layout(made) == layout(real)


X = torch.empty(2, 4, 8, 8, device="meta")
ROWS = torch.empty(5, 4, device="meta")
VECTOR = torch.empty(4, device="meta")
WEIGHT = torch.empty(6, 4, device="meta")
HEADS = torch.empty(1, 3, 5, 4, device="meta")
ORDINARY: dict[str, Any] = {
    "unary": (X,),
    "gelu": (X,),
    "activation": (X,),
    "power": (X, 2),
    "binary": (X, 2.0),
    "masked_fill": (X, torch.empty(8, 8, dtype=torch.bool, device="meta"), -1.0),
    "linear": (ROWS, WEIGHT, None),
    "addmm": (torch.empty(6, device="meta"), ROWS, torch.empty(4, 6, device="meta")),
    "attention": (HEADS, HEADS, HEADS),
    "layer_norm": (ROWS, (4,), VECTOR, VECTOR),
    "batch_norm": (X, VECTOR, VECTOR, VECTOR, VECTOR),
    "softmax": (X, -1),
    "softmax_method": (X, -1),
    "mean": (X, [2, 3]),
    "cat": ([X, X], 1),
    "roll": (X, (1, 1), (2, 3)),
    "embedding": (torch.empty(3, dtype=torch.int64, device="meta"), WEIGHT),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_the_ordinary_case_is_told(name: str) -> None:
    rule = next(rule for rule in SHORTCUTS.values() if rule.__name__ == name)
    assert told(rule, ORDINARY[name], {}) is not None


@pytest.mark.parametrize(
    "mistake",
    [
        lambda x: F.linear(x, torch.zeros(3, 5)),
        lambda x: x + torch.zeros(3, 5),
        lambda x: F.layer_norm(x, (5,)),
        lambda x: torch.cat([x, torch.zeros(9, 9)], 1),
        lambda x: F.conv2d(x, torch.zeros(2, 9, 3, 3)),
    ],
)
def test_the_mistakes_of_a_model_are_torchs_to_tell(mistake: Callable[[torch.Tensor], Any]) -> None:
    x = torch.zeros(2, 4, 6, 6)
    with pytest.raises(RuntimeError) as theirs:
        mistake(x)
    with pytest.raises(RuntimeError) as ours:
        run(Subject(mistake, (x,), {}), meta=True, memo=Memo())
    # torch words some mistakes differently on meta, but names the sizes.
    assert {*filter(str.isdigit, str(theirs.value))} & {*filter(str.isdigit, str(ours.value))}
