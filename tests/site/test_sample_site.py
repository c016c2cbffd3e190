"""What must be true of the sample site, told by the built pages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import pytest
from site_copy import HOSTS, SampleSite, copy_site

pytestmark = pytest.mark.slow

_FIGURE = re.compile(r"<figure\b.*?</figure>", re.DOTALL)
_SVG = re.compile(r"<svg\b[^>]*\btv\b.*?</svg>", re.DOTALL)


@pytest.mark.parametrize("host", HOSTS)
def test_every_figure_is_an_inline_svg(built: SampleSite, host: str) -> None:
    total = 0
    for name, html in built.pages(host):
        wanted = built.figures_in_source(name)
        total += wanted
        assert len(_SVG.findall(html)) == wanted, name
        # The plot of what a figure costs is a picture, but none of ours.
        pictures = html.replace("linear.svg", "plot")
        assert not re.search(r"<(img|object|iframe|embed)\b[^>]*(torchview|\.svg)", pictures), name
        assert 'class="tv-error' not in html, name
    assert total >= 10


@pytest.mark.parametrize("host", HOSTS)
def test_every_svg_is_xml_with_ids_of_its_own(built: SampleSite, host: str) -> None:
    for name, html in built.pages(host):
        ids: list[str] = []
        for svg in _SVG.findall(html):
            tree = ET.fromstring(svg)
            ids += [element.get("id", "") for element in tree.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), name


@pytest.mark.parametrize("host", HOSTS)
def test_every_figure_is_html5_without_errors(built: SampleSite, host: str) -> None:
    for name, html in built.pages(host):
        for figure in _FIGURE.findall(html):
            if "<svg" not in figure:
                continue
            parser = html5lib.HTMLParser()
            parser.parse(f"<!DOCTYPE html><html><head><title>t</title></head><body>{figure}</body></html>")
            assert not parser.errors, (name, parser.errors)


@pytest.mark.parametrize("host", HOSTS)
def test_a_second_build_imports_no_torch_and_changes_no_figure(built: SampleSite, host: str) -> None:
    before = {name: _SVG.findall(html) for name, html in built.pages(host)}
    built.build(host)
    assert built.imports == []
    assert {name: _SVG.findall(html) for name, html in built.pages(host)} == before


def test_both_sites_show_the_same_drawings(built: SampleSite) -> None:
    def drawings(html: str) -> list[str]:
        # Ids, titles and links may be the host's; what is drawn is not.
        hosts = re.compile(r' (id|aria-\w+|role|href|class)="[^"]*"|url\([^)]*\)|</?a\b[^>]*>')
        return [hosts.sub("", svg) for svg in _SVG.findall(html)]

    sphinx = dict(built.pages("sphinx"))
    for name, html in built.pages("mkdocs"):
        assert drawings(html) == drawings(sphinx[name]), name


@pytest.fixture
def own(built: SampleSite, tmp_path: Path) -> SampleSite:
    """A copy of the built site with its cache, to be changed; sources keep their times."""
    shutil.copytree(built.root, tmp_path / "site")
    return SampleSite(tmp_path / "site", built.watch)


def _traced(output: str) -> list[str]:
    """The models that a build says it traced."""
    return re.findall(r"torchview: \d+/\d+ (\S+)", output)


def _edit(site: SampleSite, old: str, new: str) -> None:
    file = site.root / "sample_models" / "unet.py"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("host", HOSTS)
def test_a_comment_in_a_models_source_traces_nothing(own: SampleSite, host: str) -> None:
    _edit(own, "        skips = [", "        # A comment.\n        skips = [")
    own.build(host)
    assert own.tracing == []


@pytest.mark.parametrize("host", HOSTS)
def test_a_renamed_layer_traces_the_figures_of_its_file_and_no_other(own: SampleSite, host: str) -> None:
    before = dict(own.pages(host))
    _edit(own, "self.outc", "self.scores")
    done = own.build(host)
    traced = _traced(done.stdout + done.stderr)
    assert set(traced) == {"sample_models.unet.UNet"}  # with and without counts, it is two traces
    after = dict(own.pages(host))
    changed = {name for name in after if _SVG.findall(after[name]) != _SVG.findall(before[name])}
    assert changed <= {"models.md", "emphasis.md"}


@pytest.mark.parametrize("builder", ["dirhtml", "singlehtml", "text", "latex", "man", "texinfo", "epub"])
def test_every_sphinx_builder_succeeds_without_tracing_again(built: SampleSite, builder: str) -> None:
    built.sphinx("-j", "2", builder=builder)
    assert built.imports == []
    assert any((built.root / "out" / builder).iterdir())


@pytest.fixture(scope="module")
def unbuilt(tmp_path_factory: pytest.TempPathFactory) -> SampleSite:
    """The site without a cache."""
    folder = tmp_path_factory.mktemp("unbuilt")
    return copy_site(folder / "site", folder / "watch")


@pytest.mark.parametrize("builder", ["gettext", "dummy", "linkcheck", "xml"])
def test_builders_without_figures_trace_nothing(unbuilt: SampleSite, builder: str) -> None:
    # The sample pages link to nothing outside, so linkcheck needs no network.
    unbuilt.sphinx(builder=builder, doctrees=f"doctrees-{builder}")
    assert unbuilt.tracing == []
    assert not list(unbuilt.root.rglob("records"))


BAD = """
# Bad and good

