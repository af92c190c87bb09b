"""Close-outs to approve: the doubtful first, with their evidence, and the next one by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dealers.models import Role
from leads.domain.approving import approve
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt
from leads.domain.facts import Facts
from leads.domain.handing_over import assign
from leads.domain.judging import requests_to_judge
from leads.models import Lead, Queue, Status
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

HTMX = {"HX-Request": "true"}
PLAIN: dict[str, str] = {}
BOTH_WAYS = pytest.mark.parametrize(
    "headers", [pytest.param(HTMX, id="htmx"), pytest.param(PLAIN, id="no javascript")]
)
PAGE = "/akkoord/"
QUERIES_OF_THE_LIST = 5  # session, user, memberships, proposals, attempts
MONDAY_9 = at(23, 9)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    return create_dealership(name="Noord Eindhoven", bdc_close_needs_approval=True)


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership, name="Sem Kuipers")


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership, name="Petra Maas")


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    return client


def proposed(name, dealership, salesperson, *results, minutes=1, reason="VK-07", **facts):
    """A lead whose close-out was asked after `results`, each in another part of the day."""
    lead = receive(dealership, name=name, now=MONDAY_9)
    assert lead.owner == salesperson
    when = MONDAY_9 + timedelta(minutes=minutes)
    for result in results:
        record_attempt(lead, result=result, by=salesperson, now=when)
        when += timedelta(hours=4)
    return close_lead(
        Lead.objects.get(pk=lead.pk),
        reason=reason,
        facts=Facts(**facts),
        by=salesperson,
        now=TUESDAY_10,
    )


def sound(name, dealership, salesperson, **fields):
    """Two calls in two parts of the day, and a conversation."""
    return proposed(name, dealership, salesperson, "no_answer", "spoken", **fields)


def text_of(response):
    return response.content.decode()


def listed(response):
    return [request.lead.customer.last_name for request in response.context["requests"]]


def decide(client, lead, decision, headers=PLAIN):
    return client.post(
        reverse("leads:decide", args=[lead.pk]),
        {"decision": decision},
        headers=headers,
        follow=not headers,
    )


def fresh(lead):
    return Lead.objects.get(pk=lead.pk)


# --- The list and the evidence --------------------------------------------------------------


def test_the_doubtful_ones_come_first_then_who_waits_longest(page, dealership, salesperson):
    sound("Eerst Vroeg", dealership, salesperson)
    sound("Tweede Later", dealership, salesperson)
    sound("Derde Traag", dealership, salesperson, minutes=3)

    response = page.get(PAGE)

    assert listed(response) == ["Traag", "Vroeg", "Later"]
    assert response.context["shown"].lead.customer.last_name == "Traag"
    assert "De klant wachtte langer dan twee minuten" in text_of(response)


def test_the_evidence_stands_beside_the_reason(page, dealership, salesperson):
    proposed(
        "Daan Smit",
        dealership,
        salesperson,
        "no_answer",
        "spoken",
        reason="VK-04",
        purchase_make="Toyota",
        purchase_model="Yaris",
        purchase_dealer="Louwman",
    )

    response = page.get(PAGE)

    text = text_of(response)
    shown = response.context["shown"]
    assert "Ander merk gekocht" in text
    assert "gevraagd door Sem Kuipers, di 24 nov 10:00" in text
    assert "Toyota Yaris" in text
    assert "Louwman" in text
    assert shown.day_parts == [("ochtend", 1), ("middag", 1), ("avond", 0)]
    assert shown.boxes == [True, True] + [False] * (shown.round.maximum - 2)
    assert shown.first_reaction == timedelta(minutes=1)
    assert shown.last_contact_at == at(23, 13, 1)
    assert "Belpoging: gesproken." in text


@pytest.mark.parametrize(
    ("results", "minutes", "doubts"),
    [
        pytest.param(["no_answer", "spoken"], 1, [], id="two parts of the day, spoken"),
        pytest.param(["spoken"], 1, ["Afgeboekt na één belpoging."], id="one call"),
        pytest.param(
            ["refused"],
            1,
            ["Er is niet met de klant gesproken, na 1 belpoging van de 5."],
            id="nobody spoke",
        ),
        pytest.param(
            ["no_answer", "spoken"],
            3,
            ["De klant wachtte langer dan twee minuten op het eerste telefoontje."],
            id="slow",
        ),
    ],
)
def test_what_is_doubtful_is_said_in_words(
    dealership, salesperson, manager, results, minutes, doubts
):
    lead = receive(dealership, now=at(23, 9))
    when = at(23, 9, minutes)
    for result in results:
        record_attempt(lead, result=result, by=salesperson, now=when)
        when += timedelta(hours=4)
    reason = "BDC-07" if results == ["refused"] else "VK-07"
    close_lead(lead, reason=reason, facts=Facts(), by=salesperson, now=TUESDAY_10)

    request = requests_to_judge(manager)[0]

    assert [str(doubt) for doubt in request.doubts] == doubts


def test_calls_in_one_part_of_the_day_are_doubtful(dealership, salesperson, manager):
    lead = receive(dealership, now=at(23, 9))
    for result, when in (("no_answer", at(23, 9, 1)), ("spoken", at(24, 9))):
        record_attempt(lead, result=result, by=salesperson, now=when)
    close_lead(lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)

    request = requests_to_judge(manager)[0]

    assert [str(doubt) for doubt in request.doubts] == ["Alle belpogingen waren in de ochtend."]


def test_a_duplicate_or_test_asks_for_no_calls(dealership, salesperson, manager):
    proposed("Test Bug", dealership, salesperson, reason="BDC-01")

    assert requests_to_judge(manager)[0].doubts == []


@BOTH_WAYS
def test_another_request_is_opened_from_the_list(page, dealership, salesperson, headers):
    sound("Eerst Vroeg", dealership, salesperson)
    later = sound("Tweede Later", dealership, salesperson)

    response = page.get(f"{PAGE}?lead={later.pk}", headers=headers)

    assert response.context["shown"].lead == later
    assert ("<html" in text_of(response)) == (not headers)


def test_an_empty_list_says_what_was_decided_last(page, dealership, salesperson):
    before = text_of(page.get(PAGE))
    lead = sound("Daan Smit", dealership, salesperson)
    decide(page, lead, "approve")

    after = text_of(page.get(PAGE))

    assert "Wat verkopers willen afboeken staat hier" in before
    assert "Je besliste het laatst over Daan Smit, di 24 nov 10:00." in after


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_queries_however_many_wait(page, dealership, salesperson, count):
    for number in range(count):
        sound(f"Klant Nummer{number}", dealership, salesperson)

    page.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        response = page.get(PAGE)

    assert len(listed(response)) == count
    assert len(queries) == 26


def test_the_list_comes_anew_without_the_evidence_and_marks_what_is_open(
    page, dealership, salesperson, django_assert_num_queries
):
    sound("Eerst Vroeg", dealership, salesperson)
    second = sound("Tweede Later", dealership, salesperson)
    asking = f"{PAGE}lijst/?lead={second.pk}"
    assert asking in text_of(page.get(f"{PAGE}?lead={second.pk}"))
    assert page.get(asking).headers["Location"] == PAGE  # a link that was kept

    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        shown = text_of(page.get(asking, headers=HTMX))

    assert f'<li id="request-{second.pk}" aria-current="true">' in shown
    assert "2 open" in shown
    assert "evidence" not in shown


def test_what_comes_by_itself_takes_no_focus(page, dealership, salesperson):
    sound("Eerst Vroeg", dealership, salesperson)

    by_itself = page.get(PAGE, headers={**HTMX, "HX-Trigger": "approving"})

    assert "autofocus" in text_of(page.get(PAGE, headers=HTMX))
    assert "autofocus" not in text_of(by_itself)


# --- Deciding -----------------------------------------------------------------------------------


@BOTH_WAYS
def test_one_press_approves_and_the_next_one_opens(page, dealership, salesperson, headers):
    first = sound("Eerst Vroeg", dealership, salesperson)
    second = sound("Tweede Later", dealership, salesperson)

    response = decide(page, first, "approve", headers)

    assert fresh(first).queue == Queue.SECOND_VOICE
    assert response.context["shown"].lead == second
    assert "Vroeg: akkoord gegeven." in text_of(response)
    if headers:
        assert response.headers["HX-Replace-Url"] == f"{PAGE}?lead={second.pk}"


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        ("more_attempts", "bel vaker"),
        ("send_message", "stuur een bericht"),
        ("other_reason", "kies een andere reden"),
        ("to_bdc", "naar het BDC"),
    ],
)
@BOTH_WAYS
def test_four_instructions_send_back(page, dealership, salesperson, headers, instruction, words):
    lead = sound("Daan Smit", dealership, salesperson)

    response = decide(page, lead, instruction, headers)

    assert lead.proposals.get().instruction == instruction
    assert fresh(lead).status == Status.OPEN
    assert f"Smit: teruggestuurd, {words}" in text_of(response)


def test_to_the_bdc_begins_a_second_voice(page, dealership, salesperson):
    lead = sound("Daan Smit", dealership, salesperson)

    decide(page, lead, "to_bdc")

    assert fresh(lead).queue == Queue.SECOND_VOICE


def test_the_keys_are_on_the_buttons(page, dealership, salesperson):
    sound("Daan Smit", dealership, salesperson)

    text = text_of(page.get(PAGE))

    for key in ("a", "t", "b", "1", "2", "3", "4"):
        assert f'data-key="{key}"' in text


@BOTH_WAYS
def test_a_decision_that_is_none_changes_nothing(page, dealership, salesperson, headers):
    lead = sound("Daan Smit", dealership, salesperson)

    response = decide(page, lead, "perhaps", headers)

    assert response.status_code == 422
    assert fresh(lead).status == Status.PROPOSED


@BOTH_WAYS
def test_decided_twice_the_second_is_told(page, dealership, salesperson, headers):
    lead = sound("Daan Smit", dealership, salesperson)
    decide(page, lead, "approve")

    response = decide(page, lead, "approve", headers)

    assert response.status_code == 409


def test_own_proposals_are_shown_and_not_decided(page, dealership, salesperson, manager):
    lead = assign(receive(dealership), user=manager, by=manager, now=TUESDAY_10)
    close_lead(lead, reason="BDC-01", facts=Facts(), by=manager, now=TUESDAY_10)

    response = page.get(PAGE)

    assert [request.lead for request in response.context["requests"]] == [lead]
    assert "Dit heb je zelf gevraagd" in text_of(response)
    assert reverse("leads:decide", args=[lead.pk]) not in text_of(response)
    assert decide(page, lead, "approve").status_code == 409


# --- Who decides --------------------------------------------------------------------------------


def test_a_team_lead_decides_on_what_the_bdc_closes(client, dealership):
    lead = receive_passive(dealership, name="Pas Passief")
    agent = create_agent(dealership)
    record_attempt(lead, result="spoken", by=agent, now=TUESDAY_10)
    close_lead(lead, reason="BDC-12", facts=Facts(), by=agent, now=TUESDAY_10)
    centre = agent.memberships.get().centre
    client.force_login(create_member(Role.TEAM_LEAD, centre))

    response = client.get(PAGE)
    decide(client, lead, "approve")

    assert listed(response) == ["Passief"]
    assert 'value="to_bdc"' not in text_of(response)
    assert fresh(lead).status == Status.CLOSED


def test_a_team_lead_does_not_decide_for_sales(client, dealership, salesperson):
    lead = sound("Daan Smit", dealership, salesperson)
    centre = create_agent(dealership).memberships.get().centre
    client.force_login(create_member(Role.TEAM_LEAD, centre))

    assert listed(client.get(PAGE)) == []
    assert decide(client, lead, "approve").status_code == 403


@pytest.mark.parametrize("role", [Role.MARKETER, Role.RECEPTIONIST])
def test_who_does_not_decide_has_no_page(client, dealership, salesperson, role):
    lead = sound("Daan Smit", dealership, salesperson)
    client.force_login(create_member(role, dealership))

    assert client.get(PAGE).status_code == 403
    assert decide(client, lead, "approve").status_code == 403


def test_the_proposer_has_no_page(client, dealership, salesperson):
    client.force_login(salesperson)

    assert client.get(PAGE).status_code == 403


def test_a_manager_of_another_group_sees_and_decides_nothing(client, dealership, salesperson):
    lead = sound("Daan Smit", dealership, salesperson)
    client.force_login(create_member(Role.SALES_MANAGER, create_dealership()))

    response = client.get(f"{PAGE}?lead={lead.pk}")

    assert listed(response) == []
    assert "Smit" not in text_of(response)
    assert decide(client, lead, "approve").status_code == 404


# --- Norms that are not met -----------------------------------------------------------------


@BOTH_WAYS
def test_a_norm_that_is_not_met_asks_for_a_reason(page, dealership, salesperson, headers):
    lead = sound("Derde Traag", dealership, salesperson, minutes=3)
    assert "Norm niet gehaald: eerste belpoging binnen twee minuten." in text_of(page.get(PAGE))

    refused = decide(page, lead, "approve", HTMX)
    assert refused.status_code == 409
    assert fresh(lead).status == Status.PROPOSED

    page.post(
        reverse("leads:decide", args=[lead.pk]),
        {"decision": "approve", "override": "customer_decided"},
        headers=headers,
    )

    assert fresh(lead).queue == Queue.SECOND_VOICE
    assert fresh(lead).proposals.get().override == "customer_decided"


# --- What nobody decides on -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "now", "days"),
    [
        pytest.param(at(24, 10), at(26, 9, 59), None, id="not yet two working days"),
        pytest.param(at(24, 10), at(26, 10), 2, id="two working days"),
        pytest.param(at(20, 15), at(23, 16), None, id="a weekend does not count"),
        pytest.param(at(20, 15), at(24, 15), 2, id="from Friday to Tuesday"),
        pytest.param(at(24, 10), at(30, 9), 4, id="longer"),
    ],
)
def test_an_administrator_sees_what_waits_longer_than_two_working_days(
    client, clock, dealership, salesperson, asked, now, days
):
    lead = sound("Wacht Lang", dealership, salesperson)
    lead.proposals.update(proposed_at=asked)
    clock.move_to(now)
    client.force_login(create_member(Role.ADMINISTRATOR, dealership.group))

    response = client.get(PAGE)

    shown = [(one.lead, one.working_days) for one in response.context["undecided"]]
    assert shown == ([(lead, days)] if days else [])
    assert ("Niemand beslist" in text_of(response)) == bool(days)
    counts = {link.url: link.count for link in response.context["navigation"]}
    assert counts[PAGE] == (1 if days else None)


def test_an_administrator_decides_on_nothing(client, dealership, salesperson):
    lead = sound("Wacht Lang", dealership, salesperson)
    client.force_login(create_member(Role.ADMINISTRATOR, dealership.group))

    assert decide(client, lead, "approve").status_code == 403
    assert fresh(lead).status == Status.PROPOSED


def test_an_administrator_of_another_group_sees_nothing(client, clock, dealership, salesperson):
    lead = sound("Wacht Lang", dealership, salesperson)
    clock.move_to(at(30, 10))
    client.force_login(create_member(Role.ADMINISTRATOR, create_dealership().group))

    response = client.get(PAGE)

    assert response.context["undecided"] == []
    assert lead.customer.last_name not in text_of(response)


def test_what_was_decided_waits_no_more(client, clock, dealership, salesperson, manager):
    lead = sound("Wacht Lang", dealership, salesperson)
    approve(lead, by=manager, now=TUESDAY_10)
    clock.move_to(at(30, 10))
    client.force_login(create_member(Role.ADMINISTRATOR, dealership.group))

    assert client.get(PAGE).context["undecided"] == []
