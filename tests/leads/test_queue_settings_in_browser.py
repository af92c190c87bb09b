"""A team lead sets the queues in a real browser, on a desk and on a phone; and what axe finds."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import settings

from dealers.models import Role
from leads.models import Campaign, WorkAssignment
from tests.browser import launched, new_page
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_campaign,
    create_dealership,
    create_member,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = settings.BASE_DIR / "tests" / "vendor" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def is_sound(page):
    """axe finds nothing, and nothing sticks out at the side."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        """rules => axe.run({runOnly: rules}).then(
          found => found.violations.map(one => [one.id, one.nodes.map(node => node.html)]))""",
        RULES,
    )
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_team_lead_sets_the_work_of_an_agent_and_a_script(client, live_server):
    dealership = create_dealership(name="Noord Eindhoven")
    create_campaign(dealership, name="APK december")
    agent = create_agent(dealership, name="Noor Bakker")
    centre = agent.memberships.get().centre
    client.force_login(create_member(Role.TEAM_LEAD, centre, name="Ingrid de Groot"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    with (
        time_machine.travel(TUESDAY_10),
        launched() as browser,
        new_page(browser, live_server.url, width=360, height=800) as page,
    ):
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        page.goto("/wachtrijen/")
        is_sound(page)
        page.get_by_role("link", name="Noor Bakker").click()
        page.get_by_label("Passief").check()
        page.get_by_label("APK december").check()
        is_sound(page)
        page.get_by_role("button", name="Werk opslaan").click()
        page.get_by_text("Het volgende gesprek van Noor Bakker houdt zich eraan.").wait_for()
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto("/wachtrijen/")
        page.get_by_role("link", name="APK december").click()
        page.get_by_label("Script").fill("Dag {naam}.")
        page.get_by_role("button", name="Voorbeeld tonen").click()
        page.get_by_text("Dag Sander Voorbeeld.").wait_for()
        is_sound(page)
        page.get_by_role("button", name="Campagne opslaan").click()
        page.get_by_text("Open leads van deze campagne volgen").wait_for()

    assert WorkAssignment.objects.get().queues == ["passive"]
    assert Campaign.objects.get().script == "Dag {naam}."