```torchview
sample_models.siamese.Siamees
input: float32[1]
```

```torchview
sample_models.recurrent.Tagger
input: float32[1, 40, 3]
```

```torchview
bad_models.Endless
input: float32[1]
timeout-is-a-setting: no
```

```torchview
bad_models.Endless
input: float32[1]
```

```torchview
bad_models.Crash
input: float32[1]
```

```torchview
sample_models.recurrent.Tagger
input: int64[1, 40]
```
"""

BAD_MODELS = """
import os, time
from torch import nn


class Endless(nn.Module):
    def forward(self, x):
        while True:
            time.sleep(0.01)


class Crash(nn.Module):
    def forward(self, x):
        os.abort()
"""


@pytest.mark.parametrize("host", HOSTS)
def test_bad_figures_are_warnings_with_page_and_line_beside_good_ones(own: SampleSite, host: str) -> None:
    (own.root / "bad_models.py").write_text(BAD_MODELS)
    (own.root / "pages" / "bad.md").write_text(("---\ntitle: Bad\n---\n" if host == "mkdocs" else "") + BAD)
    for config in (own.root / "sphinx" / "conf.py", own.root / "mkdocs.yml"):
        text = config.read_text("utf-8")
        text = text.replace("torchview_paths", "torchview_timeout = 30\ntorchview_paths")
        text = text.replace("      paths: [.]", "      paths: [.]\n      timeout: 30")
        text = text.replace("  - index.md", "  - index.md\n  - bad.md")
        config.write_text(text, "utf-8")
    (own.root / "pages" / "index.md").write_text("# Index\n\n[bad](bad.md)\n")
    offset = 3 if host == "mkdocs" else 0
    for attempt in ("first", "second"):
        done = own.sphinx("-n", check=False) if host == "sphinx" else own.mkdocs(check=False)
        output = done.stdout + done.stderr
        assert done.returncode != 0, attempt
        for line in (4, 9, 14, 20, 25):
            assert re.search(rf"bad\.md:{line + offset}\b", output), (attempt, line, output)
        assert "Siamees" in output
        assert "Siamese" in output, "the nearest right name"
        html = dict(own.pages(host))["bad.md"]
        assert len(_SVG.findall(html)) == 1
        assert html.count("tv-error") >= 5
        if attempt == "second":
            # Only what may go otherwise next time is tried again.
            assert set(_traced(output)) <= {"bad_models.Endless", "bad_models.Crash"}
