"""Practice in a real browser: all ten customers by keys alone, and what axe finds on the way."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import settings

from leads.practice.customers import FEWEST_PRESSES
from leads.practice.run import Run
from tests.browser import new_page
from tests.factories import TUESDAY_10, create_agent, create_dealership
from tests.leads.test_calling_in_browser import said, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEXT = "[data-key=n]"
QUIET = 260  # milliseconds after a change in which keys.js hears no key


@pytest.fixture
def opens(browser, client, live_server, transactional_db):
    """Opens practice as an agent, at a width, in a language and a theme."""
    agent = create_agent(create_dealership(), name="Noor Bakker")
    client.force_login(agent)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    contexts = []

    def open_practice(width, **chosen):
        context = new_page(browser, live_server.url, width=width, height=900)
        contexts.append(context)
        page = context.__enter__()
        cookies = {cookie.key: cookie.value, **chosen}
        page.context.add_cookies(
            [
                {"name": name, "value": value, "url": live_server.url}
                for name, value in cookies.items()
            ]
        )
        page.goto("/oefenen/")
        page.wait_for_function("() => document.documentElement.classList.contains('js')")
        return page

    with time_machine.travel(TUESDAY_10):
        yield open_practice
    for context in contexts:
        context.__exit__(None, None, None)


def press(page, key):
    """Press a key once the one before has been dealt with."""
    page.wait_for_function(
        "() => !document.querySelector('[aria-busy=true], .htmx-request, .htmx-settling')"
    )
    page.wait_for_timeout(QUIET)
    page.keyboard.press(key)


def keys(page, *pressed):
    """Call the customer, press the keys, and go on once it is said that they fit."""
    press(page, "Enter")
    page.wait_for_selector("#says")
    for key in pressed:
        press(page, key)
    page.wait_for_selector("h2:has-text('Dat is de toets')")
    press(page, "n")
    page.wait_for_selector("#who:focus, #end:focus")


@pytest.mark.long
def test_the_ten_customers_by_keys_alone(opens):
    page = opens(1440)
    page.keyboard.press("n")
    page.wait_for_selector("#who:focus")

    keys(page, "1")
    keys(page, "2")
    press(page, "Enter")
    page.wait_for_selector("#says")
    press(page, "3")
    page.wait_for_selector("#panel")
    press(page, "0")
    page.keyboard.type("do 14.30")
    page.wait_for_selector("#understood :text('Donderdag 26 november 14:30')")
    page.keyboard.press("Enter")
    said(page, "Broodmans: terugbellen do 26 nov 14:30.")
    press(page, "n")
    page.wait_for_selector("#who:focus")
    keys(page, "4", "1", "4")
    keys(page, "5", "Enter", "3")
    keys(page, "6", "4")
    keys(page, "7", "1")
    keys(page, "8", "1")
    keys(page, "9")
    press(page, "Enter")
    page.wait_for_selector("#says")
    press(page, "1")
    page.wait_for_selector("h2:has-text('Wacht even')")
    press(page, "z")
    page.wait_for_selector("#says:has-text('Minister')")
    press(page, "m")
    page.keyboard.type("De kat heet Minister")
    page.keyboard.press("Tab")
    press(page, "3")
    page.wait_for_selector("#panel")
    press(page, "4")
    page.wait_for_selector("h2:has-text('Dat is de toets')")
    press(page, "n")

    page.wait_for_selector("h2:has-text('Je kent de toetsen')")
    assert page.locator("dd:has-text('10 van 10')").count() == 1
    pressed = f"{FEWEST_PRESSES} minimaal {FEWEST_PRESSES}"
    assert page.locator(f"dd:has-text('{pressed}')").count() == 1


@pytest.mark.parametrize(
    ("width", "language", "theme"), [(360, "en", "dark"), (1366, "nl", "light")]
)
def test_every_state_is_accessible_and_never_scrolls_sideways(
    opens, client, width, language, theme
):
    page = opens(width, django_language=language, spits_theme=theme)
    page.set_viewport_size({"width": width, "height": 3600})  # no bar lies over anything
    states = [("begin", violations(page))]

    def look(name, selector):
        page.wait_for_selector(selector)
        states.append((name, violations(page)))
        assert page.evaluate("() => document.documentElement.scrollWidth") == width

    page.click("#next")
    look("customer", "#who")
    page.click("[data-enter]")
    page.click(".practice-hint summary")
    look("heard", "#says")
    page.click(".result[data-key='6']")
    look("panel", "#panel")
    page.click("#panel [data-key='4']")
    look("came of it", NEXT)
    session = client.session
    session["practice"] = Run(TUESDAY_10, ended_at=TUESDAY_10, place=9, missed=[0, 9]).kept()
    session.save()
    page.reload()
    look("end", "#end")

    assert [state for state in states if state[1]] == []
