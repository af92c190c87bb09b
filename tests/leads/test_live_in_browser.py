"""Pages hear of what changed: at once, over one stream for all tabs, and after a restart too.

All of it is asked of a web process that is served as in production: its middleware, its pool of
connections and its server.
"""

from __future__ import annotations

import json
import time
import urllib.request
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from bdc.accounts.models import ApiToken
from bdc.live.announcing import announce
from bdc.live.build import build
from bdc.models import DemoClock
from dealers.domain.presence import set_presence
from dealers.domain.topics import of_user
from dealers.models import Role
from leads.domain.approving import approve
from leads.domain.queue import next_lead
from leads.models import Lead
from tests.browser import new_page
from tests.conftest import _nobody_asks
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)
from tests.leads.test_approving_page import sound
from tests.serving import wait_until
from tests.web import web_process

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WITHIN = 0.5  # seconds, from the answer that took a lead in until it is on the screen
BACK_WITHIN = 3.0  # seconds, after the web process answers again
STREAMS = 20  # more than the pool has connections
# It is a Tuesday morning for the served Spits, whenever this runs.
AHEAD = timedelta(seconds=int((TUESDAY_10 - datetime.now(UTC)).total_seconds()))


def now():
    """What the served Spits takes for now."""
    return datetime.now(UTC) + AHEAD


def set_clock():
    DemoClock.objects.update_or_create(defaults={"offset_seconds": AHEAD.total_seconds()}, id=1)


@pytest.fixture(scope="module")
def web(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        set_clock()
        with web_process(tmp_path_factory.mktemp("web"), SPITS_DEMO="1") as web:
            yield web


@pytest.fixture(autouse=True)
def _tuesday(transactional_db):
    """The clock stands in the database; its tables are emptied when nobody asks any more."""
    set_clock()
    yield
    wait_until(_nobody_asks)


@pytest.fixture
def dealership():
    return create_dealership()


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership, name="Lotte Jansen")


@pytest.fixture
def agent(dealership):
    return create_agent(dealership)


@pytest.fixture
def browsing(browser, web):
    """Open a page for somebody who has signed in, in a browser of its own."""
    with ExitStack() as stack:

        def browse(user):
            client = Client()
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME]
            page = stack.enter_context(new_page(browser, web.address))
            page.context.add_cookies(
                [{"name": cookie.key, "value": cookie.value, "url": web.address}]
            )
            return page

        yield browse


def go(page, address):
    """Open a page, and wait until its browser hears what happens."""
    page.goto(address)
    page.wait_for_function("() => localStorage.getItem('spits-live-after')")


def comes(page, what):
    """Wait for something on a page whose clock is ours, and goes ten times as fast."""
    wait_until(lambda: page.clock.run_for(1_000) or page.is_visible(what))


def appears(page, what):
    """Wait for something on a page that need not be the one in front."""
    page.wait_for_selector(what, state="attached")


def asked_by(context, path):
    """The requests of a browser for `path`, from now on."""
    asked = []
    context.on("request", lambda one: urlsplit(one.url).path == path and asked.append(one.url))
    return asked


