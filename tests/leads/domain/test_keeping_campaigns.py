"""How urgent a campaign is and what agents say for it: who sets it, and how it reaches leads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from bdc.errors import Malformed, NotAllowed
from dealers.models import Role
from leads.domain import keeping_campaigns
from leads.domain.approving import reopen
from leads.domain.keeping_campaigns import (
    change_campaign,
    give_priorities,
    latest_changes_of_campaign,
)
from leads.domain.objecting import record_objection
from leads.domain.queue import upcoming
from leads.domain.scripts import field_words, script_problem, spoken_lines, tidy_script
from leads.models import Campaign, Lead, ScriptField
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_campaign,
    create_centre,
    create_dealership,
    create_member,
    receive_passive,
)

SCRIPT = "Dag {naam}, u spreekt met {agent}.\nUw {auto} is aan de beurt.\nPast {eerste_plek}?"
VALUES = {
    ScriptField.NAME: "Marieke Jansen",
    ScriptField.CAR: "Golf",
    ScriptField.FIRST_FREE: "do 26 nov 09:00",
    ScriptField.AGENT: "Noor",
    ScriptField.DEALERSHIP: "Noord",
}


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def campaign(dealership):
    return create_campaign(dealership)


@pytest.fixture
def team_lead(dealership):
    return create_member(Role.TEAM_LEAD, create_centre(dealership))


def change(campaign, by, *, priority=0, script="", now=TUESDAY_10):
    return change_campaign(campaign, priority=priority, script=script, by=by, now=now)


# --- Priority ------------------------------------------------------------------------------


def test_a_new_priority_reaches_open_leads_at_once(dealership, campaign, team_lead):
    agent = create_agent(dealership)
    before, urgent = receive_passive(dealership), receive_passive(dealership, campaign=campaign)
    assert [lead.pk for lead in upcoming(agent, now=TUESDAY_10, count=5)] == [before.pk, urgent.pk]

    change(campaign, team_lead, priority=7)

    assert [lead.pk for lead in upcoming(agent, now=TUESDAY_10, count=5)] == [urgent.pk, before.pk]


def test_many_leads_get_it_by_batches_and_late_ones_too(
    dealership, campaign, team_lead, monkeypatch
):
    monkeypatch.setattr(keeping_campaigns, "LEADS_AT_ONCE", 2)
    for _number in range(5):
        receive_passive(dealership, campaign=campaign)

    change(campaign, team_lead, priority=7)
    with_it = [Lead.objects.filter(priority=7).count()]
    for _tick in range(3):
        give_priorities(TUESDAY_10)
        with_it.append(Lead.objects.filter(priority=7).count())
    # A file whose import began before the change.
    late = receive_passive(dealership, campaign=campaign)
    Lead.objects.filter(pk=late.pk).update(priority=0)

    assert with_it == [2, 4, 5, 5]
    assert give_priorities(TUESDAY_10 + timedelta(minutes=50)) == 1
    assert give_priorities(TUESDAY_10 + timedelta(minutes=61)) == 0
    assert Campaign.objects.get().priority_changed_at is None


def test_closed_leads_keep_theirs_until_they_are_reopened(dealership, campaign, team_lead):
    lead = receive_passive(dealership, campaign=campaign)
    record_objection(lead.customer, by=team_lead, now=TUESDAY_10)
    change(campaign, team_lead, priority=7)
    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.is_closed, lead.priority) == (True, 0)

    assert reopen(lead, by=team_lead, now=TUESDAY_10).priority == 7


@pytest.mark.parametrize("priority", [-1, 100])
def test_a_priority_that_there_is_not_is_refused_by_both(campaign, team_lead, priority):
    with pytest.raises(Malformed, match="priority"):
        change(campaign, team_lead, priority=priority)

    refused = pytest.raises(IntegrityError, match="campaign_priority_from_0_to_99")
    with refused, transaction.atomic():
        Campaign.objects.update(priority=priority)


# --- Who, and what is kept -------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.AGENT, Role.SALES_MANAGER, Role.RECEPTIONIST])
def test_who_keeps_no_campaigns_changes_none(dealership, campaign, role):
    place = create_centre(dealership) if role == Role.AGENT else dealership

    with pytest.raises(NotAllowed):
        change(campaign, create_member(role, place), priority=7)


@pytest.mark.parametrize("role", [Role.MARKETER, Role.ADMINISTRATOR])
def test_a_campaign_of_two_dealerships_is_changed_by_who_keeps_both(dealership, campaign, role):
    campaign.dealerships.add(create_dealership(group=dealership.group))

    with pytest.raises(NotAllowed):
        change(campaign, create_member(role, dealership), priority=7)
    change(campaign, create_member(role, dealership.group), priority=7)

    assert Campaign.objects.get().priority == 7


def test_what_changes_is_kept_with_who_changed_it(campaign, team_lead):
    change(campaign, team_lead, priority=7)
    change(campaign, team_lead, priority=7)
    change(campaign, team_lead, priority=7, script="Dag { Naam }.")

    changes = latest_changes_of_campaign(campaign, count=5)

    assert [(one.field, one.before, one.after, one.by) for one in changes] == [
        ("script", "", "Dag {naam}.", team_lead),
        ("priority", "0", "7", team_lead),
    ]


# --- Script ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "code"),
    [
        pytest.param("", None, id="none"),
        pytest.param(SCRIPT, None, id="every field"),
        pytest.param("Dag {name}, {car}, {first_free}, {dealership}", None, id="in English"),
        pytest.param("Dag {geboortedatum}", "unknown_field", id="a field that there is not"),
        pytest.param("Dag {}", "unknown_field", id="a field without a name"),
        pytest.param("Dag {naam.__class__}", "unknown_field", id="something inside a field"),
        pytest.param("Dag {naam", "loose_brace", id="a brace that does not close"),
        pytest.param("Dag }naam{", "loose_brace", id="braces the wrong way"),
        pytest.param("Dag {{naam}}", "loose_brace", id="a field in braces"),
    ],
)
def test_the_policy_and_the_database_know_the_same_fields(campaign, script, code):
    script = tidy_script(script)
    problem = script_problem(script)

    assert (problem.code if problem else None) == code
    if code is None:
        Campaign.objects.update(script=script)
    else:
        refused = pytest.raises(IntegrityError, match="campaign_script_names_fields_that_exist")
        with refused, transaction.atomic():
            Campaign.objects.update(script=script)


def test_an_unknown_field_is_refused_with_those_that_there_are(campaign, team_lead):
    with pytest.raises(Malformed) as refused:
        change(campaign, team_lead, script="Dag {mevrouw}")

    said = str(refused.value.problems[0].message)
    assert "{mevrouw}" in said
    for word in ("{naam}", "{auto}", "{eerste_plek}", "{vestiging}", "{medewerker}"):
        assert word in said


def test_each_field_has_one_word_in_each_language():
    with translation.override("en"):
        assert [word for word, _field in field_words()] == [
            "name",
            "car",
            "first_free",
            "dealership",
            "agent",
        ]


def test_fields_are_filled_in_and_nothing_else_is(campaign):
    values = {**VALUES, ScriptField.NAME: "{auto} <b>"}

    lines = spoken_lines(SCRIPT, values.__getitem__)

    assert lines == [
        "Dag {auto} <b>, u spreekt met Noor.",
        "Uw Golf is aan de beurt.",
        "Past do 26 nov 09:00?",
    ]


def test_a_line_whose_field_is_unknown_is_left_out():
    values = {**VALUES, ScriptField.CAR: ""}

    lines = spoken_lines(SCRIPT, values.__getitem__)

    assert lines == ["Dag Marieke Jansen, u spreekt met Noor.", "Past do 26 nov 09:00?"]


def test_a_field_that_no_line_names_is_not_asked_for():
    def value_of(field):
        assert field == ScriptField.NAME
        return "Jansen"

    assert spoken_lines("Dag {naam}.", value_of) == ["Dag Jansen."]
