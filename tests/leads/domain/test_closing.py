"""Closing, approving, sending back and reopening; what each reason starts."""

from datetime import timedelta

import pytest

from bdc.errors import NotAllowed, RuleBroken
from bdc.outbox.models import Effect
from dealers.models import Role
from leads.domain.approving import approve, proposals_to_decide, reopen, send_back
from leads.domain.booking import ask_quote, book_appointment
from leads.domain.closing import close_lead, reasons_for
from leads.domain.contacting import record_attempt, record_conversation
from leads.domain.facts import Facts, SaleIn
from leads.domain.handing_over import take
from leads.models import FIXED_REASONS, CloseReason, Lead, Round
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_centre,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

SALE = SaleIn(make="VW", model="Polo", condition="new", new_customer=True, fleet=False)
LOST = Facts(purchase_make="Kia")


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership)


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership)


@pytest.fixture
def agent(dealership):
    return create_agent(dealership)


@pytest.fixture
def spoken_lead(dealership, salesperson):
    lead = receive(dealership, phones=("06-12345001",), emails=("klant@example.com",))
    return record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10).lead


@pytest.fixture
def spoken_passive(dealership, agent):
    lead = receive_passive(dealership, emails=("klant@example.com",))
    return record_attempt(lead, result="spoken", by=agent, now=TUESDAY_10).lead


def broken(code: str):
    return pytest.raises(RuleBroken, match=rf"^{code}$")


@pytest.mark.parametrize("code", ["geen interesse", "puntje", "n.v.t.", "other", "BDC-99", "X"])
def test_a_bare_no_interest_is_impossible(spoken_passive, agent, code):
    with broken("unknown_reason"):
        close_lead(spoken_passive, reason=code, facts=Facts(), by=agent, now=TUESDAY_10)

    assert Lead.objects.get(pk=spoken_passive.pk).status == "open"


def test_one_call_is_no_reason_to_write_off_a_lead(dealership, agent):
    lead = receive_passive(dealership)
    lead = record_attempt(lead, result="no_answer", by=agent, now=TUESDAY_10).lead

    with broken("attempts_left") as caught:
        close_lead(lead, reason="BDC-06", facts=Facts(), by=agent, now=at(24, 14))

    assert "19" in str(caught.value.message)


def test_missing_needs_are_all_told(dealership, agent):
    lead = receive_passive(dealership)

    with broken("not_spoken") as caught:
        close_lead(lead, reason="BDC-09", facts=Facts(), by=agent, now=TUESDAY_10)

    assert [problem.code for problem in caught.value.problems] == ["not_spoken", "purchase_missing"]


def test_every_reason_is_listed_with_its_problem(spoken_passive, agent):
    offers = reasons_for(spoken_passive, by=agent, now=TUESDAY_10)

    assert [offer.reason.code for offer in offers] == [row["code"] for row in FIXED_REASONS]
    problems = {offer.reason.code: offer.problem and offer.problem.code for offer in offers}
    assert problems["BDC-12"] is None
    assert problems["BDC-06"] == "attempts_left"
    assert problems["BDC-17"] == "appointment_missing"
    assert problems["VK-07"] == "wrong_track"
    assert problems["SYS-01"] == "wrong_track"


def test_a_retired_reason_is_not_offered_and_not_accepted(spoken_passive, agent):
    CloseReason.objects.filter(pk="BDC-12").update(retired_at=TUESDAY_10)

    [offer] = [
        offer
        for offer in reasons_for(spoken_passive, by=agent, now=TUESDAY_10)
        if offer.reason.code == "BDC-12"
    ]

    assert offer.problem.code == "reason_retired"
    with broken("reason_retired"):
        close_lead(spoken_passive, reason="BDC-12", facts=Facts(), by=agent, now=TUESDAY_10)


def test_a_sale_closes_at_once(spoken_lead, salesperson):
    lead = close_lead(
        spoken_lead, reason="VK-01", facts=Facts(sale=SALE), by=salesperson, now=TUESDAY_10
    )

    assert (lead.status, lead.close_reason_id, lead.sold_at) == ("closed", "VK-01", TUESDAY_10)
    assert (lead.owner, lead.queue) == (None, "")
    assert lead.sales.get().make == "VW"


def test_a_close_out_without_a_sale_is_a_proposal(spoken_lead, salesperson, manager):
    lead = close_lead(spoken_lead, reason="VK-04", facts=LOST, by=salesperson, now=TUESDAY_10)

    assert (lead.status, lead.owner, lead.close_reason) == ("proposed", salesperson, None)
    assert list(proposals_to_decide(manager)) == list(lead.proposals.all())
    with broken("approval_needed"):
        close_lead(lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)


