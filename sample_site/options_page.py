"""Writes pages/options.md from the table of options; a test holds the two together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from torchview_docs.options import Option
from torchview_docs.settings import SETTINGS
from torchview_docs.spec import OPTIONS

PAGE = Path(__file__).parent / "pages" / "options.md"

_HEAD = """\
# Options

<!-- Written by sample_site/options_page.py from the table of options. -->

An option of a figure is written as `:name: value` in a directive and as `name: value` in a fence.
Defaults for all figures go into `conf.py` (`torchview_<name>`, with `_` for `-`), into `mkdocs.yml`
(below the plugin) or into the table `[tool.torchview-docs]` of `pyproject.toml`; on the command
line an option is a flag (`--name value`, `--no-name` where it is true or false). What a page says
wins over the host's configuration, and that over `pyproject.toml`.
"""

_SECTIONS = {
    "trace": (
        "What is traced",
        "Figures that agree in these share one trace.",
    ),
    "limit": (
        "How far tracing goes",
        (
            "A model that really depends on data cannot be traced on meta; where it fits within these, "
            "it runs on real tensors. A figure that is not drawn because of a limit is tried again in "
            "each build."
        ),
    ),
    "view": ("What is shown of it", "These cost no trace."),
    "page": ("How it stands in the page", ""),
}

_WHERE = {"page": "page", "config": "defaults", "cli": "command line", "api": "`draw_graph`"}


def render() -> str:
    """The page."""
    parts = [_HEAD]
    for scope, (title, about) in _SECTIONS.items():
        parts.append(f"## {title}\n")
        if about:
            parts.append(about + "\n")
        parts += _entries(option for option in OPTIONS.values() if option.scope == scope)
    parts.append("## Settings of the project\n")
    parts += _entries(SETTINGS.values())
    return "\n".join(parts)


def _entries(options: Iterable[Option]) -> list[str]:
    return [_entry(option) for option in options]


def _entry(option: Option) -> str:
    lines = [f"### {option.name}\n", option.help + "\n", f"- Values: {option.kind.values}"]
    if option.default not in (None, ()):
        lines.append(f"- Default: `{option.write(option.default)}`")
    lines.append(
        "- Where: "
        + ", ".join(text for host, text in _WHERE.items() if host in option.hosts and host != "api")
    )
    if option.example:
        lines.append(f"- Example: `{option.name}: {option.example}`")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
