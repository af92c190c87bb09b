"""What keys alone, no JavaScript, twenty presses at once and a lost line do to an agent's work."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Error, Page

from tests.ux.figures import Figure, found
from tests.ux.stage import Stage, press, quiet, to_customer

AT_ONCE = 20
SAID = re.compile(r'class="message-text">([^<]*)<')
STATE = """SELECT owner_id, queue, kind, status, next_call_at, close_reason_id
           FROM leads_lead WHERE id = %s"""
OUTCOMES = (
    (2, "not reached, keys to the next customer", ("1",), "leads_attempt"),
    (3, "appointment in a proposed slot, keys", ("4", "1"), "leads_appointment"),
    (3, "no interest with its reason, keys", ("6", "2"), ""),
    (3, "call-back at a usual moment, keys", ("3", "1"), "leads_callback"),
)
UNDONE = (("not reached", ("1",)), ("no interest", ("6", "2")), ("call-back", ("3", "1")))
READ = (("verkoper", "/leads/"), ("verkoopleider", "/akkoord/"), ("verkoopleider", "/cijfers/"))
WITHOUT_JAVASCRIPT = (
    ("dispose", (".result[data-key='1']",)),
    ("call back", (".result[data-key='3']", "#panel .option[data-key='1']")),
    ("close out", (".result[data-key='6']", "#panel .option[data-key='2']")),
)


def rows(stage: Stage) -> Iterator[Figure]:
    with stage.page(stage.an_agent(), "/bellen/") as page:
        to_customer(page)
        for number, name, keys, table in OUTCOMES:
            lead = held(page)
            before = page.evaluate("ux.keys")
            press(page, *keys)
            quiet(page)
            used = page.evaluate("ux.keys") - before
            is_done = _is_done(stage, lead, table)
            yield Figure(number, name, used if is_done else None, len(keys), len(keys))
            if held(page) == lead:  # an appointment: on to its salesperson
                press(page, "1")
                quiet(page)
        yield from undone(stage, page)
        yield twenty_times(stage, page)
        yield offline(stage, page)
    yield from without_javascript(stage)


def held(page: Page) -> int:
    """The number of the lead whose customer stands on the screen."""
    found_at: str = page.evaluate("document.querySelector('#call').getAttribute('action')")
    return int(found_at.split("/")[2])


def _is_done(stage: Stage, lead: int, table: str) -> bool:
    if not table:
        sql = "SELECT 1 FROM leads_lead WHERE id = %s AND status = 'closed'"
        return bool(stage.rows(sql, lead))
    return bool(stage.rows(f"SELECT 1 FROM {table} WHERE lead_id = %s", lead))


def undone(stage: Stage, page: Page) -> Iterator[Figure]:
    """What one key takes back: the lead is as it was, byte for byte, and stands there again."""
    for name, keys in UNDONE:
        lead = held(page)
        before = stage.rows(STATE, lead)
        press(page, *keys)
        quiet(page)
        changed = stage.rows(STATE, lead)
        press(page, "z")
        quiet(page)
        is_back = before != changed and stage.rows(STATE, lead) == before and held(page) == lead
        yield Figure(4, f"undo of {name}, keys", 1 if is_back else None, 1, 1)


def twenty_times(stage: Stage, page: Page) -> Figure:
    """The same outcome, sent by twenty requests at once: done once, and answered as one."""
    lead = held(page)
    fields: dict[str, str] = page.evaluate(
        "() => Object.fromEntries(new FormData(document.querySelector('#call')))"
    )
    cookies = "; ".join(
        f"{one['name']}={one['value']}" for one in page.context.cookies(stage.address)
    )
    body = urllib.parse.urlencode({**fields, "result": "no_answer"}).encode()

    def send(_number: int) -> str:
        request = urllib.request.Request(
            f"{stage.address}/bellen/{lead}/uitkomst/",
            data=body,
            headers={"Cookie": cookies, "HX-Request": "true", "Referer": stage.address},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                said = SAID.search(answer.read().decode())
                return said[1] if said else "nothing said"
        except urllib.error.HTTPError as refused:
            return f"answered {refused.code}"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, range(AT_ONCE)))
    made = attempts_since(stage, lead, int(fields["seen"]))
    wrong = [f"{made} attempts"] * (made != 1) + [one for one in answers if one != answers[0]]
    page.reload()
    to_customer(page)
    return found(26, f"{AT_ONCE} requests of one action: not once, or told otherwise", wrong)


def attempts_since(stage: Stage, lead: int, seen: int) -> int:
    """How many attempts the timeline tells after an entry."""
    sql = "SELECT count(*) FROM leads_event WHERE lead_id = %s AND verb = %s AND id > %s"
    made: int = stage.rows(sql, lead, "attempted", seen)[0][0]
    return made


def offline(stage: Stage, page: Page) -> Figure:
    """An outcome that is pressed without a line, and when it is there after the line is back."""
    lead, seen = held(page), int(page.input_value("[name=seen]"))
    page.context.set_offline(True)
    page.keyboard.press("1")
    page.wait_for_timeout(1_000)
    page.context.set_offline(False)
    began = time.monotonic()
    while not attempts_since(stage, lead, seen) and time.monotonic() < began + 15:
        page.wait_for_timeout(50)
    took = time.monotonic() - began
    page.wait_for_timeout(2_000)  # a second one would come now
    is_once = attempts_since(stage, lead, seen) == 1
    name = "outcome pressed offline: there after reconnecting"
    return Figure(27, name, took if is_once else None, 3, 6, "s")


def without_javascript(stage: Stage) -> Iterator[Figure]:
    """The work of an agent as plain forms, and what a salesperson and a manager read."""
    failed: list[str] = []
    with stage.page(stage.an_agent(), "/bellen/", javascript=False) as page:
        for name in ("start of shift", "next"):
            if not page.locator("#who").count():
                _step(failed, name, page.locator("#next").click)
        for name, clicks in WITHOUT_JAVASCRIPT:
            before = page.locator("#call").get_attribute("action")
            for one in clicks:
                _step(failed, name, page.locator(one).first.click)
            if page.locator("#call").get_attribute("action") == before:
                failed.append(f"{name}: the customer stays")
    for person, path in READ:
        with stage.page(person, path, javascript=False) as page:
            if not page.locator("main h1").count():
                failed.append(f"{path} has no heading")
    yield found(24, "without JavaScript: what does not work", failed)


def _step(failed: list[str], name: str, act: Callable[[], None]) -> None:
    try:
        act()
    except Error as problem:  # what the page does not let happen is a finding
        failed.append(f"{name}: {str(problem).splitlines()[0]}")
