"""Every option of the table does the same from the directive, the fence, the command line and `draw_graph`.

Each has one value that changes a small model's figure; what every host that has the option draws with it
is compared, and with what the host draws without it.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import markdown
import pytest

from torchview_docs import draw_graph
from torchview_docs.cli import main
from torchview_docs.errors import TraceError
from torchview_docs.markdown.session import _builders
from torchview_docs.options import Option
from torchview_docs.spec import OPTIONS, FigureSpec

pytestmark = pytest.mark.slow

NETS = """
import time

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.act = nn.Linear(8, 8), nn.ReLU()

    def forward(self, x):
        return x + self.act(self.fc(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.drop = nn.Linear(8, 8), nn.Dropout(0.1)
        self.blocks = nn.Sequential(*[Block() for _ in range(4)])
        self.again = nn.Linear(8, 8)

    def forward(self, x):
        x = self.blocks(self.drop(self.stem(x)).contiguous())
        for _ in range(3):
            x = self.again(x).tanh()
        return x.sin()


def batch():
    return torch.zeros(5, 8)


class Neighbours(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x, edge_index):
        return self.fc(torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]]))


class Counting(nn.Module):
    # Asks for data, so that it cannot be traced on meta; 4 MB of parameters.
    def __init__(self, host):
        super().__init__()
        self.fc = nn.Linear(1000, 1000)

    def forward(self, x):
        return self.fc(x) * int(x.sum().item() < 1e9)


class SlowlyCounting(Counting):
    def forward(self, x):
        x = super().forward(x)
        time.sleep(1)
        return x.sin().cos()


class Slow(nn.Module):
    def __init__(self, host):
        super().__init__()
        self.fc = nn.Linear(1000, 1000)

    def forward(self, x):
        x = self.fc(x)
        time.sleep(1)
        return x.sin().cos()
"""

#: Torchview's names, where they are not ours.
TORCHVIEWS = {"direction": "graph_dir"}
HOSTS = ("directive", "fence", "cli", "api")


class Case(NamedTuple):
    """A value of an option that makes a difference, and where: the model, and what else is said."""

    value: str
    model: str = "nets.Net()"
    others: Mapping[str, str] = {"input": "float32[2, 8]", "depth": "inf"}


_COUNTED = {"input": "float32[2, 1000]"}

CASES: dict[str, Case] = {
    "input": Case("float32[N=3, 8]"),
    "input-from": Case("nets.batch", others={}),
    "depth": Case("1"),
    "focus": Case("blocks"),
    "hide": Case("ReLU"),
    "collapse": Case("Block"),
    "direction": Case("LR"),
    "show-shapes": Case("no"),
    "hide-inner-tensors": Case("no"),
    "hide-module-functions": Case("no"),
    "simplify": Case("no"),
    "fold": Case("no"),
    "show-flops": Case("yes"),
    "show-memory": Case("yes"),
    "show-input-graph": Case(
        "yes", "nets.Neighbours()", {"input": "float32[3, 8], edge_index=edges([[0, 1], [1, 2]])"}
    ),
    "roll": Case("yes"),
    "device": Case("meta", "nets.Counting('any')", {"input": "float32[2, 1000]"}),
    "mode": Case("train"),
    # Of figures that share a trace the largest limit counts, so each host has a model of its own.
    "memory-limit": Case("1", "nets.Counting('{host}')", _COUNTED),
    "time-limit": Case("0.3", "nets.SlowlyCounting('{host}')", _COUNTED),
    "meta-limit": Case("0.3", "nets.Slow('{host}')", {**_COUNTED, "memory-limit": "1"}),
    "caption": Case("A caption."),
    "name": Case("fig-net"),
    "alt": Case("What it shows."),
    "align": Case("right"),
    "table": Case("below"),
    "width": Case("50%"),
    "class": Case("wide"),
    "show-names": Case("yes"),
    "show-params": Case("yes"),
    "show-dtypes": Case("yes"),
    "show-outputs": Case("yes"),
    "highlight": Case("blocks.1, again@2"),
    "color": Case("blocks=#c2410c, ReLU=grey"),
    "note": Case("blocks.0.fc = It is here; stem = Before; all else"),
    "shade": Case("flops"),
    "legend": Case("yes"),
}


def test_every_option_has_a_row() -> None:
    assert sorted(CASES) == sorted(OPTIONS)


class Outcome(NamedTuple):
    """What came of a figure: the words and strokes of it, or why there is none; and how it stands."""

    words: tuple[str, ...]
    strokes: tuple[str, ...]
    page: tuple[str, ...] = ()

    @classmethod
    def of(cls, markup: str) -> Outcome:
        """Read a page of one figure, or an SVG."""
        drawn = re.search(r"<svg.*</svg>", markup, re.DOTALL)
        if drawn is None:
            box = re.search(r'class="tv-error".*?</div>', markup, re.DOTALL)
            return cls.failed(re.sub(r"<pre>.*</pre>|<[^>]*>", "", box[0], flags=re.DOTALL) if box else "")
        # Notes are a list below the figure; in a file of its own they are in it.
        inside, _, below = drawn[0].partition('<g class="tv-key tv-remarks">')
        words = re.findall(r"<text[^>]*>(.*?)</text>", inside, re.DOTALL)
        words += re.findall(r"<li data-number.*?>(.*?)</li>", markup, re.DOTALL)
        words += re.findall(r"<text[^>]*>(<tspan.*?)</text>", below, re.DOTALL)
        marks = re.findall(r'<(?:g|a) class="(tv-[^"]*)"| style="([^"]*)"', inside)
        strokes = [*re.findall(r' d="([^"]*)"', inside), *map("".join, marks)]
        plain = tuple(" ".join(re.sub(r"<[^>]*>", " ", text).split()) for text in words)
        return cls(plain, tuple(strokes), _page(markup))

    @classmethod
    def failed(cls, text: str) -> Outcome:
        """Of a failure only what it is about: the words around it are the host's."""
        return cls(tuple(re.findall(r"memory-limit|time-limit|\bdata\b|$", text)[:1]), ())


