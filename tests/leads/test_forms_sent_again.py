"""A form of any other page that is sent twice is done once, and both times answered the same.

The work screen and the page of a lead: test_sent_again.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from dealers.models import Absence, Exchange, Role
from leads.domain.holding import hold_of
from leads.domain.merging import merge_customers
from leads.domain.queue import next_lead
from leads.models import CustomerMerge, CustomerVehicle
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_member,
    receive,
    receive_passive,
)

# What is the same when it is done again: it sets what is so, or only asks.
SAME_AGAIN = re.compile(
    r"account_|set_language|dealers:(dealership|hours|activate|activate-exchange)$"
    r"|leads:(shift|calling-next|practice-begin|queue-|rename-reason|retire-reason)"
)


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten():
    with time_machine.travel(TUESDAY_10, tick=False):
        yield


@pytest.fixture
def dealership(db):
    return create_dealership(name="Noord Eindhoven")


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership, name="Petra Maas")


@pytest.fixture
def administrator(dealership):
    return create_member(Role.ADMINISTRATOR, dealership.group)


def form_of(client, page: str, action: str) -> dict[str, str]:
    """What the form with this action sends by itself, as the page was drawn."""
    html = client.get(page).content.decode()
    [form] = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', html, re.S)
    return {"action_id": re.search(r'name="action_id" value="([^"]+)"', form)[1]}


def said(response) -> str:
    assert response.status_code == 200
    [bar] = re.findall(r'<div id="messages".*?<div id="notices"', response.content.decode(), re.S)
    [words] = re.findall(r'class="message-text">([^<]+)<', bar)
    return words


def sent_twice(client, page: str, action: str, **fields: object) -> str:
    """Send a form of a page twice, and return what was said both times."""
    asked = form_of(client, page, action) | fields
    first, second = (said(client.post(action, asked, follow=True)) for _time in range(2))
    assert first == second
    return first


def test_a_car_is_added_once(client, manager, dealership):
    customer = receive(dealership, name="Sander de Boer").customer
    client.force_login(manager)
    page = reverse("leads:customer-vehicle", args=[customer.pk])
    cars = CustomerVehicle.objects.filter(customer=customer)
    before = cars.count()

    sent_twice(client, page, page, make="Volkswagen", model="Polo")

    assert cars.count() == before + 1


def test_one_merge_is_undone_and_not_the_one_before_it(client, manager, dealership):
    customer, *doubles = (
        receive(dealership, name=f"S. Boer {letter}", phones=(f"06-1234560{number}",)).customer
        for number, letter in enumerate("abc")
    )
    for double in doubles:
        merge_customers(customer, double, by=manager, now=TUESDAY_10)
    client.force_login(manager)

    sent_twice(
        client,
        reverse("leads:customer", args=[customer.pk]),
        reverse("leads:customer-unmerge", args=[customer.pk]),
    )

    assert CustomerMerge.objects.filter(undone_at=None).count() == 1


def test_who_has_the_customer_since_keeps_him(client, dealership):
    noor = create_agent(dealership, name="Noor Bakker")
    centre = noor.memberships.get().centre
    ben = create_member(Role.AGENT, centre, name="Ben Vos")
    client.force_login(create_member(Role.TEAM_LEAD, centre, name="Petra Kok"))
    receive_passive(dealership, name="Marieke Jansen")
    held = next_lead(noor, now=TUESDAY_10).lead
    action = reverse("leads:team-give-back", args=[held.pk])
    asked = form_of(client, "/team/", action)

    first = said(client.post(action, asked, follow=True))
    assert next_lead(ben, now=TUESDAY_10).lead == held
    second = said(client.post(action, asked, follow=True))

    assert first == second == "Jansen: terug in de wachtrij."
    assert hold_of(ben, TUESDAY_10).lead == held


def test_an_absence_is_recorded_once_and_no_error(client, manager):
    client.force_login(manager)
    page = reverse("dealers:absences")

    sent_twice(client, page, page, user=manager.pk, first="2026-12-01", last="2026-12-04")

    assert Absence.objects.count() == 1


def test_an_exchange_is_added_once_and_its_secret_shown_to_who_sent_it(
    client, administrator, dealership
):
    client.force_login(administrator)
    page = reverse("dealers:exchanges")
    asked = {"name": "Telefoons Noord", "place": f"group:{dealership.group.pk}"}
    asked |= form_of(client, page, page)

    first, second = (secret_in(client.post(page, asked)) for _time in range(2))

    assert first == second
    exchange = Exchange.objects.get()
    one = reverse("dealers:exchange", args=[exchange.pk])
    renewing = reverse("dealers:renew-secret", args=[exchange.pk])
    asked = form_of(client, one, renewing)
    renewed, again = (secret_in(client.post(renewing, asked)) for _time in range(2))
    assert first != renewed == again
    old, exchange = exchange, Exchange.objects.get()
    assert exchange.previous_salt == old.salt  # which is valid for a week, as it is said to be


def secret_in(response) -> str:
    return re.search(r"whsec_[\w+/=]+", response.content.decode())[0]


def test_every_form_that_does_something_is_done_once():
    forms = []
    for path in sorted(Path(settings.BASE_DIR, "templates").rglob("*.html")):
        for found in re.finditer(r"<form\b.*?</form>", path.read_text(encoding="utf-8"), re.S):
            named = re.search(r'method="post" action="\{% url "([a-z:_-]+)"', found[0])
            if named and not SAME_AGAIN.match(named[1]):
                forms.append((path.name, named[1], "{% sent_once %}" in found[0], found[0]))

    assert len(forms) > 40
    states = "calling_state.html"  # which has it for the two screens where people are called
    assert [form[:2] for form in forms if not form[2] and states not in form[3]] == []
