"""Every page of every role: what axe finds, what is too wide, too small or hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests import test_tokens
from tests.ux.figures import Figure, found
from tests.ux.stage import DESK, PHONE, Stage, quiet, ready, to_customer

AXE = "tests/vendor/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ROLES = ("agent", "teamleider", "verkoper", "verkoopleider", "receptie", "beheer")
PANELS = "345678"
NARROWEST = {"width": 320, "height": 780}
# Not our pages: Django's own administration, what ends the session, files.
NOT_OURS = re.compile(r"^/(admin|api|static|accounts/logout|healthz|live)\b")
MOST_PAGES = 40  # of one role
MOST_STOPS = 80  # of the Tab key on one page

SIDEWAYS = "() => document.documentElement.scrollWidth - innerWidth"
# Targets in a sentence are as high as its line; what is not shown is no target (WCAG 2.5.8).
LINKS = """() => [...document.querySelectorAll("a[href^='/']")].map(
  (one) => one.getAttribute("href"))"""
SMALL = """least => [...document.querySelectorAll(
    "a[href], button, summary, select, textarea, [role=option], input:not([type=hidden])")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.matches(":disabled"))
  .filter((one) => !one.closest("p, li:not([id]), dd, td, .visually-hidden, .list-text, .message"))
  .filter((one) => !one.matches(".skip, .visually-hidden, input[type=checkbox], input[type=radio]"))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < least - 0.5 || box.height < least - 0.5))
  .map(([one, {width, height}]) => `${one.outerHTML.slice(0, 90)} ${width}x${height}`)"""
LOW = """([selector, least]) => [...document.querySelectorAll(selector)]
  .filter((one) => one.checkVisibility())
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < least - 0.5)
  .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${Math.round(box.height)} high`)"""
HIDDEN = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const box = one.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
  const tag = one.outerHTML.slice(0, 120);
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return ["outside", tag];
  const top = document.elementFromPoint(x, y);
  const label = top?.closest("label")?.control;
  return [one.contains(top) || top?.contains(one) || label === one ? "" : "covered", tag];
}"""


@dataclass
class Findings:
    axe: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    small: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    looked: int = 0

    def look(self, page: Page, name: str, *, tabs: bool) -> None:
        """Look at a page as it is, on the desk and on the phone, light and dark."""
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            tall = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({**size, "height": tall + 200})  # no bar lies over anything
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self.axe += [f"{name} {size['width']} {scheme}: {one}" for one in violations(page)]
                self.looked += 1
            self.small += [f"{name} {size['width']}: {one}" for one in page.evaluate(SMALL, 24)]
        phone_primaries = [".btn-primary", 44]
        self.small += [f"{name} 360: {one}" for one in page.evaluate(LOW, phone_primaries)]
        self.small += [f"{name} 360: {one}" for one in page.evaluate(LOW, [".result", 48])]
        for size in (PHONE, NARROWEST):
            page.set_viewport_size(size)
            wide = page.evaluate(SIDEWAYS)
            if wide > 0:
                self.sideways.append(f"{name} at {size['width']}: {wide} px too wide")
        if tabs:
            for size in (DESK, PHONE):
                page.set_viewport_size(size)
                self.hidden += [f"{name} {size['width']}: {one}" for one in covered(page)]


def violations(page: Page) -> list[str]:
    if not page.evaluate("() => Boolean(globalThis.axe)"):
        with open(AXE, encoding="utf-8") as axe:
            page.evaluate(axe.read())
    # Without the rest of what it could tell, such as how to find what is right, it takes half.
    told = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)
    return [f"{one['id']} {one['nodes'][0]['html'][:120]}" for one in told["violations"]]


def covered(page: Page) -> list[str]:
    """What has the focus and cannot be seen, with the Tab key through the page."""
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    bad = []
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        told = page.evaluate(HIDDEN)
        if told is None:
            break
        if told[0]:
            bad.append(": ".join(told))
    return bad


def kind_of(path: str) -> str:
    """An address without what it names: whose page it is, or which dealership."""
    return re.sub(r"\d+|(?<=/vestigingen/)[\w-]+|(?<=/redenen/)[\w-]+", "N", path.split("?")[0])


def pages_of(stage: Stage, role: str) -> list[str]:
    """Addresses of the pages that a role reaches by links, one of each kind."""
    found: list[str] = []
    known: set[str] = set()
    with stage.page(role) as page:
        waiting = [page.evaluate("location.pathname")]
        while waiting and len(found) < MOST_PAGES:
            path = waiting.pop(0)
            if kind_of(path) in known or NOT_OURS.match(path):
                continue
            known.add(kind_of(path))
            answer = page.goto(path)
            if answer is None or not answer.ok or "html" not in answer.headers["content-type"]:
                continue
            arrived = page.evaluate("location.pathname")
            if arrived == path.split("?")[0] or kind_of(arrived) not in known:
                known.add(kind_of(arrived))
                found.append(path)
            waiting += page.evaluate(LINKS)
    return found


def rows(stage: Stage) -> Iterator[Figure]:
    seen = Findings()
    known: set[str] = set()
    for role in ROLES:
        # Where a role begins, an address may show another page than it does to others.
        first, *others = pages_of(stage, role)
        fresh = [first, *(path for path in others if path not in known)]
        known |= set(fresh)
        for language in ("nl", "en"):
            with stage.page(role, language=language) as page:
                for path in fresh:
                    page.set_viewport_size(DESK)
                    page.goto(path)
                    seen.look(page, f"{path} {language}", tabs=language == "nl")
    for language in ("nl", "en"):
        with stage.page(stage.an_agent(), "/bellen/", language=language) as page:
            to_customer(page)
            # A shift that begins asks about notifications; once answered that covers nothing.
            seen.look(page, f"with a question {language}", tabs=False)
            page.set_viewport_size(DESK)
            page.evaluate("document.querySelector('[data-explained]').click()")
            seen.look(page, f"with a customer {language}", tabs=True)
            for key in PANELS:
                page.set_viewport_size(DESK)
                page.goto("/bellen/")  # with the customer who is held
                ready(page)
                quiet(page)
                page.keyboard.press(key)
                page.locator("#panel").wait_for()
                quiet(page)
                seen.look(page, f"panel {key} {language}", tabs=language == "nl")
    count = f"{len(known)} pages, {seen.looked} looks; "
    axe = found(17, "axe, every page, light and dark, 1366 and 360, nl and en", seen.axe)
    yield Figure(17, axe.name, axe.seen, 0, 0, "found", count + axe.remark)
    yield from colours()
    yield found(20, "sideways scroll at 360 and 320", seen.sideways)
    yield found(21, "targets under 24 px; phone primaries under 44, outcomes under 48", seen.small)
    yield found(22, "focus that is covered or outside", seen.hidden)


def colours() -> Iterator[Figure]:
    """Of the token sheet: pairs that cannot be read, and the distance between the tones."""
    low = [
        f"{theme}: {pair}"
        for theme, colours in test_tokens.THEMES.items()
        for pairs, least in ((test_tokens.TEXT, 4.5), (test_tokens.SHAPES, 3.0))
        for pair in pairs
        if test_tokens.contrast(colours[pair[0]], colours[pair[1]]) < least
    ]
    yield found(18, "token pairs under 4.5 (text) or 3 (shapes)", low)
    closest = min(map(test_tokens.closest_tones, test_tokens.SIGHT))
    short = max(0.0, test_tokens.LEAST_APART - closest)
    remark = f"the closest two are {closest:.1f} apart"
    yield Figure(
        19, "what tones lack of 15 apart, for four kinds of eyes", short, 0, 3, "CIE76", remark
    )
