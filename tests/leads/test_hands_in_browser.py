"""The work screen under real hands: double presses, held keys, slow answers, Back, two tabs."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session

from bdc import clock
from dealers.models import Dealership, Role
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt
from leads.domain.facts import Facts
from leads.domain.holding import HOLD_LASTS, LASTS_WITHOUT_BROWSER
from leads.models import Attempt, Call, Hold, Lead, Note, Objection, Step
from tests.browser import new_page
from tests.factories import TUESDAY_10, create_member, receive
from tests.leads.at_the_screen import (
    NAMES,
    RESULT,
    Gate,
    at_the_screen,
    cookie_of,
    create_agent_with_customers,
    going_on,
    with_customer,
)
from tests.leads.test_calling_in_browser import press, quiet, said, violations
from tests.serving import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A key that bounces comes again at once, and is no repeat of a held one.
BOUNCES = """key => document.addEventListener("htmx:afterSettle", () => {
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
}, {once: true})"""


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten():
    with time_machine.travel(TUESDAY_10):
        yield


@pytest.fixture
def agent(transactional_db):
    return create_agent_with_customers()


@pytest.fixture
def page(browser, client, agent, live_server):
    with at_the_screen(browser, client, agent, live_server.url) as page:
        yield page


def test_no_hand_decides_about_a_second_customer(page):
    quiet(page)
    for _repeat in range(12):
        page.keyboard.down("1")
        page.wait_for_timeout(50)
    page.keyboard.up("1")
    with_customer(page, "Aardenburg")
    assert Attempt.objects.count() == 1

    quiet(page)
    page.evaluate(BOUNCES, "2")
    page.keyboard.press("2")
    with_customer(page, "Hoefslag")
    quiet(page)
    page.evaluate(BOUNCES, "Enter")
    page.keyboard.press("b")
    with_customer(page, "Brouwer")
    quiet(page)
    assert [*Attempt.objects.order_by("pk").values_list("result", flat=True)] == [
        "no_answer",
        "voicemail",
        "engaged",
    ]
    assert not Call.objects.exists()

    gate = Gate(page, RESULT)
    looks_busy = page.evaluate(
        """() => {
          document.querySelector("[data-key='1']").click();
          const meanwhile = document.createElement("p");
          meanwhile.id = "meanwhile";
          document.getElementById("messages").append(meanwhile);
          return {
            changed: document.querySelectorAll("[aria-busy], .waiting-long").length,
            undoes: document.querySelectorAll("#messages [data-key]").length,
            said: document.querySelectorAll("#messages .message").length,
          };
        }"""
    )
    # An answer that comes at once is all that is painted; what was done before is past.
    assert looks_busy == {"changed": 0, "undoes": 0, "said": 1}
    page.wait_for_selector("[data-key='1'][aria-busy=true]")
    page.wait_for_selector("body.waiting-long")
    page.wait_for_selector("#messages .message", state="detached")
    assert page.locator("#meanwhile").count() == 1
    told = page.evaluate(
        """() => {
          document.querySelector("[data-key='2']").click();
          return document.getElementById("going-on").innerText;
        }"""
    )
    assert told == "Bezig…"
    gate.open()
    with_customer(page, "Visser")
    assert page.inner_text("#going-on") == ""
    assert Attempt.objects.count() == 4


def test_what_fails_or_lasts_leaves_the_customer_and_the_keys(page):
    page.route(
        RESULT, lambda route: route.fulfill(status=500, headers={"X-Request-ID": "3f2a91bc" * 4})
    )
    press(page, "1")
    said(page, "Niet opgeslagen. Druk nog een keer. Blijft dit zo? Noem nummer 3F2A91.")
    page.unroute(RESULT)
    page.clock.fast_forward(30_000)  # it stays until it is mended
    said(page, "Noem nummer 3F2A91.")
    press(page, "1")
    with_customer(page, "Aardenburg")
    said(page, "Jansen: niet bereikt")

    gate = Gate(page, "**/start/")
    press(page, "Enter")
    page.clock.fast_forward(1_100)
    going_on(page, "Bezig…")
    page.clock.fast_forward(4_000)
    going_on(page, "Dit duurt lang.")
    page.click("#going-on button")
    said(page, "Afgebroken: misschien is het opgeslagen, misschien niet.")
    gate.page.unroute("**/start/")
    page.focus("#who")
    press(page, "Enter")
    page.wait_for_selector("text=Gesprek gestart om 10:0")
    assert Call.objects.count() == Attempt.objects.count() == 1


def test_back_leaves_the_screen_and_nothing_of_customers_stays_behind(page):
    page.goto("/leads/")
    page.goto("/bellen/")
    with_customer(page, "Jansen")
    entries = page.evaluate("history.length")
    press(page, "1")
    with_customer(page, "Aardenburg")
    press(page, "6")
    page.wait_for_selector("#panel")
    assert page.url.endswith("/bellen/?panel=no_interest")
    page.reload()
    page.wait_for_selector("#panel")
    with_customer(page, "Aardenburg")
    press(page, "Escape")
    page.wait_for_selector(".results")
    press(page, "2")
    with_customer(page, "Hoefslag")
    assert page.url.endswith("/bellen/")
    assert page.evaluate("history.length") == entries

    Hold.objects.all().delete()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.wait_for_selector("h2:has-text('Klaar voor de volgende klant')")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert json.loads(kept)
    assert not [name for name in (*NAMES, "Maria", "+316", "06-12", "06 12") if name in kept]

    page.go_back()
    page.wait_for_url("**/leads/")
    page.go_forward()
    page.wait_for_selector("h2:has-text('Klaar voor de volgende klant')")


def test_one_tab_has_the_screen(page, live_server):
    second = page.context.new_page()
    second.goto("/bellen/")
    second.wait_for_selector("text=Bellen is al open in een ander tabblad")
    assert not second.locator("#work").is_visible()
    second.keyboard.press("1")

    second.click("text=Hierheen halen")
    second.wait_for_selector("#who:visible")
    second.wait_for_function("() => document.activeElement.id === 'who'")
    page.wait_for_selector("text=Bellen is al open in een ander tabblad")
    page.keyboard.press("1")
    asked = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.clock.fast_forward(70_000)  # nor does it renew the hold, or ask who comes next
    press(second, "2")
    with_customer(second, "Aardenburg")
    assert [attempt.result for attempt in Attempt.objects.all()] == ["voicemail"]
    assert asked == []

    second.close()
    page.wait_for_selector("#who:visible")
    with_customer(page, "Aardenburg")
    press(page, "1")
    with_customer(page, "Hoefslag")


SLOW_TO_ANSWER = """{
  const ask = navigator.locks.request.bind(navigator.locks);
  navigator.locks.request = async (...asked) => {
    await new Promise((later) => setTimeout(later, 900));
    window.answered = true;
    return ask(...asked);
  };
}"""


def test_a_slow_browser_does_not_take_itself_for_another_tab(browser, client, agent, live_server):
    with new_page(browser, live_server.url, width=1440, height=900) as page:
        page.context.add_init_script(SLOW_TO_ANSWER)
        page.context.add_cookies([cookie_of(client, agent, live_server.url)])
        page.goto("/bellen/")
        page.wait_for_function("() => window.answered")

        assert page.is_visible("#work")
        assert page.evaluate("document.activeElement.id") == "next"


def test_a_browser_that_goes_from_any_page_leaves_its_customer(page):
    def lasts(wanted):
        return abs(wanted - (Hold.objects.get().until - clock.now())) < timedelta(seconds=60)

    page.click(".nav-main a[href='/leads/']")
    page.wait_for_url("**/leads/")
    page.wait_for_timeout(200)
    assert lasts(HOLD_LASTS)
    other = page.context.new_page()
    other.goto("/leads/")
    with page.expect_response(lambda answer: "/vasthouden/" in answer.url):
        other.goto("about:blank")
        wait_until(lambda: lasts(LASTS_WITHOUT_BROWSER))
        page.clock.fast_forward(2_000)  # this one is still open
    wait_until(lambda: lasts(HOLD_LASTS))
    page.goto("about:blank")
    wait_until(lambda: lasts(LASTS_WITHOUT_BROWSER))


PASSWORD = "lang genoeg 2026"


def sign_in(page, person):
    page.fill("#sign-in-login", person.email)
    page.fill("#sign-in-password", PASSWORD)
    page.click("#sign-in .btn-primary")


def test_a_session_that_ended_is_begun_again_over_the_page(page, client, agent, live_server):
    agent.set_password(PASSWORD)
    agent.save()
    colleague = create_member(Role.AGENT, agent.memberships.get().centre, name="Bo Bos")
    colleague.set_password(PASSWORD)
    colleague.save()
    press(page, "m")
    page.keyboard.type("Hond blaft")
    page.locator("#who").focus()
    Session.objects.all().delete()

    press(page, "0")
    page.wait_for_selector("#sign-in[open]")
    assert violations(page) == []
    page.fill("#sign-in-password", "verkeerd")
    page.keyboard.press("Enter")
    page.wait_for_selector("#sign-in [role=alert]:has-text('achtwoord')")
    assert not Attempt.objects.exists()
    assert page.input_value("#sign-in-login") == agent.email
    sign_in(page, agent)
    said(page, "Jansen: gesproken.")
    assert [note.body for note in Note.objects.all()] == ["Hond blaft"]

    Session.objects.all().delete()
    press(page, "9")
    page.wait_for_selector("#sign-in[open]")
    sign_in(page, colleague)
    page.wait_for_selector("h2:has-text('Klaar voor de volgende klant')")
    page.wait_for_load_state()  # a key pressed sooner sends a form as without scripts
    assert "Jansen" not in page.inner_text("#main")
    assert not Objection.objects.exists()

    page.click("#next")
    with_customer(page, "Aardenburg")
    page.fill("#note", "Van een ander")
    page.context.add_cookies([cookie_of(client, agent, live_server.url)])  # in another tab
    page.click("text=Bewaren")
    with_customer(page, "Jansen")
    assert Note.objects.count() == 1


def test_a_panel_covers_nothing_of_who_it_is_and_a_phone_can_call_from_anywhere(page):
    press(page, "3")
    page.wait_for_selector("#panel")
    facts, outcome = (page.locator(part).bounding_box() for part in (".facts", "#outcome"))
    assert facts["y"] + facts["height"] <= outcome["y"]

    page.set_viewport_size({"width": 360, "height": 780})
    press(page, "Escape")
    page.wait_for_selector(".results")
    page.evaluate("scrollTo(0, document.body.scrollHeight / 3)")
    bar, bars = (page.locator(part).bounding_box() for part in (".call-bar .btn-primary", ".bars"))
    assert bar["height"] >= 48
    assert bar["y"] + bar["height"] <= bars["y"]
    page.click(".call-bar [href='#outcome']")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("button, a[href], summary, input, textarea")]
          .filter((one) => one.checkVisibility() && !one.closest("p, dd, .visually-hidden"))
          .map((one) => [one.getBoundingClientRect(), one])
          .filter(([box]) => box.width && box.height)
          .map(([box, one]) => [Math.min(box.width, box.height), one.className, one.outerHTML])"""
    )
    assert [size for size in sizes if size[0] < 24] == []
    assert [size for size in sizes if size[1].startswith("result ") and size[0] < 48] == []


