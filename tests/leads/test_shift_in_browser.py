"""A shift in a real browser: begun, paused by keys, gone on with, and a browser that goes."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import settings

from bdc import clock
from dealers.models import Presence
from leads.domain.holding import HOLD_LASTS, LASTS_WITHOUT_BROWSER
from leads.models import Hold
from tests.browser import new_page
from tests.factories import TUESDAY_10, create_agent, create_dealership, receive_passive
from tests.leads.test_calling_in_browser import press, said, violations
from tests.serving import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agent(transactional_db):
    dealership = create_dealership(name="Noord Eindhoven")
    for name in ("Marieke Jansen", "Kaan Aardenburg"):
        receive_passive(dealership, name=name, model="Golf")
    return create_agent(dealership, name="Noor Bakker")


def lasts(page, wanted, *, since):
    """Whether the hold was given as long as `wanted` after `since`; the page lives meanwhile."""
    page.wait_for_timeout(150)
    return since <= Hold.objects.get().until - wanted <= clock.now()


def test_a_shift_from_its_start_to_a_browser_that_goes(browser, client, agent, live_server):
    client.force_login(agent)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    with (
        time_machine.travel(TUESDAY_10),
        new_page(browser, live_server.url, width=1440, height=900) as page,
    ):
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        page.goto("/bellen/")
        press(page, "p")
        said(page, "Je dienst is begonnen.")
        press(page, "n")
        page.wait_for_selector("#who")
        press(page, "m")
        page.keyboard.type("Hond blaft")
        page.locator("#who").focus()

        press(page, "p")
        page.wait_for_selector("#shift .menu-body:visible")
        assert violations(page) == []
        press(page, "2")
        said(page, "Rond deze klant eerst af. Daarna begint je pauze.")
        assert page.input_value("#note") == "Hond blaft"  # nothing else was drawn anew
        assert Presence.objects.get().reason == "lunch"
        press(page, "1")
        said(page, "Jansen: niet bereikt")
        page.wait_for_selector("h2:has-text('Je hebt pauze: lunch')")
        press(page, "n")
        page.wait_for_selector("h2:has-text('Klaar voor de volgende klant')")
        press(page, "n")
        page.wait_for_selector("#who")

        left = clock.now()
        page.goto("about:blank")
        wait_until(lambda: lasts(page, LASTS_WITHOUT_BROWSER, since=left))
        back = clock.now()
        page.goto("/bellen/")  # and the screen renews it at once
        page.wait_for_selector("#hold:not([data-renews='1'])")
        wait_until(lambda: lasts(page, HOLD_LASTS, since=back))
        page.click(".why a")
        page.wait_for_url("**/klanten/**", wait_until="networkidle")
        assert lasts(page, HOLD_LASTS, since=back)  # the browser stays within Spits
