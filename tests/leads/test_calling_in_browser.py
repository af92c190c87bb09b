"""The work screen in a real browser: keys, focus, what axe finds, and small screens."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import settings

from leads.domain.holding import hold_of
from leads.models import CallBack, Lead
from tests.browser import new_page
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_salesperson,
    receive_passive,
)
from tests.proofs.size import in_turn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = settings.BASE_DIR / "tests" / "vendor" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PANELS = {
    "3": "Terugbellen: wanneer?",
    "4": "Afspraak boeken",
    "5": "Offerte gevraagd",
    "6": "Geen interesse: waarom?",
    "7": "Wat klopt er niet aan de gegevens?",
    "8": "Naar verkoper of werkplaats",
}
# Opening a telephone would leave the browser waiting for an answer that nobody gives.
NO_TELEPHONE = "addEventListener('dial', event => event.stopImmediatePropagation(), true)"


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten():
    with time_machine.travel(TUESDAY_10):
        yield


@pytest.fixture
def agent(transactional_db):
    dealership = create_dealership(name="Noord Eindhoven")
    create_salesperson(dealership, name="Sem Kuipers")
    for name in ("Marieke Jansen", "Kaan Aardenburg", "Selma Hoefslag"):
        receive_passive(dealership, name=name, model="Golf", plate="7-TKL-82")
    return create_agent(dealership, name="Noor Bakker")


@pytest.fixture
def opens(browser, client, agent, live_server):
    """Opens the screen as the agent, at a width."""
    client.force_login(agent)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    contexts = []

    def open_screen(width: int = 1440):
        context = new_page(browser, live_server.url, width=width, height=900)
        contexts.append(context)
        page = context.__enter__()
        page.context.add_init_script(NO_TELEPHONE)
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        page.goto("/bellen/")
        page.wait_for_function("() => document.documentElement.classList.contains('js')")
        return page

    yield open_screen
    for context in contexts:
        context.__exit__(None, None, None)


def quiet(page):
    """Wait until nothing is under way and keys work again after a change."""
    page.wait_for_function(
        "() => !document.querySelector('[aria-busy=true], .htmx-request, .htmx-settling')"
    )
    page.wait_for_timeout(350)


def press(page, key):
    """Press a key once those of before have been dealt with."""
    quiet(page)
    page.keyboard.press(key)


def said(page, words):
    page.wait_for_function(
        "words => document.getElementById('messages').innerText.includes(words)", arg=words
    )


def focus_comes_to(page, words):
    """The focus follows a moment after the words: once the new part has settled."""
    page.wait_for_function("words => document.activeElement.innerText === words", arg=words)


def violations(page):
    page.evaluate(AXE.read_text())
    return page.evaluate(
        """rules => axe.run({runOnly: rules}).then(
          found => found.violations.map(one => [one.id, one.nodes.map(node => node.html)]))""",
        RULES,
    )


def test_an_agent_calls_books_and_hands_over_by_keys_alone(opens, agent):
    page = opens()

    page.keyboard.press("Enter")
    page.wait_for_selector("#who")
    focus_comes_to(page, "Marieke Jansen")
    press(page, "Enter")
    page.wait_for_selector("text=Gesprek gestart om 10:00")
    press(page, "0")
    said(page, "Jansen: gesproken.")
    press(page, "4")
    page.wait_for_selector("text=Afspraak boeken")
    press(page, "1")
    said(page, "Jansen: showroom geboekt")
    focus_comes_to(page, "Naar verkoper of werkplaats")
    press(page, "1")
    said(page, "Jansen: naar Sem Kuipers.")

    focus_comes_to(page, "Kaan Aardenburg")
    press(page, "1")
    focus_comes_to(page, "Selma Hoefslag")
    press(page, "z")
    focus_comes_to(page, "Kaan Aardenburg")
    assert page.url.endswith("/bellen/")
    assert str(Lead.objects.get(customer__last_name="Jansen").owner) == "Sem Kuipers"


def test_two_keys_that_follow_each_other_at_once_are_both_heard(opens, agent):
    page = opens()
    page.keyboard.press("n")
    page.wait_for_selector("#who")
    quiet(page)

    page.keyboard.press("3")
    page.keyboard.press("1")

    said(page, "Jansen: terugbellen di 24 nov 11:00.")
    assert CallBack.objects.count() == 1


def test_a_key_that_bounces_opens_its_panel_and_chooses_nothing(opens, agent):
    page = opens()
    page.keyboard.press("n")
    page.wait_for_selector("#who")
    quiet(page)

    page.evaluate(
        """() => document.addEventListener("htmx:afterSettle", () => document.body.dispatchEvent(
          new KeyboardEvent("keydown", {key: "3", bubbles: true})))"""
    )
    for _press in range(3):
        page.keyboard.press("3")

    page.wait_for_selector("#panel")
    quiet(page)
    focus_comes_to(page, "Terugbellen: wanneer?")
    assert not CallBack.objects.exists()


def test_a_note_stays_while_panels_open_and_close_and_goes_along_with_the_result(opens, agent):
    page = opens()
    page.keyboard.press("n")
    page.wait_for_selector("#who")
    press(page, "m")
    page.keyboard.type("Hond blaft 1 keer")
    page.locator("#who").focus()

    press(page, "6")
    page.wait_for_selector("#panel")
    press(page, "Escape")
    page.wait_for_selector(".results")
    assert page.input_value("#note") == "Hond blaft 1 keer"
    press(page, "1")
    said(page, "Jansen: niet bereikt, poging 1 van 20.")

    assert page.input_value("#note") == ""
    lead = Lead.objects.get(customer__last_name="Jansen")
    assert [note.body for note in lead.notes.all()] == ["Hond blaft 1 keer"]


def test_a_panel_that_closes_gives_the_focus_back(opens):
    page = opens()
    page.keyboard.press("n")
    focus_comes_to(page, "Marieke Jansen")
    quiet(page)

    def close_panel():
        page.wait_for_selector("#panel")
        quiet(page)
        press(page, "Escape")
        page.wait_for_selector(".results")

    press(page, "6")
    close_panel()
    focus_comes_to(page, "Marieke Jansen")

    page.locator("[data-key='4']").focus()
    page.keyboard.press("Enter")
    close_panel()
    page.wait_for_function("document.activeElement.value === 'appointment'")


def test_the_focus_stays_when_the_screen_is_drawn_anew_by_itself(opens):
    page = opens()
    page.locator("#next").focus()
    with page.expect_response("**/bellen/"):
        page.evaluate("htmx.trigger('#work', 'refresh')")
    quiet(page)
    assert page.evaluate("document.activeElement.id") == "next"

    page.keyboard.press("Enter")
    focus_comes_to(page, "Marieke Jansen")
    quiet(page)
    page.evaluate("htmx.ajax('GET', '/bellen/', {target: '#work', swap: 'outerHTML'})")
    quiet(page)
    assert page.evaluate("document.activeElement.id") == "who"


def test_what_was_done_can_be_undone_from_a_panel_of_the_next_customer(opens, agent):
    page = opens()
    page.keyboard.press("n")
    focus_comes_to(page, "Marieke Jansen")
    quiet(page)
    press(page, "1")
    focus_comes_to(page, "Kaan Aardenburg")
    press(page, "6")
    page.wait_for_selector("#panel")

    press(page, "z")

    focus_comes_to(page, "Marieke Jansen")
    assert page.query_selector("#panel") is None
    assert hold_of(agent, TUESDAY_10).lead.customer.last_name == "Jansen"


@pytest.mark.parametrize("width", [360, 1440])
def test_every_state_is_accessible_and_never_scrolls_sideways(opens, agent, width):
    page = opens(width)
    page.set_viewport_size({"width": width, "height": 3600})  # no bar lies over anything
    states = [("idle", violations(page))]
    page.click("#next")
    page.wait_for_selector("#who")
    states.append(("held", violations(page)))
    page.set_viewport_size({"width": width, "height": 768})
    script, results = (page.locator(one).bounding_box() for one in (".script", "#outcome"))
    assert script["y"] + script["height"] < results["y"]  # on a low screen too
    page.set_viewport_size({"width": width, "height": 3600})
    wide = []
    for key, title in in_turn([*PANELS.items()], width == 360):
        page.click(f".result[data-key='{key}']")
        page.wait_for_selector(f"h2:has-text('{title}')")
        states.append((title, violations(page)))
        wide.append(page.evaluate("() => document.documentElement.scrollWidth"))
        page.click("[data-escape]")
        page.wait_for_selector(".results")

    assert [state for state in states if state[1]] == []
    assert set(wide) == {width}
    assert hold_of(agent, TUESDAY_10).lead.customer.last_name == "Jansen"
