"""Exported figures beside what a browser makes of the same SVG: two programs, one picture."""

from __future__ import annotations

import io
from typing import Literal

import pytest
from chromium import Browser
from exported import FIGURES, figure
from PIL import Image, ImageChops, ImageFilter, ImageStat

from torchview_docs.drawing.svg import svg
from torchview_docs.exporting import png

pytestmark = pytest.mark.slow

#: Pixels of both pictures for a px of the figure, and how far apart a stroke may be in them.
SCALE, NEAR = 2, 5


def photograph(browser: Browser, name: str, *, dark: bool) -> Image.Image:
    """The figure's own SVG file as a browser shows it."""
    file = browser.folder / "figure.svg"
    drawing = figure(name)
    file.write_text(svg(drawing, prefix="f", title="t", desc="d", standalone=True), "utf-8")
    page = f'<!doctype html><style>body{{margin:0}}img{{display:block}}</style><img src="{file.as_uri()}">'
    browser.show(page, dark=dark)
    width, height = browser.run("const i = document.querySelector('img'); return [i.width, i.height]")
    browser.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": SCALE, "mobile": False},
    )
    return Image.open(io.BytesIO(browser.driver.get_screenshot_as_png())).convert("RGB")


def ink(picture: Image.Image) -> Image.Image:
    """White where there is something, black where there is the page."""
    page = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
    bands = ImageChops.difference(picture, page).split()
    most = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    return most.point(lambda level: 255 if level > 24 else 0)


def covered(one: Image.Image, other: Image.Image) -> float:
    """How much of one's ink is near ink of the other."""
    there = ImageStat.Stat(one).sum[0]
    near = other.filter(ImageFilter.MaxFilter(NEAR))
    return ImageStat.Stat(ImageChops.darker(one, near)).sum[0] / there


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", FIGURES)
def test_it_looks_as_in_a_browser(browser: Browser, name: str, theme: Literal["light", "dark"]) -> None:
    seen = photograph(browser, name, dark=theme == "dark")
    ours = Image.open(io.BytesIO(png(figure(name), theme=theme, scale=SCALE))).convert("RGB")
    assert ours.size == seen.size
    assert covered(ink(ours), ink(seen)) > 0.998
    assert covered(ink(seen), ink(ours)) > 0.998
    # Colours, away from the edges of letters and lines: each patch of 8 × 8 px is as a whole alike.
    small = tuple(max(1, side // (8 * SCALE)) for side in ours.size)
    patches = ImageChops.difference(*(one.resize(small, Image.Resampling.BOX) for one in (ours, seen)))
    assert max(ImageStat.Stat(patches).mean) < 1
    assert max(high for _, high in patches.getextrema()) < 30


def test_a_picture_has_as_many_pixels_as_are_asked_for() -> None:
    drawing = figure("net plain")
    for scale in (1.0, 2.0, 3.5):
        picture = Image.open(io.BytesIO(png(drawing, scale=scale)))
        assert picture.format == "PNG"
        assert picture.width == pytest.approx((drawing.width + 1) * scale, abs=scale)
        assert picture.height == pytest.approx((drawing.height + 1) * scale, abs=scale)
