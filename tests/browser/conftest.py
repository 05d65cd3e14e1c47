"""Debian's Chromium, headless, on a live server: people signed in side by side."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from secretariat.models import Person
from tests.workers import wait_for

# What a browser may say on its console without anything being wrong.
HARMLESS = ("status of 409", "status of 422", "status of 404", "status of 403")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing, and without it nothing proves the pages.")
        pytest.skip("Chromium can be neither found nor installed here.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


class Desk:
    """One person's browser window, which remembers whatever its pages complained of."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning") and not any(
            words in message.text for words in HARMLESS
        ):
            self.complaints.append(message.text)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def check(self) -> None:
        """No console message, nothing off the edge at 320 pixels, nothing axe would name."""
        self.page.wait_for_load_state()
        assert self.complaints == []
        for width in (1280, 320):
            self.page.set_viewport_size({"width": width, "height": 900})
            overflow = self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{self.page.url} is {overflow} pixels too wide at {width}"
            found = Axe().run(self.page, options={"runOnly": RULES}).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:150]) for v in found] == [], self.page.url
        self.page.set_viewport_size({"width": 1280, "height": 900})


@pytest.fixture
def open_for(chromium: Browser, live_server: Any) -> Iterator[Any]:
    """Open a window for a person, or for a visitor; `dark`, `script` and `width` as wanted."""
    contexts = []

    def enter(
        person: Person | None = None, *, dark: bool = False, script: bool = True, width: int = 1280
    ) -> Desk:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        if person is not None:
            client = Client()
            client.force_login(person.user, backend="bpic.accounts.PersonBackend")
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies(
                [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
            )
        return Desk(context, live_server.url)

    yield enter
    for context in contexts:
        context.close()
    _let_the_server_finish()


def _let_the_server_finish() -> None:
    """The last words of a page may be on their way while the database is emptied for the next.

    Each connection of a browser has a thread of the server, which ends when both are done.
    """

    def silent() -> bool:
        return not any("process_request" in thread.name for thread in threading.enumerate())

    wait_for(silent, 30)
