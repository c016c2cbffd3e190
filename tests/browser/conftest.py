"""A headless Chromium for all browser tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException

INSTALL = "the browser tests need Chromium: `make system`, or sudo apt-get install chromium chromium-driver"


@dataclass(frozen=True)
class Browser:
    """A browser that shows pages, as large as a screen, in the light or in the dark.

    Attributes:
        driver: Selenium's driver, for what is not here.
        folder: Where `show` writes pages.
    """

    driver: webdriver.Chrome
    folder: Path

    def show(
        self, html: str, *, width: int = 1280, height: int = 900, dark: bool = False, print_: bool = False
    ) -> None:
        """Show a page, written by hand.

        Args:
            html: The whole page.
            width: Of the screen, in px.
            height: Of the screen, in px.
            dark: Whether the reader's system prefers dark.
            print_: Whether it is shown as it would be printed.
        """
        file = self.folder / "page.html"
        file.write_text(html, "utf-8")
        self.open(file.as_uri(), width=width, height=height, dark=dark, print_=print_)

    def open(
        self, address: str, *, width: int = 1280, height: int = 900, dark: bool = False, print_: bool = False
    ) -> None:
        """Show a page; see `show`."""
        cdp = self.driver.execute_cdp_cmd
        cdp(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        cdp("Emulation.setEmulatedMedia", {"media": "print" if print_ else "", "features": [scheme]})
        self.driver.get_log("browser")
        self.driver.get(address)

    def run(self, script: str, *args: Any) -> Any:
        """Run the body of a JavaScript function in the page and give what it returns."""
        return self.driver.execute_script(script, *args)

    def console_errors(self) -> list[str]:
        """What went wrong since the page was opened; a missing favicon doesn't count."""
        entries = self.driver.get_log("browser")
        return [e["message"] for e in entries if e["level"] == "SEVERE" and "favicon.ico" not in e["message"]]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser, one per test process."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        pytest.fail(INSTALL, pytrace=False)
    folder = tmp_path_factory.mktemp("browser")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={folder / 'profile'}",
    ):
        options.add_argument(argument)
    service = webdriver.ChromeService(chromedriver, env={**os.environ, "HOME": str(folder)})
    try:
        driver = webdriver.Chrome(options=options, service=service)
    except WebDriverException as error:
        pytest.fail(f"Chromium does not start: {error.msg}", pytrace=False)
    try:
        yield Browser(driver, folder)
    finally:
        driver.quit()
