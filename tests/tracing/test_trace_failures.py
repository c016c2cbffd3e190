"""What goes wrong is told with its kind, innermost cause, place and advice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from written.nets import DataDependent, Mismatched, Net, Raising

from torchview_docs.errors import Failure, TraceError
from torchview_docs.spec import FigureSpec
from torchview_docs.tracing import ladder, trace
from torchview_docs.tracing.job import trace_spec
from torchview_docs.tracing.ladder import Limits, climb
from torchview_docs.tracing.run import Subject


def failure(model: str, **options: object) -> Failure:
    with pytest.raises(TraceError) as caught:
        trace_spec(FigureSpec.read(model, options))
    return caught.value.failure


@pytest.mark.parametrize("device", ["auto", "meta", "cpu"])
def test_a_wrong_shape_names_the_shapes_the_line_and_the_option(device: str) -> None:
    found = failure("written.nets.Net", input="float32[1, 7]", device=device)
    assert found.kind == "forward"
    assert found.message == (
        "forward of written.nets.Net failed: RuntimeError: "
        "mat1 and mat2 shapes cannot be multiplied (1x7 and 10x64)"
    )
    assert found.where.endswith("written/nets.py:21")
    assert "`input`" in found.advice
    assert found.repeats


def test_a_fault_inside_the_model_is_placed_there() -> None:
    found = failure("written.nets.Mismatched", input="float32[1, 10]")
    assert "(1x64 and 10x64)" in found.message
    assert found.where.endswith("written/nets.py:27")


def test_the_innermost_cause_is_told() -> None:
    found = failure("written.nets.Raising", input="float32[1]")
    assert found.message.endswith("KeyError: no key 'NO_SUCH_VARIABLE_AT_ALL'")
    assert found.where.endswith("written/nets.py:38")


def test_a_constructor_that_raises() -> None:
    found = failure("written.nets.Raising('init')", input="float32[1]")
    assert (found.kind, found.message) == (
        "model",
        "written.nets.Raising(…) failed: ValueError: no such backbone",
    )
    assert found.where.endswith("written/nets.py:34")


def test_wrong_arguments_of_a_constructor_show_its_signature() -> None:
    found = failure("written.nets.Net(hiden=3)", input="float32[1, 10]")
    assert found.kind == "model"
    assert "unexpected keyword argument 'hiden'" in found.message
    assert "hidden: 'int' = 64" in found.advice


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("writen.nets.Net", "there is no module 'writen' (in 'writen.nets.Net'); did you mean 'written'?"),
        ("written.net.Net", "module 'written' has no 'net' (in 'written.net.Net'); did you mean 'nets'?"),
        ("written.nets.Nett", "module 'written.nets' has no 'Nett'; did you mean 'Net'?"),
        ("written.nets.Net.inner", "class 'written.nets.Net' has no 'inner'"),
    ],
)
def test_a_misspelt_name_says_which_part_and_what_is_near(model: str, message: str) -> None:
    found = failure(model, input="float32[1, 10]")
    assert (found.kind, found.message) == ("import", message)


def test_a_module_that_cannot_be_parsed_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "unparsable.py").write_text("x = 1\ndef f(:\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = failure("unparsable.Net", input="float32[1]")
    assert found.kind == "import"
    assert found.where.endswith("unparsable.py:2")


def test_a_module_that_lacks_a_package() -> None:
    found = failure("written.broken.Net", input="float32[1, 10]")
    assert found.kind == "import"
    assert "No module named 'no_such_package_anywhere'" in found.message
    assert found.where.endswith("written/broken.py:3")
    assert "Install 'no_such_package_anywhere'" in found.advice


def test_what_is_no_model_says_what_it_is() -> None:
    assert failure("written.nets.number").message == "written.nets.number is an int, not a model"
    assert failure("written.nets.number(3)").message == "'written.nets.number' is an int and cannot be called"


@pytest.mark.parametrize("given", ["float32[1, 10], float32[1, 10]", "y=float32[1, 10]"])
def test_a_call_that_forward_refuses_shows_what_it_takes(given: str) -> None:
    assert failure("written.nets.Net", input=given).advice.endswith(" forward takes (x).")


def test_a_type_error_inside_the_model_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "typing_fault.py").write_text("def fault(x):\n    return len(3) + x\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = failure("typing_fault.fault", input="float32[1]")
    assert "TypeError" in found.message
    assert "takes" not in found.advice


@pytest.mark.parametrize(("file", "relative"), [("no/such.bin", True), ("/no/such.bin", False)])
def test_a_file_that_is_not_there_says_where_relative_paths_start(file: str, relative: bool) -> None:
    found = failure(f"torch.load({file!r})", input="float32[1]")
    assert "FileNotFoundError" in found.message
    assert ("relative path starts in" in found.advice) == relative


def test_no_input_says_what_to_write() -> None:
    found = failure("written.nets.Net")
    assert found.kind == "input"
    assert found.message == "written.nets.Net needs an input and none is given"
    assert found.advice == "Write it as option `input`, for example `input: float32[1, 10]`."


def test_an_input_function_that_raises() -> None:
    found = failure("written.nets.Net", input_from="written.nets.broken_batch")
    assert found.kind == "input"
    assert "FileNotFoundError: tokenizer.json" in found.message
    assert found.where.endswith("written/nets.py:117")


def test_an_input_function_that_returns_nothing() -> None:
    found = failure("written.nets.Net", input_from="written.nets.no_batch")
    assert (found.kind, found.message) == ("input", "input-from written.nets.no_batch returned None")
    assert "a dict the keyword arguments" in found.advice


def test_an_input_function_with_arguments_shows_them() -> None:
    found = failure("written.nets.Net", input_from="written.nets.weighted")
    assert found.kind == "input"
    assert "missing 2 required positional arguments: 'x' and 'weight'" in found.message
    assert "declared as weighted(x: 'torch.Tensor', weight" in found.advice


@pytest.mark.parametrize(
    ("model", "name", "example"),
    [
        ("written.nets.squared", "written.nets.weighted", "float32[1, 3, 224, 224], "),
        ("written.nets.encode", "written.nets.Coder.encode", "float32[1, 10]"),
        ("torch.relu", "torch.relu", "float32[1, 3, 224, 224]"),
    ],
)
def test_a_callable_without_input_is_called_by_its_name(model: str, name: str, example: str) -> None:
    found = failure(model)
    assert (found.kind, found.message) == ("input", f"{name} needs an input and none is given")
    assert f"`input: {example}" in found.advice


def test_a_method_without_instance_says_how_to_name_one() -> None:
    found = failure("written.nets.Coder.encode", input="float32[1, 10]")
    assert found.kind == "model"
    assert found.message.startswith("written.nets.Coder.encode is a method, and no instance of Coder")
    assert "`encode = Coder(…).encode`" in found.advice


def test_a_function_that_has_nothing_to_do_with_tensors_is_no_empty_figure() -> None:
    found = failure("written.nets.no_model")
    assert found.message == "written.nets.no_model got no tensor and made none: there is nothing to draw"


def test_of_names_that_differ_in_case_the_nearer_one_is_proposed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cases.py").write_text("class Net: ...\nnet = Net()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert failure("cases.Nett").message.endswith("did you mean 'Net'?")
    assert failure("cases.nett").message.endswith("did you mean 'net'?")


def test_a_fault_in_a_scripted_part_is_told_not_that_there_is_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "scripted.py").write_text(
        "import warnings\nimport torch\n\n\nclass Net(torch.nn.Module):\n"
        "    def forward(self, x):\n        return x @ x\n\n\n"
        "with warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n"
        "    net = torch.jit.script(Net())\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "interpreter" not in failure("scripted.net", input="float32[2, 3]", device="cpu").message


def test_a_dtype_that_this_torch_lacks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch, "float8_e8m0fnu")
    found = failure("written.nets.Net", input="float8_e8m0fnu[1, 10]")
    assert (found.kind, found.message) == ("input", f"torch {torch.__version__} has no float8_e8m0fnu")


def test_meta_alone_names_the_operation_that_needs_data() -> None:
    found = failure("written.nets.DataDependent", input="float32[2, 4]", device="meta")
    assert found.kind == "forward"
    assert "cannot be traced on the meta device: `__bool__` needs the data" in found.message
    assert found.where.endswith("written/nets.py:52")
    assert "device: cpu" in found.advice


def test_a_model_too_large_for_real_tensors_says_so() -> None:
    found = failure("written.nets.DataDependent(size=30000)", input="float32[2, 30000]")
    assert found.kind == "memory"
    assert not found.repeats  # it depends on an option that is no part of a record's key
    assert "`__bool__` needs the data" in found.message
    assert "3600 MB" in found.message
    assert "write `memory-limit: 3601`" in found.advice
    assert found.where.endswith("written/nets.py:52")


def test_the_limit_of_memory_is_an_option() -> None:
    model = {"model": "written.nets.DataDependent(size=100)", "input": "float32[2, 100]"}
    found = failure(**model, memory_limit=0.03)
    assert "write `memory-limit: 1`" in found.advice
    assert trace_spec(FigureSpec.read(model["model"], {"input": model["input"]})).device == "cpu"
    assert trace_spec(FigureSpec.read(**_given(model, memory_limit=0.03, device="cpu"))).device == "cpu"


def _given(model: dict[str, str], **options: object) -> dict[str, Any]:
    return {"model": model["model"], "given": {"input": model["input"], **options}}


def test_the_limit_of_time_is_an_option_and_names_operation_and_line() -> None:
    model = {"model": "written.nets.Slow", "input": "float32[2, 4]"}
    found = failure(**model, time_limit=0.05)
    assert (found.kind, found.repeats) == ("timeout", False)
    assert "on real tensors: it takes more than 0.05 s, and had come to `add`" in found.message
    assert "`__bool__` needs the data of a tensor" in found.message
    assert "`time-limit`" in found.advice
    assert found.where.endswith("written/nets.py:134")
    assert trace_spec(FigureSpec.read(**_given(model, time_limit=30))).device == "cpu"
    assert trace_spec(FigureSpec.read(**_given(model, time_limit=0.05, device="cpu"))).device == "cpu"


def test_the_limit_of_meta_is_an_option() -> None:
    model = {"model": "written.nets.Net", "input": "float32[2, 10]"}
    graph = trace_spec(FigureSpec.read(**_given(model, meta_limit=1e-9)))
    assert graph.device == "cpu"
    assert "it takes more than 1e-09 s" in graph.why
    assert trace_spec(FigureSpec.read(**_given(model, meta_limit=1e-9, device="meta"))).device == "meta"


@pytest.mark.parametrize("device", ["auto", "meta", "cpu"])
def test_nothing_is_changed_by_a_model_that_raises(device: str) -> None:
    for model in (Mismatched(), Raising(), DataDependent()):
        model.train()
        before = {k: v.clone() for k, v in model.state_dict().items()}
        call, apply = torch.nn.Module.__call__, torch.autograd.Function.apply.__func__.__code__
        random = torch.get_rng_state()
        with pytest.raises(TraceError):
            trace(model, torch.randn(1, 3), device=device)
        random_after = torch.get_rng_state()
        assert torch.nn.Module.__call__ is call
        assert torch.autograd.Function.apply.__func__.__code__ is apply
        assert model.training
        assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
        torch.set_rng_state(random)
        torch.randn(1, 3)
        assert torch.equal(torch.get_rng_state(), random_after)


def test_what_takes_too_long_on_meta_runs_on_cpu() -> None:
    subject = Subject(Net(), (torch.randn(1, 10),), {})
    on_cpu = climb(subject, "auto", Limits(meta=0.0))
    assert on_cpu.device == "cpu"
    assert on_cpu.why.startswith("it takes more than 0 s")
    assert climb(subject, "auto").device == "meta"
    with pytest.raises(TraceError, match="on real tensors: it takes more than 0 s"):
        climb(subject, "auto", Limits(meta=0.0, time=0.0))


def test_an_unknown_device_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="device is 'tpu'"):
        trace(Net(), torch.randn(1, 10), device="tpu")


def test_a_fault_of_ours_is_no_fault_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("lost")

    broken.__code__ = broken.__code__.replace(co_filename=ladder.__file__)
    monkeypatch.setattr("torchview_docs.tracing.run.analyse", broken)
    with pytest.raises(TraceError) as caught:
        trace(torch.nn.Linear(2, 2), torch.ones(1, 2))
    assert caught.value.failure.kind == "internal"
    assert "KeyError: no key 'lost' inside torchview-docs" in str(caught.value)
    assert "please report it" in str(caught.value)
    assert not caught.value.failure.repeats


def test_what_the_model_raises_is_no_fault_of_ours() -> None:
    def model(x: torch.Tensor) -> torch.Tensor:
        return x.no_such_method()

    with pytest.raises(TraceError) as caught:
        trace(model, torch.ones(1))
    assert caught.value.failure.kind == "forward"
