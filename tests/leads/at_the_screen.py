"""What tests of the work screen in a real browser share: an agent, and customers who wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from playwright.sync_api import Browser, Page

from bdc.accounts.models import User
from tests.browser import new_page
from tests.factories import create_agent, create_dealership, create_salesperson, receive_passive
from tests.leads.test_calling_in_browser import NO_TELEPHONE

NAMES = ("Jansen", "Aardenburg", "Hoefslag", "Brouwer", "Visser", "Mulder", "Dekker", "Peters")
RESULT = "**/uitkomst/"


def create_agent_with_customers() -> User:
    """An agent for whom a customer of each name is due, in that order."""
    dealership = create_dealership(name="Noord Eindhoven")
    create_salesperson(dealership, name="Sem Kuipers")
    for name in NAMES:
        receive_passive(dealership, name=f"Maria {name}", model="Golf")
    return create_agent(dealership, name="Noor Bakker")


def cookie_of(client, person: User, address: str) -> dict[str, str]:
    client.force_login(person)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value, "url": address}


@contextmanager
def at_the_screen(browser: Browser, client, agent: User, address: str) -> Iterator[Page]:
    """Open the screen as the agent, with the first customer; its clock can be turned on."""
    with new_page(browser, address, width=1440, height=900) as page:
        page.context.add_init_script(NO_TELEPHONE)
        page.context.add_cookies([cookie_of(client, agent, address)])
        page.clock.install()
        page.goto("/bellen/")
        page.wait_for_function("() => document.documentElement.classList.contains('js')")
        page.click("#next")
        with_customer(page, "Jansen")
        yield page


def with_customer(page: Page, name: str) -> None:
    page.wait_for_function(
        "name => document.getElementById('who')?.innerText.includes(name)", arg=name
    )


def going_on(page: Page, words: str) -> None:
    page.wait_for_function(
        "words => document.getElementById('going-on').innerText.includes(words)", arg=words
    )


class Gate:
    """Holds requests back until it is opened."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address, self.waiting = page, address, []
        page.route(address, lambda route: self.waiting.append(route))

    def open(self) -> None:
        for route in self.waiting:
            route.continue_()
        self.page.unroute(self.address)
