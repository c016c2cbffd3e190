"""`draw_graph`: run a model and draw what it did."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from torchview_docs.appearance import Appearance
from torchview_docs.computation_graph.computation_graph import ComputationGraph
from torchview_docs.computation_graph.rendering import Digraph
from torchview_docs.computation_graph.showing import Showing
from torchview_docs.options import nearest
from torchview_docs.spec import OPTIONS

if TYPE_CHECKING:
    import torch

__all__ = ["draw_graph"]

_DIRECTIONS = ("TB", "LR", "BT", "RL")


def draw_graph(  # noqa: PLR0917  # torchview's, which may all be given by position
    model: Callable[..., Any],
    input_data: Any = None,
    input_size: Sequence[Any] | None = None,
    graph_name: str = "model",
    depth: float | str = 3,
    device: torch.device | str | None = None,
    dtypes: Sequence[torch.dtype] | None = None,
    mode: str | None = None,
    strict: bool = True,
    expand_nested: bool = False,
    graph_dir: str | None = None,
    hide_module_functions: bool = True,
    hide_inner_tensors: bool = True,
    roll: bool = False,
    show_shapes: bool = True,
    save_graph: bool = False,
    filename: str | PathLike[str] | None = None,
    directory: str | PathLike[str] = ".",
    collect_attributes: bool = False,
    *,
    simplify: bool = False,
    fold: bool = False,
    focus: str | None = None,
    hide: str | Sequence[str] = (),
    collapse: str | Sequence[str] = (),
    show_flops: bool = False,
    show_memory: bool = False,
    show_input_graph: bool = False,
    show_names: bool = False,
    show_params: bool = False,
    show_dtypes: bool = False,
    show_outputs: bool = False,
    highlight: str | Sequence[str] = (),
    color: str | Mapping[str, str] | Sequence[object] = (),
    note: str | Mapping[str, str] | Sequence[object] = (),
    shade: str | None = None,
    legend: bool = False,
    **kwargs: Any,
) -> ComputationGraph:
    """Run a model once and draw what it did; arguments and defaults are torchview's.

    Example:
        ```python
        graph = draw_graph(model, input_size=(1, 3, 224, 224), device="meta")
        graph.visual_graph.render(format="svg")
        ```

    Args:
        model: A module, or a function of tensors.
        input_data: What it is called with: a list or tuple is the positional arguments, a dict the
            keyword arguments, anything else the one argument.
        input_size: Shape, or list of shapes, of tensors to call it with instead.
        graph_name: Name of the graph, and of saved files.
        depth: The deepest level of modules that is shown; the model is 0. May be infinite, or a text
            as pages have it: `auto`, or `2, encoder.layer.0: inf`.
        device: Where inputs are made and the model runs; it stays where it was. `meta` computes
            shapes only. By default CUDA if there is one, else the CPU.
        dtypes: The dtypes that go with `input_size`; float32 by default.
        mode: `train` or `eval`, for this run; eval by default.
        strict: Draw one edge between two nodes, with a count; else one for every tensor.
        expand_nested: Draw modules that are shown open as boxes around their parts.
        graph_dir: Where data flows: `TB` (the default), `LR`, `BT` or `RL`.
        hide_module_functions: Show a module without submodules, not the functions in it.
        hide_inner_tensors: Show tensors only where they enter and leave the model.
        roll: Draw the calls of one module (a recursion, a loop) as one node.
        show_shapes: Write shapes in the nodes.
        save_graph: Write the DOT source and a PNG.
        filename: Name of the source; `graph_name` with `.gv` by default.
        directory: Where to.
        collect_attributes: Keep the attributes of modules and the arguments of functions in nodes.
        simplify: Leave out what only passes a tensor on or changes how it is laid out.
        fold: Draw a run of equal neighbours once, with its count.
        focus: Draw this module only, `encoder.layer.0`.
        hide: Leave out these modules and operations; patterns of paths, or of classes.
        collapse: Show these modules closed, whatever the depth.
        show_flops: Count floating-point operations, and write them in the nodes; a multiply-add is two.
        show_memory: Count the bytes of the tensors that are made, and write them in the nodes.
        show_input_graph: Draw a graph that is an input (`edge_index`, PyTorch Geometric's `Data`), where
            it has at most 50 nodes.
        show_names: Write the paths of modules on the cards of the figure (`_repr_svg_`, notebooks), as the
            following do with other things.
        show_params: Write how many parameters they have.
        show_dtypes: Write the dtype of what they make.
        show_outputs: Write the shape of what they make.
        highlight: Have these parts stand out, and the rest step back.
        color: Colours of parts, `{"layer4": "#c2410c"}` or as pages have them, `layer4=#c2410c`.
        note: Texts about parts, `{"fc": "One logit per class"}`; the parts are numbered.
        shade: Shade nodes by their share of `params`, `flops` or `activation`.
        legend: Explain colours and signs below the figure.
        **kwargs: Further keyword arguments of the model.

    Raises:
        RuntimeError: Both `input_data` and `input_size` are given, or neither and the model has no
            example; `mode` or `device` is none; the model raised (a TraceError, which is one).
        ValueError: `depth` is negative, a size not positive, `graph_dir` none; or there are not as
            many dtypes as sizes.
        TypeError: `model` is no module and no function, `input_size` no size and no list of sizes,
            `depth` no number; or another argument is of a kind that it cannot be.
        OptionError: `focus`, `hide`, `collapse`, `highlight`, `color`, `note`, `shade` or a text as `depth`
            cannot be read.
        ViewError: One of these names a part that the model does not have.
    """
    _check(model, depth, mode, graph_dir)
    _check_texts(graph_name=graph_name, filename=filename, directory=directory)
    _check_flags(
        strict=strict,
        expand_nested=expand_nested,
        hide_module_functions=hide_module_functions,
        hide_inner_tensors=hide_inner_tensors,
        roll=roll,
        show_shapes=show_shapes,
        save_graph=save_graph,
        collect_attributes=collect_attributes,
        simplify=simplify,
        fold=fold,
        show_flops=show_flops,
        show_memory=show_memory,
        show_input_graph=show_input_graph,
        show_names=show_names,
        show_params=show_params,
        show_dtypes=show_dtypes,
        show_outputs=show_outputs,
        legend=legend,
    )
    from torchview_docs.computation_graph.inputs import arguments_of
    from torchview_docs.computation_graph.modules import attributes_of, without_submodules
    from torchview_docs.computation_graph.running import device_of, run
    from torchview_docs.tracing.measures import Measures

    said = {"highlight": highlight, "color": color, "note": note, "shade": shade}
    appearance = Appearance(
        show_names=show_names,
        show_params=show_params,
        show_dtypes=show_dtypes,
        show_outputs=show_outputs,
        legend=legend,
        **{name: OPTIONS[name].read(value) for name, value in said.items() if value},
    )
    where = device_of(device, model, [input_data, kwargs])
    arguments = arguments_of(
        model, input_data=input_data, input_size=input_size, dtypes=dtypes, kwargs=kwargs, device=where
    )
    flops, memory = appearance.shade == "flops", appearance.shade == "activation"
    measures = Measures(show_flops or flops, show_memory or memory)
    graph = run(model, arguments, where, mode or "eval", measures)
    visual_graph = Digraph(
        graph_name,
        strict=strict,
        graph_attr={"rankdir": graph_dir or "TB"},
        directory=directory,
        filename=f"{graph_name}.gv" if filename is None else filename,
    )
    options = Showing(
        depth=OPTIONS["depth"].read(depth) if isinstance(depth, str) else depth,
        show_shapes=show_shapes,
        expand_nested=expand_nested,
        hide_inner_tensors=hide_inner_tensors,
        hide_module_functions=hide_module_functions,
        roll=roll,
        simplify=simplify,
        fold=fold,
        focus=OPTIONS["focus"].read(focus),
        hide=OPTIONS["hide"].read(hide) if hide else (),
        collapse=OPTIONS["collapse"].read(collapse) if collapse else (),
        show_input_graph=show_input_graph,
        show_flops=show_flops,
        show_memory=show_memory,
        appearance=appearance,
    )
    drawn = ComputationGraph(
        graph,
        visual_graph,
        options,
        simple=without_submodules(model, graph),
        attributes=attributes_of(model, graph) if collect_attributes else None,
    )
    if save_graph:
        visual_graph.render(format="png")
    return drawn


def _check(model: object, depth: float | str, mode: str | None, graph_dir: str | None) -> None:
    if not callable(model) or (isinstance(model, type) and hasattr(model, "forward")):
        what = f"the class {model.__name__}" if isinstance(model, type) else type(model).__name__
        raise TypeError(f"model is {what}; it is a module, or a function of tensors.")
    if isinstance(depth, bool) or not isinstance(depth, int | float | str):
        raise TypeError(f"depth is {depth!r}; it is a number, or infinity.")
    if isinstance(depth, str):
        OPTIONS["depth"].read(depth)
    elif depth < 0 or math.isnan(depth):
        raise ValueError(f"depth must be a non-negative number, depth={depth}")
    if mode not in (None, "train", "eval"):
        raise RuntimeError(f"Specified model mode not recognized: {mode}")
    if graph_dir is not None and graph_dir not in _DIRECTIONS:
        known = ", ".join(_DIRECTIONS)
        raise ValueError(
            f"graph_dir is {graph_dir!r}, not one of {known}{nearest(str(graph_dir), _DIRECTIONS)}"
        )


def _check_texts(**given: object) -> None:
    for name, value in given.items():
        if not isinstance(value, str | PathLike | None):
            raise TypeError(f"{name} is {value!r}; it is text.")


def _check_flags(**given: object) -> None:
    for name, value in given.items():
        if isinstance(value, str):  # `"no"` would be true; what else is true or false to Python is so here
            raise TypeError(f"{name} is {value!r}; it is True or False.")
