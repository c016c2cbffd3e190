"""The HTML around figures."""

from __future__ import annotations

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.drawing import Drawing
from torchview_docs.drawing.svg import svg
from torchview_docs.errors import Failure
from torchview_docs.graph import Graph, Node, Parameters, TensorMeta, Use
from torchview_docs.markup import describe, error_box, figure_box
from torchview_docs.spec import FigureSpec

HTML = "{http://www.w3.org/1999/xhtml}"


def figure(width: float = 500) -> str:
    return svg(Drawing(width, 100, (), (), (), ()), prefix="f1", title="A net", desc="It is empty.")


def element(markup: str):  # type: ignore[no-untyped-def]  # an ElementTree element, from html5lib
    page = html5lib.HTMLParser(strict=True).parse(f"<!DOCTYPE html><title>t</title>{markup}")
    return page.find(f"{HTML}body/{HTML}div")


class TestFigureBox:
    def test_a_wide_figure_can_be_scrolled_by_keyboard_and_has_a_name(self) -> None:
        box = element(figure_box(figure(500), FigureSpec("a.B")))
        assert box.attrib == {
            "class": "tv-box",
            "tabindex": "0",
            "role": "group",
            "aria-label": "A net",
        }

    def test_a_figure_that_fits_every_screen_is_no_stop_for_the_keyboard(self) -> None:
        assert element(figure_box(figure(200), FigureSpec("a.B"))).attrib == {"class": "tv-box"}

    def test_has_its_natural_width_without_an_option(self) -> None:
        assert ' width="501" height="101"' in figure_box(figure(500), FigureSpec("a.B"))

    @pytest.mark.parametrize("width", ["480px", "30em", "100%"])
    def test_takes_the_width_of_the_spec_and_keeps_its_proportions(self, width: str) -> None:
        box = figure_box(figure(500), FigureSpec("a.B", width=width))
        assert f' width="{width}"' in box
        assert " height=" not in box
        assert 'viewBox="-.5 -.5 501 101"' in box
        assert ("tabindex" in box) == (not width.endswith("%"))

    def test_stands_where_the_spec_says(self) -> None:
        assert 'class="tv-box tv-center"' in figure_box(figure(), FigureSpec("a.B", align="center"))

    def test_leaves_the_figure_as_it_is(self) -> None:
        whole = figure()
        assert whole in figure_box(whole, FigureSpec("a.B"))


class TestErrorBox:
    def test_says_what_failed_where_and_what_to_do(self) -> None:
        failure = Failure(
            "forward", "The model raised ValueError: 3 is not 4.", "Check the input.", "net.py:12"
        )
        box = element(error_box(failure, "pkg.Net(a=1)\ninput: float32[1, 3]"))
        text = "".join(box.itertext())
        for words in (failure.message, failure.advice, failure.where, "pkg.Net(a=1)\ninput: float32[1, 3]"):
            assert words in text
        assert box.attrib["role"] == "note"
        assert box.attrib["aria-label"]

    def test_leaves_out_what_is_not_known(self) -> None:
        box = error_box(Failure("crash", "It crashed."), "a.B")
        assert box.count("<p>") == 1

    def test_has_no_blank_line_that_would_end_it_in_markdown(self) -> None:
        assert "\n\n" not in error_box(Failure("crash", "a\n\nb", "c\n\nd", "e\n\nf"), "a.B\n\n \ndepth: 1")

    def test_shows_what_stands_in_backquotes_as_code(self) -> None:
        box = element(error_box(Failure("input", "No `input`.", "Write `x <1>`; not ` alone."), "a.B"))
        first, _, last = box
        assert [code.text for code in first.iter(f"{HTML}code")] == ["input"]
        assert [code.text for code in last.iter(f"{HTML}code")] == ["x <1>"]
        assert "".join(last.itertext()) == "Write x <1>; not ` alone."

    @given(*[st.text(st.characters(exclude_characters="`"))] * 2, st.text(), st.text())
    def test_no_text_makes_an_element(self, message: str, advice: str, where: str, spec: str) -> None:
        box = element(error_box(Failure("model", message, advice + "x", where + "x"), spec))
        assert [e.tag.removeprefix(HTML) for e in box.iter()] == (
            ["div", "p", "strong", "pre", "code", "p", "code", "p"]
        )


def graph() -> Graph:
    image, features = TensorMeta((1, 3, 8, 8), "float32"), TensorMeta((1, 16), "float32")
    return Graph(
        "Net",
        (
            Node("x", "placeholder", "x", outputs=(image,)),
            Node("step", "placeholder", "step", outputs=(TensorMeta((), "int64"),)),
            Node(
                "Net",
                "call_module",
                "",
                type="pkg.Net",
                outputs=(features,),
                parameters=Parameters(0, 1234, 1234),
            ),
            Node(
                "body",
                "call_module",
                "body",
                "Net",
                "torch.nn.Sequential",
                (Use("x"),),
                (features,),
                repeat=3,
            ),
            Node("body.0", "call_module", "body.0", "body", "torch.nn.Linear", (Use("x"),), (features,)),
            Node("add", "call_function", "torch.add", "Net", "", (Use("body.0"), Use("step")), (features,)),
            Node("out", "output", "logits", args=(Use("add"),)),
        ),
    )


class TestDescription:
    def test_says_in_two_sentences_what_is_seen(self) -> None:
        assert describe(graph()) == (
            "Computation graph of Net: 4 layers and operations, 1,234 parameters. "
            "Inputs: x (1×3×8×8, float32), step (scalar, int64); output: logits (1×16, float32)."
        )

    def test_says_what_named_sizes_are(self) -> None:
        x = Node("x", "placeholder", "x", outputs=(TensorMeta((2, 8), "int8", ("N", "")),))
        seen = Graph("f", (x, Node("out", "output", "y", args=(Use("x"),))), named={"N": 2}, fixed={"T": 8})
        assert describe(seen).endswith(
            "Input: x (N×8, int8); output: y (N×8, int8). In it N is 2. Not followed: T."
        )

    def test_of_a_function_knows_no_parameters(self) -> None:
        nodes = (
            Node("x", "placeholder", "x", outputs=(TensorMeta((2,), "float32"),)),
            Node(
                "relu",
                "call_function",
                "torch.relu",
                args=(Use("x"),),
                outputs=(TensorMeta((2,), "float32"),),
            ),
            Node("out", "output", "output", args=(Use("relu"),)),
        )
        assert describe(Graph("f", nodes)) == (
            "Computation graph of f: 1 layer or operation. "
            "Input: x (2, float32); output: output (2, float32)."
        )

    def test_calls_an_output_without_a_name_by_its_place(self) -> None:
        x = Node("x", "placeholder", "x", outputs=(TensorMeta((2,), "int8"),))
        text = describe(Graph("f", (x, Node("out", "output", "[1][0]", args=(Use("x"),)))))
        assert "output: output[1][0] (2, int8)" in text

    def test_of_many_tensors_names_the_first_ones(self) -> None:
        caches = [
            Node(f"c{k}", "placeholder", f"cache[{k}]", outputs=(TensorMeta((2,), "int8"),))
            for k in range(24)
        ]
        text = describe(Graph("f", tuple(caches)))
        assert "cache[3] (2, int8) and 20 more" in text
        assert "cache[4]" not in text
        assert "no outputs" in text
