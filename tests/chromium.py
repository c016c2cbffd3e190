"""A headless Chromium that shows pages and answers questions about them."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selenium import webdriver

INSTALL = "the browser tests need Chromium: `make system`, or sudo apt-get install chromium chromium-driver"


class NoBrowserError(Exception):
    """There is no Chromium."""


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


def start(folder: Path) -> Browser:
    """A fresh browser with its profile in this folder.

    Raises:
        NoBrowserError: With a line that says how to install one.
    """
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        raise NoBrowserError(INSTALL)
    from selenium import webdriver

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
    return Browser(webdriver.Chrome(options=options, service=service), folder)