def test_an_approved_lost_sale_goes_to_the_second_voice(spoken_lead, salesperson, manager):
    lead = close_lead(spoken_lead, reason="VK-04", facts=LOST, by=salesperson, now=TUESDAY_10)

    lead = approve(lead, by=manager, now=TUESDAY_10)

    assert (lead.status, lead.queue, lead.closed_at) == ("open", "second_voice", None)
    first, second = Round.objects.filter(lead=lead)
    assert (first.reason_id, first.closed_by, first.approved_by) == ("VK-04", salesperson, manager)
    assert (second.side, second.reason) == ("second_voice", None)


def test_both_reasons_stay_side_by_side(spoken_lead, salesperson, manager, agent):
    lead = close_lead(spoken_lead, reason="VK-04", facts=LOST, by=salesperson, now=TUESDAY_10)
    lead = approve(lead, by=manager, now=TUESDAY_10)
    lead = record_attempt(lead, result="spoken", by=agent, now=at(24, 14)).lead

    lead = close_lead(lead, reason="BDC-12", facts=Facts(), by=agent, now=at(24, 14))

    reasons = [round_.reason_id for round_ in lead.rounds.all()]
    assert (lead.status, reasons) == ("closed", ["VK-04", "BDC-12"])


def test_nobody_approves_his_own_proposal(dealership, manager):

    lead = take(receive(dealership), by=manager, now=TUESDAY_10)
    lead = record_conversation(lead, channel="chat", by=manager, now=TUESDAY_10).lead
    lead = close_lead(lead, reason="VK-07", facts=Facts(), by=manager, now=TUESDAY_10)

    with broken("own_proposal"):
        approve(lead, by=manager, now=TUESDAY_10)
    with broken("own_proposal"):
        send_back(lead, instruction="more_attempts", by=manager, now=TUESDAY_10)


@pytest.mark.parametrize("role", [Role.SALESPERSON, Role.MARKETER, Role.RECEPTIONIST])
def test_only_a_manager_decides_on_a_salespersons_close_out(
    dealership, spoken_lead, salesperson, role
):
    lead = close_lead(spoken_lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)
    somebody = (
        create_salesperson(dealership)
        if role == Role.SALESPERSON
        else create_member(role, dealership)
    )

    with pytest.raises(NotAllowed):
        approve(lead, by=somebody, now=TUESDAY_10)


def test_a_team_lead_decides_on_the_bdcs_test_leads_and_not_on_sales(
    dealership, agent, spoken_lead, salesperson
):

    team_lead = create_member(Role.TEAM_LEAD, create_centre(dealership))
    of_bdc = close_lead(
        receive_passive(dealership), reason="BDC-01", facts=Facts(), by=agent, now=TUESDAY_10
    )
    of_sales = close_lead(
        spoken_lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10
    )
    assert (of_bdc.status, of_sales.status) == ("proposed", "proposed")

    with pytest.raises(NotAllowed):
        approve(of_sales, by=team_lead, now=TUESDAY_10)
    of_bdc = approve(of_bdc, by=team_lead, now=TUESDAY_10)

    assert (of_bdc.status, of_bdc.close_reason_id, of_bdc.is_pollution) == (
        "closed",
        "BDC-01",
        True,
    )


def test_a_decision_on_what_is_not_proposed_is_refused(spoken_lead, manager):
    with broken("not_proposed"):
        approve(spoken_lead, by=manager, now=TUESDAY_10)
    with broken("not_proposed"):
        send_back(spoken_lead, instruction="more_attempts", by=manager, now=TUESDAY_10)


def test_evidence_is_judged_again_when_approving(dealership, salesperson, manager):
    dealership.bdc_close_needs_approval = True
    dealership.save()
    agent = create_agent(dealership)
    lead = receive_passive(dealership)
    appointment = book_appointment(
        lead, kind="showroom", starts_at=at(25, 10), by=agent, now=TUESDAY_10
    )
    lead = close_lead(lead, reason="BDC-17", facts=Facts(), by=agent, now=TUESDAY_10)
    assert lead.status == "proposed"
    type(appointment).objects.filter(pk=appointment.pk).update(outcome="cancelled")

    with broken("appointment_missing"):
        approve(lead, by=manager, now=TUESDAY_10)


def test_sent_back_the_lead_is_open_with_its_owner(spoken_lead, salesperson, manager):
    lead = close_lead(spoken_lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)

    lead = send_back(lead, instruction="more_attempts", by=manager, now=at(24, 12))

    assert (lead.status, lead.owner, lead.round_number) == ("open", salesperson, 1)
    assert lead.proposals.get().instruction == "more_attempts"
    assert lead.next_call_at == at(24, 12)


def test_sent_back_to_the_bdc_a_second_voice_begins(spoken_lead, salesperson, manager):
    lead = close_lead(spoken_lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)

    lead = send_back(lead, instruction="to_bdc", by=manager, now=at(24, 12))

    assert (lead.status, lead.queue) == ("open", "second_voice")
    assert lead.rounds.first().ending == "handed_over"


