"""Who is away for a day or more: recorded by oneself or who leads, and leads go to others."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bdc.errors import Malformed, NotAllowed, RuleBroken
from dealers.domain.absence import (
    absence_problem,
    absences_to_see,
    end_absence,
    people_to_plan,
    record_absence,
)
from dealers.models import Absence, Role
from leads.domain.contacting import start_call
from leads.domain.sweeping import sweep
from leads.models import Lead
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_centre,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
)

PAGE = "/afwezig/"


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership, name="Petra Vos")


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership, name="Sem Kuipers")


WEDNESDAY, FRIDAY = at(25, 0), at(27, 0)


def away(user, *, by=None, begins_at=WEDNESDAY, ends_at=FRIDAY) -> Absence:
    return record_absence(user, begins_at=begins_at, ends_at=ends_at, by=by or user, now=TUESDAY_10)


# --- Whose ----------------------------------------------------------------------------------


def test_one_records_for_oneself_and_for_who_works_under_one(dealership, manager, salesperson):
    elsewhere = create_salesperson(create_dealership())
    agent = create_agent(dealership)

    assert set(people_to_plan(manager)) == {manager, salesperson}
    assert set(people_to_plan(salesperson)) == {salesperson}
    for by, user in ((manager, elsewhere), (salesperson, manager), (manager, agent)):
        with pytest.raises(NotAllowed):
            away(user, by=by)


def test_a_team_lead_records_for_the_agents_of_the_centre(dealership):
    centre = create_centre(dealership)
    lead = create_member(Role.TEAM_LEAD, centre)
    agent = create_member(Role.AGENT, centre)

    assert set(people_to_plan(lead)) == {lead, agent}


def test_an_administrator_of_a_group_records_for_the_people_of_all_of_it(dealership, salesperson):
    administrator = create_member(Role.ADMINISTRATOR, dealership.group)
    marketer = create_member(Role.MARKETER, dealership.group)

    assert set(people_to_plan(administrator)) == {administrator, marketer, salesperson}


# --- What is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins_at", "ends_at", "code"),
    [
        (at(23, 0), at(24, 0), "in_the_past"),
        (at(25, 9), at(25, 17), "too_short"),
        (at(25, 0), at(25, 0), "too_short"),
        (at(25, 0), at(25, 0, year=2028), "too_long"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(salesperson, begins_at, ends_at, code):
    with pytest.raises(Malformed) as wrong:
        away(salesperson, begins_at=begins_at, ends_at=ends_at)

    assert [problem.code for problem in wrong.value.problems] == [code]


@pytest.mark.parametrize(
    ("begins_at", "ends_at", "is_refused"),
    [
        (at(24, 0), at(25, 0), False),  # until the other begins
        (at(24, 0), at(26, 0), True),
        (at(25, 0), at(27, 0), True),
        (at(26, 0), at(28, 0), True),
        (at(27, 0), at(28, 0), False),  # when the other has ended
    ],
)
def test_nobody_is_away_twice_at_once_and_the_database_agrees(
    salesperson, begins_at, ends_at, is_refused
):
    away(salesperson)

    problem = absence_problem(salesperson, begins_at=begins_at, ends_at=ends_at, now=TUESDAY_10)

    assert (problem is not None) == is_refused
    refused = pytest.raises(IntegrityError, match="absence_never_twice_at_once")
    with refused if is_refused else nullcontext(), transaction.atomic():
        Absence.objects.create(user=salesperson, begins_at=begins_at, ends_at=ends_at)


def test_a_day_of_23_hours_is_a_day(dealership, salesperson):
    begins_at, ends_at = at(28, 0, month=3, year=2027), at(29, 0, month=3, year=2027)
    away(salesperson, begins_at=begins_at, ends_at=ends_at)
    monday = ends_at - timedelta(minutes=1)
    lead = receive(dealership, now=at(26, 10, month=3, year=2027))
    assert lead.owner == salesperson

    sweep(monday)

    assert Lead.objects.get(pk=lead.pk).owner is None


# --- What follows ---------------------------------------------------------------------------


def test_open_leads_go_to_others_when_it_begins(dealership, manager, salesperson):
    lead = receive(dealership)
    start_call(lead, by=salesperson, now=TUESDAY_10)
    other = create_salesperson(dealership)
    away(salesperson, by=manager, begins_at=at(24, 12), ends_at=at(26, 0))

    sweep(at(24, 11, 59))
    assert Lead.objects.get(pk=lead.pk).owner == salesperson
    sweep(at(24, 12))

    assert Lead.objects.get(pk=lead.pk).owner == other
    assert receive(dealership, now=at(24, 12, 1)).owner == other


def test_who_is_back_sooner_gets_leads_again(dealership, manager, salesperson):
    absence = away(salesperson, begins_at=at(24, 0), ends_at=at(28, 0))
    assert receive(dealership).owner is None

    end_absence(absence, by=manager, now=TUESDAY_10)

    assert receive(dealership, now=TUESDAY_10).owner == salesperson
    assert Absence.objects.get().ends_at == TUESDAY_10
    assert not absences_to_see(manager, now=TUESDAY_10).exists()
    with pytest.raises(RuleBroken, match="over"):
        end_absence(absence, by=manager, now=TUESDAY_10)


def test_who_does_not_go_was_never_away(salesperson):
    end_absence(away(salesperson), by=salesperson, now=TUESDAY_10)

    assert not Absence.objects.exists()


# --- The page -------------------------------------------------------------------------------


def test_the_page_says_that_nobody_is_away(client, manager):
    client.force_login(manager)

    assert "Niemand is afwezig" in client.get(PAGE).content.decode()


def test_an_absence_is_recorded_in_days_and_ended(client, time_machine, manager, salesperson):
    time_machine.move_to(TUESDAY_10, tick=False)
    client.force_login(manager)

    sent = {"user": salesperson.pk, "first": "2026-11-24", "last": "2026-11-27"}
    shown = client.post(PAGE, sent, follow=True).content.decode()

    absence = Absence.objects.get()
    assert (absence.begins_at, absence.ends_at) == (at(24, 0), at(28, 0))
    assert absence.recorded_by == manager
    assert "Afwezigheid van Sem Kuipers vastgelegd" in shown
    assert "Nu afwezig" in shown
    shown = client.post(f"{PAGE}{absence.pk}/beeindigen/", follow=True).content.decode()
    assert "Sem Kuipers krijgt vanaf nu weer leads." in shown


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-11-27", "2026-11-26", "De laatste dag komt na de eerste."),
        ("2026-11-20", "2026-11-23", "Dit is voorbij."),
        ("", "2026-11-27", "Dit veld is vereist"),
    ],
)
def test_what_was_typed_stays_when_it_is_refused(
    client, time_machine, manager, salesperson, first, last, said
):
    time_machine.move_to(TUESDAY_10, tick=False)
    client.force_login(manager)

    answer = client.post(PAGE, {"user": salesperson.pk, "first": first, "last": last})

    assert answer.status_code == 422
    shown = answer.content.decode()
    assert said in shown
    assert f'value="{last}"' in shown
    assert not Absence.objects.exists()


def test_more_absences_ask_the_database_no_more(
    client, manager, dealership, django_assert_max_num_queries
):
    client.force_login(manager)
    for _number in range(5):
        away(create_salesperson(dealership), by=manager)

    with django_assert_max_num_queries(14):
        client.get(PAGE)


def test_a_list_that_is_cut_says_so_and_a_search_finds_who_is_missing(
    client, time_machine, monkeypatch, dealership, manager
):
    time_machine.move_to(TUESDAY_10, tick=False)
    monkeypatch.setattr("dealers.views.absences.MOST_SHOWN", 2)
    anna, bert, zoe = (
        create_salesperson(dealership, name=name) for name in ("Anna", "Bert", "Zoë")
    )
    for number, person in enumerate((anna, bert, zoe)):
        away(person, begins_at=at(25 + number, 0), ends_at=at(28, 0))
    client.force_login(manager)

    cut = client.get(PAGE).content.decode()

    assert "Je ziet de eerste 2. Zoek wie er niet bij staat." in cut
    assert "In de lijst staan de eerste 2 mensen. Zoek wie er niet bij staat." in cut
    assert "Bert" in cut
    assert "Zoë" not in cut
    found = client.get(f"{PAGE}?search=zo").content.decode()
    assert "Zoek wie er niet" not in found
    assert "Zoë" in found
    assert "Bert" not in found
    sent = {"user": zoe.pk, "first": "2026-12-01", "last": "2026-12-02"}
    assert client.post(f"{PAGE}?search=zo", sent).status_code == 302
    assert "Niemand gevonden" in client.get(f"{PAGE}?search=nergens").content.decode()


def test_a_list_that_is_whole_has_no_search(client, manager):
    client.force_login(manager)

    assert "id_search" not in client.get(PAGE).content.decode()
