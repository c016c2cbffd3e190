"""Figures as readers see them: through scene, layout and SVG writer, measured in a browser."""

from __future__ import annotations

from functools import cache

import pytest
from chromium import Browser
from figure_pages import OVERFLOWS, page

from torchview_docs.assignments import Colour, Note
from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.draw import draw
from torchview_docs.drawing.layout import lay_out
from torchview_docs.drawing.svg import svg
from torchview_docs.errors import Failure
from torchview_docs.graph import Graph, Node, Parameters, TensorMeta, Use
from torchview_docs.markup import describe, error_box, figure_box
from torchview_docs.spec import FigureSpec

pytestmark = pytest.mark.slow

LONG = "ExtraordinarilyLongAttentionModuleNameThatNobodyWouldEverWrite"


WORDS = ["卷积层", "Net<int>&\"'", LONG, "مشفر", "Größe", "🔥Fire", "wWmMiIlL1", "W" * 30, "한국어"]


def tensor(*shape: int, dtype: str = "float32") -> tuple[TensorMeta, ...]:
    return (TensorMeta(shape, dtype),)


class Recipe:
    """Writes a graph down, one step after the other."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def step(
        self,
        name: str,
        op: str,
        target: str,
        scope: str | None,
        *args: str,
        shape: tuple[int, ...],
        **more: object,
    ) -> str:
        uses = tuple(Use(source, arg=str(k)) for k, source in enumerate(args))
        self.nodes.append(
            Node(name, op, target, scope, args=uses, outputs=tensor(*shape), **more)  # type: ignore[arg-type]
        )
        return name

    def module(self, name: str, scope: str | None, *args: str, parameters: int = 0, **more: object) -> str:
        counts = Parameters(0, parameters, parameters)
        more = {"shape": (1, 128, 768), **more}
        return self.step(name, "call_module", name, scope, *args, parameters=counts, **more)  # type: ignore[arg-type]


@cache
def graph() -> Graph:
    """A model with every kind of card, panel and text: folded, packed, long, wide, foreign."""
    hidden = (1, 128, 768)
    net = Recipe()
    net.step("ids", "placeholder", "input_ids", None, shape=(1, 128))
    net.step("批次", "placeholder", "批次[0]", None, shape=hidden)
    net.module("Net", None, type="pkg.Net", parameters=124_439_808)
    net.step("pos", "get_attr", "encoder.embeddings.weight", "Net", type="parameter", shape=(128, 768))
    net.module("emb", "Net", "ids", type="torch.nn.modules.sparse.Embedding", config="30522, 768")
    net.step("add", "call_function", "torch.add", "Net", "emb", "pos", shape=hidden)
    last = net.step("mix", "call_function", "torch.mul", "Net", "add", "批次", shape=hidden)
    net.module("layers.0", "Net", last, type="pkg.Layer", parameters=7_087_872, repeat=12, last="layers.11")
    for k, word in enumerate(WORDS):
        panel = net.module(f"layers.0.{word}", "layers.0", last, type=f"pkg.{word}", parameters=10**k)
        linear = net.module(
            f"{panel}.fc",
            panel,
            last,
            type="torch.nn.modules.linear.Linear",
            config=f"in_features=768, out_features={10**k}, bias=True",
            shape=(1, 128, 10 ** (k + 1)),
            repeat=1 + k % 3,
        )
        act = net.module(f"{panel}.act", panel, linear, type="torch.nn.modules.activation.ReLU")
        own = net.module(f"{panel}.{word}", panel, act, type=f"pkg.{word}", config=f"a={'9' * k}")
        last = net.step(f"{panel}/add", "call_function", "torch.add", panel, own, last, shape=hidden)
    last = net.step("hidden", "tensor", "hidden", "Net", last, shape=hidden)
    image = (1, 64, 112, 112)
    config = "3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False"
    last = net.module("conv", "Net", last, type="torch.nn.modules.conv.Conv2d", config=config, shape=image)
    last = net.module(
        "bn", "Net", last, type="torch.nn.modules.batchnorm.BatchNorm2d", config="64", shape=image
    )
    last = net.step("relu", "call_function", "torch.nn.functional.relu", "Net", last, shape=image)
    for name in ("last_hidden_state", LONG):
        net.nodes.append(Node(f"out {name}", "output", name, args=(Use(last),)))
    made = Graph("Net", tuple(net.nodes))
    made.validate()
    return made


def figure(direction: str = "TB", prefix: str = "f1", **options: object) -> str:
    spec = FigureSpec("pkg.Net", direction=direction, **options)  # type: ignore[arg-type]
    drawing = lay_out(scene(graph(), spec))
    written = svg(drawing, prefix=prefix, title="Net", desc=describe(graph()))
    return figure_box(written, spec)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("direction", ["TB", "LR", "BT", "RL"])
def test_no_text_leaves_its_box_or_covers_another(
    browser: Browser, direction: str, width: int, dark: bool
) -> None:
    browser.show(page(figure(direction)), width=width, dark=dark)
    assert browser.run("return document.querySelectorAll('svg.tv text').length") > 60
    assert browser.run(OVERFLOWS, 1) == []
    assert browser.console_errors() == []


def test_an_overflow_would_be_found(browser: Browser) -> None:
    browser.show(page(figure(), css=".tv-cards text { font-size: 20px }"))
    assert browser.run(OVERFLOWS, 1) != []


@pytest.mark.parametrize("width", [1280, 360])
def test_a_wide_figure_scrolls_in_its_box_and_not_the_page(browser: Browser, width: int) -> None:
    browser.show(page(figure("LR")), width=width)
    page_width, shown = browser.run(
        "const e = document.documentElement; return [e.scrollWidth, e.clientWidth]"
    )
    assert page_width <= shown
    assert browser.run("const b = document.querySelector('.tv-box'); return b.scrollWidth > b.clientWidth")
    browser.run("document.querySelector('.tv-box').focus()")
    assert browser.run("return document.activeElement.className") == "tv-box"


def test_a_figure_of_the_page_s_width_keeps_its_proportions(browser: Browser) -> None:
    browser.show(page(figure(width="100%")), width=360)
    box, width, height = browser.run(
        "const s = document.querySelector('svg.tv'), r = s.getBoundingClientRect();"
        "return [s.parentNode.clientWidth, r.width, r.height]"
    )
    natural = browser.run("return document.querySelector('svg.tv').viewBox.baseVal.width")
    assert width == pytest.approx(box, abs=1)
    assert height / width == pytest.approx(
        browser.run("return document.querySelector('svg.tv').viewBox.baseVal.height") / natural, rel=0.01
    )


def test_a_width_in_em_is_measured_in_the_text_of_the_page(browser: Browser) -> None:
    browser.show(page(figure(width="20em"), css="body { font-size: 20px }"))
    assert browser.run("return document.querySelector('svg.tv').getBoundingClientRect().width") == 400
    assert browser.run(OVERFLOWS, 1) == []


TEXT = "return getComputedStyle(document.querySelector('.tv-labels text')).fill"


class TestTheme:
    """What a figure looks like in a page follows the page, and only then the system."""

    def ink(self, browser: Browser, attributes: str = "", css: str = "", **shown: bool) -> str:
        browser.show(page(figure(), attributes=attributes, css=css), **shown)
        colour = browser.run(TEXT)
        return (
            "dark ink"
            if colour == "rgb(71, 85, 105)"
            else "light ink"
            if colour == "rgb(179, 191, 207)"
            else colour
        )

    def test_is_light_in_a_page_that_has_no_dark_theme_whatever_the_system_prefers(
        self, browser: Browser
    ) -> None:
        assert self.ink(browser) == "dark ink"
        assert self.ink(browser, dark=True) == "dark ink"

    def test_follows_the_system_where_the_page_does(self, browser: Browser) -> None:
        css = ":root { color-scheme: light dark }"
        assert self.ink(browser, css=css) == "dark ink"
        assert self.ink(browser, css=css, dark=True) == "light ink"

    @pytest.mark.parametrize(
        ("light", "dark"),
        [
            ('data-md-color-scheme="default"', 'data-md-color-scheme="slate"'),
            ('data-theme="light"', 'data-theme="dark"'),
            ('data-bs-theme="light"', 'data-bs-theme="dark"'),
        ],
    )
    def test_the_switch_of_the_host_wins_over_the_system(
        self, browser: Browser, light: str, dark: str
    ) -> None:
        for preferred in (False, True):
            assert self.ink(browser, light, dark=preferred) == "dark ink"
            assert self.ink(browser, dark, dark=preferred) == "light ink"

    def test_furo_s_auto_leaves_it_to_the_system(self, browser: Browser) -> None:
        assert self.ink(browser, 'data-theme="auto"') == "dark ink"
        assert self.ink(browser, 'data-theme="auto"', dark=True) == "light ink"

    def test_paper_is_light(self, browser: Browser) -> None:
        assert self.ink(browser, 'data-theme="dark"', print_=True) == "dark ink"

    def test_a_site_changes_a_colour_by_its_variable(self, browser: Browser) -> None:
        browser.show(page(figure(), css=".tv { --tv-dim: rgb(1, 2, 3) }"))
        assert browser.run(TEXT) == "rgb(1, 2, 3)"
        browser.show(page(f"<style>.tv {{ --tv-card: rgb(9, 8, 7) }}</style>{figure()}"))
        assert "rgb(9, 8, 7)" in browser.run(
            "return [...document.querySelectorAll('.tv-cards rect')].map(r => getComputedStyle(r).fill)"
        )


@pytest.mark.parametrize("dark", [False, True])
def test_a_figure_that_is_a_file_of_its_own_can_be_read(browser: Browser, dark: bool) -> None:
    drawing = lay_out(scene(graph(), FigureSpec("pkg.Net")))
    file = browser.folder / "net.svg"
    file.write_text(svg(drawing, prefix="f", title="Net", desc="A net.", standalone=True), "utf-8")
    browser.open(file.as_uri(), dark=dark)
    assert browser.run("return document.documentElement.tagName") == "svg"
    ground = browser.run("return getComputedStyle(document.querySelector('.tv-bg')).fill")
    assert ground == ("rgb(15, 20, 27)" if dark else "rgb(255, 255, 255)")
    assert browser.run(OVERFLOWS, 1) == []
    assert browser.console_errors() == []


def test_two_equal_figures_on_a_page_share_no_id(browser: Browser) -> None:
    browser.show(page(figure(prefix="f1") + figure(prefix="f2")))
    ids = browser.run("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids)) == 4


def test_the_error_box_stays_within_a_narrow_page(browser: Browser) -> None:
    failure = Failure("forward", f"The model raised {LONG * 3}", "Mend it.", "a/" + LONG * 2 + ".py:3")
    browser.show(page(error_box(failure, f"pkg.{LONG}(a='{LONG}')")), width=360)
    assert browser.run("const e = document.documentElement; return e.scrollWidth <= e.clientWidth")
    assert browser.run("return document.querySelector('.tv-error').checkVisibility()")


def test_forced_colours_leave_text_on_pills_readable(browser: Browser) -> None:
    browser.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "forced-colors", "value": "active"}]}
    )
    file = browser.folder / "forced.html"
    file.write_text(page(figure()), "utf-8")
    browser.driver.get(file.as_uri())
    pill, ink = browser.run(
        "const g = document.querySelector('.tv-io');"
        "return ['rect', 'text'].map(n => getComputedStyle(g.querySelector(n)).fill)"
    )
    assert browser.run("return matchMedia('(forced-colors: active)').matches")
    assert pill != ink


def test_text_is_copied_and_found_as_it_is_read(browser: Browser) -> None:
    browser.show(page(figure()))
    words = browser.run("return [...document.querySelectorAll('svg.tv text')].map(t => t.textContent)")
    assert "Conv2d 3→64, 7×7, stride 2" in words
    assert "layers.0 – 11 Layer 7.1 M" in words


def test_on_paper_a_wide_figure_is_made_to_fit(browser: Browser) -> None:
    browser.show(page(figure("LR")), width=700, print_=True)
    figure_width, box_width = browser.run(
        "const s = document.querySelector('svg.tv');"
        "return [s.getBoundingClientRect().width, s.parentNode.clientWidth]"
    )
    assert figure_width <= box_width


#: Every kind of emphasis at once, on parts of every kind.
EMPHASES: dict[str, dict[str, object]] = {
    "highlight": {"highlight": ("layers.0.Größe", "conv")},
    "note": {
        "note": tuple(
            Note(part, "Here") for part in ("emb", "layers.0", "layers.0.卷积层", "conv", "bn") * 3
        ),
        "legend": True,
    },
    "shade": {"shade": "params", "legend": True, "highlight": ("emb",)},
    "colour": {"color": tuple(Colour(p, c) for p, c in (("layers.0*", "#ffff00"), ("conv", "#000080")))},
    "words": {"show_names": True, "show_params": True, "show_outputs": True, "show_dtypes": True},
}

#: The least contrast of text and what is behind it, over all texts of cards.
LEAST_CONTRAST = """
const colour = text => text.match(/[\\d.]+/g).map(Number);
const over = (below, [r, g, b, a = 1], opacity) =>
    [r, g, b].map((c, k) => c * a * opacity + below[k] * (1 - a * opacity));
