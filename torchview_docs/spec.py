"""FigureSpec: everything that an author says of one figure, and the table of its options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from torchview_docs import options as kinds
from torchview_docs.appearance import SHADES, Appearance
from torchview_docs.brackets import outside
from torchview_docs.errors import OptionError
from torchview_docs.expression_parser import parse_input, parse_model
from torchview_docs.options import Host, option, options_of, read_options
from torchview_docs.patterns import Depths
from torchview_docs.placeholders import COUNTED, placeholders

__all__ = ["OPTIONS", "TABLES", "FigureSpec"]

#: Where the table of a figure's layers stands.
TABLES = ("below", "details", "hidden", "none")


@dataclass(frozen=True)
class FigureSpec(Appearance):
    """One figure: the model, its input, and the options.

    A field is an option: its name, type, default, help, and the hosts that know it (see
    `options.option`); `OPTIONS` is the table. `FigureSpec.read` makes one from what a host gives.
    """

    #: The model expression, in canonical form.
    model: str
    #: In a comparison the figure of the model before (see `sides`).
    old: FigureSpec | None = field(default=None, kw_only=True)
    input: str | None = option(
        None,
        kinds.text,
        "trace",
        "What the model is called with: the text between the parentheses of the call, a tensor "
        "written `dtype[sizes]`. A size may have a name, `float32[N=1, 3, H=224, W=224]`: the figure says "
        "`N×3×H×W`, and what follows from the names, wherever that is so at other sizes too.",
        hosts="page cli",
        example="float32[N=1, 3, 224, 224], mask=bool[N=1, 10]",
    )
    input_from: str | None = option(
        None,
        kinds.text,
        "trace",
        "A function that returns the input, for what no literal can say: a tuple is the positional "
        "arguments, a dict the keyword arguments, anything else the one argument.",
        hosts="page cli",
        example="mypkg.data.example_batch",
    )
    depth: int | float | str | Depths = option(  # noqa: RUF009  # no option can be changed
        "auto",
        kinds.depth,
        "view",
        "How many levels of modules are shown open; 0 is the model as one card. `auto` is the "
        "deepest level that keeps the figure within about 40 cards and on a page of 720 × 1,600 px. Parts "
        "may have a depth of their own, counted from themselves: 0 is the part as one card, `inf` all that "
        "is in it, and what is around an open part is open too.",
        example="2, encoder.layer.0: inf",
    )
    focus: str | None = option(
        None,
        kinds.path,
        "view",
        "Draw one module only; what comes from elsewhere and goes elsewhere are its inputs and outputs, "
        "named by where that is. Of a module that is called again its first call, or `path@2`.",
        hosts="page cli api",
        example="encoder.layer.0",
    )
    hide: tuple[str, ...] = option(
        (),
        kinds.patterns,
        "view",
        "Leave out modules and operations: who reads what they make reads what they read. An "
        "operation is named by its module's path and its own name, `encoder.layer.0/add`.",
        example="*Norm encoder.layer.0/add",
    )
    collapse: tuple[str, ...] = option(
        (),
        kinds.patterns,
        "view",
        "Show modules as one card each, whatever the depth.",
        example="*Attention embeddings",
    )
    direction: str = option(
        "TB", kinds.choice("TB", "LR", "BT", "RL"), "view", "Which way the data flows.", example="LR"
    )
    show_shapes: bool = option(True, kinds.flag, "view", "Write the shapes of tensors on the edges.")
    hide_inner_tensors: bool = option(
        True, kinds.flag, "view", "Show tensors as nodes only where they enter and leave the model."
    )
    hide_module_functions: bool = option(
        True,
        kinds.flag,
        "view",
        "Show a module without submodules as one card, not the functions that it calls.",
    )
    simplify: bool = option(
        True,
        kinds.flag,
        "view",
        "Leave out what only passes a tensor on or changes how it is laid out: `view`, `transpose`, "
        "`contiguous`, `nn.Identity`, dropout in eval mode; its effect is seen in the shapes. Operations "
        "that lead nowhere are left out too, and a number that is made in place is said where it is used.",
    )
    show_input_graph: bool = option(
        False,
        kinds.flag,
        "view",
        "Draw a graph that is an input of the model (`edge_index`, PyTorch Geometric's `Data`) with its "
        "nodes and edges, where it has at most 50 nodes; of a larger one the card says how many.",
    )
    fold: bool = option(
        True,
        kinds.flag,
        "view",
        "Draw what is equal once, with its count (× 12): a run of layers, or experts side by side.",
    )
    roll: bool = option(
        False,
        kinds.flag,
        "view",
        "Draw all calls of one module (a recursion, a loop over one layer) as one node, with how often on "
        "the edges.",
    )
    device: str = option(
        "auto",
        kinds.choice("auto", "meta", "cpu"),
        "trace",
        "Where the model runs: `meta` computes shapes only and needs no memory, `cpu` computes; "
        "`auto` tries meta and falls back to cpu.",
    )
    memory_limit: float = option(
        2048.0,
        kinds.positive,
        "limit",
        "Megabytes that the parameters of a model may take for `device: auto` to run it on real "
        "tensors, where it cannot be traced without.",
        hosts="page config cli",
    )
    time_limit: float = option(
        60.0,
        kinds.positive,
        "limit",
        "Seconds that `device: auto` lets a model run on real tensors, within the project's `timeout`.",
        hosts="page config cli",
    )
    meta_limit: float = option(
        30.0,
        kinds.positive,
        "limit",
        "Seconds that `device: auto` gives to meta before it tries cpu: some operations are slower there.",
        hosts="page config cli",
    )
    show_flops: bool = option(
        False,
        kinds.flag,
        "trace",
        "Count the floating-point operations (FLOPs) of each module and operation, a multiply-add as two, "
        "and write them on the cards.",
    )
    show_memory: bool = option(
        False,
        kinds.flag,
        "trace",
        "Count the bytes of the tensors that each module and operation makes, and write them on the "
        "cards; estimate how many there are at once.",
    )
    mode: str = option("eval", kinds.choice("eval", "train"), "trace", "The mode of the model while it runs.")
    caption: str | None = option(
        None,
        kinds.caption,
        "page",
        "Text under the figure. In it `{params}`, `{flops}`, `{memory}` (of the tensors that are made), "
        "`{class}` and `{depth}` are what they are of the model; `{{params}}` is just the word in braces. "
        "What a caption asks for is counted.",
        hosts="page",
        example="One block of GPT-2, {params} parameters.",
    )
    name: str | None = option(
        None,
        kinds.text,
        "page",
        "Name by which other pages refer to the figure (`:numref:` in Sphinx, the id in HTML).",
        hosts="page",
        example="fig-gpt2",
    )
    alt: str | None = option(
        None,
        kinds.text,
        "page",
        "What the figure shows, for readers who do not see it; written from the graph where absent.",
        hosts="page",
    )
    table: str = option(
        "hidden",
        kinds.choice(*TABLES),
        "page",
        "A table of the layers that the figure shows, with output shapes and parameters: `below` it, in "
        "`details` that readers open, `hidden` from all but screen readers and whoever comes to it by "
        "keyboard, or `none`.",
        hosts="page config",
        example="details",
    )
    align: str | None = option(
        None, kinds.choice("left", "center", "right"), "page", "Where the figure stands.", hosts="page config"
    )
    width: str | None = option(
        None,
        kinds.css_length,
        "page",
        "Width of the figure; by default its natural width, and it scrolls in its own box where "
        "the page is narrower.",
        hosts="page config",
        example="100%",
    )
    class_: tuple[str, ...] = option(
        (), kinds.css_classes, "page", "CSS classes of the figure.", hosts="page config", example="wide"
    )

    @classmethod
    def read(
        cls,
        model: str,
        given: Mapping[str, object],
        *,
        host: Host = "page",
        defaults: Mapping[str, Any] | None = None,
    ) -> FigureSpec:
        """A spec from what the author wrote.

        Args:
            model: The model expression.
            given: Options by name, as text or as typed values.
            host: Where they were written.
            defaults: Values by field name from the project's configuration.

        Raises:
            ExpressionError: In the model or input expression, with the character.
            OptionError: An unknown option or a wrong value, with the nearest right one.
        """
        values = {**(defaults or {}), **read_options(OPTIONS, given, host)}
        values = {("class_" if name == "class" else name): value for name, value in values.items()}
        if values.get("input") is not None and values.get("input_from") is not None:
            raise OptionError("options 'input' and 'input-from' exclude each other")
        if values.get("input") is not None:
            values["input"] = str(parse_input(values["input"]))
        if values.get("input_from") is not None:
            values["input_from"] = str(parse_model(values["input_from"], "function"))
        if outside(model, "->"):
            raise OptionError("this figure shows one model: two are compared by `torchview-diff`")
        return cls(str(parse_model(model)), **values)

    def options(self, *scopes: str) -> dict[str, Any]:
        """The options of these scopes that differ from their default, by name as pages write it."""
        return {
            name: value
            for name, opt in OPTIONS.items()
            if opt.scope in scopes and (value := self._value(opt)) != opt.default
        }

    def _value(self, opt: kinds.Option) -> Any:
        return getattr(self, "class_" if opt.field == "class" else opt.field)

    @property
    def sides(self) -> tuple[FigureSpec, ...]:
        """What is traced for it: itself, in a comparison after the one before."""
        return (self,) if self.old is None else (self.old, self)

    @property
    def title(self) -> str:
        """The model, or the two that are compared, for messages."""
        return " -> ".join(side.model for side in self.sides)

    @property
    def trace_spec(self) -> FigureSpec:
        """The same with nothing but what is traced, and the limits."""
        values = {OPTIONS[name].field: v for name, v in {**self._traced, **self.options("limit")}.items()}
        return FigureSpec(self.model, **values)

    @property
    def _traced(self) -> dict[str, Any]:
        """The options of the trace, also those that other options need."""
        counted = {COUNTED[word] for word in placeholders(self.caption or "") if word in COUNTED}
        counted |= {SHADES[self.shade]} if self.shade and SHADES[self.shade] else set()
        return {**self.options("trace"), **dict.fromkeys(sorted(counted), True)}

    @property
    def limits(self) -> tuple[float, ...]:
        """All limits: of figures that share a trace the largest count."""
        return self.memory_limit, self.time_limit, self.meta_limit

    @property
    def unsaid(self) -> frozenset[str]:
        """The options of the trace that something else needs: what they count is not written on cards."""
        return frozenset(self._traced) - frozenset(self.options("trace"))

    @cached_property
    def trace_key(self) -> str:
        """32 hexadecimal digits that name what is traced: model, input and tracing options."""
        return _digest([self.model, self._traced])

    @cached_property
    def view_key(self) -> str:
        """32 hexadecimal digits that name what is drawn: `trace_key` and the view's options."""
        before = [] if self.old is None else [self.old.view_key]
        return _digest([self.model, {**self._traced, **self.options("view")}, *before])

    def __str__(self) -> str:
        """The canonical text: a fence's content that reads back as the same spec."""
        lines = [self.title]
        sides = [side.options("trace", "limit", "view", "page") for side in self.sides]
        for name in dict.fromkeys(name for options in sides for name in options):
            values = [OPTIONS[name].write(options.get(name, OPTIONS[name].default)) for options in sides]
            lines.append(f"{name}: {' -> '.join(dict.fromkeys(values))}")
        return "\n".join(lines)

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON; `from_data` gives it back."""
        return {
            "model": self.model,
            **{n: OPTIONS[n].write(v) for n, v in self.options("trace", "limit", "view", "page").items()},
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> FigureSpec:
        """Read what `to_data` gave; raises as `read` does."""
        return cls.read(str(data["model"]), {k: v for k, v in data.items() if k != "model"})


def _digest(data: object) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


_LATER = options_of(Appearance)
#: The options of a figure, by name as pages write it; those of its parts come last.
OPTIONS: Mapping[str, kinds.Option] = {
    **{name: opt for name, opt in options_of(FigureSpec).items() if name not in _LATER},
    **_LATER,
}
