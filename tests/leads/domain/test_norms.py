"""Norms of spread and speed: shown, overridden with a fixed reason, and never the evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override as language

from bdc.errors import Malformed, RuleBroken
from dealers.models import Role
from leads.domain.approving import OVERRIDES_TO_CHOOSE, approve
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt
from leads.domain.facts import Facts
from leads.domain.norms import norms_broken
from leads.domain.timeline import sentence
from leads.models import Lead, Norm, Proposal
from tests.factories import (
    TUESDAY_10,
    at,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
)

SPREAD = [at(23, 10), at(24, 14), at(25, 10)]
ONE_PART = [at(23, 10), at(24, 10), at(25, 10)]
TWO_DAYS = [at(24, 10), at(24, 14), at(25, 10)]
BOUGHT = Facts(purchase_make="Toyota")


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership)


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership)


def proposed(dealership, by, *, calls, results=("no_answer",), reason="BDC-07", **fields):
    """A close-out that was asked after `calls`, the last with the last of `results`."""
    lead = receive(dealership, now=calls[0] - timedelta(minutes=1), **fields)
    for number, now in enumerate(calls):
        result = results[-1] if number == len(calls) - 1 else "no_answer"
        record_attempt(Lead.objects.get(pk=lead.pk), result=result, by=by, now=now)
    return close_lead(
        Lead.objects.get(pk=lead.pk), reason=reason, facts=BOUGHT, by=by, now=calls[-1]
    )


def broken_by(lead):
    proposal = Proposal.objects.get(lead=lead)
    return norms_broken(proposal, proposal.round.attempts_made)


@pytest.mark.parametrize(
    ("calls", "result", "reason", "broken"),
    [
        pytest.param(SPREAD, "refused", "BDC-07", [], id="three days, two parts"),
        pytest.param(ONE_PART, "refused", "BDC-07", [Norm.SPREAD], id="one part of the day"),
        pytest.param(TWO_DAYS, "refused", "BDC-07", [Norm.SPREAD], id="two days"),
        pytest.param(SPREAD[:1], "refused", "BDC-07", [Norm.SPREAD], id="a single call"),
        pytest.param(SPREAD[:1], "wrong_number", "BDC-05", [Norm.SPREAD], id="a wrong number"),
        pytest.param(SPREAD[:1], "spoken", "VK-04", [], id="somebody spoke"),
        pytest.param(SPREAD[:1], "no_answer", "BDC-01", [], id="a test asks for no calls"),
    ],
)
def test_calls_are_spread(dealership, salesperson, calls, result, reason, broken):
    lead = proposed(dealership, salesperson, calls=calls, results=(result,), reason=reason)

    assert broken_by(lead) == broken


@pytest.mark.parametrize(
    ("minutes", "channel", "broken"),
    [
        pytest.param(2, "online", [], id="within two minutes"),
        pytest.param(3, "online", [Norm.SPEED], id="later"),
        pytest.param(180, "phone", [], id="the clock did not run"),
    ],
)
def test_the_first_call_is_in_time_where_the_clock_ran(
    dealership, salesperson, minutes, channel, broken
):
    lead = receive(dealership, channel=channel)
    called = TUESDAY_10 + timedelta(minutes=minutes)
    record_attempt(lead, result="spoken", by=salesperson, now=called)
    lead = close_lead(
        Lead.objects.get(pk=lead.pk), reason="VK-04", facts=BOUGHT, by=salesperson, now=called
    )

    assert broken_by(lead) == broken


@pytest.mark.parametrize(
    ("calls", "asks", "given", "kept"),
    [
        pytest.param(SPREAD, True, "", "", id="met: nothing is asked"),
        pytest.param(SPREAD, False, "agreed_with_me", "", id="met: a reason is not kept"),
        pytest.param(ONE_PART, True, "agreed_with_me", "agreed_with_me", id="a reason on a page"),
        pytest.param(ONE_PART, False, "circumstances", "circumstances", id="and by program"),
        pytest.param(ONE_PART, False, "", "not_given", id="a program may leave it out"),
    ],
)
def test_an_override_is_kept_where_a_norm_is_not_met(
    dealership, salesperson, manager, calls, asks, given, kept
):
    lead = proposed(dealership, salesperson, calls=calls, results=("refused",))

    approve(lead, by=manager, now=at(26, 10), override=given, asks_override=asks)

    proposal = Proposal.objects.get(lead=lead)
    assert (proposal.decision, proposal.override) == ("approved", kept)
    assert (proposal.is_spread_broken, proposal.is_speed_broken) == (bool(kept), False)
    assert lead.events.filter(verb="norms_overridden").count() == bool(kept)


def test_a_page_asks_for_a_reason(dealership, salesperson, manager):
    lead = proposed(dealership, salesperson, calls=ONE_PART, results=("refused",))

    with pytest.raises(RuleBroken, match=r"^norm_override_needed$"):
        approve(lead, by=manager, now=at(26, 10), asks_override=True)

    assert Proposal.objects.get(lead=lead).decision == ""


@pytest.mark.parametrize("override", ["not_given", "because"])
def test_only_a_reason_of_the_list_is_taken(dealership, salesperson, manager, override):
    lead = proposed(dealership, salesperson, calls=ONE_PART, results=("refused",))

    with pytest.raises(Malformed):
        approve(lead, by=manager, now=at(26, 10), override=override)


def test_evidence_is_not_overridden(dealership, salesperson, manager):
    lead = receive(dealership, emails=("a@example.nl",), phones=())
    lead = close_lead(lead, reason="BDC-03", facts=Facts(), by=salesperson, now=TUESDAY_10)
    lead.customer.phones.create(group=lead.group, number="+31612345678", is_dialable=True)

    with pytest.raises(RuleBroken, match=r"^phone_present$"):
        approve(lead, by=manager, now=TUESDAY_10, override="agreed_with_me")


def test_the_timeline_says_which_norm_and_why(dealership, salesperson, manager):
    lead = proposed(dealership, salesperson, calls=ONE_PART, results=("refused",))
    approve(lead, by=manager, now=at(26, 10), override="agreed_with_me")

    with language("en"):
        said = sentence(lead.events.get(verb="norms_overridden"))

    assert said == (
        "Approved although a norm is not met (calls spread over three days and two parts of the"
        " day): agreed with me beforehand."
    )


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"is_spread_broken": True, "override": ""}, id="broken without a reason"),
        pytest.param({"override": "circumstances"}, id="a reason without a broken norm"),
        pytest.param({"is_speed_broken": True, "override": "because"}, id="another reason"),
        pytest.param(
            {"is_speed_broken": True, "override": "circumstances", "decision": ""},
            id="before it is decided",
        ),
    ],
)
def test_the_database_holds_norm_and_override_together(dealership, salesperson, manager, fields):
    lead = proposed(dealership, salesperson, calls=SPREAD, results=("refused",))
    decided = {} if fields.get("decision") == "" else {"decision": "approved"}
    if decided:
        decided |= {"decided_by": manager, "decided_at": at(26, 10)}

    with (
        pytest.raises(IntegrityError, match="proposal_norm_broken_with_an_override"),
        transaction.atomic(),
    ):
        Proposal.objects.filter(lead=lead).update(**{**decided, **fields})


def test_every_reason_of_the_list_is_let_through_by_the_database(dealership, salesperson, manager):
    for number, override in enumerate(OVERRIDES_TO_CHOOSE):
        lead = proposed(
            dealership,
            salesperson,
            calls=[at(23 + number, 10)],
            results=("refused",),
        )
        approve(lead, by=manager, now=at(28, 10), override=override)

    kept = set(Proposal.objects.values_list("override", flat=True))
    assert kept == set(OVERRIDES_TO_CHOOSE)