def test_on_paper_there_is_no_frame_and_help_has_one_place(page, agent):
    lead = Lead.objects.get(customer__last_name="Jansen")
    places = []
    for path in ("/bellen/", f"/leads/{lead.pk}/", "/leads/"):
        page.goto(path)
        page.wait_for_selector(".keys-open")
        box = page.locator(".keys-open").bounding_box()
        places.append((box["x"], box["y"]))
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        printed = page.inner_text(".print-header")
        assert "Vertrouwelijk" in printed
        assert page.title() in printed
        assert "10:0" in printed
        shown = page.evaluate(
            """parts => [...document.querySelectorAll(parts)]
              .filter((one) => one.checkVisibility()).map((one) => one.outerHTML)""",
            "button, .btn, nav, .bars, .banner, kbd, dialog",
        )
        assert shown == []
        assert "Jansen" in page.inner_text("#main")
        page.emulate_media(media="screen")
    assert len(set(places)) == 1


def test_on_other_pages_a_double_press_and_a_bounce_count_once(browser, client, agent, live_server):
    dealership = Dealership.objects.get()
    salesperson = dealership.memberships.get(role=Role.SALESPERSON).user
    manager = create_member(Role.SALES_MANAGER, dealership, name="Petra Maas")
    own, *others = (receive(dealership, name=f"Dirk {name}") for name in ("Een", "Twee", "Drie"))
    for lead in (own, *others):
        record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)
    for lead in others:
        close_lead(lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)
    with new_page(browser, live_server.url, width=1440, height=900) as page:
        page.context.add_cookies([cookie_of(client, salesperson, live_server.url)])
        page.goto(f"/leads/{own.pk}/afboeken/?reason=VK-07")
        page.wait_for_function("() => document.documentElement.classList.contains('js')")
        sent = []
        page.on("request", lambda asked: asked.method == "POST" and sent.append(asked.url))
        page.dblclick("#panel .btn-primary")
        said(page, "Een: akkoord gevraagd.")
        assert len(sent) == 1
        assert own.proposals.count() == 1

        page.context.add_cookies([cookie_of(client, manager, live_server.url)])
        page.goto("/akkoord/")
        page.wait_for_function("() => document.documentElement.classList.contains('js')")
        page.evaluate(BOUNCES, "a")
        page.keyboard.press("a")
        said(page, "akkoord gegeven")
        quiet(page)
        assert Lead.objects.filter(status="proposed").count() == 2


