"""What a page weighs and when it stands there; what the answers to a key weigh; the palette."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from playwright.sync_api import CDPSession, Page, Response

from tests.ux.figures import Figure, percentile
from tests.ux.stage import Stage, press, quiet, ready, slowed, to_customer

REPEATS = 7
LOOKED_UP = 40
SOUGHT = ("proef", "06 1000", "sanne de proef")
KB = 1_000
PROXY_LEVEL = 6  # of gzip, as a proxy in front of Spits compresses


@dataclass
class Wire:
    """The answers that a page asked for, as heavy as a compressing proxy sends them."""

    answers: list[Response] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("response", self._keep)

    def _keep(self, answer: Response) -> None:
        if answer.request.resource_type != "eventsource":  # which never ends
            self.answers.append(answer)

    def kilobytes(self, *kinds: str) -> float:
        """Of these kinds of resources, or of all but fonts; what the browser kept is not sent."""
        sent = [
            one
            for one in self.answers
            if one.status == 200
            and (one.request.resource_type in kinds if kinds else True)
            and one.request.resource_type != "font"
        ]
        return sum(map(_weight, sent)) / KB


def _weight(answer: Response) -> int:
    """In bytes; collected files come compressed, and all else the proxy compresses."""
    if "content-encoding" in answer.headers:
        return max(0, answer.request.sizes()["responseBodySize"])  # less than 0: it was kept
    return len(gzip.compress(answer.body(), PROXY_LEVEL))


@dataclass
class Line:
    """What went over the line, as the browser itself tells it."""

    sent: set[str] = field(default_factory=set)  # addresses
    kept: int = 0
    _address: dict[str, str] = field(default_factory=dict)
    _is_kept: set[str] = field(default_factory=set)

    def watch(self, session: CDPSession) -> None:
        session.on("Network.requestServedFromCache", self._came_from_memory)
        session.on("Network.responseReceived", self._began)
        session.on("Network.loadingFinished", self._ended)

    def _came_from_memory(self, told: dict[str, Any]) -> None:
        self._is_kept.add(told["requestId"])

    def _began(self, told: dict[str, Any]) -> None:
        self._address[told["requestId"]] = told["response"]["url"]
        if told["response"].get("fromDiskCache"):
            self._is_kept.add(told["requestId"])

    def _ended(self, told: dict[str, Any]) -> None:
        request = told["requestId"]
        if request in self._is_kept:
            self.kept += 1
        elif request in self._address:
            self.sent.add(self._address[request])


def settle(page: Page) -> None:
    """Wait for what a page asks when it is there; its stream of news never ends."""
    page.wait_for_load_state()
    page.wait_for_timeout(1_500)


def rows(stage: Stage) -> Iterator[Figure]:
    person = stage.an_agent()
    wire = Wire()
    with stage.page(person, "/accounts/password/change/") as page:
        # A context of its own keeps nothing yet but what this page needed: ask for it anew.
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.clearBrowserCache")
        wire.watch(page)
        page.goto("/bellen/")
        ready(page)
        settle(page)
        count = f"{len(wire.answers)} requests"
        yield Figure(10, "first load of the work screen", wire.kilobytes(), 90, 130, "kB", count)
        yield Figure(10, "of that, scripts", wire.kilobytes("script"), 45, 60, "kB")
        yield Figure(10, "of that, styles", wire.kilobytes("stylesheet"), 35, 45, "kB")
        to_customer(page)
        wire.answers.clear()
        for _call in range(10):
            press(page, "1")
            quiet(page)
        fragments = [
            len(gzip.compress(one.body(), PROXY_LEVEL)) / KB
            for one in wire.answers
            if one.request.method == "POST" and one.url.endswith("/uitkomst/")
        ]
        yield Figure(12, "next customer on the wire", median(fragments), 5, 8, "kB")
        yield from warm(page)
    yield from painted(stage, person)
    yield from palette(stage, person)


def warm(page: Page) -> Iterator[Figure]:
    """A second visit: what is sent again although the browser has it."""
    page.goto("/bellen/")
    settle(page)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    line, wire = Line(), Wire()
    line.watch(session)
    wire.watch(page)
    page.goto("/bellen/")
    settle(page)
    begins = max(
        place for place, one in enumerate(wire.answers) if one.request.is_navigation_request()
    )
    wire.answers = [one for one in wire.answers[begins:] if one.url in line.sent]
    asked_again = [address for address in line.sent if "/static/" in address]
    count = f"{len(line.sent)} requests"
    yield Figure(13, "warm load of the work screen", wire.kilobytes(), 15, 25, "kB", count)
    kept = f"{line.kept} came from what the browser kept"
    yield Figure(13, "files asked again", len(asked_again), 0, 0, "files", kept)


def painted(stage: Stage, person: str) -> Iterator[Figure]:
    def largest(*, slow: bool) -> float:
        with stage.page(person, "/accounts/password/change/") as page:
            session = page.context.new_cdp_session(page)
            session.send("Network.enable")
            session.send("Network.clearBrowserCache")
            if slow:
                with slowed(page):
                    return _painted(page)
            return _painted(page)

    usual = [largest(slow=False) for _time in range(REPEATS)]
    yield Figure(14, "largest paint, nothing kept, median", median(usual) / 1e3, 1, 1.5, "s")
    slow = [largest(slow=True) for _time in range(REPEATS)]
    yield Figure(14, "the same, slowed down", median(slow) / 1e3, 1.8, 2.5, "s")


def _painted(page: Page) -> float:
    page.goto("/bellen/")
    settle(page)
    found: float = page.evaluate("ux.painted")
    return found


def palette(stage: Stage, person: str) -> Iterator[Figure]:
    """From the last letter to the rows that belong to it."""
    (customers,) = stage.rows("SELECT count(*) FROM leads_customer")[0]
    with stage.page(person, "/mijn-dag/") as page:
        page.evaluate(
            """() => {
              const rows = document.getElementById("palette-rows");
              let typed = 0;
              const field = document.getElementById("palette-q");
              field.addEventListener("input", (event) => (typed = event.timeStamp));
              ux.found = [];
              rows.addEventListener("htmx:afterSettle", () => requestAnimationFrame(() => {
                if (typed) ux.found.push(performance.now() - typed);
                typed = 0;
              }));
            }"""
        )
        for number in range(LOOKED_UP):
            page.keyboard.press("Control+k")
            page.wait_for_selector("#palette[open]")
            quiet(page)
            seen = page.evaluate("ux.found.length")
            page.keyboard.insert_text(f"{SOUGHT[number % len(SOUGHT)]}{number}")
            page.wait_for_function("seen => ux.found.length > seen", arg=seen)
            page.keyboard.press("Escape")
            page.wait_for_selector("#palette:not([open])", state="attached")
        times = page.evaluate("ux.found")
    remark = f"of {len(times)}, {customers:,} customers"
    yield Figure(
        30, "palette: last letter to rows, p95", percentile(times, 0.95), 200, 400, "ms", remark
    )
