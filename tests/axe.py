"""axe-core in a page: what it finds wrong with the accessibility of figures."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from chromium import Browser

__all__ = ["violations"]

#: What we write into a page. Its theme may have faults of its own.
_OURS = ("figure:has(.tv)", ".tv-box", ".tv-notes", ".tv-details", ".tv-layers", ".tv-error")
#: All rules, also those that are no part of a standard. They are judged for the whole page, and told
#: where they are broken in what is ours.
_RUN = """
const [include, done] = arguments;
const there = include.filter(name => document.querySelector(name));
axe.run({include: there}, {resultTypes: ['violations', 'incomplete'], rules: arguments[2] ?? {}}).then(
    found => done([found.violations, found.incomplete].map(kind => kind.flatMap(rule =>
        rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)} – ${node.failureSummary}`)))),
    error => done([[String(error)], []]));
"""


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def violations(browser: Browser) -> list[str]:
    """What is wrong with the figures of the page that is shown."""
    browser.run(_axe())
    found, _ = browser.driver.execute_async_script(_RUN, list(_OURS))
    return [str(one) for one in found]
