"""Built-in text metrics against what a browser measures with fonts that have Arial's metrics."""

from __future__ import annotations

import json

import pytest
from chromium import Browser

from torchview_docs.drawing.metrics import text_width
from torchview_docs.drawing.svg import stylesheet

pytestmark = pytest.mark.slow

LATIN = [
    "scaled_dot_product_attention",
    "Conv2d 3→64, 7×7, stride 2",
    "1×128×768",
    "WWWWiiiillll....MMMM@@@@",
    "The quick brown fox jumps over the lazy dog 0123456789",
    "Größe naïve ÀÉÎÕÜ çñšž łø ďťľ æœ ß",
    "Ελληνικά αβγδ Ω Σ",
    "Кириллица Щука жёлтый",
    "layers.0 – 11 · ‘a’ “b” … • — €",
    "{}[]()<>|\\/#$%^&*!?~`'\"+=-_:;,.",
]
OTHERS = [
    "多头注意力 卷积层",
    "注意 attention",
    "こんにちは",
    "한국어 모델",
    "שלום עולם",
    "مرحبا بالعالم",
    "🔥 🚀 ✅",
    "e\u0301a\u0300",
]

MEASURE = """
const found = {}, texts = arguments[0];
const box = document.querySelector('svg');
for (const [size, weight] of [[10, 400], [11, 400], [11, 700], [13, 400]])
  for (const text of texts) {
    const element = document.createElementNS(box.namespaceURI, 'text');
    element.textContent = text;
    element.setAttribute('style', `font-size:${size}px;font-weight:${weight}`);
    box.append(element);
    found[JSON.stringify([text, size, weight])] = element.getComputedTextLength();
    element.remove();
  }
return found;
"""


def measured(browser: Browser, texts: list[str], family: str = "") -> dict[tuple[str, int, bool], float]:
    css = stylesheet() + (f"svg.tv {{ font-family: {family} }}" if family else "")
    page = f'<!doctype html><meta charset="utf-8"><style>{css}</style><svg class="tv"></svg>'
    browser.show(page)
    found = browser.run(MEASURE, texts)
    return {
        (text, size, weight == 700): width
        for key, width in found.items()
        for text, size, weight in [json.loads(key)]
    }


@pytest.fixture(autouse=True)
def _fonts(browser: Browser) -> None:
    """The stylesheet's font stack must find a font that has Arial's metrics."""
    if measured(browser, ["Wi"])["Wi", 13, False] != pytest.approx(13 * (1933 + 455) / 2048, abs=0.05):
        pytest.fail(
            "no font with Arial's metrics: `make system`, or sudo apt-get install fonts-liberation",
            pytrace=False,
        )


def test_latin_greek_and_cyrillic_are_as_wide_as_measured(browser: Browser) -> None:
    for (text, size, bold), width in measured(browser, LATIN).items():
        ours = text_width(text, size, bold)
        assert width <= ours + 0.1, (text, size, bold)
        assert width >= 0.93 * ours, (text, size, bold)  # kerning, and widths rounded up


def test_every_latin_1_character_is_as_wide_as_measured(browser: Browser) -> None:
    characters = [chr(c) for c in (*range(0x21, 0x7F), *range(0xA1, 0x180)) if c != 0xAD]
    for (text, size, bold), width in measured(browser, characters).items():
        assert width <= text_width(text, size, bold) + 0.05, (text, size, bold)


def test_other_scripts_are_at_most_as_wide_as_said(browser: Browser) -> None:
    for (text, size, bold), width in measured(browser, OTHERS).items():
        assert width <= text_width(text, size, bold) + 0.1, (text, size, bold)


def test_dejavu_sans_in_their_stead_is_hardly_wider(browser: Browser) -> None:
    plain = measured(browser, ["nnnn"])["nnnn", 13, False]
    wide = measured(browser, LATIN[:5], '"DejaVu Sans"')
    if measured(browser, ["mmmm"], '"DejaVu Sans"')["mmmm", 13, False] <= 1.02 * plain:
        pytest.fail("no DejaVu Sans: `make system`, or sudo apt-get install fonts-dejavu-core", pytrace=False)
    for (text, size, bold), width in wide.items():
        assert width <= 1.03 * text_width(text, size, bold), (text, size, bold)


def test_dejavu_sans_s_sign_of_shapes_is_as_wide_as_said(browser: Browser) -> None:
    for (text, size, bold), width in measured(browser, ["×" * 20], '"DejaVu Sans"').items():
        assert width == pytest.approx(text_width(text, size, bold), rel=0.01)