def _page(markup: str) -> tuple[str, ...]:
    """What the options of a page can change, as far as both hosts have it."""
    figure = re.search(r"<figure.*</figure>|<div class=\"[^\"]*torchview.*</svg>.*?</div>", markup, re.DOTALL)
    if figure is None:
        return ()
    attributes = re.findall(r' (?:class|id|width)="([^"]*)"', figure[0])
    ours = {"tv-right", "wide", "fig-net", "50%", "tv-layers", "tv-hidden"}
    found = {word for text in attributes for word in text.split() if word in ours}
    texts = re.findall(r"<figcaption>.*?</figcaption>|<desc.*?</desc>", figure[0], re.DOTALL)
    plain = (re.sub(r"<[^>]*>", "", text) for text in texts)
    # The directive's captions are numbered and have a link to themselves.
    return (*sorted(found), *(re.sub(r"Fig. \d+|¶", "", text).strip() for text in plain))


@dataclass
class Sites:
    """One project, which each host draws."""

    root: Path

    def model(self, name: str, host: str, with_it: bool) -> str:
        return CASES[name].model.format(host=f"{host}-{with_it}")

    def options(self, name: str, with_it: bool) -> dict[str, str]:
        case = CASES[name]
        return {**case.others, **({name: case.value} if with_it else {})}

    def outcome(self, host: str, name: str, with_it: bool) -> Outcome:
        if not with_it and name == "input-from":
            name = "input"
        return getattr(self, host)(name, with_it)  # type: ignore[no-any-return]

    def directive(self, name: str, with_it: bool) -> Outcome:
        page = self.root / "docs" / "_build" / f"{name}-{with_it}.html"
        if not page.exists():
            self._build()
        return Outcome.of(page.read_text("utf-8"))

    def _build(self) -> None:
        docs = self.root / "docs"
        for name in CASES:
            for with_it in (True, False):
                options = self.options(name, with_it)
                lines = [f".. torchview:: {self.model(name, 'directive', with_it)}"]
                lines += [f"   :{key}: {value}" for key, value in options.items()]
                text = ":orphan:\n\nPage\n====\n\n" + "\n".join(lines) + "\n"
                (docs / f"{name}-{with_it}.rst").write_text(text, "utf-8")
        command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", str(docs), str(docs / "_build")]
        subprocess.run(command, check=True, cwd=docs, capture_output=True, env=os.environ)

    def fence(self, name: str, with_it: bool) -> Outcome:
        lines = [self.model(name, "fence", with_it)]
        lines += [f"{key}: {value}" for key, value in self.options(name, with_it).items()]
        text = "\n".join(["```torchview", *lines, "```"])
        settings = {"root": str(self.root), "paths": ".", "workers": 1}
        extension = "torchview_docs.markdown"
        return Outcome.of(
            markdown.markdown(text, extensions=[extension], extension_configs={extension: settings})
        )

    def cli(self, name: str, with_it: bool) -> Outcome:
        written = self.root / "out" / f"{name}-{with_it}.svg"
        flags = {"yes": "--", "no": "--no-"}
        words = [
            flags[value] + key if isinstance(OPTIONS[key].default, bool) else f"--{key}={value}"
            for key, value in self.options(name, with_it).items()
        ]
        command = ["draw", self.model(name, "cli", with_it), *words, "--workers=1", "-o", str(written)]
        code = main(command)
        return Outcome.of(written.read_text("utf-8")) if code == 0 else Outcome.failed(self.said())

    def api(self, name: str, with_it: bool) -> Outcome:
        from torchview_docs.tracing.inputs import inputs_of

        sys.path.insert(0, str(self.root))
        import nets

        given: dict[str, Any] = {}
        for option in OPTIONS.values():
            if "api" in option.hosts:
                given[TORCHVIEWS.get(option.field, option.field)] = option.default
        given |= {"depth": math.inf, "device": "cpu"}
        if with_it:
            option = OPTIONS[name]
            given[TORCHVIEWS.get(option.field, option.field)] = option.read(CASES[name].value)
        model = eval(self.model(name, "api", with_it), {"nets": nets})
        spec = FigureSpec.read("nets.Net", {"input": self.options(name, with_it)["input"]})
        args, kwargs = inputs_of(spec, model, meta=False)
        try:
            return Outcome.of(draw_graph(model, [*args, *kwargs.values()], **given)._repr_svg_())
        except TraceError as error:
            return Outcome.failed(str(error))

    said: Any = None


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    root = tmp_path_factory.mktemp("hosts")
    (root / "nets.py").write_text(NETS)
    (root / "docs").mkdir()
    (root / "docs" / "conf.py").write_text(
        'extensions = ["torchview_docs.sphinx_ext"]\ntorchview_paths = [".."]\ntorchview_workers = 1\n'
        'numfig = True\ntorchview_cache = "../.torchview_cache"\n'
    )
    (root / "docs" / "index.rst").write_text("Nets\n====\n")
    path = list(sys.path)
    yield Sites(root)
    sys.path[:] = path
    sys.modules.pop("nets", None)
    _builders.close()


def _hosts(option: Option) -> list[str]:
    found = {"page": ["directive", "fence"], "cli": ["cli"], "api": ["api"]}
    return [name for host, names in found.items() if host in option.hosts for name in names]


@pytest.mark.parametrize("name", CASES)
def test_an_option_does_the_same_everywhere(
    name: str, sites: Sites, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sites.root)
    sites.said = lambda: capsys.readouterr().err
    hosts = _hosts(OPTIONS[name])
    drawn = {host: sites.outcome(host, name, True) for host in hosts}
    plain = {host: sites.outcome(host, name, False) for host in hosts}
    for host in hosts:
        assert drawn[host] != plain[host], f"{host} takes no notice of it"
        assert name != "input" or "N×8" in drawn[host].words
        if OPTIONS[name].scope == "page":
            assert drawn[host] == drawn["directive"], host
        else:
            assert drawn[host][:2] == drawn["directive"][:2], host
            assert plain[host][:2] == plain["directive"][:2], host
    if "cli" not in hosts:
        with pytest.raises(SystemExit):
            main(["draw", "nets.Net()", f"--{name}={CASES[name].value}"])
        assert "belongs to a page" in capsys.readouterr().err
