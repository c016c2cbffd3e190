"""What figure.css promises of its colours, computed from the file itself."""

from __future__ import annotations

import re
from typing import TypeAlias

import pytest

from torchview_docs.drawing.metrics import CONFIG_SIZE, FRAME_SIZE, LABEL_SIZE, TITLE_SIZE
from torchview_docs.drawing.theme import file_stylesheet, stylesheet
from torchview_docs.families import FAMILIES

Colour: TypeAlias = tuple[float, float, float]

#: Behind figures: white, Read the Docs, MkDocs; own dark page, PyData, Furo, Material's slate.
PAGES = {"light": ["#ffffff", "#fcfcfc", "#f8f9fb"], "dark": ["#0f141b", "#14181e", "#131416", "#1e2129"]}
#: How deep panels are nested at most where contrast is promised: of texts and wires, and of borders,
#: between which and what they are around there is the panel's own tint too.
DEEPEST, DEEPEST_BORDER = 6, 3


def css() -> str:
    return re.sub(r"/\*.*?\*/", "", stylesheet(), flags=re.DOTALL)


def variables(theme: str) -> dict[str, str]:
    """The variables of a theme, from the block that uses light-dark()."""
    pairs = re.findall(r"--tv-([\w-]+): light-dark\((#\w+), (#\w+)\)", css())
    return {name: (light if theme == "light" else dark) for name, light, dark in pairs}


def rgba(text: str) -> tuple[Colour, float]:
    digits = text.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * d for d in digits)
    r, g, b, *alpha = (int(digits[i : i + 2], 16) / 255 for i in range(0, len(digits), 2))
    return (r, g, b), alpha[0] if alpha else 1.0


def luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: Colour, b: Colour) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def panels(theme: str, deepest: int = DEEPEST) -> list[Colour]:
    """Every background that a wire, a label or a panel's title can have."""
    tint, alpha = rgba(variables(theme)["panel"])
    found = []
    for page in PAGES[theme]:
        colour, _ = rgba(page)
        for _ in range(deepest + 1):
            found.append(colour)
            r, g, b = (alpha * t + (1 - alpha) * c for t, c in zip(tint, colour, strict=True))
            colour = (r, g, b)
    return found


def worst(theme: str, name: str, backgrounds: list[Colour]) -> float:
    colour, alpha = rgba(variables(theme)[name])
    assert alpha == 1
    return min(contrast(colour, background) for background in backgrounds)


@pytest.mark.parametrize("theme", ["light", "dark"])
class TestContrast:
    def test_of_text_is_enough_wherever_it_stands(self, theme: str) -> None:
        named = {name: [rgba(variables(theme)[name])[0]] for name in ("card", "io", "badge", "alert-page")}
        for text, backgrounds in [
            ("ink", panels(theme) + named["card"] + named["alert-page"]),
            ("dim", panels(theme) + named["card"]),
            ("io-ink", named["io"]),
            ("badge-ink", named["badge"]),
            ("link", panels(theme) + named["card"]),
            ("alert", named["alert-page"]),
        ]:
            assert worst(theme, text, backgrounds) >= 4.5, text

    def test_of_what_steps_back_and_of_shades_is_enough(self, theme: str) -> None:
        card = rgba(variables(theme)["card"])[0]
        shades = [rgba(variables(theme)[f"heat-{level}"])[0] for level in range(1, 6)]
        assert worst(theme, "faint", [card]) >= 4.5
        assert worst(theme, "ink", shades) >= 4.5
        # Each shade is further from the card than the one before, also to who sees no colours.
        steps = [contrast(shade, card) for shade in shades]
        assert steps == sorted(steps)
        assert all(b / a > 1.1 for a, b in zip([1.0, *steps], steps, strict=False))

    def test_of_wires_is_enough_on_every_panel(self, theme: str) -> None:
        assert worst(theme, "wire", panels(theme)) >= 3

    def test_of_borders_is_enough_on_cards_and_panels(self, theme: str) -> None:
        card = [rgba(variables(theme)["card"])[0]]
        assert worst(theme, "line", panels(theme, DEEPEST_BORDER) + card) >= 3
        assert worst(theme, "const", panels(theme, 1) + card) >= 3

    def test_of_bars_and_pills_is_enough_on_cards(self, theme: str) -> None:
        card = [rgba(variables(theme)["card"])[0]]
        for family in FAMILIES:
            backgrounds = panels(theme) if family == "io" else card
            assert worst(theme, family, backgrounds) >= 3, family


def test_browsers_without_light_dark_get_the_same_light_colours() -> None:
    plain = dict(re.findall(r"--tv-([\w-]+): (#\w+);", css()))
    assert plain == variables("light")


def test_every_family_has_a_bar_of_its_own_colour() -> None:
    bars = dict(re.findall(r"\.tv-cards \.tv-([a-z]+) path \{ stroke: var\(--tv-(\w+)\)", css()))
    assert bars.pop("lo") == "op"  # what steps back has no colour
    assert set(bars) | {"op", "io", "const"} == set(FAMILIES)  # op is the default, tensors are pills
    assert all(family == colour for family, colour in bars.items())
    for theme in ("light", "dark"):
        colours = [variables(theme)[family] for family in FAMILIES if family != "io"]
        assert len(set(colours)) == len(colours)


def test_every_variable_is_declared_and_used() -> None:
    declared = set(variables("light"))
    assert set(re.findall(r"var\(--tv-([\w-]+)\)", css())) == declared


def test_sizes_are_those_that_text_is_measured_in() -> None:
    text = css()
    assert f".tv text {{ font-size: {TITLE_SIZE}px" in text
    assert f".tv tspan {{ font-size: {CONFIG_SIZE}px" in text
    assert f".tv-frames text {{ font-size: {FRAME_SIZE}px" in text
    assert f".tv-labels text {{ font-size: {LABEL_SIZE}px" in text


def test_nothing_comes_from_outside() -> None:
    assert not re.search(r"@import|url\(|@font-face|https?:", css())


class TestFileOfItsOwn:
    """Drawing programs and converters know no variables, no light-dark(), no translucent colours."""

    def test_has_its_colours_written_out(self) -> None:
        style = file_stylesheet()
        assert not re.search(r"var\(|--tv|light-dark|:where", style)
        assert not re.search(r"#[0-9a-f]{8}\b", style)
        for name in ("ink", "dim", "card", "line", "wire", "io", "conv", "mod"):
            assert variables("light")[name] in style
            assert variables("dark")[name] in style

    def test_is_light_unless_the_reader_prefers_dark(self) -> None:
        light, dark = file_stylesheet().split("@media screen and (prefers-color-scheme: dark)")
        assert f"fill: {variables('light')['page']} " in light
        assert f"fill: {variables('dark')['page']} " in dark

    def test_says_nothing_of_boxes_in_pages(self) -> None:
        assert not re.search(r"tv-box|tv-error", file_stylesheet())
