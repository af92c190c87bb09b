"""How soon a lead stands on the screen of its salesperson, also after the server was away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from playwright.sync_api import Page

from tests.serving import ROOT, environment_beside, wait_until
from tests.ux.figures import Figure, percentile
from tests.ux.stage import Stage

INTAKES = 50
RESTARTS = 3
PATIENCE = 60.0  # seconds, until a killed server answers again
# Notes when a text was painted first, by the clock that this process has as well.
STAMP = """text => {
  ux.seen = null;
  new MutationObserver((_changes, observer) => {
    if (!document.querySelector("#mine").textContent.includes(text)) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => (ux.seen = Date.now() / 1000)));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
ADF = """<?xml version="1.0"?><adf><prospect status="new"><id source="live">{name}</id>
<requestdate>2026-11-24T10:00:00+01:00</requestdate><vehicle interest="buy"><make>Volkswagen</make>
<model>Golf</model></vehicle><customer><contact><name part="full">{name}</name>
<phone>{phone}</phone></contact></customer></prospect></adf>"""


def rows(stage: Stage) -> Iterator[Figure]:
    with stage.page("alone", "/leads/") as page:
        page.wait_for_function("() => localStorage.getItem('spits-live-after')")
        took = [intake(stage, page, number) for number in range(INTAKES)]
        name = "intake answered to lead painted at its salesperson"
        yield Figure(7, f"{name}, p50", median(took), 500, 1_000, "ms", f"of {INTAKES}")
        yield Figure(7, f"{name}, p95", percentile(took, 0.95), 500, 1_000, "ms")
        away = [restart(stage, page, number) for number in range(RESTARTS)]
    remark = f"the longest of {RESTARTS}"
    yield Figure(28, "server back to missed lead painted", max(away), 3, 10, "s", remark)


def intake(stage: Stage, page: Page, number: int) -> float:
    """Take a lead in; return the milliseconds from the answer until it is painted."""
    name = f"Intake{number:03}"
    page.evaluate(STAMP, name)
    stage.api(
        "alone",
        "leads/",
        {
            "kind": "active",
            "channel": "online",
            "dealership": stage.people["alone"]["dealership"],
            "interest": "new",
            "customer": {"name": f"Anna {name}", "phones": [phone(number)]},
        },
    )
    answered = time.time()
    return (seen(page) - answered) * 1_000


def phone(number: int) -> str:
    return f"06-{40_000_000 + number}"


def seen(page: Page) -> float:
    page.wait_for_function("() => ux.seen")
    at: float = page.evaluate("ux.seen")
    return at


def restart(stage: Stage, page: Page, number: int) -> float:
    """Kill the web process and take a lead in meanwhile; return the seconds from its return."""
    name = f"Missed{number:03}"
    page.evaluate(STAMP, name)
    taking_in = subprocess.Popen(
        [
            *[sys.executable, "manage.py", "receive_lead", "-"],
            *["--dealership", stage.people["alone"]["dealership"]],
        ],
        cwd=ROOT,
        env=environment_beside(stage.spits.data_dir),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    web = stage.spits.process_of("uvicorn")
    assert web is not None
    os.kill(web, signal.SIGKILL)
    document = ADF.format(name=f"Anna {name}", phone=phone(900 + number))
    taking_in.communicate(document, timeout=PATIENCE)
    assert taking_in.returncode == 0
    wait_until(stage.spits.is_healthy, PATIENCE)
    is_back = time.time()
    return max(0.0, seen(page) - is_back)