def take_in(web, token, dealership, name, number):
    """Take a lead in by program; return when that was answered, by the clock of browsers."""
    body = {
        "kind": "active",
        "channel": "online",
        "dealership": dealership.slug,
        "interest": "new",
        "customer": {"name": name, "phones": [number]},
    }
    request = urllib.request.Request(
        f"{web.address}/api/v1/leads/",
        json.dumps(body).encode(),
        {"Authorization": f"Token {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201
    return time.time()


# Notes on the page when a text was painted first, by the clock of the computer.
STAMP = """text => {
  window.painted = null;
  new MutationObserver((_changes, observer) => {
    if (!document.body.innerText.includes(text)) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => (window.painted = Date.now() / 1000)));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def painted(page):
    page.wait_for_function("() => window.painted")
    return page.evaluate("window.painted")


def test_a_lead_is_on_the_screen_of_its_salesperson_at_once_wherever_that_is(
    web, browsing, dealership, salesperson
):
    set_presence(salesperson, state="available", now=now())
    token = ApiToken.issue(salesperson, now=now())
    own, elsewhere = browsing(salesperson), browsing(salesperson)
    go(own, "/leads/")
    go(elsewhere, "/zoeken/")
    elsewhere.fill("#q", "Pietersen")
    took = []
    for number, (name, in_the_bar) in enumerate(
        [
            ("Anna Aarts", "1 nieuwe lead"),
            ("Bram Bakker", "2 nieuwe leads"),
            ("Cas Claassen", "3 nieuwe leads"),
        ]
    ):
        own.evaluate(STAMP, name.split()[1])
        elsewhere.evaluate(STAMP, in_the_bar)
        answered = take_in(web, token, dealership, name, f"06-1234567{number}")
        took.append(max(painted(own), painted(elsewhere)) - answered)

    assert min(took) < WITHIN, took
    assert elsewhere.evaluate("document.activeElement.value") == "Pietersen"


def test_all_tabs_of_a_browser_share_a_stream_and_another_takes_it_over(
    web, browsing, dealership, salesperson
):
    first = browsing(salesperson)
    opened = asked_by(first.context, "/live/")
    go(first, "/leads/")
    tabs = [first.context.new_page() for _tab in range(7)]  # more than there are connections
    for tab in tabs:
        tab.goto("/leads/")
    lead = receive(dealership, now=now())
    for tab in (first, *tabs):
        appears(tab, f"#lead-{lead.pk}")
    assert len(opened) == 1

    first.close()
    wait_until(lambda: tabs[0].evaluate("1") and len(opened) == 2)
    assert "after=" in opened[1]
    lead = receive(dealership, now=now())
    for tab in tabs:
        appears(tab, f"#lead-{lead.pk}")
    assert len(opened) == 2


def test_close_outs_to_approve_come_by_themselves_and_move_nothing(
    browsing, dealership, salesperson
):
    manager = create_member(Role.SALES_MANAGER, dealership)
    page = browsing(manager)
    page.clock.install()
    go(page, "/akkoord/")
    first = sound("Anna Aarts", dealership, salesperson)
    comes(page, "#request >> text=Anna Aarts")

    page.keyboard.press("t")
    comes(page, "#request details[open]")
    second = sound("Bram Bakker", dealership, salesperson)
    comes(page, f"#request-{second.pk}")
    assert page.inner_text("#open-requests") == "2 open"
    assert page.is_visible("#request details[open]")
    assert page.is_visible("#request >> text=Anna Aarts")

    page.keyboard.press("Escape")
    page.focus(f"#request-{second.pk} .row-link")
    sound("Cas Claassen", dealership, salesperson)
    comes(page, "#requests [data-news] button")
    assert page.inner_text("#open-requests") == "2 open"
    page.click("#requests [data-news] button")
    comes(page, "#requests >> text=Claassen, Cas")

    approve(Lead.objects.get(pk=first.pk), by=manager, now=now())
    comes(page, "#notices >> text=Er is iets veranderd aan deze lead.")
    assert page.is_visible("#request >> text=Anna Aarts")
    page.click("#notices >> text=Tonen")
    comes(page, "#request >> text=Bram Bakker")
    assert page.inner_text("#notices") == ""


def test_without_a_stream_the_page_asks_by_itself_and_says_so(
    web, browsing, dealership, salesperson
):
    page = browsing(salesperson)
    page.clock.install()
    page.route("**/live/**", lambda route: route.abort())
    page.goto("/leads/")
    page.wait_for_selector("#mine")
    page.clock.run_for(15_000)
    assert page.inner_text("#notices") == ""
    lead = receive(dealership, now=now())
    page.clock.run_for(16_000)
    page.wait_for_selector(f"#lead-{lead.pk}")
    assert page.inner_text("#notices").strip() == "Live uit"

    page.unroute("**/live/**")
    page.clock.run_for(6_000)
    page.wait_for_selector("#notices:empty", state="attached")


@pytest.mark.long
def test_much_news_at_once_asks_for_a_part_of_the_page_once(web, browsing, salesperson):
    page = browsing(salesperson)
    go(page, "/leads/")
    page.wait_for_timeout(500)  # what is asked for at the beginning is over
    asked = asked_by(page.context, "/leads/")

    for _number in range(100):
        announce("mine", of_user(salesperson.pk))
    wait_until(lambda: page.evaluate("1") and bool(asked))
    page.wait_for_timeout(1_000)

    assert len(asked) <= 3  # a hundred took longer than a moment


@pytest.mark.long
def test_the_page_of_a_lead_says_that_others_changed_it_and_moves_nothing(
    web, browsing, dealership, salesperson
):
    number = "06-12345678"
    lead = receive(dealership, now=now(), name="Anna Aarts", phones=(number,))
    page = browsing(salesperson)
    go(page, f"/leads/{lead.pk}/")
    said = page.locator("#notices >> text=Er is iets veranderd aan deze lead.")

    page.click(".btn-call, form[action$='/bellen/'] button")  # one's own doing is no news
    page.wait_for_selector("text=Hoe ging het?")
    page.wait_for_timeout(500)
    assert said.count() == 0

    receive(dealership, now=now(), name="Anna Aarts", phones=(number,), message="Nog een vraag")
    said.wait_for()
    assert "Nog een vraag" not in page.inner_text("main")
    page.click("#notices a")
    page.wait_for_selector("main >> text=Nog een vraag")
    assert said.count() == 0


@pytest.mark.long
@pytest.mark.parametrize(("leads", "after"), [(1, ".idle"), (2, "#call")])
def test_a_new_version_waits_for_the_end_of_a_conversation(
    web, browsing, dealership, agent, leads, after
):
    for _lead in range(leads):
        receive_passive(dealership, now=now())
    next_lead(agent, now=now())
    page = browsing(agent)

    def as_drawn_by_an_older_one(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace(build(), "0123456789ab"))

    page.route("**/bellen/", as_drawn_by_an_older_one, times=1)
    go(page, "/bellen/")
    page.wait_for_selector("#notices >> text=Nieuwe versie klaar. Vernieuwen na dit gesprek.")
    page.evaluate("window.isTheSame = true")

    page.keyboard.press("1")  # not reached
    page.wait_for_function("() => !window.isTheSame")
    page.wait_for_selector(after)
    page.wait_for_selector("#notices:empty", state="attached")


@pytest.mark.long
def test_streams_keep_neither_a_connection_of_the_pool_nor_a_thread(web, dealership):
    threads = web.threads()
    people = [create_salesperson(dealership) for _number in range(STREAMS)]
    with ExitStack() as stack:
        for person in people:
            client = Client()
            client.force_login(person)
            cookie = f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"
            stream = HTTPConnection(urlsplit(web.address).netloc, timeout=10)
            stack.enter_context(closing(stream))
            stream.request("GET", "/live/", headers={"Cookie": cookie})
            answer = stream.getresponse()
            assert answer.status == 200
            assert answer.readline() == b"retry: 1000\n"

        page = HTTPConnection(urlsplit(web.address).netloc, timeout=10)
        stack.enter_context(closing(page))
        page.request("GET", "/leads/", headers={"Cookie": cookie})
        assert page.getresponse().status == 200
        wait_until(lambda: web.threads() < threads + STREAMS)


def test_what_happened_while_the_web_process_was_away_is_shown_when_it_is_back(
    web, browsing, dealership, salesperson
):
    """The last one, since it stops the web process in the end."""
    page = browsing(salesperson)
    go(page, "/leads/")
    web.kill()
    lead = receive(dealership, now=now())
    page.wait_for_timeout(1_000)
    web.start()
    page.wait_for_selector(f"#lead-{lead.pk}", timeout=BACK_WITHIN * 1000)

    began = time.monotonic()
    assert web.stop(patience=10) == "killed by signal 15"  # as uvicorn ends
    assert time.monotonic() - began < 5  # as long as the open stream could hold it up