@pytest.mark.long
def test_a_whole_day_goes_without_javascript(browser, agent, live_server):
    agent.set_password(PASSWORD)
    agent.save()
    with new_page(browser, live_server.url, javascript=False) as page:
        page.goto("/bellen/")
        page.fill("[name=login]", agent.email)
        page.fill("[name=password]", PASSWORD)
        page.click("main .btn-primary")
        page.click("#shift-state")
        page.click("#next")
        page.fill("#note", "Hond blaft")
        page.click("text=Niet bereikt >> nth=-1")
        assert "Jansen: niet bereikt" in page.inner_text("#messages")
        page.click(".result >> text=Terugbellen")
        page.click("#panel .option >> nth=1")
        assert "Aardenburg: terugbellen di 24 nov 14:00." in page.inner_text("#messages")
        page.click(".result >> text=Gesproken")
        page.click(".result >> text=Afspraak")
        page.click("#free-slots .option >> nth=0")
        page.click("#panel .option >> nth=0")
        assert "Hoefslag: naar Sem Kuipers." in page.inner_text("#messages")
        page.click(".result >> text=Geen interesse")
        page.click("#panel [value='BDC-10']")
        assert "Brouwer: afgeboekt." in page.inner_text("#messages")
        page.click(".release summary")
        page.click("[name=release] >> nth=0")
        assert page.is_visible("#next")

    assert [*Step.objects.order_by("pk").values_list("what", flat=True)] == [
        "attempt",
        "call_back",
        "attempt",
        "appointment",
        "close",
        "close",
        "release",
    ]
    assert Note.objects.get().body == "Hond blaft"
