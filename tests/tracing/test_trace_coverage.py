"""A sample of `benchmarks/coverage.py`: networks of well-known packages are drawn as they ran."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
import torch

from benchmarks.coverage.case import Case, Way
from benchmarks.coverage.packages import PACKAGES, cases_of
from benchmarks.coverage.stages import mismatch, module_calls, run_stage
from torchview_docs.graph import Graph
from torchview_docs.tracing.memo import Memo
from torchview_docs.tracing.run import Subject, run

pytestmark = [
    pytest.mark.slow,
    # These packages and their dependencies warn when they are imported.
    pytest.mark.filterwarnings("ignore"),
]

#: One of each kind; all of them can be traced on meta.
SAMPLE = {
    "transformers": (
        "AlbertModel", "BambaForCausalLM", "CLIPModel", "DFineForObjectDetection", "DeepseekV4Model",
        "Gemma3nTextModel", "ReformerModel", "SwinForImageClassification", "T5ForConditionalGeneration",
        "Wav2Vec2ForCTC",
    ),
    "monai": ("AutoencoderKL checkpoint", "DynUNet", "SPADENet", "SwinUNETR"),
    "torch_geometric": ("GAT v2 attributes", "GroupAddRev", "HEATConv", "SchNet", "to_hetero"),
    "x-transformers": (
        "Decoder rotary_pos_emb", "MultiInputTransformerWrapper", "TransformerWrapper recycling",
    ),
    "diffusers": ("AutoencoderTiny", "FluxTransformer2DModel", "UNet2DConditionModel"),
}  # fmt: skip

NAMES = [(package, name) for package, names in SAMPLE.items() for name in names]


@cache
def cases(package: str) -> dict[str, Case]:
    if package == "transformers":  # to find all of its classes would take long
        import transformers

        from benchmarks.coverage.transformers_models import case

        return {name: case(getattr(transformers, name)) for name in SAMPLE[package]}
    return {case.name: case for case in cases_of(package)}


@cache
def way(package: str, name: str) -> Way:
    outcome, found = run_stage("eager", cases(package)[name], Way())
    assert outcome.ok, outcome.reason
    return found


def traced(package: str, name: str, memo: Memo | None = None) -> Graph:
    model, call = cases(package)[name].build(way(package, name))
    return run(Subject(model, call.args, call.kwargs), meta=True, memo=memo)


def test_the_sample_has_some_of_each_package() -> None:
    assert set(SAMPLE) == set(PACKAGES)


@pytest.mark.parametrize(("package", "name"), NAMES)
def test_a_network_is_drawn_on_meta_with_the_module_calls_that_ran(package: str, name: str) -> None:
    outcome, _ = run_stage("ours", cases(package)[name], way(package, name))
    assert (outcome.reason, outcome.mismatch) == ("", "")
    assert outcome.device == "meta", outcome.note


@pytest.mark.parametrize(("package", "name"), NAMES)
def test_what_is_remembered_of_equal_operations_changes_no_graph(package: str, name: str) -> None:
    memo = Memo()
    forgetful = traced(package, name)
    assert traced(package, name, memo) == forgetful
    assert traced(package, name, memo) == forgetful


def model_of(*modules: torch.nn.Module) -> Callable[[], torch.nn.Module]:
    return lambda: torch.nn.Sequential(*modules)


def test_a_module_call_that_is_not_drawn_is_told() -> None:
    from benchmarks.coverage.entries import cases_from, noise

    case = next(iter(cases_from("torch", [("two", model_of(torch.nn.ReLU(), torch.nn.Tanh()), noise(2))])))
    model, call = case.build(Way())
    graph = run(Subject(model, call.args, call.kwargs), meta=True)
    counts = module_calls(model, call)
    assert mismatch(graph, counts) == ""
    without = graph.with_nodes(node for node in graph.nodes if node.target != "1")
    assert mismatch(without, counts) == "1: ran 1 ×, drawn 0 ×"
