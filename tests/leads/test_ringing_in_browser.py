"""A call comes in while somebody works: the card opens over the page, links, and goes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from bdc import clock
from leads.domain.telephone import take_delivery
from tests.browser import new_page
from tests.factories import (
    TUESDAY_10,
    call_told,
    create_dealership,
    create_exchange,
    create_extension,
    create_salesperson,
    receive,
    signed,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = settings.BASE_DIR / "tests" / "vendor" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def tell(exchange, kind, **fields):
    now = clock.now()
    body = call_told(kind, now=now - timedelta(seconds=1), **fields)
    take_delivery(exchange.slug, signed(exchange, body, now=now), now=now)


def ask_again(page):
    """What the page does every few seconds, and when it is seen again."""
    page.evaluate("document.body.dispatchEvent(new Event('page-shown'))")


def faults(page):
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
    return [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]


def test_the_card_opens_links_and_goes_with_the_call(browser, client, live_server):
    with time_machine.travel(TUESDAY_10):
        dealership = create_dealership()
        person = create_salesperson(dealership)
        lead = receive(dealership, name="Marieke Jansen", phones=("06-12345678",))
        exchange = create_exchange(dealership.group)
        create_extension(exchange, person)
        client.force_login(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        with new_page(browser, live_server.url, width=1440, height=900) as page:
            page.emulate_media(reduced_motion="reduce")  # a colour on its way has no contrast yet
            page.context.add_cookies(
                [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
            )
            page.goto("/leads/?view=all")
            page.wait_for_function("() => document.documentElement.classList.contains('js')")
            page.focus("#id_search")
            tell(exchange, "ringing")
            ask_again(page)
            page.wait_for_selector("#ringing .incoming")

            assert "Marieke Jansen belt" in page.inner_text("#ringing")
            assert page.evaluate("document.activeElement.id") == "id_search"
            for theme in ("light", "dark"):
                page.evaluate("theme => (document.documentElement.dataset.bsTheme = theme)", theme)
                assert faults(page) == []
            page.set_viewport_size({"width": 360, "height": 740})
            box = page.locator("#ringing .incoming").bounding_box()
            assert 0 <= box["x"] <= 360 - box["width"]

            page.click("#ringing a")
            page.wait_for_url(f"**/klanten/{lead.customer_id}/")
            page.wait_for_selector("#ringing .incoming")  # asked at once on every page
            tell(exchange, "ended", at=clock.now().isoformat())
            ask_again(page)
            page.wait_for_selector("#ringing .incoming", state="detached")
