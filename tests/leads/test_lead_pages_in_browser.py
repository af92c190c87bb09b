"""The pages of leads in a real browser: what arrives by itself, keys, focus, what axe finds."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import settings

from dealers.models import Role
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt
from leads.domain.facts import Facts
from leads.models import Lead, Queue
from tests.browser import new_page
from tests.factories import (
    TUESDAY_10,
    consent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
)
from tests.proofs.size import in_turn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = settings.BASE_DIR / "tests" / "vendor" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Opening a telephone would leave the browser waiting for an answer that nobody gives.
NO_TELEPHONE = """addEventListener("dial", event => {
  event.stopImmediatePropagation();
  document.documentElement.dataset.dialled = event.detail.number;
}, true)"""
SEEN_WITHIN = 7_000  # milliseconds: five seconds, and what the server and the browser need
PANELS = ("afspraak", "terugbellen", "offerte", "gesprek", "belpoging", "niet-bellen", "afboeken")
CUSTOMER_PANELS = ("gegevens", "bereiken", "auto", "toestemming", "samenvoegen", "niet-bellen")


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten():
    with time_machine.travel(TUESDAY_10):
        yield


@pytest.fixture
def dealership(transactional_db):
    return create_dealership(name="Noord Eindhoven")


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership, name="Sem Kuipers")


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership, name="Petra Maas")


@pytest.fixture
def opens(browser, client, live_server):
    """Opens a page as somebody, at a width."""
    contexts = []

    def open_page(person, path, *, width=1440, height=900):
        client.force_login(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context = new_page(browser, live_server.url, width=width, height=height)
        contexts.append(context)
        page = context.__enter__()
        page.context.add_init_script(NO_TELEPHONE)
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        page.goto(path)
        page.wait_for_function("() => document.documentElement.classList.contains('js')")
        return page

    yield open_page
    for context in contexts:
        context.__exit__(None, None, None)


def quiet(page):
    """Wait until nothing is under way and keys work again after a change."""
    page.wait_for_function(
        "() => !document.querySelector('[aria-busy=true], .htmx-request, .htmx-settling')"
    )
    page.wait_for_timeout(350)


def press(page, key):
    quiet(page)
    page.keyboard.press(key)


def said(page, words):
    page.wait_for_function(
        "words => document.getElementById('messages').innerText.includes(words)", arg=words
    )


def proposed(dealership, salesperson, name):
    lead = receive(dealership, name=name)
    record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)
    return close_lead(lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)


def test_a_new_lead_shows_by_itself_within_five_seconds(opens, dealership, salesperson):
    page = opens(salesperson, "/leads/")

    lead = receive(dealership, name="Marieke Jansen", now=TUESDAY_10)

    page.wait_for_selector(f"#lead-{lead.pk} [data-countdown]", timeout=SEEN_WITHIN)


def test_a_list_that_has_the_focus_keeps_its_rows_until_asked(opens, dealership, salesperson):
    first = receive(dealership, name="Marieke Jansen")
    page = opens(salesperson, "/leads/")
    page.focus(f"#lead-{first.pk} .row-link")

    second = receive(dealership, name="Peter Peeters")
    page.wait_for_selector("[data-news]:not([hidden])", state="attached", timeout=SEEN_WITHIN)

    assert page.locator(f"#lead-{second.pk}").count() == 0
    assert page.evaluate("document.activeElement.textContent") == "Jansen, Marieke"
    page.click("[data-news] button")
    page.wait_for_selector(f"#lead-{second.pk}")


def test_one_tap_in_the_list_calls_and_asks_how_it_went(opens, dealership, salesperson):
    lead = receive(dealership, name="Marieke Jansen", phones=("06-20304050",))
    page = opens(salesperson, "/leads/", width=360, height=780)

    page.click(f"#lead-{lead.pk} .btn-call")
    page.wait_for_selector("text=Hoe ging het?")

    assert page.evaluate("document.documentElement.dataset.dialled") == "+31620304050"
    assert page.url.endswith(f"/leads/{lead.pk}/")
    page.click("text=Niet bereikt")
    said(page, "Jansen: niet bereikt, poging 1 van 5.")
    assert lead.attempts.get().result == "no_answer"


def test_the_focus_stays_with_the_customer_after_each_action(opens, dealership, salesperson):
    lead = receive(dealership, name="Marieke Jansen")
    page = opens(salesperson, f"/leads/{lead.pk}/")

    press(page, "b")
    page.wait_for_selector("#result")
    press(page, "t")
    page.wait_for_selector("text=Wanneer terugbellen?")
    press(page, "1")
    said(page, "Jansen: terugbellen")

    page.wait_for_function("() => document.activeElement.innerText === 'Marieke Jansen'")
    assert lead.attempts.get().result == "spoken"
    assert lead.call_backs.count() == 1


def test_what_is_missing_gets_the_focus_and_nothing_is_lost(opens, dealership, salesperson):
    lead = receive(dealership, name="Marieke Jansen")
    record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)
    page = opens(salesperson, f"/leads/{lead.pk}/afboeken/?reason=VK-02")

    page.fill("#id_purchase_make", "Skoda")
    page.fill("#id_purchase_dealer", "Van den Brug")
    page.click("text=Akkoord vragen")
    page.wait_for_function("() => document.activeElement.matches('.error-summary')")

    assert page.title().startswith("Fout:")
    assert page.input_value("#id_purchase_dealer") == "Van den Brug"


def test_a_manager_decides_with_keys_and_the_next_one_opens(
    opens, dealership, salesperson, manager
):
    first, second, third = (
        proposed(dealership, salesperson, name) for name in ("Els Een", "Tim Twee", "Dirk Drie")
    )
    page = opens(manager, "/akkoord/")

    press(page, "a")
    said(page, "Een: akkoord gegeven.")
    press(page, "t")
    press(page, "1")
    said(page, "Twee: teruggestuurd")
    press(page, "b")
    said(page, "Drie: teruggestuurd")

    page.wait_for_selector("text=Geen verzoeken")
    assert Lead.objects.get(pk=first.pk).queue == Queue.SECOND_VOICE
    assert second.proposals.get().instruction == "more_attempts"
    assert third.proposals.get().instruction == "to_bdc"


def faults(page, path):
    """What axe finds on a page, and whether it scrolls sideways."""
    page.goto(path)
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        """rules => axe.run({runOnly: rules}).then(found => found.violations.map(one =>
          [one.id, one.nodes.map(node => node.html)]))""",
        RULES,
    )
    if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
        found.append(["sideways", path])
    return [(path, *fault) for fault in found]


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 1366),
        ("dark", 360),
        pytest.param("dark", 1366, marks=pytest.mark.long),
        pytest.param("light", 360, marks=pytest.mark.long),
    ],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    opens, dealership, salesperson, manager, width, scheme
):
    lead = receive(dealership, name="Marieke Jansen", emails=("m@example.nl",), message="Hallo")
    proposed(dealership, salesperson, "Els Een")
    pages = ["/leads/", "/leads/?view=all", "/leads/?view=all&search=niemand", f"/leads/{lead.pk}/"]
    pages += [f"/leads/{lead.pk}/{panel}/" for panel in PANELS]
    pages += [f"/leads/{lead.pk}/afboeken/?reason=VK-01"]
    # As high as the page, so that no bar lies over what would scroll from under it.
    page = opens(salesperson, "/leads/", width=width, height=4_000)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    found = [fault for path in in_turn(pages, width == 360) for fault in faults(page, path)]
    page = opens(manager, "/akkoord/", width=width, height=4_000)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    double = receive(dealership, plate="TVL-98-N", consents=(consent(),), interest="used")
    own = f"/klanten/{double.customer_id}/"
    compared = f"{own}samenvoegen/?other={lead.customer_id}"
    pages = [own, compared, *(f"{own}{panel}/" for panel in CUSTOMER_PANELS)]
    pages += ["/akkoord/", "/leads/", f"/leads/{lead.pk}/toewijzen/"]
    for path in in_turn(pages, width == 360):
        found += faults(page, path)

    assert found == []
