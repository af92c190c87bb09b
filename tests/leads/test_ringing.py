"""The card of who is calling: in the shell of every page, by htmx and as a page."""

from __future__ import annotations

import pytest
import time_machine

from leads.domain.telephone import take_delivery
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

CARD = "/telefonie/nu/"
HTMX = {"HX-Request": "true"}
QUERIES_OF_NO_CALL = 3
QUERIES_OF_A_CALL = 5


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten():
    with time_machine.travel(TUESDAY_10, tick=False):
        yield


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def person(client, dealership):
    person = create_salesperson(dealership)
    client.force_login(person)
    return person


@pytest.fixture
def exchange(dealership, person):
    exchange = create_exchange(dealership.group)
    create_extension(exchange, person)
    return exchange


def rings(exchange, **fields):
    take_delivery(exchange.slug, signed(exchange, call_told(**fields)), now=TUESDAY_10)


def card(client):
    return client.get(CARD, headers=HTMX).content.decode()


def test_who_calls_is_named_with_a_link(client, dealership, exchange):
    lead = receive(dealership, name="Marieke Jansen", phones=("06-12345678",))
    rings(exchange)

    shown = card(client)

    assert "Marieke Jansen belt" in shown
    assert f'href="/klanten/{lead.customer_id}/"' in shown
    assert "06 12345678" in shown


def test_several_with_the_number_are_a_list_of_links(client, dealership, exchange):
    leads = [receive(dealership, name=f"Kind {number} Jansen") for number in range(2)]
    for lead in leads:
        lead.customer.phones.update(number="+31612345678")
    rings(exchange)

    shown = card(client)

    assert "06 12345678 belt" in shown
    for lead in leads:
        assert f'<a href="/klanten/{lead.customer_id}/">{lead.customer.name}</a>' in shown


def test_a_number_that_is_unknown_can_be_looked_up(client, exchange):
    rings(exchange)

    assert 'href="/zoeken/?q=%2B31612345678"' in card(client)


def test_a_number_that_is_withheld_says_so(client, exchange):
    rings(exchange, number=None)

    assert "Er belt iemand" in card(client)


def test_a_name_is_never_run(client, dealership, exchange):
    script = "<script>alert(1)</script>"
    lead = receive(dealership, phones=("06-12345678",))
    lead.customer.__class__.objects.update(first_name=script)
    rings(exchange)

    assert script not in card(client)
    assert "&lt;script&gt;" in card(client)


def test_the_shell_asks_for_who_has_a_telephone_here(client, person, dealership):
    assert 'id="ringing"' not in client.get("/leads/").content.decode()

    exchange = create_exchange(dealership.group)
    create_extension(exchange, person)
    assert 'id="ringing"' in client.get("/leads/").content.decode()

    exchange.is_active = False
    exchange.save()
    assert 'id="ringing"' not in client.get("/leads/").content.decode()


def test_without_javascript_it_is_a_page(client, dealership, exchange):
    assert "Niemand belt je" in client.get(CARD).content.decode()

    receive(dealership, name="Marieke Jansen", phones=("06-12345678",))
    rings(exchange)

    assert "Marieke Jansen belt" in client.get(CARD).content.decode()


def test_asking_again_and_again_costs_little(
    client, dealership, exchange, django_assert_num_queries
):
    with django_assert_num_queries(QUERIES_OF_NO_CALL):
        assert card(client).strip() == ""
    receive(dealership, phones=("06-12345678",))
    rings(exchange)
    with django_assert_num_queries(QUERIES_OF_A_CALL):
        card(client)
