"""Figures for readers who do not see them, or use no mouse."""

from __future__ import annotations

import pytest
from axe import violations
from chromium import Browser
from figure_pages import page
from theme_scenes import everything, figure

pytestmark = pytest.mark.slow

#: The tree that a screen reader gets of the first figure: roles, names and descriptions.
TREE = "Accessibility.getFullAXTree"


def show(browser: Browser, content: str = "", width: int = 1280) -> None:
    main = f"<main><h1>Figures</h1><p id='linear'>Linear</p>{content or everything()}</main>"
    browser.show(page(main, css="body { background: #fff }"), width=width)


def tree(browser: Browser) -> list[tuple[str, str, str]]:
    """Role, name and description of what assistive technology is told of, in order."""
    nodes = browser.driver.execute_cdp_cmd(TREE, {})["nodes"]
    said = [
        tuple(str(node.get(part, {}).get("value", "")) for part in ("role", "name", "description"))
        for node in nodes
        if not node["ignored"]
    ]
    return [(role, name, description) for role, name, description in said]


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(browser: Browser, width: int) -> None:
    show(browser, width=width)
    assert violations(browser) == []


#: Ways to break the page, and the rules that tell.
BROKEN = {
    "svg-img-alt": [
        ('role="group" aria-labelledby="f0.title" aria-describedby="f0.desc"', 'role="img"'),
        ('<title id="f0.title">Net 0</title>', ""),
    ],
    "scrollable-region-focusable": [(' tabindex="0"', "")],
    "landmark-unique": [('tabindex="0" role="group"', 'tabindex="0" role="region"')],
    "link-name": [("</a>", "</a><a href='#x'></a>")],
}


@pytest.mark.parametrize("rule", BROKEN)
def test_axe_would_find_what_is_wrong(browser: Browser, rule: str) -> None:
    whole = everything()
    for right, wrong in BROKEN[rule]:
        assert right in whole
        whole = whole.replace(right, wrong)
    show(browser, whole, width=360)
    assert any(found.startswith(rule) for found in violations(browser))


def test_a_screen_reader_hears_name_description_links_and_table(browser: Browser) -> None:
    show(browser, figure(0))
    heard = tree(browser)
    boxes = [said for said in heard if said[0] == "group"]
    assert boxes[0][1] == "Net 0"
    name, description = next((n, d) for role, n, d in heard if d)
    assert name == "Net 0"
    assert description.startswith("Computation graph of Net: ")
    assert "9,000 parameters" in description
    assert [name for role, name, _ in heard if role == "link"] == ["lin: Linear()"]
    assert [name for role, name, _ in heard if role == "columnheader"] == [
        "Layer", "What it is", "Output", "Parameters",
    ]  # fmt: skip
    rows = [name for role, name, _ in heard if role == "rowheader"]
    assert rows[:3] == ["x", "edges", "Net"]
    assert "inner.a – inner.b" in rows


def test_a_figure_without_links_is_one_image_with_a_name(browser: Browser) -> None:
    show(
        browser,
        figure(0)
        .replace("<a ", "<g ")
        .replace("</a>", "</g>")
        .replace('role="group" aria-l', 'role="img" aria-l', 2),
    )
    assert ("image", "Net 0") in [said[:2] for said in tree(browser)]


def _focused(browser: Browser) -> str:
    return str(
        browser.run(
            "const e = document.activeElement;"
            "return `${e.tagName.toLowerCase()} ${e.getAttribute('class') ?? ''}`.trim()"
        )
    )


def _tabs(browser: Browser, count: int) -> list[str]:
    """What is focused, one after the other, by so many presses of the tab key."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    found = []
    for _ in range(count):
        ActionChains(browser.driver).send_keys(Keys.TAB).perform()
        found.append(_focused(browser))
    return found


def test_the_tab_key_reaches_the_box_the_link_and_the_table(browser: Browser) -> None:
    show(browser, figure(0), width=360)
    assert _tabs(browser, 3) == ["div tv-box tv-center", "a tv-lin", "div tv-layers"]


def test_the_arrow_keys_scroll_a_box_that_has_the_focus(browser: Browser) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    show(browser, figure(0), width=360)
    _tabs(browser, 1)
    for _ in range(8):
        ActionChains(browser.driver).send_keys(Keys.ARROW_RIGHT).perform()
    scrolled = "return document.querySelector('.tv-box').scrollLeft > 40"
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(browser.driver, 5).until(lambda _: browser.run(scrolled))


SHOWN = """
const e = document.querySelector('.tv-details summary'), box = e.getBoundingClientRect();
return box.width > 20 && box.height > 8 && document.elementFromPoint(box.left + 9, box.top + 5) === e;
"""


def test_a_hidden_table_appears_when_it_is_reached_and_opens_with_the_enter_key(browser: Browser) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    show(browser, figure(3))
    assert not browser.run(SHOWN)
    assert ("DisclosureTriangle", "Layers as a table") in [said[:2] for said in tree(browser)]
    while _focused(browser) != "summary":
        _tabs(browser, 1)
    assert browser.run(SHOWN)
    ActionChains(browser.driver).send_keys(Keys.ENTER).perform()
    assert browser.run("return document.querySelector('.tv-table').checkVisibility()")
    # It stays when the focus leaves it.
    browser.run("document.activeElement.blur()")
    assert browser.run(SHOWN)


def test_a_hidden_table_takes_no_room(browser: Browser) -> None:
    shown = figure(3)
    without = shown.partition("<details")[0] + shown.partition("</details>")[2]
    heights = []
    for content in (shown, without):
        show(browser, content)
        heights.append(browser.run("return document.documentElement.scrollHeight"))
    assert heights[0] == heights[1]
