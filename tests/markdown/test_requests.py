"""A fence's text is a model and options; what is wrong is told with its line."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from torchview_docs.errors import Failure
from torchview_docs.markdown.fences import Fence
from torchview_docs.markdown.requests import Request
from torchview_docs.spec import FigureSpec


def read(text: str, options: Mapping[str, str] | None = None, **defaults: object) -> FigureSpec:
    wanted = Request.read(Fence(text, options or {}), defaults).wanted
    assert isinstance(wanted, FigureSpec), wanted
    return wanted


def wrong(text: str, options: Mapping[str, str] | None = None) -> tuple[Failure, int]:
    request = Request.read(Fence(text, options or {}, line=10), {})
    assert isinstance(request.wanted, Failure)
    return request.wanted, request.offset


def test_the_model_then_options() -> None:
    spec = read(
        "pkg.Net(hidden=64)\ninput: float32[1, 3]\ndepth: inf\nhide-inner-tensors: no\ncaption: My net"
    )
    assert spec == FigureSpec(
        "pkg.Net(hidden=64)",
        input="float32[1, 3]",
        depth=math.inf,
        hide_inner_tensors=False,
        caption="My net",
    )


def test_the_model_goes_on_while_a_bracket_is_open() -> None:
    spec = read("\npkg.Net(\n    hidden=[1,\n  2],  # the width (\n\n    name='a)b',\n)\ndepth: 1")
    assert spec == FigureSpec("pkg.Net(hidden=[1, 2], name='a)b')", depth=1)


def test_a_line_separator_in_a_text_ends_no_line() -> None:
    assert read("pkg.Net('a\u2028b')\nalt: x\u2028y").model == r"pkg.Net('a\u2028b')"


def test_a_value_goes_on_while_indented_or_while_a_bracket_is_open() -> None:
    spec = read(
        "pkg.Net\ninput: float32[1,\n3],\n  mask=bool[1, 10]\ncaption: One\n  two: three\n\n  four\nfold: off"
    )
    assert spec.input == "float32[1, 3], mask=bool[1, 10]"
    assert spec.caption == "One two: three four"
    assert spec.fold is False


def test_a_bracket_that_is_never_closed_does_not_swallow_the_options_below() -> None:
    spec = read("pkg.Net\ncaption: A net (see below\ndepth: 3")
    assert (spec.caption, spec.depth) == ("A net (see below", 3)
    failure, offset = wrong("pkg.Net(hidden=3\ndepth: 3")
    assert failure.kind == "expression"
    assert offset == 1


@pytest.mark.parametrize(
    "value", ["yes: no", "[a](b.md)", "# 3", '"quoted"', "a: b: c", "- x", "null", "1_000"]
)
def test_values_are_text_and_no_yaml(value: str) -> None:
    assert read(f"pkg.Net\ncaption: {value}").caption == value


def test_options_may_be_written_with_underscores_colons_and_in_the_header() -> None:
    spec = read("pkg.Net\n:show_shapes: no\nDirection: lr", {"depth": "2", "fold": ""})
    assert (spec.show_shapes, spec.direction, spec.depth, spec.fold) == (False, "LR", 2, True)


def test_an_indented_text_is_read_as_if_it_were_not() -> None:
    assert read("  pkg.Net\n  caption: a\n    b").caption == "a b"


def test_the_projects_defaults_hold_where_the_fence_is_silent() -> None:
    spec = read("pkg.Net\ndepth: 2", depth=1, direction="LR")
    assert (spec.depth, spec.direction) == (2, "LR")


@pytest.mark.parametrize(
    ("text", "options", "kind", "offset", "words"),
    [
        ("", {}, "option", 0, "no model"),
        ("\n\ninput: float32[1]", {}, "option", 3, "model is missing"),
        ("pkg.Net\ndpeth: 2", {}, "option", 2, "did you mean 'depth'"),
        ("pkg.Net\nfold: yes\ndirection: TD", {}, "option", 3, "`TB`"),
        ("pkg.Net\ndepth: 1\ndepth: 2", {}, "option", 3, "given twice"),
        ("pkg.Net\ndepth: 1", {"depth": "2"}, "option", 2, "header"),
        ("pkg.Net", {"title": "x"}, "option", 0, "unknown option 'title'"),
        ("pkg.Net\nand more", {}, "option", 2, "no option"),
        ("{depth=1}\npkg.Net", {}, "option", 1, "'{depth=1}' stands in the place of the model"),
        ("depth=1\npkg.Net", {}, "option", 1, "'depth=1' stands in the place of the model"),
        ("pkg.Net\ncaption: a\nand more", {}, "option", 3, "no option"),
        ("\nNet", {}, "expression", 2, "needs its module"),
        ("pkg.Net(1 +)", {}, "expression", 1, "not an expression"),
        ("pkg.Net\nfold: yes\ninput: floaty[1]", {}, "expression", 3, "not a dtype"),
        ("pkg.Net\ninput-from: 3", {}, "expression", 2, "dotted name"),
        ("pkg.Net\ninput: float32[1]\ninput-from: a.b", {}, "option", 1, "exclude each other"),
        ("pkg.Net\nworkers: 3", {}, "option", 2, "unknown option 'workers'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    text: str, options: dict[str, str], kind: str, offset: int, words: str
) -> None:
    failure, told = wrong(text, options)
    assert failure.kind == kind
    assert words in failure.message
    assert told == offset


def test_a_message_names_the_page_the_line_and_the_model() -> None:
    bad = Request.read(Fence("pkg.Net\ndpeth: 2", line=10), {})
    assert isinstance(bad.wanted, Failure)
    message = bad.message(bad.wanted, "docs/a.md", 10)
    assert message.startswith("torchview: docs/a.md:10: unknown option 'dpeth'")
    assert message.endswith("(line 12)")
    good = Request.read(Fence("pkg.Net"), {})
    assert good.message(Failure("import", "No."), "docs/a.md", 4) == "torchview: docs/a.md:4: pkg.Net: No."
    assert good.message(Failure("import", "No."), "", 0) == "torchview: pkg.Net: No."
