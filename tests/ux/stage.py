"""Whoever measures works on this: a served Spits, a browser, and people who are signed in."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from playwright.sync_api import Browser, CDPSession, Page

from tests.serving import Spits
from tests.ux.watching import WATCH

SESSION = "spits_session"
# What the browser and htmx say of a line that was cut, as it is on purpose.
WHEN_CUT = ("Failed to load resource", "htmx:sendError", "htmx:afterRequest")
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 780}


@dataclass
class Stage:
    spits: Spits
    browser: Browser
    people: Mapping[str, Mapping[str, str]]
    database: str
    # Of every page that was opened: requests to others, console errors, violations of the CSP.
    foreign: list[str] = field(default_factory=list)
    _taken: int = 0

    @property
    def address(self) -> str:
        return self.spits.address

    def an_agent(self) -> str:
        """An agent of the volume who has not worked yet."""
        self._taken += 1
        return f"agent {self._taken - 1}"

    @contextmanager
    def page(
        self,
        person: str,
        path: str = "/",
        *,
        size: Mapping[str, int] = DESK,
        language: str = "nl",
        scheme: str = "light",
        javascript: bool = True,
    ) -> Iterator[Page]:
        """A page of somebody in a context of its own."""
        context = self.browser.new_context(
            base_url=self.address,
            locale=f"{language}-NL" if language == "nl" else "en-GB",
            viewport=dict(size),
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        cookies = {SESSION: self.people[person]["session"], "django_language": language}
        context.add_cookies(
            [{"name": name, "value": value, "url": self.address} for name, value in cookies.items()]
        )
        if javascript:
            context.add_init_script(WATCH)
        page = context.new_page()
        page.on("request", lambda asked: self._note_foreign(asked.url))
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.foreign.append(f"error: {error}"))
        try:
            page.goto(path)
            if javascript:
                ready(page)
            yield page
        finally:
            context.close()

    def _note_foreign(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:", "tel:")):
            self.foreign.append(url)

    def _note_console(self, message: Any) -> None:
        if message.type == "error" and not message.text.startswith(WHEN_CUT):
            self.foreign.append(f"console: {message.text}")

    def api(self, person: str, path: str, body: object | None = None) -> Any:
        """Ask the API as somebody; a POST when there is a body."""
        request = urllib.request.Request(
            f"{self.address}/api/v1/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Token {self.people[person]['token']}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(sql, values).fetchall()


def ready(page: Page) -> None:
    page.wait_for_function("() => document.documentElement.classList.contains('js')")


def quiet(page: Page) -> None:
    """Wait until nothing is under way, and keys work again after a change."""
    page.wait_for_function(
        "() => !document.querySelector('[aria-busy=true], .htmx-request, .htmx-settling')"
        " && performance.now() - ux.settled > 260"
    )


def press(page: Page, *keys: str) -> None:
    """Press keys one after another, each when the one before has been dealt with."""
    for key in keys:
        quiet(page)
        page.keyboard.press(key)


def to_customer(page: Page) -> None:
    """The work screen with a customer, who is asked for when there is none yet."""
    if not page.locator("#who").count():
        page.evaluate("document.querySelector('#shift-state[name=say]')?.click()")
        quiet(page)
        page.locator("#next").click()
    page.locator("#who").wait_for()  # by no handle, which would keep this very element
    quiet(page)


@contextmanager
def slowed(page: Page) -> Iterator[CDPSession]:
    """A slow computer on a slow line: a quarter of the speed, 40 ms, 10 Mbit/s."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    session.send("Network.enable")
    megabits = 10 * 1_000_000 / 8
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 40,
            "downloadThroughput": megabits,
            "uploadThroughput": megabits,
        },
    )
    yield session
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
