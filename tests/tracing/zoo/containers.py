"""Whatever carries tensors: lists, dicts, named tuples, dataclasses, generators, closures, attributes."""

from __future__ import annotations

import collections
import collections.abc
import functools
import queue
import weakref
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import nn

from zoo.cases import CASES, Case, case, f, nasty


class Containers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(4, 3)
        self.b = nn.Linear(5, 3)

    def forward(self, batch: Any, options: Any) -> Any:
        a = self.a(batch[0])
        b = self.b(options["deep"]["er"])
        return {"sum": a + b, "parts": [a, (b, None)], "same": batch[0]}


def containers() -> Case:
    x, y = torch.randn(2, 4), torch.randn(2, 5)
    return Case(Containers(), ([x, 3], {"deep": {"er": y}}), {"batch[0]": x, "options.deep.er": y}, {})


CASES["dicts and lists in and out"] = containers


@dataclass
class Result:
    logits: torch.Tensor
    hidden: list[torch.Tensor]
    note: str = "text"


class Pair(NamedTuple):
    first: torch.Tensor
    second: torch.Tensor


class DataclassOut(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 2)])

    def forward(self, x: torch.Tensor) -> Result:
        h = self.layers[0](x)
        return Result(self.layers[1](h), [h])


class TupleBetween(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = DataclassOut()
        self.last = nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> Pair:
        result = self.inner(x)
        return Pair(self.last(result.logits), result.hidden[0])


case(DataclassOut, f(2, 4), name="dataclass out")


case(TupleBetween, f(2, 4), name="dataclass between modules, named tuple out")


class Generators(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(3, 3)
        self.total = _Sum()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.total(self.inner(part) for part in x.unbind(0))


class _Sum(nn.Module):
    def forward(self, parts: Any) -> torch.Tensor:
        return torch.stack(list(parts)).sum(0)


case(Generators, f(3, 3), name="generator as argument")


class Stashing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 3)
        self.second = nn.Linear(3, 3)
        self.stash: list[torch.Tensor] = []
        self.calls = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        self.stash.append(self.first(x))
        self.last = self.second(x)
        return self.stash[-1] + self.last


case(Stashing, f(2, 3), name="tensors stashed in attributes")


@nasty("stack, unbind, iteration", (3, 3))
def iterated(self: Any, x: Any) -> Any:
    rows = [self.layer(row) for row in x]
    first, *rest = torch.stack(rows).unbind(0)
    return first + sum(rest)


@nasty("sort, topk and named results", (3, 3))
def ordered(self: Any, x: Any) -> Any:
    values, indices = self.layer(x).sort(dim=-1)
    top = values.topk(2)
    return top.values.sum() + x.max(dim=0).values, indices


@nasty("closure and global tensors")
def closure(self: Any, x: Any) -> Any:
    return self.layer(x) * _SCALE + torch.tensor([1.0, 2.0, 3.0])


_SCALE = torch.tensor([2.0, 3.0, 4.0])


class Box:
    """Carries tensors as attributes."""

    def __init__(self, **tensors: Any) -> None:
        self.__dict__.update(tensors)


class Boxed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, data: Box) -> Box:
        return Box(x=self.layer(data.x) + data.inner.y, note="text")


def boxed() -> Case:
    x, y = torch.randn(2, 3), torch.randn(2, 3)
    return Case(Boxed(), (Box(x=x, inner=Box(y=y), size=3),), {"data.x": x, "data.inner.y": y}, {})


CASES["objects that carry tensors"] = boxed


@nasty("queue and deque")
def queued(self: Any, x: Any) -> Any:
    waiting: queue.Queue[torch.Tensor] = queue.Queue()
    waiting.put(self.layer(x))
    recent = collections.deque([x], maxlen=2)
    recent.append(waiting.get() * 2)
    return recent[-1] + recent[0]


