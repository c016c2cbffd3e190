"""The SVG writer, read back by an XML parser and an HTML parser."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torchview_docs.drawing.drawing import Drawing, Label, PlacedCard, PlacedFrame, Wire
from torchview_docs.drawing.scene import Card, Frame, Row
from torchview_docs.drawing.svg import svg
from torchview_docs.drawing.theme import file_stylesheet

SVG = "{http://www.w3.org/2000/svg}"
#: All elements and attributes that the writer ever makes.
ELEMENTS = {"svg", "title", "desc", "g", "path", "rect", "text", "tspan", "a", "style"}
ATTRIBUTES = {"class", "width", "height", "viewBox", "role", "aria-labelledby", "aria-describedby", "id", "d"}
ATTRIBUTES |= {"x", "y", "rx", "dx", "dy", "href"}
NASTY = "Net<int>&\"'<script>alert(1)</script>]]>\x00\x08\ufffe\ud800\x85卷积🔥\u202e"


def card(
    name: str, *rows: Row, kind: str = "card", y: float = 0, height: float = 30, repeat: int = 1
) -> PlacedCard:
    return PlacedCard(Card(name, kind, rows, 160, height, repeat=repeat), 20, y, 160, height)  # type: ignore[arg-type]


def frame(title: str = "encoder", repeat: int = 1, **texts: str) -> PlacedFrame:
    made = Frame(title, title, texts.pop("subtitle", "Encoder"), texts.pop("note", "1.2 M"), 90, 40, **texts)  # type: ignore[arg-type]
    return PlacedFrame(made._replace(repeat=repeat), 4, 40, 190, 200, 10)


def drawing(text: str = "x", link: str = "", hint: str = "") -> Drawing:
    """One of everything, with this text in every place that takes text."""
    linear = Row("lin", text, text, type=link, hint=hint)
    return Drawing(
        240.4,
        300,
        (frame(text, repeat=12, subtitle=text, note=text, type=link, hint=hint),),
        (
            card("in", Row("io", text, text), kind="input"),
            card("packed", linear, Row("act", text), y=60, height=56),
            card("one", linear, y=140, repeat=3),
            card("buffer", Row("const", text, text), kind="source", y=180),
            card("tensor", Row("io", text), kind="tensor", y=210),
            card("out", Row("io", text), kind="output", y=260),
        ),
        (
            Wire("in", 0, ((100, 30), (100, 60))),
            Wire("in", 0, ((100, 30), (100, 45), (210, 45), (210, 155), (180, 155))),
            Wire("packed", 0, ((100, 116), (100, 140)), dashed=True),
        ),
        (Label(text, 105, 50),),
    )


def write(of: Drawing, **options: object) -> str:
    return svg(of, **{"prefix": "f1", "title": "A net", "desc": "Two cards.", **options})  # type: ignore[arg-type]


def parse(text: str) -> ET.Element:
    return ET.fromstring(text)


def local(element: ET.Element) -> str:
    return element.tag.removeprefix(SVG)


def shape(root: ET.Element) -> list[tuple[str, list[str]]]:
    """Which elements with which attributes, without any text."""
    return [(local(e), sorted(e.attrib)) for e in root.iter()]


class TestMarkup:
    @pytest.mark.parametrize("standalone", [False, True])
    def test_is_xml_of_known_elements_and_attributes_only(self, standalone: bool) -> None:
        root = parse(
            write(drawing(NASTY, "torch.nn.Linear", NASTY), link=lambda t: f"/{t}", standalone=standalone)
        )
        assert {local(e) for e in root.iter()} <= ELEMENTS
        assert {a for e in root.iter() for a in e.attrib} <= ATTRIBUTES

    @pytest.mark.parametrize("standalone", [False, True])
    def test_is_html_without_errors(self, standalone: bool) -> None:
        figure = write(drawing(NASTY, "a.B", NASTY), link=lambda _: "?a=1&b=2", standalone=standalone)
        page = f"<!DOCTYPE html><title>t</title><div>{figure}</div><p>after</p>"
        tree = html5lib.HTMLParser(strict=True).parse(page)
        assert tree.findtext(".//{http://www.w3.org/1999/xhtml}p") == "after"
        assert len(list(tree.iter(SVG + "rect"))) == figure.count("<rect")

    def test_shows_every_text_as_it_is(self) -> None:
        root = parse(write(drawing("Net<int>&\"' ]]> 卷积 🔥")))
        words = {(e.text or "").strip() for tag in ("text", "tspan") for e in root.iter(SVG + tag)}
        assert words == {"Net<int>&\"' ]]> 卷积 🔥", "× 12", "× 3"}

    def test_removes_what_xml_and_html_forbid(self) -> None:
        written = write(drawing("a\x00b\x1fc\x85d\ufffee\ud800f\u202eg\nh"), title="\x0b", desc="\x7f")
        assert "abcdefg h" in written
        written.encode()
        parse(written)

    @given(st.text(st.characters(), max_size=30), st.text(st.characters(), max_size=10))
    def test_no_text_makes_an_element_or_an_attribute(self, text: str, other: str) -> None:
        plain = parse(write(drawing("x", "a.B", "y"), link=lambda _: "z"))
        texts = drawing(text or "x", "a.B", other or "y")
        figure = write(texts, link=lambda _: text or "z", prefix=other, title=text, desc=other)
        assert shape(parse(figure)) == shape(plain)
        html5lib.HTMLParser(strict=True).parse(f"<!DOCTYPE html><title>t</title>{figure}")

    @given(st.text(st.characters(), max_size=20))
    def test_no_family_or_direction_does_either(self, text: str) -> None:
        one = Drawing(9, 9, (), (card("a", Row(text, "t")),), (), (), direction=text)
        assert len(list(parse(write(one)).iter())) == len(
            list(parse(write(one._replace(direction="TB"))).iter())
        )

    def test_ids_start_with_the_prefix_and_occur_once(self) -> None:
        root = parse(write(drawing(), prefix="page-fig-3"))
        ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
        assert ids == ["page-fig-3.title", "page-fig-3.desc"]
        assert root.attrib["aria-labelledby"] == ids[0]
        assert root.attrib["aria-describedby"] == ids[1]

    def test_is_the_same_each_time(self) -> None:
        assert write(drawing(NASTY)) == write(drawing(NASTY))

    def test_an_empty_drawing_is_an_empty_figure(self) -> None:
        root = parse(write(Drawing(0, 0, (), (), (), ())))
        assert [local(e) for e in root] == ["title", "desc"]


class TestAccessibility:
    def test_a_figure_without_links_is_one_image(self) -> None:
        assert parse(write(drawing(link="a.B"))).attrib["role"] == "img"
        assert parse(write(drawing(link="a.B"), link=lambda _: None)).attrib["role"] == "img"

    def test_a_figure_with_links_is_a_group_so_that_they_can_be_reached(self) -> None:
        assert parse(write(drawing(link="a.B"), link=lambda _: "#b")).attrib["role"] == "group"

    def test_hints_stand_only_where_they_are_given(self) -> None:
        assert len(list(parse(write(drawing())).iter(SVG + "title"))) == 1
        titles = [t.text for t in parse(write(drawing(hint="whole name"))).iter(SVG + "title")]
        assert titles == ["A net", "whole name", "whole name", "whole name"]  # panel, packed row, card


class TestLinks:
    def test_a_card_a_row_and_a_panel_link_to_what_their_type_says(self) -> None:
        known = {"torch.nn.Linear": "linear.html#torch.nn.Linear"}
        root = parse(write(drawing("Linear", "torch.nn.Linear"), link=known.get))
        links = list(root.iter(SVG + "a"))
        assert [a.attrib["href"] for a in links] == 3 * ["linear.html#torch.nn.Linear"]
        assert [a.attrib.get("class") for a in links] == [None, "tv-lin", "tv-lin"]

    def test_what_has_no_address_is_no_link(self) -> None:
        assert not list(
            parse(write(drawing("Linear", "torch.nn.Linear"), link=lambda _: None)).iter(SVG + "a")
        )


class TestLook:
    def test_a_card_has_a_box_a_bar_and_its_words_in_a_group_of_its_family(self) -> None:
        root = parse(write(Drawing(200, 60, (), (card("a", Row("conv", "Conv2d", "3→64")),), (), ())))
        group = root.find(f"{SVG}g/{SVG}g")
        assert group is not None
        assert group.attrib["class"] == "tv-conv"
        assert [local(e) for e in group] == ["rect", "path", "text"]
        assert "".join(group.itertext()) == "Conv2d 3→64"

    def test_a_packed_card_has_one_box_and_a_bar_for_each_row(self) -> None:
        rows = (Row("conv", "Conv2d"), Row("norm", "BatchNorm2d"), Row("act", "ReLU"))
        root = parse(write(Drawing(200, 90, (), (card("a", *rows, height=82),), (), ())))
        assert len(list(root.iter(SVG + "rect"))) == 1
        classes = [g.attrib.get("class") for g in root.iter(SVG + "g")]
        assert classes == ["tv-cards", None, "tv-conv", "tv-norm", "tv-act"]
        bars = [g.find(SVG + "path") for g in root.iter(SVG + "g") if g.attrib.get("class") != "tv-cards"]
        assert all(bar is not None for bar in bars)

    def test_kinds_of_cards_can_be_told_apart(self) -> None:
        classes = Counter(e.attrib.get("class") for e in parse(write(drawing())).iter(SVG + "g"))
        assert (classes["tv-io"], classes["tv-source"], classes["tv-tensor"]) == (2, 1, 1)

    def test_what_repeats_has_a_badge_and_sheets_below_and_to_the_right(self) -> None:
        root = parse(write(drawing()))
        assert [
            t.text
            for g in root.iter(SVG + "g")
            if g.attrib.get("class") == "tv-badge"
            for t in g.iter(SVG + "text")
        ] == ["× 12", "× 3"]
        sheets = next(p for p in root.iter(SVG + "path") if p.attrib.get("class") == "tv-sheets")
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", sheets.attrib["d"])]
        assert max(numbers) <= 20 + 160 + 6  # two sheets of 3 px
        once = drawing()._replace(frames=(frame(),), cards=(card("one", Row("op", "add")),))
        assert "tv-badge" not in write(once)
        assert "tv-sheets" not in write(once)

    def test_a_high_card_in_a_figure_from_left_to_right_has_two_lines(self) -> None:
        def texts(direction: str, height: float) -> str:
            one = card("a", Row("conv", "Conv2d", "3→64"), height=height)
            return write(Drawing(200, 60, (), (one,), (), (), direction))

        assert "dy=" in texts("LR", 44)
        assert "dy=" in texts("RL", 44)
        assert "dy=" not in texts("LR", 30)
        assert "dy=" not in texts("TB", 44)

    def test_is_as_large_as_the_drawing_and_its_border(self) -> None:
        root = parse(write(drawing()))
        assert (root.attrib["width"], root.attrib["height"]) == ("241", "301")
        assert root.attrib["viewBox"] == "-.5 -.5 241 301"

    def test_a_file_of_its_own_has_style_and_background_in_it(self) -> None:
        root = parse(write(drawing(), standalone=True))
        assert root.findtext(SVG + "style") == file_stylesheet()
        assert root.find(f"{SVG}rect[@class='tv-bg']") is not None
        assert "<style" not in write(drawing())


def test_a_chain_of_linear_cards_takes_few_bytes() -> None:
    count = 100
    cards = tuple(card(f"c{k}", Row("lin", "Linear", "768→3072"), y=60 * k) for k in range(count))
    wires = tuple(Wire(f"c{k}", 0, ((100, 60 * k + 30), (100, 60 * k + 60))) for k in range(count - 1))
    labels = tuple(Label("1×128×768", 105, 60 * k + 43) for k in range(count))
    figure = write(Drawing(200, 60 * count, (), cards, wires, labels))
    assert len(figure.encode()) <= 280 * count