@pytest.mark.parametrize(
    ("code", "kind"), [("BDC-17", "showroom"), ("BDC-18", "test_drive"), ("BDC-19", "quote")]
)
def test_a_conversion_makes_a_passive_lead_active_and_gives_it_to_sales(
    dealership, salesperson, agent, code, kind
):
    lead = receive_passive(dealership)
    if kind == "quote":
        ask_quote(lead, by=agent, now=TUESDAY_10)
    else:
        book_appointment(lead, kind=kind, starts_at=at(25, 14), by=agent, now=TUESDAY_10)

    lead = close_lead(lead, reason=code, facts=Facts(), by=agent, now=TUESDAY_10)

    assert (lead.status, lead.kind, lead.owner) == ("open", "active", salesperson)
    assert lead.kind_at_receipt == "passive"
    second = lead.rounds.last()
    assert second.began_with_appointment == (kind != "quote")
    assert lead.next_call_at == (TUESDAY_10 if kind == "quote" else at(25, 14))
    assert lead.offer_ends_at is None


def test_a_follow_up_is_a_new_round_in_the_same_queue_on_the_date(
    dealership, spoken_passive, agent
):
    lead = close_lead(
        spoken_passive,
        reason="BDC-16",
        facts=Facts(follow_up_at=at(15, 10, month=12)),
        by=agent,
        now=TUESDAY_10,
    )

    assert (lead.status, lead.queue, lead.round_number) == ("open", "passive", 2)
    assert lead.next_call_at == at(15, 10, month=12)


@pytest.mark.parametrize("when", [None, TUESDAY_10 - timedelta(days=1)])
def test_a_follow_up_needs_a_date_ahead(spoken_passive, agent, when):
    with broken("follow_up_date_missing"):
        close_lead(
            spoken_passive,
            reason="BDC-16",
            facts=Facts(follow_up_at=when),
            by=agent,
            now=TUESDAY_10,
        )


def test_a_duplicate_points_to_the_other_lead(dealership, agent, manager):
    original = receive_passive(dealership)
    lead = receive_passive(dealership)
    with broken("original_lead_missing"):
        close_lead(lead, reason="BDC-02", facts=Facts(original=lead.pk), by=agent, now=TUESDAY_10)
    elsewhere = receive_passive(create_dealership())
    with broken("original_lead_missing"):
        close_lead(
            lead, reason="BDC-02", facts=Facts(original=elsewhere.pk), by=agent, now=TUESDAY_10
        )

    lead = close_lead(
        lead, reason="BDC-02", facts=Facts(original=original.pk), by=agent, now=TUESDAY_10
    )
    lead = approve(lead, by=manager, now=TUESDAY_10)

    assert (lead.duplicate_of, lead.is_pollution) == (original, True)


def test_a_duplicate_points_to_no_lead_that_its_closer_cannot_see(dealership, agent):
    next_door = receive_passive(create_dealership(group=dealership.group))
    lead = receive_passive(dealership)

    with broken("original_lead_missing"):
        close_lead(
            lead, reason="BDC-02", facts=Facts(original=next_door.pk), by=agent, now=TUESDAY_10
        )


def test_wrong_details_ask_the_customer_by_mail(dealership, agent):
    lead = receive_passive(dealership, emails=("klant@example.com",))
    lead = record_attempt(lead, result="wrong_number", by=agent, now=TUESDAY_10).lead

    lead = close_lead(lead, reason="BDC-05", facts=Facts(), by=agent, now=TUESDAY_10)

    assert lead.status == "closed"
    assert Effect.objects.filter(kind="ask_contact_details", payload__lead=lead.pk).count() == 1


def test_stop_calling_works_from_the_proposal_on(dealership, spoken_lead, salesperson, agent):
    other = receive_passive(dealership, phones=("06-12345001",))
    assert other.customer == spoken_lead.customer

    lead = close_lead(spoken_lead, reason="VK-08", facts=Facts(), by=salesperson, now=TUESDAY_10)

    assert lead.status == "proposed"
    other = Lead.objects.get(pk=other.pk)
    assert (other.status, other.close_reason_id) == ("closed", "BDC-08")
    with broken("no_ground_to_call"):
        record_attempt(lead, result="no_answer", by=salesperson, now=at(24, 14))


def test_milestones_and_reasons_stay_after_reopening(spoken_passive, agent, manager):
    lead = close_lead(spoken_passive, reason="BDC-12", facts=Facts(), by=agent, now=TUESDAY_10)

    lead = reopen(lead, by=manager, now=at(25, 10))

    assert (lead.status, lead.queue, lead.round_number) == ("open", "passive", 2)
    assert (lead.closed_at, lead.reached_at) == (TUESDAY_10, TUESDAY_10)
    assert lead.rounds.first().reason_id == "BDC-12"
    with broken("not_closed"):
        reopen(lead, by=manager, now=at(25, 10))


def test_a_closed_lead_is_not_closed_again(spoken_passive, agent):
    lead = close_lead(spoken_passive, reason="BDC-12", facts=Facts(), by=agent, now=TUESDAY_10)

    with broken("already_closed"):
        close_lead(lead, reason="BDC-10", facts=Facts(), by=agent, now=TUESDAY_10)
