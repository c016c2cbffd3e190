"""What runs code in another way: autograd functions, checkpoints, transforms, compilers, contexts."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
import torch.utils.flop_counter
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

from zoo.cases import case, f, nasty, quietly


class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
        return g * 2


_taken_early = Double.apply


class CustomFunction(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return _taken_early(self.layer(x)) + 1


case(CustomFunction, f(2, 3), name="autograd.Function")


class Checkpointed(nn.Module):
    def __init__(self, reentrant: bool) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
        self.reentrant = reentrant

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return checkpoint(self.body, x, use_reentrant=self.reentrant) + x


case(lambda: Checkpointed(False), f(2, 3), name="checkpoint")


class Vmapped(nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.func.vmap(torch.dot)(x, y) + 1


case(Vmapped, f(3, 4), f(3, 4), names="x y", name="vmap")


case(lambda: Checkpointed(True), f(2, 3), name="reentrant checkpoint")


@nasty(
    "scripted module", scripted=lambda: quietly(torch.jit.script, nn.Sequential(nn.Linear(3, 3), nn.ReLU()))
)
def scripted(self: Any, x: Any) -> Any:
    return self.scripted(self.layer(x)) + 1


@nasty("autocast")
def autocast(self: Any, x: Any) -> Any:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = self.layer(x)
    return y.float(), y


@nasty("no_grad and inference mode")
def inference(self: Any, x: Any) -> Any:
    with torch.inference_mode():
        y = self.layer(x)
        y[0] = 1
    with torch.no_grad():
        return self.layer(y.clone())


@nasty("gradient inside forward")
def gradient(self: Any, x: Any) -> Any:
    with torch.enable_grad():
        z = x.detach().requires_grad_(True)
        energy = (self.layer(z) ** 2).sum()
        return torch.autograd.grad(energy, z)[0] + x


@nasty("torch.func.grad")
def func_grad(self: Any, x: Any) -> Any:
    return torch.func.grad(lambda t: (t**2).sum())(x) + 1


@nasty("checkpoint of a function", (2, 3), (2, 3))
def checkpointed(self: Any, x: Any, y: Any) -> Any:
    return checkpoint(lambda a, b: self.layer(a) * b, x, y, use_reentrant=False)


@nasty("jacobian, hessian and vjp")
def jacobians(self: Any, x: Any) -> Any:
    def energy(row: Any) -> Any:
        return (row**3).sum()

    value, back = torch.func.vjp(energy, x[0])
    return (
        torch.func.jacrev(torch.sin)(x[0]),
        torch.func.hessian(energy)(x[0]),
        back(torch.ones(()))[0] + value,
    )


@nasty("jvp and linearize")
def forward_mode(self: Any, x: Any) -> Any:
    out, tangent = torch.func.jvp(torch.sin, (x,), (torch.ones_like(x),))
    return out + tangent


@nasty("grad with values and several arguments", (3,), (3,))
def grad_and_value(self: Any, x: Any, y: Any) -> Any:
    grads, value = torch.func.grad_and_value(lambda a, b: (a * b).sum(), argnums=(0, 1))(x, y)
    return grads[0] + grads[1], value


class Ensemble(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.members = nn.ModuleList([nn.Linear(3, 2) for _ in range(3)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        params, buffers = torch.func.stack_module_state(list(self.members))

        def call(p: Any, b: Any) -> Any:
            return torch.func.functional_call(self.members[0], (p, b), (x,))

        return torch.func.vmap(call)(params, buffers).mean(0)


@nasty("ensemble: vmap over stacked parameters", ensemble=Ensemble, inside="torch.nn.modules.linear.Linear")
def ensemble(self: Any, x: Any) -> Any:
    return self.ensemble(x)


@nasty("vmap that closes over a tensor", (4, 3), (3,))
def closing_vmap(self: Any, x: Any, y: Any) -> Any:
    return torch.vmap(lambda row: row * y)(x)


class Split(torch.autograd.Function):
    """Two results, set up apart."""

    @staticmethod
    def forward(x: torch.Tensor, at: int) -> Any:
        return x[..., :at].clone(), x[..., at:].clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.at = inputs[1]

    @staticmethod
    def backward(ctx: Any, a: Any, b: Any) -> Any:
        return torch.cat([a, b], -1), None


class AddInto(torch.autograd.Function):
    """Changes its first argument."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        ctx.mark_dirty(x)
        return x.add_(y)

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> Any:
        return g, g


@nasty("autograd.Function with two results", edges={"add": "Split", "mul": "Split", "Split": "layer/linear"})
def split(self: Any, x: Any) -> Any:
    left, right = Split.apply(self.layer(x), 1)
    return left + 1, right * 2


