"""Rejects wait for a person who may see them, and become the lead that they were meant to be."""

import pytest

from bdc.errors import NotAllowed, RuleBroken
from dealers.models import Role
from leads.domain.adf_intake import receive_adf
from leads.domain.intake import LeadIn
from leads.domain.rejects import (
    correct_reject,
    dismiss_reject,
    rejects_visible_to,
    text_as_it_came,
)
from leads.models import Lead, Reject
from tests.factories import (
    TUESDAY_10,
    create_centre,
    create_dealership,
    create_member,
    create_salesperson,
)

BROKEN = b"<adf><prospect><customer><contact><name>Jan</name><phone>06-12345001</adf>"


def prospect(name: str, vendor: str) -> str:
    return (
        f"<prospect><customer><contact><name>{name}</name><phone>06-12345001</phone></contact>"
        f"</customer><vendor><vendorname>{vendor}</vendorname></vendor></prospect>"
    )


def receive(body: bytes, *, by=None, dealership=None) -> list[Reject]:
    return receive_adf(
        body, content_type="text/xml", dealership=dealership, by=by, now=TUESDAY_10
    ).rejects


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership)


def asked(dealership) -> LeadIn:
    return LeadIn(kind="active", channel="online", dealership=dealership, name="Jan Proef")


def test_a_reject_is_seen_by_who_corrects_at_its_dealership_and_by_no_other(dealership, manager):
    [reject] = receive(BROKEN, dealership=dealership)
    reject.dealership = dealership
    reject.save()
    stranger = create_member(Role.SALES_MANAGER, create_dealership())

    assert list(rejects_visible_to(manager)) == [reject]
    assert not rejects_visible_to(stranger).exists()
    assert not rejects_visible_to(create_salesperson(dealership)).exists()


def test_a_reject_of_nobody_knows_whom_is_seen_by_who_sees_every_group(dealership, manager):
    other = create_dealership()
    of_all = create_member(Role.TEAM_LEAD, create_centre(dealership, other))

    [reject] = receive(BROKEN)

    assert (reject.group, reject.dealership) == (None, None)
    assert list(rejects_visible_to(of_all)) == [reject]
    assert not rejects_visible_to(manager).exists()


def test_its_sender_sees_a_reject_whose_group_nobody_knows(dealership):
    sender = create_member(Role.TEAM_LEAD, create_centre(dealership, create_dealership()))
    create_dealership()

    [reject] = receive(BROKEN, by=sender)

    assert reject.group is None
    assert list(rejects_visible_to(sender)) == [reject]


def test_a_reject_becomes_a_lead_once(dealership, manager):
    [reject] = receive(BROKEN, dealership=dealership)

    lead = correct_reject(reject, asked(dealership), by=manager, now=TUESDAY_10)

    reject.refresh_from_db()
    assert (reject.state, reject.lead, reject.decided_by) == ("corrected", lead, manager)
    assert lead.raw == reject.raw
    with pytest.raises(RuleBroken, match="already_worked"):
        correct_reject(reject, asked(dealership), by=manager, now=TUESDAY_10)
    with pytest.raises(RuleBroken, match="already_worked"):
        dismiss_reject(reject, by=manager, now=TUESDAY_10)
    assert Lead.objects.count() == 1


def test_what_is_put_aside_keeps_its_bytes(dealership, manager):
    [reject] = receive(BROKEN, dealership=dealership)

    dismissed = dismiss_reject(reject, by=manager, now=TUESDAY_10)

    assert dismissed.state == "dismissed"
    assert bytes(dismissed.raw.body) == BROKEN


def test_nobody_corrects_into_another_group(dealership, manager):
    [reject] = receive(BROKEN, dealership=dealership)

    with pytest.raises(NotAllowed):
        correct_reject(reject, asked(create_dealership()), by=manager, now=TUESDAY_10)

    assert not Lead.objects.exists()


def test_an_input_that_holds_leads_of_others_is_not_shown_whole(dealership, manager):
    other = create_dealership(name="Elders")
    document = "<adf>" + prospect("Geheim", "Elders") + prospect("Hier", "Nergens") + "</adf>"
    [reject] = receive(document.encode(), dealership=None)
    reject.group, reject.dealership = dealership.group, dealership
    reject.save()
    assert Lead.objects.get().dealership == other

    assert text_as_it_came(reject, manager) is None


def test_an_input_of_ones_own_is_shown_as_it_came(dealership, manager):
    [reject] = receive(BROKEN, dealership=dealership)

    assert text_as_it_came(reject, manager) == BROKEN.decode()
