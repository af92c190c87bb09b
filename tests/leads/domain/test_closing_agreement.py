"""Policy and database agree, for every reason of the list and every state of a round.

The rule stands twice on purpose (style.md 4.6): the policy says why not, the constraints refuse
whoever comes past it. Each case writes the close-out past the policy and compares.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from leads.domain.booking import ask_quote, book_appointment
from leads.domain.closing import closing_problem, round_facts
from leads.domain.contacting import record_attempt, record_conversation
from leads.domain.evidence import Evidence
from leads.domain.facts import Facts, SaleIn
from leads.domain.rounds import let_go, round_of
from leads.models import FIXED_REASONS, CloseReason, Lead, Round, Status
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_salesperson,
    receive,
    receive_passive,
)

CODES = [row["code"] for row in FIXED_REASONS]
LATER = TUESDAY_10 + timedelta(days=7)
FULL = Facts(
    destination="service",
    purchase_make="Volkswagen",
    purchase_postcode="5612",
    preferred_make="Kia",
    dealer="other",
    follow_up_at=LATER,
    sale=SaleIn(make="Kia", model="Niro", condition="new", new_customer=True, fleet=False),
    objection=True,
)
STATES = (
    "fresh",
    "spoken",
    "refused",
    "wrong_number",
    "maximum",
    "showroom",
    "test_drive",
    "workshop",
    "quoted",
    "without_number",
)


def lead_in_state(state: str, side: str):
    """A lead of the BDC or of a salesperson in one state of evidence, and who works it."""
    dealership = create_dealership(attempts_passive=2, attempts_salesperson=2)
    phones = () if state == "without_number" else ("06-12345001",)
    if side == "bdc":
        worker = create_agent(dealership)
        create_salesperson(dealership)
        lead = receive_passive(dealership, phones=phones, emails=("a@example.com",))
    else:
        worker = create_salesperson(dealership)
        lead = receive(dealership, phones=phones, emails=("a@example.com",))
    now = TUESDAY_10
    if state in ("spoken", "refused", "wrong_number"):
        lead = record_attempt(lead, result=state, by=worker, now=now).lead
    elif state == "maximum":
        # The last one asks a next step, so that a salesperson's lead stays where it is.
        lead = record_attempt(lead, result="no_answer", by=worker, now=now).lead
        last = now + timedelta(hours=5)
        lead = record_attempt(lead, result="wrong_number", by=worker, now=last).lead
    elif state in ("showroom", "test_drive", "workshop"):
        book_appointment(lead, kind=state, starts_at=LATER, by=worker, now=now)
    elif state == "quoted":
        record_conversation(lead, channel="chat", by=worker, now=now)
        ask_quote(lead, by=worker, now=now)
    return Lead.objects.get(pk=lead.pk), worker


def accepted_by_the_database(lead: Lead, reason: CloseReason, facts: Facts, worker) -> bool:
    """Close the lead with the facts that the policy would write, past the policy."""
    evidence = Evidence(lead, round_of(lead))
    try:
        with transaction.atomic():
            set_keys("DEFERRED")
            let_go(lead, now=TUESDAY_10)
            fields = _facts_or_nothing(reason, evidence, facts, worker)
            Round.objects.filter(pk=evidence.round.pk).update(
                reason=reason,
                ending="closed",
                ended_at=TUESDAY_10,
                closed_by=worker,
                approved_by=create_salesperson(lead.dealership),
                **fields,
            )
            Lead.objects.filter(pk=lead.pk).update(
                status=Status.CLOSED,
                owner=None,
                queue="",
                close_reason=reason,
                closed_at=TUESDAY_10,
            )
            set_keys("IMMEDIATE")
            return True
    except IntegrityError:
        return False
    finally:
        set_keys("DEFERRED")


def set_keys(when: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL {when}")


def _facts_or_nothing(reason, evidence, facts, worker):
    """The facts as fields, leaving out each that has no evidence to point to."""
    fields = {}
    for need in reason.needs:
        try:
            fields |= round_facts(
                _with_need(reason, need), evidence, facts, by=worker, now=TUESDAY_10
            )
        except (KeyError, LookupError):
            continue
    if "no_dialable_number" in reason.needs:
        fields["without_dialable_number"] = not evidence.has_dialable_number
    fields["objected"] = facts.objection and "objection" in reason.needs
    return {name: fact for name, fact in fields.items() if fact is not None}


def _with_need(reason: CloseReason, need: str) -> CloseReason:
    return CloseReason(code=reason.code, needs=[need])


@pytest.mark.parametrize("side", ["bdc", "sales"])
@pytest.mark.parametrize("state", STATES)
def test_database_and_policy_agree_on_every_reason(db, state, side):
    lead, worker = lead_in_state(state, side)
    original = receive(lead.dealership, phones=("06-12345777",))
    facts = replace(FULL, original=original.pk)
    disagreements, allowed_codes = [], []

    for reason in CloseReason.objects.all():
        evidence = Evidence(Lead.objects.get(pk=lead.pk), round_of(lead))
        problem = closing_problem(reason, evidence, facts, by=worker, now=TUESDAY_10)
        savepoint = transaction.savepoint()
        accepted = accepted_by_the_database(lead, reason, facts, worker)
        transaction.savepoint_rollback(savepoint)
        if accepted != (problem is None):
            disagreements.append((reason.code, accepted, problem and problem.code))
        if problem is None:
            allowed_codes.append(reason.code)

    assert disagreements == []
    assert allowed_codes  # there was something to agree on


@pytest.mark.parametrize("code", CODES)
def test_without_the_facts_that_people_tell_neither_accepts(db, code):
    """Everything is on the lead; only what a person tells is missing."""
    reason = CloseReason.objects.get(pk=code)
    side = "sales" if reason.track == "sales" else "bdc"
    lead, worker = lead_in_state("quoted", side)
    problem = closing_problem(
        reason, Evidence(lead, round_of(lead)), Facts(), by=worker, now=TUESDAY_10
    )

    accepted = accepted_by_the_database(lead, reason, Facts(), worker)

    assert accepted == (problem is None)


@pytest.mark.parametrize(
    ("code", "make", "postcode", "expected"),
    [
        pytest.param("VK-02", "Volkswagen", "5612 AB", None, id="own brand, own area"),
        pytest.param("VK-02", "Volkswagen", "1012", "purchase_contradicts_reason", id="other area"),
        pytest.param("VK-02", "Kia", "5612", "purchase_contradicts_reason", id="other brand"),
        pytest.param("VK-02", "Volkswagen", "", "purchase_missing", id="area unknown"),
        pytest.param("VK-03", "skoda", "1012", None, id="own brand without its accent"),
        pytest.param("VK-03", "Škoda", "5612", "purchase_contradicts_reason", id="own area"),
        pytest.param("VK-04", "Kia", "", None, id="other brand needs no area"),
        pytest.param("VK-04", "VOLKSWAGEN", "5612", "purchase_contradicts_reason", id="own brand"),
    ],
)
def test_lost_sales_follow_from_brand_and_postcode(db, code, make, postcode, expected):
    lead, worker = lead_in_state("spoken", "sales")
    facts = Facts(purchase_make=make, purchase_postcode=postcode)
    reason = CloseReason.objects.get(pk=code)

    problem = closing_problem(
        reason, Evidence(lead, round_of(lead)), facts, by=worker, now=TUESDAY_10
    )

    assert (problem.code if problem else None) == expected
    assert accepted_by_the_database(lead, reason, facts, worker) == (expected is None)
