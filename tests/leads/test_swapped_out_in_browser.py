"""What a day in one tab leaves behind in the browser."""

from __future__ import annotations

import pytest
import time_machine

from tests.factories import TUESDAY_10
from tests.leads.at_the_screen import (
    NAMES,
    Gate,
    at_the_screen,
    create_agent_with_customers,
    with_customer,
)
from tests.leads.test_calling_in_browser import press, quiet

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WATCHES_SCREENS = """() => {
  globalThis.screens = [];
  document.addEventListener("htmx:beforeSwap", ({target}) => {
    const call = document.getElementById("call");
    if (["call", "work"].includes(target.id)) screens.push(new WeakRef(call));
  });
}"""


@pytest.fixture
def page(browser, client, transactional_db, live_server):
    with (
        time_machine.travel(TUESDAY_10),
        at_the_screen(browser, client, create_agent_with_customers(), live_server.url) as page,
    ):
        yield page


def test_a_screen_that_was_swapped_out_is_not_kept(page):
    page.evaluate(WATCHES_SCREENS)
    beside_it = "document.getElementById('work').childNodes.length"
    before = page.evaluate(beside_it)
    quiet(page)
    asked = Gate(page, "**/wachtrij/")
    page.evaluate("htmx.trigger('#queue', 'refresh')")
    page.keyboard.press("1")  # the list that was asked for comes when its screen is gone
    with_customer(page, "Aardenburg")
    asked.open()
    for name in NAMES[2:5]:
        press(page, "1")
        with_customer(page, name)

    assert page.evaluate(beside_it) == before
    page.click(".release summary")
    page.click("[name=release]")
    page.wait_for_selector("#next")
    quiet(page)

    page.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    assert page.evaluate("screens.map((one) => Boolean(one.deref()))") == [False] * 5