class Reversible(torch.autograd.Function):
    """Calls the modules that it is given, as reversible networks do."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, layer: nn.Module) -> torch.Tensor:
        with torch.no_grad():
            return x + layer(x)

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> Any:
        return g, None


@nasty("autograd.Function that calls modules", edges={"add": "x layer/linear", "mul": "add"})
def reversible(self: Any, x: Any) -> Any:
    return Reversible.apply(x, self.layer) * 2


@nasty("autograd.Function in place", (2, 3), (2, 3))
def add_into(self: Any, x: Any, y: Any) -> Any:
    z = self.layer(x)
    AddInto.apply(z, y)
    return z * 2


@nasty("straight-through estimator")
def straight_through(self: Any, x: Any) -> Any:
    y = self.layer(x)
    return y + ((y * 10).round() - y).detach()


@nasty("condition given as a tensor", (2, 3), lambda: torch.tensor(True), edges={"cond": "y layer/linear"})
def condition(self: Any, x: Any, y: Any) -> Any:
    return torch.cond(y, lambda a: a * 2, lambda a: a - 1, (self.layer(x),))


@nasty("scan over rows", (4, 3), (3,))
def scanned(self: Any, x: Any, y: Any) -> Any:
    from torch._higher_order_ops.scan import scan

    last, all_of = scan(lambda carry, row: (carry + row, carry * row), y, x)
    return last, all_of


@nasty("while_loop", (3,))
def looped(self: Any, x: Any) -> Any:
    from torch._higher_order_ops.while_loop import while_loop

    return while_loop(lambda i, _: i < 3, lambda i, a: (i + 1, a * 2), (torch.tensor(0), x))[1]


@nasty("flex_attention", (1, 2, 16, 16))
def flex(self: Any, x: Any) -> Any:
    from torch.nn.attention.flex_attention import flex_attention

    return flex_attention(x, x * 2, x + 1, score_mod=lambda score, b, h, i, j: score + (i - j))


@nasty("compiled function", (2, 3))
def compiled(self: Any, x: Any) -> Any:
    return torch.compile(lambda a: self.layer(a) * 2)(x) + 1


def _scripted_function(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.tanh(x) * y


@nasty("scripted function", (2, 3), (2, 3), edges={"add": "_scripted_function layer/linear"})
def scripted_function(self: Any, x: Any, y: Any) -> Any:
    function = quietly(torch.jit.script, _scripted_function)
    return function(x, y) + self.layer(x)


@nasty(
    "traced module", traced=lambda: quietly(torch.jit.trace, nn.Sequential(nn.Linear(3, 3)), torch.ones(2, 3))
)
def traced(self: Any, x: Any) -> Any:
    return self.traced(self.layer(x))


@nasty("exported module", exported=lambda: torch.export.export(nn.Linear(3, 3), (torch.ones(2, 3),)).module())
def exported(self: Any, x: Any) -> Any:
    return self.exported(self.layer(x))


@nasty(
    "symbolically traced module",
    graph=lambda: torch.fx.symbolic_trace(nn.Sequential(nn.Linear(3, 3), nn.ReLU())),
)
def symbolic(self: Any, x: Any) -> Any:
    return self.graph(self.layer(x))


@nasty("checkpoint_sequential", body=lambda: nn.Sequential(*(nn.Linear(3, 3) for _ in range(4))))
def sequential_checkpoint(self: Any, x: Any) -> Any:
    return quietly(lambda: checkpoint_sequential(self.body, 2, x, use_reentrant=False))


@nasty("autocast with a full-precision island", (2, 3))
def island(self: Any, x: Any) -> Any:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = self.layer(x)
        with torch.autocast("cpu", enabled=False):
            z = self.layer(y.float())
        return torch.cat([y, z], -1), F.mse_loss(y, y * 2)


@nasty("device and dtype contexts", (2, 3))
def contexts(self: Any, x: Any) -> Any:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.device("cpu"):
            y = torch.ones(3)
    finally:
        torch.set_default_dtype(before)
    return self.layer(x) + y


@nasty("function mode of the model's own", (2, 3))
def own_mode(self: Any, x: Any) -> Any:
    with _Counting() as counting:
        y = self.layer(x) * 2
    assert counting.seen
    return y


class _Counting(torch.overrides.TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen += 1
        return function(*args, **(kwargs or {}))


@nasty("dispatch mode of the model's own", (2, 3))
def own_dispatch(self: Any, x: Any) -> Any:
    with torch.utils.flop_counter.FlopCounterMode(display=False):
        return self.layer(x) * 2


@nasty("backward inside forward", (2, 3))
def backward(self: Any, x: Any) -> Any:
    with torch.enable_grad():
        z = x.detach().clone().requires_grad_(True)
        (z**2).sum().backward()
    return z.grad + x


@nasty("custom operator", (2, 3), (2, 3), edges={"twice": "layer/linear y"})
def custom(self: Any, x: Any, y: Any) -> Any:
    return torch.ops.torchview_zoo.twice(self.layer(x), y) + 1


@nasty("custom operator without a meta form that changes its argument", (2, 3), (2, 3), device="meta")
def custom_mutating(self: Any, x: Any, y: Any) -> Any:
    z = self.layer(x)
    torch.ops.torchview_zoo.add_into(z, y)
    return z


@torch.library.custom_op("torchview_zoo::twice", mutates_args=())
def _twice(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return x * 2 + y


@_twice.register_fake
def _(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.empty_like(x)


@torch.library.custom_op("torchview_zoo::add_into", mutates_args=("x",))
def _add_into(x: torch.Tensor, y: torch.Tensor) -> None:
    x.add_(y)


@nasty("saved-tensor hooks", (2, 3))
def saved_hooks(self: Any, x: Any) -> Any:
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t), torch.enable_grad():
        return self.layer(x).detach() * 2


@nasty("decorated forward", (2, 3))
@torch.no_grad()
def decorated(self: Any, x: Any) -> Any:
    return self.layer(x) * 2


@nasty("vmap in vmap, and of a module", inside="torch.nn.modules.linear.Linear")
def nested_vmap(self: Any, x: Any) -> Any:
    return torch.vmap(torch.vmap(lambda value: value * 2))(x) + torch.vmap(self.layer)(x)


@nasty("jacobian by autograd", (3,))
def autograd_jacobian(self: Any, x: Any) -> Any:
    with torch.enable_grad():
        return torch.autograd.functional.jacobian(lambda v: v**3, x)


@nasty("gradients of weights used on", (2, 3))
def weight_gradients(self: Any, x: Any) -> Any:
    with torch.enable_grad():
        loss = (self.layer(x) ** 2).sum()
        return torch.autograd.grad(loss, self.layer.parameters(), create_graph=True)[0] * 2
