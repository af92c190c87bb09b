"""An agent's day: keys for each call, and how long the next customer takes to stand there."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from statistics import median

from playwright.sync_api import CDPSession, Page

from tests.ux.figures import Figure, found, percentile
from tests.ux.stage import Stage, press, quiet, slowed, to_customer

CALLS_OF_A_DAY = 275
CALLS_OF_A_SESSION = 60
CALLS_OF_THE_MIX = 40
# How calls end, of forty (ux.md 2.1), and the keys of each. What follows an appointment or a
# quote is that the customer goes on to a salesperson: one key more.
MIX = (
    ("not reached", 22, ("1",)),
    ("voicemail", 3, ("2",)),
    ("call-back", 5, ("3", "1")),
    ("appointment", 2, ("4", "1", "1")),
    ("no interest", 6, ("6", "2")),
    ("wrong details", 1, ("7", "4")),
    ("do not call", 1, ("9",)),
)
WINDOW = 50
OTHER_CUSTOMER = """before => {
  const form = document.querySelector("#call");
  return form && form.action !== before;
}"""


def outcomes(calls: int) -> list[tuple[str, tuple[str, ...]]]:
    """The mix, as often as it takes, in an order that is the same each time."""
    whole = [(name, keys) for name, share, keys in MIX for _call in range(share)]
    chance = Random(7)
    mixed: list[tuple[str, tuple[str, ...]]] = []
    while len(mixed) < calls:
        mixed += chance.sample(whole, len(whole))
    return mixed[:calls]


def work(page: Page, name: str, keys: tuple[str, ...]) -> float:
    """End a call; return the milliseconds from its last key to the next customer."""
    before = page.evaluate("document.querySelector('#call').action")
    for key in keys:
        press(page, key)
    page.wait_for_function(OTHER_CUSTOMER, arg=before)
    quiet(page)
    took: float = page.evaluate("ux.took.at(-1)")
    return took


def rows(stage: Stage) -> Iterator[Figure]:
    with stage.page(stage.an_agent(), "/bellen/") as page:
        to_customer(page)
        page.evaluate("ux.shift = 0")  # the shift began by no hand, which would count
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        took: list[tuple[str, float]] = []
        memory: dict[int, tuple[float, float]] = {}
        seen_of_session: dict[str, float] = {}
        keys_of_mix = 0
        for number, (name, keys) in enumerate(outcomes(CALLS_OF_A_DAY)):
            if number in (WINDOW, CALLS_OF_A_DAY - 1):
                memory[number] = weight(session)
            if number == CALLS_OF_THE_MIX:
                keys_of_mix = page.evaluate("ux.keys")
            if number == CALLS_OF_A_SESSION:
                seen_of_session = page.evaluate("({shift: ux.shift, slowest: ux.slowest})")
            took.append((name, work(page, name, keys)))
        astray = page.evaluate("ux.astray")
        mouse = page.evaluate("ux.mouse")
    times = [one for _name, one in took]
    yield Figure(1, "outcome keys a call, 40 calls", keys_of_mix / CALLS_OF_THE_MIX, 1.4, 1.6)
    first = [one for name, one in took[:CALLS_OF_A_DAY] if name == "not reached"][:120]
    remark = f"of {len(first)}"
    yield Figure(5, "key to next customer painted, p50", median(first), 80, 250, "ms", remark)
    yield Figure(5, "key to next customer painted, p95", percentile(first, 0.95), 150, 250, "ms")
    yield from throttled(stage)
    yield Figure(15, "layout shift in 60 calls", seen_of_session["shift"], 0.02, 0.05)
    yield Figure(16, "slowest interaction in 60 calls", seen_of_session["slowest"], 100, 200, "ms")
    began, ended = memory[WINDOW], memory[CALLS_OF_A_DAY - 1]
    whole_day = f"{CALLS_OF_A_DAY} calls in one tab, {mouse} clicks, {began[0] / 1e6:.1f} MB before"
    yield Figure(29, "heap that a day adds", (ended[0] - began[0]) / 1e6, 15, 30, "MB", whole_day)
    yield Figure(29, "nodes that a day adds", (ended[1] / began[1] - 1) * 100, 10, 20, "%")
    slower = percentile(times[-WINDOW:], 0.95) / percentile(times[:WINDOW], 0.95)
    yield Figure(29, "p95 of the last 50 calls beside the first 50", slower, 1.2, 1.5, "times")
    yield found(23, "focus that fell to nothing in a day", astray)


def throttled(stage: Stage) -> Iterator[Figure]:
    with stage.page(stage.an_agent(), "/bellen/") as page:
        to_customer(page)
        with slowed(page):
            page.evaluate("ux.slowest = 0")
            took = [work(page, "not reached", ("1",)) for _call in range(CALLS_OF_A_SESSION)]
            slowest = page.evaluate("ux.slowest")
    yield Figure(6, "the same, slowed down, p95", percentile(took, 0.95), 400, 600, "ms")
    yield Figure(16, "slowest interaction, slowed down", slowest, 200, 400, "ms")


def weight(session: CDPSession) -> tuple[float, float]:
    """The bytes of the heap and the number of nodes, without what is garbage."""
    session.send("HeapProfiler.collectGarbage")
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return told["JSHeapUsedSize"], told["Nodes"]
