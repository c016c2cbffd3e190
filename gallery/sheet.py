"""Builds the gallery as a site, photographs each figure, and lays the pictures out on contact sheets.

    python gallery/sheet.py [--out FOLDER] [--only REGEX]

Writes `site/`, one PNG a figure for each width (720 and 360 px) and theme (light and dark), the four
contact sheets, and `index.html`, which shows them all.
"""

from __future__ import annotations

import argparse
import html
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from pages import FIGURES

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent
_WIDTHS = (720, 360)
#: A photograph shows what is on the screen, so the screen is higher than any figure.
_TALL = 4000
_SIZE = "const box = document.querySelector('svg.tv').viewBox.baseVal; return [box.width, box.height]"
_CONFIG = """
site_name: Gallery
site_url: ""
use_directory_urls: false
theme:
  name: material
  font: false
  palette:
    - {{media: "(prefers-color-scheme: light)", scheme: default}}
    - {{media: "(prefers-color-scheme: dark)", scheme: slate}}
docs_dir: {docs}
site_dir: {site}
plugins:
  - torchview:
      paths: [{paths}]
"""


def main() -> int:
    """Build, photograph, lay out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, default=_ROOT / "build" / "gallery")
    parser.add_argument("--only", default="", metavar="REGEX")
    given = parser.parse_args()
    names = [name for name in FIGURES if re.search(given.only, name)]
    out = given.out.resolve()
    _build(names, out)
    sizes = _photograph(names, out)
    for dark in (False, True):
        for width in _WIDTHS:
            _sheet(names, out, width, dark=dark)
    (out / "index.html").write_text(_index(names, sizes), "utf-8")
    for name, (width, height) in sizes.items():
        print(f"{name:14} {width:5.0f} × {height:.0f}")
    print(f"\n{out / 'index.html'}")
    return 0


def _build(names: list[str], out: Path) -> None:
    docs = out / "docs"
    docs.mkdir(parents=True, exist_ok=True)
    for old in docs.glob("*.md"):
        old.unlink()
    for name in names:
        (docs / f"{name}.md").write_text(f"# {name}\n\n```torchview\n{FIGURES[name]}\n```\n", "utf-8")
    (docs / "index.md").write_text("# Gallery\n", "utf-8")
    paths = f"{_HERE}, {_ROOT / 'sample_site'}"
    (out / "mkdocs.yml").write_text(_CONFIG.format(docs=docs, site=out / "site", paths=paths), "utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "--strict", "-f", str(out / "mkdocs.yml")]
    subprocess.run(command, check=True, cwd=out)


def _photograph(names: list[str], out: Path) -> dict[str, tuple[float, float]]:
    """One PNG a figure, theme and width; gives the natural size of each figure."""
    sys.path.insert(0, str(_ROOT / "tests"))
    from chromium import start  # type: ignore[import-not-found]

    sizes: dict[str, tuple[float, float]] = {}
    profile = out / "browser"
    profile.mkdir(exist_ok=True)
    browser = start(profile)
    try:
        for name in names:
            for dark in (False, True):
                for width in _WIDTHS:
                    address = (out / "site" / f"{name}.html").as_uri()
                    browser.open(address, width=width, height=_TALL, dark=dark)
                    figure = browser.driver.find_element("css selector", "figure.torchview")
                    (out / _photo(name, width, dark=dark)).write_bytes(figure.screenshot_as_png)
            sizes[name] = tuple(browser.run(_SIZE))
    finally:
        browser.driver.quit()
    return sizes


def _photo(name: str, width: int, *, dark: bool) -> str:
    return f"{name}-{width}-{'dark' if dark else 'light'}.png"


def _sheet(names: list[str], out: Path, width: int, *, dark: bool, columns: int = 6) -> None:
    """All figures of one theme and width on one picture, scaled to columns of 300 px."""
    from PIL import Image

    column, gap = 300, 20
    tall = [0] * columns
    places = []
    for name in names:
        with Image.open(BytesIO((out / _photo(name, width, dark=dark)).read_bytes())) as photo:
            scale = min(1.0, column / photo.width, 900 / photo.height)
            small = photo.convert("RGB").resize((int(photo.width * scale), int(photo.height * scale)))
        at = tall.index(min(tall))
        places.append((small, at * (column + gap) + gap, tall[at] + gap))
        tall[at] += small.height + gap
    sheet = Image.new(
        "RGB", (columns * (column + gap) + gap, max(tall) + gap), "#1e2129" if dark else "white"
    )
    for small, x, y in places:
        sheet.paste(small, (x, y))
    sheet.save(out / f"sheet-{width}-{'dark' if dark else 'light'}.png")


def _index(names: list[str], sizes: dict[str, tuple[float, float]]) -> str:
    rows = []
    for name in names:
        photos = "".join(
            f'<img src="{_photo(name, width, dark=dark)}" alt="{name}, {width} px">'
            for dark in (False, True)
            for width in _WIDTHS
        )
        size = "{:.0f} × {:.0f}".format(*sizes[name])
        rows.append(f"<h2>{name}, {size}</h2><pre>{html.escape(FIGURES[name])}</pre><p>{photos}</p>")
    style = "img{vertical-align:top;margin:4px;max-height:1200px}body{font:14px sans-serif}"
    return f"<!doctype html><meta charset=utf-8><title>Gallery</title><style>{style}</style>{''.join(rows)}\n"


if __name__ == "__main__":
    sys.exit(main())
