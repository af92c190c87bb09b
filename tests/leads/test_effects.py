"""What leaves a transaction about leads: mails to staff, departments and customers."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection

from bdc.outbox.effects import LEASE, carry_out_due
from dealers.models import Role
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt
from leads.domain.facts import Facts
from leads.domain.handing_over import assign, take
from leads.domain.objecting import record_objection
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

pytestmark = pytest.mark.django_db(transaction=True)  # effects have transactions of their own
SOON = TUESDAY_10 + timedelta(seconds=5)


@pytest.fixture
def dealership(transactional_db):
    return create_dealership()


def test_a_salesperson_is_told_of_a_new_lead_once_and_without_the_customers_name(dealership):
    salesperson = create_salesperson(dealership)
    lead = receive(dealership, name="Geheim Klantnaam")

    carry_out_due(SOON)
    carry_out_due(SOON)

    [message] = mail.outbox
    assert (message.to, message.subject) == ([salesperson.email], "Nieuwe lead: Volkswagen")
    assert f"/leads/{lead.pk}/" in message.body
    assert "Geheim" not in message.subject + message.body


def test_who_lost_the_lead_meanwhile_is_told_nothing(dealership):
    first, second = create_salesperson(dealership), create_salesperson(dealership)
    lead = receive(dealership)
    assert lead.owner == first
    assign(lead, by=create_member(Role.SALES_MANAGER, dealership), now=TUESDAY_10, user=second)

    carry_out_due(SOON)

    assert mail.outbox == []


def test_managers_are_alarmed_while_nobody_has_the_lead(dealership):
    manager = create_member(Role.SALES_MANAGER, dealership)
    receive(dealership)
    taken = receive(dealership)
    take(taken, by=manager, now=TUESDAY_10)

    carry_out_due(SOON)

    [message] = mail.outbox
    assert message.to == [manager.email]
    assert "niemand" in message.subject.lower()


def test_a_customer_with_wrong_details_is_asked_for_better_ones(dealership):
    agent = create_agent(dealership)
    lead = receive_passive(dealership, emails=("klant@example.com",))
    lead = record_attempt(lead, result="wrong_number", by=agent, now=TUESDAY_10).lead
    close_lead(lead, reason="BDC-05", facts=Facts(), by=agent, now=TUESDAY_10)

    carry_out_due(SOON)

    [message] = mail.outbox
    assert message.to == ["klant@example.com"]
    assert dealership.name in message.body


def test_a_customer_who_objects_meanwhile_is_asked_nothing(dealership):
    agent = create_agent(dealership)
    lead = receive_passive(dealership, emails=("klant@example.com",))
    lead = record_attempt(lead, result="wrong_number", by=agent, now=TUESDAY_10).lead
    close_lead(lead, reason="BDC-05", facts=Facts(), by=agent, now=TUESDAY_10)
    record_objection(lead.customer, by=agent, now=TUESDAY_10)

    carry_out_due(SOON)

    assert mail.outbox == []


@pytest.mark.parametrize("address", ["balie@example.com", ""])
def test_a_department_is_told_of_a_lead_that_is_meant_for_it(dealership, address):
    dealership.email = address
    dealership.save()
    manager = create_member(Role.SALES_MANAGER, dealership)
    agent = create_agent(dealership)
    close_lead(
        receive_passive(dealership),
        reason="BDC-04",
        facts=Facts(destination="parts"),
        by=agent,
        now=TUESDAY_10,
    )

    carry_out_due(SOON)

    [message] = mail.outbox
    assert message.to == [address or manager.email]


def test_a_mail_that_is_sent_again_is_known_by_its_id_and_two_mails_are_two(dealership):
    create_salesperson(dealership)
    first, second = receive(dealership), receive(dealership)
    with sent_and_then_not_noted():
        carry_out_due(SOON)
    carry_out_due(SOON + LEASE)

    ids = {
        lead: [
            message.message()["Message-ID"]
            for message in mail.outbox
            if f"/leads/{lead.pk}/" in message.body
        ]
        for lead in (first, second)
    }

    assert [len(mails) for mails in ids.values()] == [2, 2]
    assert [len(set(mails)) for mails in ids.values()] == [1, 1]
    assert ids[first] != ids[second]
    assert all(re.fullmatch(r"<[0-9a-f-]{36}@localhost>", one) for one in ids[first])


@contextmanager
def sent_and_then_not_noted():
    """The database is lost between the sending and the noting, as when the worker dies there."""
    refused = "CREATE FUNCTION refuse() RETURNS trigger AS 'BEGIN RAISE EXCEPTION $$lost$$; END'"
    with connection.cursor() as cursor:
        cursor.execute(f"{refused} LANGUAGE plpgsql")
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE OF done_at ON outbox_effect FOR EACH ROW"
            " WHEN (NEW.done_at IS NOT NULL) EXECUTE FUNCTION refuse()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON outbox_effect")
        cursor.execute("DROP FUNCTION refuse()")
