from __future__ import annotations

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.assignments import Colour, Note
from torchview_docs.errors import ExpressionError, OptionError
from torchview_docs.options import Option
from torchview_docs.spec import OPTIONS, FigureSpec

#: For each option a text that is right and not its default, the value, and one that is wrong.
EXAMPLES: dict[str, tuple[str, Any, str]] = {
    "input": ("float32[1,3]", "float32[1, 3]", "float32["),
    "input-from": ("pkg:batch", "pkg.batch", "pkg.batch[0]"),
    "depth": ("2", 2, "-1"),
    "focus": ("encoder.layer.0", "encoder.layer.0", "encoder layer"),
    "hide": ("*Norm, ?drop", ("*Norm", "?drop"), "norm: 1"),
    "collapse": ("a.b.[0-3]", ("a.b.[0-3]",), "f(x)"),
    "direction": ("lr", "LR", "diagonal"),
    "show-shapes": ("no", False, "maybe"),
    "hide-inner-tensors": ("false", False, "2"),
    "hide-module-functions": ("off", False, "of"),
    "simplify": ("0", False, "nope"),
    "show-input-graph": ("yes", True, "x"),
    "fold": ("no", False, "x"),
    "roll": ("yes", True, "round"),
    "device": ("CPU", "cpu", "gpu"),
    "memory-limit": ("512", 512.0, "0"),
    "time-limit": ("inf", math.inf, "-1"),
    "meta-limit": ("2.5", 2.5, "soon"),
    "show-flops": ("yes", True, "flop"),
    "show-memory": ("on", True, "all"),
    "mode": ("train", "train", "training!"),
    "caption": ("A net: small", "A net: small", ""),
    "name": ("fig-a", "fig-a", ""),
    "alt": ("A net.", "A net.", ""),
    "table": ("Details", "details", "above"),
    "align": ("center", "center", "middle"),
    "width": ("50 %", "50%", "wide"),
    "class": ("a b-c", ("a", "b-c"), "1a"),
    "show-names": ("yes", True, "x"),
    "show-params": ("yes", True, "x"),
    "show-dtypes": ("yes", True, "x"),
    "show-outputs": ("yes", True, "x"),
    "highlight": ("layer4, head", ("layer4", "head"), "a:b"),
    "color": (
        "layer4=#C2410C, *Norm = Grey",
        (Colour("layer4", "#c2410c"), Colour("*Norm", "#808080")),
        "layer4=#12345",
    ),
    "note": (
        "a.b = Well; really; fc = One, = two; *c=Three;",
        (Note("a.b", "Well; really"), Note("fc", "One, = two"), Note("*c", "Three")),
        "fc",
    ),
    "shade": ("Params", "params", "memory"),
    "legend": ("yes", True, "x"),
}


def test_the_examples_cover_the_table_of_options() -> None:
    assert list(EXAMPLES) == list(OPTIONS)


@pytest.mark.parametrize("name", OPTIONS)
def test_each_option_is_read_from_text_and_written_back(name: str) -> None:
    right, value, wrong = EXAMPLES[name]
    spec = FigureSpec.read("pkg.Net", {name: right})
    assert spec.options("trace", "limit", "view", "page") == {name: value}
    assert FigureSpec.from_data(spec.to_data()) == spec
    with pytest.raises((OptionError, ExpressionError)):
        FigureSpec.read("pkg.Net", {name: wrong})


@pytest.mark.parametrize("option", [o for o in OPTIONS.values() if "config" in o.hosts], ids=lambda o: o.name)
def test_a_configured_default_holds_until_a_page_says_otherwise(option: Option) -> None:
    value = EXAMPLES[option.name][1]
    defaults = {option.field: value}
    assert FigureSpec.read("pkg.Net", {}, defaults=defaults).options(option.scope) == {option.name: value}
    back = option.write(option.default)
    if back:
        assert FigureSpec.read("pkg.Net", {option.name: back}, defaults=defaults).options(option.scope) == {}


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"dept": "2"}, "did you mean 'depth'"),
        ({"Show_Shape": "no"}, "did you mean 'show-shapes'"),
        ({"devise": "cpu"}, "did you mean 'device'"),
        ({"qqqqqqq": "1"}, "known are "),
        ({"device": "mta"}, "did you mean 'meta'"),
        ({"align": "centre"}, "did you mean 'center'"),
        ({"show-shapes": "ture"}, "did you mean 'true'"),
        ({"depth": "atuo"}, "did you mean 'auto'"),
    ],
)
def test_a_misspelt_option_or_value_names_the_nearest_right_one(given: dict[str, str], hint: str) -> None:
    with pytest.raises(OptionError, match=hint):
        FigureSpec.read("pkg.Net", given)


