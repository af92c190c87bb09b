"""Whatever words come in, they are shown as they are: no formula, script or template of them runs.

The words stand in every column at once, and every page is looked at by who may see it.
"""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import connection, transaction

from bdc.outbox.effects import carry_out_due
from leads.domain.sweeping import sweep
from tests.access_world import build_world
from tests.browser import launched, new_page
from tests.factories import TUESDAY_10
from tests.proofs.doors.crawling import pages_of
from tests.proofs.doors.test_canaries import insiders
from tests.proofs.doors.texts import Column, columns, ids_of, write_words
from tests.proofs.size import size

# Where the words of the column stand, so that one sees which column it was.
HERE = "K@"
SCRIPTS = [
    f"<script>alert(1)</script>{HERE}",
    f"<img src=x onerror=alert(1)>{HERE}",
    f'"><svg onload=alert(1)>{HERE}',
    f"' autofocus onfocus=alert(1) x='{HERE}",
    f"</title></textarea><script>alert(1)</script>{HERE}",
    f"<!--{HERE}--><b>",
    f"javascript:alert(1)//{HERE}",
    f"&lt;script&gt;{HERE}",
    f"<a href=//evil>{HERE}",
]
TEMPLATES = [
    f"{{{{1337*7}}}}{HERE}",
    f'{{% now "Y" %}}{HERE}',
    f"{{% csrf_token %}}{HERE}",
    f"{{{{settings.SECRET_KEY}}}}{HERE}",
    f"%(name)s%s%d{HERE}",
    f"{{x.__class__}}{{0}}{HERE}",
    f"${{7*7}}#{{7*7}}{HERE}",
]
FORMULAS = [
    f"=1+1{HERE}",
    f"\u00a0=1+1{HERE}",
    f"\u200b=1+1{HERE}",
    f"\uff1d1+1{HERE}",
    f"@SUM(1){HERE}",
    f"+1|cmd{HERE}",
    f"-1+1{HERE}",
    f"=HYPERLINK(1){HERE}",
]
ODD = [f"\u202eabc{HERE}", f"a\u0301\U0001f697{HERE}", f"../..\\{HERE}", f"a\x7fb\x1b[31m{HERE}"]
PAYLOADS = [*SCRIPTS, *TEMPLATES, *FORMULAS, *ODD]
NUMBERS = {column: f"{number:02d}" for number, column in enumerate(columns())}
COMPUTED = ["9359", "<class", settings.SECRET_KEY]
NO_PAYLOAD_FITS = {"leads_attempt.phone", "leads_call.phone"}
FEWEST_SHOWN = 20


def payload(turn: int, column: Column, pk: int) -> str:
    """Each column has another payload in each turn; short columns have the shortest ones."""
    if column.is_address:
        return f"'{turn}+{pk}'=1@k{NUMBERS[column]}.example"
    here = f"K{NUMBERS[column]}"
    written = [text.replace(HERE, here) for text in PAYLOADS]
    fitting = [text for text in written if len(text) <= column.longest] or [f"=1{here}"]
    return fitting[(int(NUMBERS[column]) + turn) % len(fitting)]


def flaws(page: str) -> list[str]:
    """What of the payloads has become markup, or was computed."""
    raw = [text.split(HERE)[0] for text in SCRIPTS if "<" in text or '"' in text]
    return [
        *(f"markup: {text}" for text in raw if text and text in page),
        *(f"computed: {text}" for text in COMPUTED if text in page),
    ]


def columns_shown(page: str) -> set[str]:
    told = html.unescape(page)
    return {column for column in NUMBERS.values() if f"K{column}" in told}


def test_on_every_page_words_stay_words(db, tally):
    tally.what, tally.unit = "text stays text: pages and lists", "answers"
    found, shown = [], set()
    with time_machine.travel(TUESDAY_10, tick=False):
        world = build_world()
        ids = ids_of([world.dealership, world.next_door], [actor.user for actor in world.insiders])
        for turn in range(size(ci=1, full=len(PAYLOADS))):
            refused = write_words(ids, lambda column, pk, turn=turn: payload(turn, column, pk))
            missed = {str(column) for column in refused} - NO_PAYLOAD_FITS
            assert not missed, f"No payload fits into {missed}: say so, or mend it."
            for actor in insiders(world)[: size(ci=1, full=3)]:
                for what, response in pages_of(actor, world, world.things):
                    tally.count()
                    shown |= columns_shown(response.text)
                    if response.status_code >= 500:
                        found.append(f"{actor} at {what}: {response.status_code}")
                    if response.headers["Content-Type"].startswith("text/html"):
                        found += [f"{actor} at {what}: {flaw}" for flaw in flaws(response.text)]

    tally.violations = len(found)
    tally.remark = f"{len(PAYLOADS)} payloads, {len(shown)} of {len(NUMBERS)} columns shown"
    assert len(shown) >= FEWEST_SHOWN
    assert not found, "\n".join(["", *found])


def test_in_mails_words_stay_words(db, tally):
    tally.what, tally.unit = "text stays text: mails", "mails"
    with time_machine.travel(TUESDAY_10, tick=False):
        world = build_world()
        write_words(ids_of([world.dealership], []), lambda column, pk: payload(1, column, pk))
        now = TUESDAY_10
        for _ in range(12):
            now += timedelta(minutes=5)
            sweep(now)
            carry_out_due(now)

    told = [f"{message.subject}\n{message.body}" for message in mail.outbox]
    found = [word for text in told for word in COMPUTED if word in text]
    tally.count(len(told), violations=len(found))
    assert any(columns_shown(text) for text in told)
    assert not found
    assert all("\n" not in message.subject for message in mail.outbox)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_no_word_runs_and_none_offends_the_policy(live_server, tally):
    tally.what, tally.unit = "text stays text: in a browser", "pages"
    world = build_world()
    ids = ids_of([world.dealership, world.next_door], [actor.user for actor in world.insiders])
    trouble: list[str] = []
    with (
        time_machine.travel(TUESDAY_10),
        launched() as browser,
    ):
        for turn in range(size(ci=1, full=len(SCRIPTS))):
            write_words_for_good(ids, turn)
            for name, paths in PAGES.items():
                with new_page(browser, live_server.url) as page:
                    page.context.add_cookies(
                        [cookie_of(world.actor(name).session, live_server.url)]
                    )
                    page.on("dialog", lambda dialog: (trouble.append("a dialog"), dialog.dismiss()))
                    page.on(
                        "console",
                        lambda line: trouble.append(line.text) if line.type == "error" else None,
                    )
                    for path in paths:
                        page.goto(path.format(**{key: one["pk"] for key, one in pks(world)}))
                        page.wait_for_load_state("networkidle")
                        assert "K" in page.inner_text("body")
                        tally.count()

    tally.violations = len(trouble)
    assert not trouble


PAGES = {
    "sales manager": ["/leads/?view=all", "/leads/{lead}/", "/akkoord/", "/leads/afgekeurd/"],
    "agent": ["/bellen/", "/leads/{passive}/"],
    "administrator": ["/beheer/", "/beheer/vestigingen/"],
}


def pks(world):
    return [(name, one) for name, one in world.things.items() if "pk" in one]


def cookie_of(session: str, address: str) -> dict[str, str]:
    return {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}


def write_words_for_good(ids, turn: int) -> None:
    with transaction.atomic():
        write_words(ids, lambda column, pk: payload(turn, column, pk))
    connection.close()  # beside a browser it is not the one that the test ends with