const luminance = rgb => rgb.map(c => c / 255)
    .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, k) => sum + c * [.2126, .7152, .0722][k], 0);
const page = colour(getComputedStyle(document.body).backgroundColor);
let least = [99, ''];
const texts = 'svg.tv .tv-cards text, svg.tv .tv-cards tspan, svg.tv .tv-frames text';
const shapes = 'svg.tv .tv-frames rect, svg.tv .tv-frames path, svg.tv .tv-cards rect';
for (const text of document.querySelectorAll(texts)) {
  const place = text.getBoundingClientRect();
  const [x, y] = [place.left + place.width / 2, place.top + place.height / 2];
  let ground = page;
  for (const shape of document.querySelectorAll(shapes)) {
    const style = getComputedStyle(shape), box = shape.getBoundingClientRect();
    const after = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_PRECEDING;
    if (after || style.fill === 'none') continue;
    if (box.left <= x && x <= box.right && box.top <= y && y <= box.bottom)
      ground = over(ground, colour(style.fill), Number(style.fillOpacity));
  }
  const style = getComputedStyle(text);
  const ink = over(ground, colour(style.fill), Number(style.opacity));
  const [dark, light] = [luminance(ink), luminance(ground)].sort((a, b) => a - b);
  const contrast = (light + .05) / (dark + .05);
  if (contrast < least[0]) least = [contrast, text.textContent];
}
return least;
"""


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("kind", EMPHASES)
def test_emphasis_leaves_every_text_its_place_and_its_contrast(
    browser: Browser, kind: str, direction: str
) -> None:
    spec = FigureSpec("pkg.Net", direction=direction, **EMPHASES[kind])  # type: ignore[arg-type]
    drawn, _ = draw(graph(), graph(), spec)
    shown = figure_box(svg(drawn, prefix="f", title="Net", desc="Net"), spec, drawn.remarks)
    for dark in (False, True):
        ground = "#131416" if dark else "#ffffff"
        scheme = f":root {{ color-scheme: {'dark' if dark else 'light'} }} body {{ background: {ground} }}"
        browser.show(page(shown, css=scheme), width=1280, dark=dark)
        assert browser.run(OVERFLOWS, 1) == []
        least, words = browser.run(LEAST_CONTRAST)
        assert 4.5 <= least < 21, (dark, words)
        assert browser.console_errors() == []


def test_a_lack_of_contrast_would_be_found(browser: Browser) -> None:
    browser.show(page(figure(), css=":root { color-scheme: light } body { background: #fff }"))
    assert browser.run(LEAST_CONTRAST)[0] >= 4.5
    browser.show(page(figure(), css="body { background: #fff } .tv { --tv-dim: #999 }"))
    assert browser.run(LEAST_CONTRAST)[0] < 4.5
