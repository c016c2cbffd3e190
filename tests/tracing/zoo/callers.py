"""Whatever calls: modules in lists, as arguments, from hooks, recursively, by their forward."""

from __future__ import annotations

import asyncio
import copy
import functools
from typing import Any

import torch
from torch import nn

from zoo.cases import case, f, nasty


class PlainList(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Linear(3, 3), nn.Linear(3, 3)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


case(PlainList, f(2, 3), name="modules in a plain list")


class Passing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.same = nn.Identity()
        self.drop = nn.Dropout(0.5)
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(self.drop(self.same(x)))


case(Passing, f(2, 3), name="modules that return their input")


class ModuleAsArgument(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.runner = _Runner()
        self.work = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.runner(self.work, x, scale=x.mean())


class _Runner(nn.Module):
    def forward(self, module: nn.Module, x: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        return module(x) * scale


case(ModuleAsArgument, f(2, 3), name="module as argument")


class Recursive(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor, depth: int = 2) -> torch.Tensor:
        x = self.layer(x)
        return self(x, depth - 1) if depth else x


case(Recursive, f(2, 3), name="recursive call")


class Hooked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)
        self.extra = nn.Linear(3, 3)
        self.layer.register_forward_hook(lambda _m, _i, out: self.extra(out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


case(Hooked, f(2, 3), name="module called from a hook")


class _Keywords(nn.Module):
    def forward(self, *, first: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
        return first * options["second"]


class _TwoLists(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        shared = nn.Linear(3, 3)
        self.a = nn.ModuleList([shared, nn.Linear(3, 3)])
        self.b = nn.ModuleList([self.a[1], shared])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in (*self.a, *self.b):
            x = layer(x)
        return x


@nasty("forward called directly")
def direct(self: Any, x: Any) -> Any:
    return self.layer.forward(x) * 2


@nasty("functional_call")
def functional(self: Any, x: Any) -> Any:
    doubled = {name: p * 2 for name, p in self.layer.named_parameters()}
    return torch.func.functional_call(self.layer, doubled, (x,))


@nasty("parameter made in forward")
def made(self: Any, x: Any) -> Any:
    weight = nn.Parameter(x[:1] * 2)
    return self.layer(x) * weight


@nasty("deepcopy in forward")
def copied(self: Any, x: Any) -> Any:
    return copy.deepcopy(self.layer)(copy.deepcopy(x))


@nasty("keyword arguments between modules", inner=_Keywords)
def keywords(self: Any, x: Any) -> Any:
    return self.inner(first=x, options={"second": self.layer(x), "flag": True})


@nasty("one module in two lists of another", inner=_TwoLists)
def two_lists(self: Any, x: Any) -> Any:
    return self.inner(x)


@nasty("module made in forward")
def module_made(self: Any, x: Any) -> Any:
    return nn.Sequential(nn.ReLU(), nn.Softmax(-1))(self.layer(x))


@nasty("exception caught inside")
def caught(self: Any, x: Any) -> Any:
    try:
        y = self.layer(x.T)
    except RuntimeError:
        y = self.layer(x)
    return y


class OwnCall(nn.Module):
    """Calls its forward itself: no hook of its own would run."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self.forward(x) + 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x)


class CallsSuper(nn.Module):
    """Does something around its own call."""

    def __call__(self, x: torch.Tensor, *args: Any) -> Any:
        return super().__call__(x * 2, *args) + 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.exp()


@nasty("module with a __call__ of its own", inner=OwnCall)
def own_call(self: Any, x: Any) -> Any:
    return self.inner(self.layer(x))


@nasty("module whose __call__ wraps the usual one", inner=CallsSuper)
def calls_super(self: Any, x: Any) -> Any:
    return self.inner(self.layer(x))


class HookedInto(nn.Module):
    """Hooks that change what goes in, what comes out, and keyword arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.scaled = Scaled()
        self.scaled.register_forward_pre_hook(
            lambda _m, args, kwargs: ((args[0] * 2,), {"scale": kwargs["scale"] + 1}), with_kwargs=True
        )
        self.scaled.register_forward_hook(lambda _m, _args, _kwargs, out: (out, out * 3), with_kwargs=True)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        first, second = self.scaled(x, scale=y)
        return first + second


class Scaled(nn.Module):
    def forward(self, x: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        return x * scale


case(HookedInto, f(2, 3), f(2, 3), names="x y", name="hooks that change arguments, keywords and results")


class HookKeeps(nn.Module):
    """A hook keeps an inner result, as feature extractors do."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3))
        self.kept: dict[str, torch.Tensor] = {}
        self.body[1].register_forward_hook(lambda _m, _i, out: self.kept.update(feature=out))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        self.body(x)
        return self.kept["feature"] + 0, self.kept["feature"].sum()


case(HookKeeps, f(2, 3), name="feature kept by a hook, the result thrown away", edges={"add": "body.1/relu"})


class Mutual(nn.Module):
    """Two modules that call one another."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = Side(), Side()
        self.left.other, self.right.other = [self.right], [self.left]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.left(x, 3)


class Side(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)
        self.other: list[nn.Module] = []

    def forward(self, x: torch.Tensor, times: int) -> torch.Tensor:
        x = self.layer(x)
        return self.other[0](x, times - 1) if times else x


case(Mutual, f(2, 3), name="modules that call one another")


class Replaced(nn.Module):
    """Its forward is replaced on the instance, as quantisers and adapters do."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)
        before = self.layer.forward
        self.layer.forward = lambda x: before(x) + self.delta(x)  # type: ignore[method-assign]
        self.delta = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


case(Replaced, f(2, 3), name="forward replaced on the instance")


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(3, 2), nn.Linear(2, 3)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(x)

    def decode(self, x: torch.Tensor) -> torch.Tensor:
        return self.up(x)


@nasty("other methods of modules", inner=Encoder)
def methods(self: Any, x: Any) -> Any:
    z = self.inner.encode(x)
    return self.inner.decode(z), z


class Yields(nn.Module):
    """A generator as forward: it runs after its call has returned."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])

    def forward(self, x: torch.Tensor) -> Any:
        for layer in self.layers:
            x = layer(x)
            yield x


@nasty("forward that yields", inner=Yields)
def yields(self: Any, x: Any) -> Any:
    return torch.stack(list(self.inner(self.layer(x)))).sum(0)


class Clashing(nn.Module):
    """Its parts are called as nodes are."""

    def __init__(self) -> None:
        super().__init__()
        self.x = nn.Linear(3, 3)
        self.add = nn.Linear(3, 3)
        self.output = nn.ModuleDict({"a/b": nn.ReLU(), "a@2": nn.Tanh(), "Clashing": nn.Identity()})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.add(self.x(x) + x) + 1
        for part in self.output.values():
            y = part(y)
        return self.output["a/b"](y)


case(Clashing, f(2, 3), name="modules with the names of nodes")


class Encoded(Encoder):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decode(self.encode(x))


Odd = type("Net<int>&", (Encoded,), {})


case(Odd, f(2, 3), name="class with markup in its name")


class Raises(nn.Module):
    """Nothing but its forward works."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def extra_repr(self) -> str:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        raise RuntimeError("no")

    @property
    def broken(self) -> Any:
        raise RuntimeError("no")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


@nasty("module that cannot be printed", inner=Raises)
def unprintable(self: Any, x: Any) -> Any:
    return self.inner(x)


class Deep(nn.Module):
    def __init__(self, depth: int) -> None:
        super().__init__()
        self.inner: nn.Module = Deep(depth - 1) if depth else nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x)


case(lambda: Deep(60), f(2, 3), name="sixty modules deep")


@nasty("called in other shapes each time", (4, 3))
def other_shapes(self: Any, x: Any) -> Any:
    return self.layer(x).sum() + self.layer(x[:2]).sum() + self.layer(x[0]).sum()


class Delegates(nn.Module):
    """Hands what it lacks on to what it wraps, and is called by keywords only."""

    def __init__(self) -> None:
        super().__init__()
        self.wrapped = Encoder()

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(self.wrapped, name)

    def forward(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        return self.decode(self.encode(*args, **kwargs))


@nasty("wrapper that delegates attributes", inner=Delegates)
def delegates(self: Any, x: Any) -> Any:
    return self.inner(x=self.layer(x))


class Functions(nn.Module):
    """Layers in partials, lambdas, class attributes and dicts of tuples."""

    shared = nn.Linear(3, 3)

    def __init__(self) -> None:
        super().__init__()
        self.own = nn.Linear(3, 3)
        self.steps = {
            "first": (functools.partial(self.own), 2.0),
            "second": (lambda x: self.shared(x + 0), 0.5),
        }

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for step, factor in self.steps.values():
            x = step(x) * factor
        return x


case(Functions, f(2, 3), name="layers in partials, lambdas and class attributes")


class Tagged(torch.Tensor):
    """A subclass as torchvision's and MONAI's."""


@nasty("tensor subclass inside")
def subclassed(self: Any, x: Any) -> Any:
    y = self.layer(x.as_subclass(Tagged))
    assert isinstance(y, Tagged)
    return (y * 2).as_subclass(torch.Tensor)


@nasty("asks for the exact type of a tensor")
def exact_type(self: Any, x: Any) -> Any:
    y = self.layer(x)
    return y * 2 if type(y) is torch.Tensor and type(x) is torch.Tensor else x


class Silent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> None:
        self.layer(x)


@nasty("None from a module", inner=Silent)
def silent(self: Any, x: Any) -> Any:
    assert self.inner(x) is None
    return self.inner.layer(x)


@nasty("result thrown away", edges={"output": "layer@2/linear"})
def thrown_away(self: Any, x: Any) -> Any:
    torch.tanh(self.layer(x))
    return self.layer(x + 0)


@nasty("coroutines", edges={"add": "layer/linear layer@2/linear"})
def coroutines(self: Any, x: Any) -> Any:
    async def layer() -> Any:
        await asyncio.sleep(0)
        return self.layer(x)

    async def both() -> Any:
        first, second = await asyncio.gather(layer(), layer())
        return first + second

    return asyncio.run(both())


@nasty("fork and wait of TorchScript")
def forked(self: Any, x: Any) -> Any:
    return torch.jit.wait(torch.jit.fork(self.layer, x)) + 1


@nasty("hook put in and taken out in forward", edges={"mul": "layer/linear"})
def passing_hook(self: Any, x: Any) -> Any:
    kept: list[torch.Tensor] = []
    handle = self.layer.register_forward_hook(lambda _m, _i, out: kept.append(out))
    self.layer(x)
    handle.remove()
    return kept[0] * 2


@nasty("weights from the state dict")
def from_state(self: Any, x: Any) -> Any:
    state = self.state_dict()
    return nn.functional.linear(x, state["layer.weight"], state["layer.bias"])


@nasty("the model prints what it computes", device="meta")
def printing(self: Any, x: Any) -> Any:
    y = self.layer(x)
    assert all((f"{y.shape} {y.dtype}", repr(y), str(x)))
    return y
