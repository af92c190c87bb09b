"""What a shift does on the device it is begun on: sound, notifications and a screen that stays on.

The browser's own sound and wake lock are counted in place of being heard and seen.
"""

from __future__ import annotations

import pytest
import time_machine
from django.conf import settings

from bdc import clock
from leads.domain.call_backs import promise_call_back
from leads.models import CallBack
from tests.browser import new_page
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    receive_passive,
)
from tests.leads.test_calling_in_browser import press, said, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Each page of the browser counts; what the browser keeps of it is asked of `counted`.
DEVICE = """
  const count = (name) => sessionStorage.setItem(name, counted(name) + 1);
  globalThis.counted = (name) => Number(sessionStorage.getItem(name) ?? 0);
  const parameter = { setValueAtTime() {}, exponentialRampToValueAtTime() {} };
  const node = () => ({
    frequency: {}, gain: parameter, connect: (next) => next, stop() {}, start: () => count("tones"),
  });
  globalThis.AudioContext = class {
    state = "suspended";
    currentTime = 0;
    resume = async () => { if (navigator.userActivation.isActive) this.state = "running"; };
    createOscillator = node;
    createGain = node;
  };
  const locked = () => Object.assign(new EventTarget(), {
    released: false,
    async release() {
      this.released = true;
      count("released");
      this.dispatchEvent(new Event("release"));
    },
  });
  Object.defineProperty(navigator, "wakeLock", {
    value: { request: async () => { count("locked"); return locked(); } },
  });
  globalThis.told = [];
  globalThis.Notification = class extends Notification {
    constructor(title, options) { super(title, options); told.push(options.body); }
  };
  Object.defineProperty(document, "hidden", { get: () => globalThis.isAway ?? false });
"""
WITHOUT = """
  delete globalThis.AudioContext;
  delete Navigator.prototype.wakeLock;
"""


@pytest.fixture
def agent(transactional_db):
    dealership = create_dealership(name="Noord Eindhoven")
    agent = create_agent(dealership, name="Noor Bakker")
    lead = receive_passive(dealership, name="Marieke Jansen", make="Volkswagen", model="Golf")
    promise_call_back(lead, due_at=at(24, 11), by=agent, now=TUESDAY_10)
    return agent


@pytest.fixture
def opens(browser, client, agent, live_server):
    """Opens a page as the agent in a browser with a device, and permissions if any are given."""
    client.force_login(agent)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    contexts = []

    def open_page(device, *permissions):
        context = new_page(browser, live_server.url, width=1440, height=900)
        contexts.append(context)
        page = context.__enter__()
        page.context.add_init_script(device)
        if permissions:
            page.context.grant_permissions(permissions, origin=live_server.url)
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        page.goto("/mijn-dag/")
        page.wait_for_function("() => document.documentElement.classList.contains('js')")
        return page

    with time_machine.travel(TUESDAY_10):
        yield open_page
    for context in contexts:
        context.__exit__(None, None, None)


def counts(page, name, wanted):
    page.wait_for_function("([name, n]) => counted(name) === n", arg=[name, wanted])


def menu(page):
    """What stands in the menu of the shift about this device."""
    page.wait_for_selector("#shift .menu-body:visible")
    return page.inner_text("#shift [aria-labelledby=shift-device]")


def asks_again(page):
    """What the bar does every twenty seconds."""
    page.evaluate("document.body.dispatchEvent(new Event('page-shown'))")


def test_a_shift_is_heard_and_seen_and_ends_with_it(opens, agent):
    page = opens(DEVICE, "notifications")
    press(page, "p")
    said(page, "Je dienst is begonnen.")
    counts(page, "tones", 2)  # one ring, to be sure of it
    counts(page, "locked", 1)
    press(page, "p")
    assert "Test melding" in menu(page)
    assert "Het scherm blijft aan" in menu(page)
    assert not page.is_visible("text=Meldingen uit")
    assert violations(page) == []
    page.click("[data-notify-test]")
    page.keyboard.press("Escape")

    # A call-back falls due while nobody looks: one ring, and a notification without a name.
    page.evaluate("isAway = true; document.dispatchEvent(new Event('visibilitychange'))")
    counts(page, "released", 1)
    CallBack.objects.update(due_at=clock.now())
    asks_again(page)
    page.wait_for_function("() => told.length === 2")
    counts(page, "tones", 4)
    assert page.evaluate("told") == [
        "Zo meldt Spits zich.",
        "Er is nu een terugbelmoment. Volkswagen Golf",
    ]

    # It is seen again: the screen stays on again, and what was heard is heard once.
    page.evaluate("isAway = false; document.dispatchEvent(new Event('visibilitychange'))")
    counts(page, "locked", 2)
    page.wait_for_selector("#alerts >> text=1 terugbelmoment nu")
    page.goto("/bellen/")
    page.wait_for_selector("#alerts >> text=1 terugbelmoment nu")
    counts(page, "locked", 3)
    counts(page, "tones", 4)

    press(page, "p")
    page.click("[data-sound-switch]")
    assert "Geluid uit" in " ".join(menu(page).split())
    press(page, "2")
    said(page, "Je hebt pauze.")
    counts(page, "released", 2)
    assert page.inner_text("#alerts") == ""
    page.wait_for_selector("h2:has-text('Je hebt pauze: lunch')")
    press(page, "n")
    said(page, "Je bent weer aan het werk.")
    counts(page, "locked", 4)
    press(page, "p")
    page.click("text=Einde dienst")
    said(page, "Je dienst is afgelopen.")
    counts(page, "released", 3)
    counts(page, "tones", 4)


def test_a_browser_that_refuses_everything_begins_the_shift_all_the_same(opens):
    page = opens(WITHOUT)
    page.evaluate(
        "() => { Object.defineProperty(Notification, 'permission', { value: 'denied' }) }"
    )

    press(page, "p")

    said(page, "Je dienst is begonnen.")
    page.click("text=Meldingen uit >> visible=true")
    shown = menu(page)
    assert "Deze browser speelt geen geluid af." in shown
    assert "de browser blokkeert ze voor deze site" in shown
    assert "deze browser houdt het niet aan" in shown
    assert violations(page) == []


def test_notifications_are_asked_for_after_they_are_explained(opens):
    page = opens(DEVICE)
    page.evaluate(
        """() => {
          globalThis.asked = 0;
          globalThis.permission = "default";
          Object.defineProperty(Notification, "permission", { get: () => permission });
          Notification.requestPermission = async () => { asked += 1; permission = "granted"; };
        }"""
    )

    press(page, "p")
    page.wait_for_selector("text=Nooit met een naam of nummer.")
    assert page.evaluate("asked") == 0
    assert violations(page) == []
    press(page, "Escape")
    page.wait_for_selector("text=Nooit met een naam of nummer.", state="hidden")
    page.click("text=Meldingen uit >> visible=true")
    page.click("[data-asks]")

    page.wait_for_function(
        "() => !document.querySelector('#shift > [data-explains]:not([hidden])')"
    )
    assert page.evaluate("asked") == 1