class _Previous(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.last: torch.Tensor | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x if self.last is None else x * self.last
        self.last = y
        return y + 1


@nasty("stashed in one call, used in the next", inner=_Previous)
def previous(self: Any, x: Any) -> Any:
    first = self.inner(x)
    return first, self.inner(self.layer(x))


_SEEN: list[torch.Tensor] = []


@nasty("handed on in a global list", edges={"add": "layer/linear x"})
def through_global(self: Any, x: Any) -> Any:
    _SEEN.append(self.layer(x))
    return _SEEN.pop() + x


@nasty("handed on by a closure")
def through_closure(self: Any, x: Any) -> Any:
    y = self.layer(x)

    def later() -> torch.Tensor:
        return y * x

    return later() + 1


class _FirstOnly(nn.Module):
    def forward(self, parts: Any) -> torch.Tensor:
        return next(parts) * 2


@nasty("generator that is never consumed", inner=_FirstOnly)
def unconsumed(self: Any, x: Any) -> Any:
    return self.inner(self.layer(row) for row in x)


@nasty("map, zip and iterators between modules", (3, 3), inner=_Sum)
def iterators(self: Any, x: Any) -> Any:
    rows = map(self.layer, x.unbind(0))
    return self.inner(a * b for a, b in zip(rows, iter(x), strict=True))


class Slotted:
    """Has no `__dict__`."""

    __slots__ = ("x",)

    def __init__(self, x: torch.Tensor) -> None:
        self.x = x


class _Unslot(nn.Module):
    def forward(self, box: Slotted) -> torch.Tensor:
        return box.x * 3


@nasty("object with slots between modules", inner=_Unslot)
def slotted(self: Any, x: Any) -> Any:
    return self.inner(Slotted(self.layer(x)))


class _Appends(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor, into: list[torch.Tensor]) -> None:
        into.append(self.layer(x))


@nasty("list filled by the callee", inner=_Appends)
def filled(self: Any, x: Any) -> Any:
    results: list[torch.Tensor] = []
    self.inner(x, results)
    return results[0] + x


class KeyValueCache:
    """As in language models: grows at each step."""

    def __init__(self) -> None:
        self.keys: list[torch.Tensor] = []

    def update(self, key: torch.Tensor) -> torch.Tensor:
        self.keys.append(key)
        return torch.cat(self.keys, dim=0)


class _Cached(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.key = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor, cache: KeyValueCache) -> torch.Tensor:
        return (x @ cache.update(self.key(x)).T).sum(-1)


@nasty("cache object that grows", inner=_Cached)
def cached(self: Any, x: Any) -> Any:
    cache = KeyValueCache()
    for row in x.split(1):
        y = self.inner(row, cache)
    return y


class Lazily(collections.abc.Mapping):  # type: ignore[type-arg]
    """A mapping that computes its values when asked, and counts."""

    def __init__(self, x: torch.Tensor) -> None:
        self.x = x
        self.asked = 0

    def __getitem__(self, key: str) -> torch.Tensor:
        if key != "x":
            raise KeyError(key)
        self.asked += 1
        return self.x

    def __iter__(self) -> Any:
        return iter(["x"])

    def __len__(self) -> int:
        return 1


class _Unmap(nn.Module):
    def forward(self, values: Lazily) -> torch.Tensor:
        return values["x"] * 2


@nasty("mapping of its own", inner=_Unmap)
def mapped(self: Any, x: Any) -> Any:
    return self.inner(Lazily(self.layer(x)))


class Data:
    """As torch_geometric's: tensors in a store, attributes by `__getattr__`."""

    def __init__(self, **tensors: Any) -> None:
        self.__dict__["_store"] = tensors

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_store"][name]
        except KeyError as error:
            raise AttributeError(name) from error

    def to_dict(self) -> dict[str, Any]:
        return dict(self.__dict__["_store"])


class GraphNet(nn.Module):
    """Message passing over `Data`."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, data: Data) -> Data:
        source, target = data.edge_index
        messages = self.layer(data.x)[source] * data.weight[:, None]
        return Data(x=torch.zeros_like(data.x).index_add(0, target, messages), edge_index=data.edge_index)


def graph_data() -> Case:
    x, edge_index = torch.randn(4, 3), torch.tensor([[0, 1, 2], [1, 2, 3]])
    weight = torch.rand(3)
    data = Data(x=x, edge_index=edge_index, weight=weight)
    inputs = {"data.x": x, "data.edge_index": edge_index, "data.weight": weight}
    return Case(GraphNet(), (data,), inputs)


CASES["graph data with a store"] = graph_data


@nasty("tensors as keys of a dict", (2, 3), (2, 3))
def keyed(self: Any, x: Any, y: Any) -> Any:
    names = {x: self.layer(x), y: y * 2}
    return names[x] + 0, names[y] + 0


class _Dicts(nn.Module):
    def forward(self, first: Any, second: Any) -> Any:
        return collections.UserDict(sum=first["a"][0] + second["b"])


@nasty("ordered, default and user dicts", inner=_Dicts)
def dicts(self: Any, x: Any) -> Any:
    found = collections.defaultdict(list)
    found["a"].append(self.layer(x))
    result = self.inner(collections.OrderedDict(found), collections.UserDict(b=x))
    return collections.OrderedDict(sum=result["sum"], again=[result["sum"] * 2])


@nasty("weak references", (2, 3))
def weak(self: Any, x: Any) -> Any:
    y = self.layer(x)
    reference = weakref.ref(y)
    found = reference()
    assert found is y
    return found * 2


class _Properties(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3))

    @functools.cached_property
    def table(self) -> torch.Tensor:
        return self.weight * 2

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.table


@nasty("cached property and lru_cache", inner=_Properties)
def properties(self: Any, x: Any) -> Any:
    return self.inner(x) + self.inner.table


@nasty("two outputs that are one tensor", (2, 3))
def same_twice(self: Any, x: Any) -> Any:
    y = self.layer(x)
    return {"a": y, "b": y, "c": [y, None, 3]}


class _Circle(nn.Module):
    def forward(self, holder: Any) -> torch.Tensor:
        return holder["self"]["self"]["x"] * 2


@nasty("circle of references", (2, 3), inner=_Circle)
def circle(self: Any, x: Any) -> Any:
    holder: dict[str, Any] = {"x": self.layer(x)}
    holder["self"] = holder
    return self.inner(holder)