def test_values_of_configuration_files_are_read_as_they_are() -> None:
    given = {"depth": math.inf, "show_shapes": False, "class": ["a", "b"], "width": 400}
    spec = FigureSpec.read("pkg.Net", given, host="config")
    assert (spec.depth, spec.show_shapes, spec.class_, spec.width) == (math.inf, False, ("a", "b"), "400px")


def test_what_belongs_to_one_figure_is_refused_as_a_default() -> None:
    with pytest.raises(OptionError, match="only per figure"):
        FigureSpec.read("pkg.Net", {"caption": "x"}, host="config")


def test_input_and_input_from_exclude_each_other() -> None:
    with pytest.raises(OptionError, match="exclude"):
        FigureSpec.read("pkg.Net", {"input": "float32[1]", "input-from": "pkg.f"})


def test_figures_that_differ_only_in_view_and_page_share_a_trace() -> None:
    base = FigureSpec.read("pkg.Net(1)", {"input": "float32[1]"})
    other = FigureSpec.read(
        "pkg:Net( 1 )", {"input": "float32[ 1 ]", "depth": "1", "caption": "x", "direction": "LR"}
    )
    assert base.trace_key == other.trace_key
    assert base.trace_spec == other.trace_spec
    assert base.view_key != other.view_key


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda o: o.name)
def test_the_keys_change_with_exactly_what_they_name(option: Option) -> None:
    base = FigureSpec("pkg.Net")
    spec = FigureSpec.read("pkg.Net", {option.name: EXAMPLES[option.name][0]})
    assert (spec.trace_key != base.trace_key) == (option.scope == "trace")
    assert (spec.view_key != base.view_key) == (option.scope in ("trace", "view"))


def test_what_shades_and_captions_need_is_counted_and_shares_that_trace() -> None:
    flops = FigureSpec.read("pkg.Net", {"show-flops": "yes"})
    memory = FigureSpec.read("pkg.Net", {"show-memory": "yes"})
    for option, text, same in [
        ("shade", "flops", flops),
        ("shade", "activation", memory),
        ("caption", "It takes {flops}.", flops),
        ("caption", "{memory}", memory),
    ]:
        spec = FigureSpec.read("pkg.Net", {option: text})
        assert spec.trace_key == same.trace_key
        assert spec.trace_spec == same.trace_spec
        assert spec.unsaid == {next(iter(same.options("trace")))}
    for option, text in [("shade", "params"), ("caption", "{params} in {class}, {depth}; {{flops}}")]:
        spec = FigureSpec.read("pkg.Net", {option: text})
        assert (spec.trace_key, spec.unsaid) == (FigureSpec("pkg.Net").trace_key, frozenset())
    both = FigureSpec.read("pkg.Net", {"shade": "flops", "show-flops": "yes"})
    assert (both.trace_key, both.unsaid) == (flops.trace_key, frozenset())


@pytest.mark.parametrize(
    "given",
    [{"layer4": "#c2410c", "*Norm": "grey"}, ["layer4=#c2410c", "*Norm = grey"]],
    ids=["table", "list"],
)
def test_colours_may_be_a_table_of_a_configuration_file(given: object) -> None:
    text = "layer4=#c2410c *Norm=grey"
    read = [FigureSpec.read("pkg.Net", {"color": each}, host="config") for each in (given, text)]
    assert read[0] == read[1]


def test_limits_are_no_part_of_a_key_and_travel_with_what_is_traced() -> None:
    spec = FigureSpec.read("pkg.Net", {"time-limit": "5", "depth": "1"})
    assert spec.trace_key == FigureSpec("pkg.Net").trace_key
    assert spec.trace_spec.limits == spec.limits == (2048.0, 5.0, 30.0)


@given(st.dictionaries(st.sampled_from(list(OPTIONS)), st.text(max_size=12), max_size=4))
def test_any_text_as_options_is_a_spec_or_our_error(given: dict[str, str]) -> None:
    with contextlib.suppress(OptionError, ExpressionError):
        spec = FigureSpec.read("pkg.Net", given)
        assert FigureSpec.from_data(spec.to_data()) == spec


def test_every_option_says_what_it_does() -> None:
    for option in OPTIONS.values():
        assert option.help.endswith(".")
        assert option.kind.values
        assert option.hosts


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z*?][a-z0-9.*]{0,6}", fullmatch=True).filter(lambda pattern: pattern != "?"),
            st.text(alphabet="ab ;,.:é①", min_size=1, max_size=12).map(lambda text: " ".join(text.split())),
        ).filter(lambda pair: pair[1].strip("; ") == pair[1] != ""),
        min_size=1,
        max_size=4,
    )
)
def test_notes_read_back_whatever_they_say(notes: list[tuple[str, str]]) -> None:
    read = FigureSpec.read("pkg.Net", {"note": "; ".join(f"{part} = {said}" for part, said in notes)})
    assert [(note.pattern, note.text) for note in read.note] == notes
    assert FigureSpec.from_data(read.to_data()) == read
