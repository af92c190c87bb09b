"""The page of the up line: who is next and why, and what a sales manager changes."""

import pytest

from dealers.models import Membership, Role
from leads.models import Lead, UpLineDrop, UpLineOverride
from tests.factories import (
    TUESDAY_10,
    at,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
)

PAGE = "/beurt/"
WHILE = {"how_long": "60", "reason": "busy"}


@pytest.fixture(autouse=True)
def on_tuesday_at_ten(time_machine):
    time_machine.move_to(TUESDAY_10, tick=False)


@pytest.fixture
def dealership(db):
    return create_dealership(slug="noord-eindhoven")


@pytest.fixture
def manager(dealership, client):
    user = create_member(Role.SALES_MANAGER, dealership, name="Petra Vos")
    client.force_login(user)
    return user


@pytest.fixture
def sem(dealership):
    return create_salesperson(dealership, kind="hybrid", name="Sem Kuipers")


@pytest.fixture
def lisa(dealership, sem):
    return create_salesperson(dealership, kind="showroom", name="Lisa Bos")


def late(person, dealership):
    lead = receive(dealership, channel="walk_in", now=at(16, 10))
    Lead.objects.filter(pk=lead.pk).update(owner=person, queue="", next_call_at=at(23, 10))
    dealership.turns.all().delete()


def shown(response):
    return " ".join(response.content.decode().split())


def test_the_row_says_who_is_next_and_why_others_are_not(client, dealership, manager, sem, lisa):
    late(sem, dealership)

    page = shown(client.get(PAGE))

    assert page.index("Lisa Bos") < page.index("Sem Kuipers")
    assert page.index("Volgende bezoeker") < page.index("Lisa Bos")
    assert "In de rij sinds 08:30" in page
    assert "1 opvolging te laat" in page
    assert "Achteraan tot ze gedaan zijn." in page


def test_a_manager_lets_somebody_stand_in_turn_today(client, dealership, manager, sem, lisa):
    late(sem, dealership)

    page = shown(client.post(f"{PAGE}{dealership.slug}/{sem.pk}/meetellen/", follow=True))

    assert "Sem Kuipers staat de rest van vandaag op de eigen plek." in page
    assert "Mag vandaag van Petra Vos op de eigen plek staan." in page
    assert UpLineOverride.objects.get().salesperson == sem
    assert client.post(f"{PAGE}{dealership.slug}/{lisa.pk}/meetellen/").status_code == 409


def test_a_manager_puts_somebody_at_the_end_with_a_reason_and_gives_the_place_back(
    client, dealership, manager, sem, lisa
):
    page = shown(
        client.post(f"{PAGE}{dealership.slug}/achteraan/", {"user": sem.pk, **WHILE}, follow=True)
    )

    assert "Sem Kuipers staat achteraan tot 11:00." in page
    assert "Petra Vos: bezig met bezoek of aflevering" in page
    client.force_login(sem)
    assert "Petra Vos heeft je achteraan gezet tot 11:00" in shown(client.get("/leads/"))
    client.force_login(manager)
    page = shown(client.post(f"{PAGE}{dealership.slug}/{sem.pk}/terug/", follow=True))
    assert "Sem Kuipers staat weer op de eigen plek." in page
    assert UpLineDrop.objects.get().given_back_by == manager


@pytest.mark.parametrize("missing", ["user", "how_long", "reason"])
def test_a_drop_without_who_how_long_or_why_is_refused(
    client, dealership, manager, sem, lisa, missing
):
    sent = {"user": sem.pk, **WHILE, missing: ""}

    answer = client.post(f"{PAGE}{dealership.slug}/achteraan/", sent)

    assert answer.status_code == 422
    assert "Dit veld is vereist" in shown(answer)
    assert not UpLineDrop.objects.exists()


def test_who_sells_sees_the_row_and_decides_nothing(client, dealership, sem, lisa):
    client.force_login(lisa)

    page = shown(client.get(PAGE))

    assert "Sem Kuipers" in page
    assert "achteraan/" not in page
    for path in ("achteraan/", f"{sem.pk}/terug/", f"{sem.pk}/meetellen/"):
        assert client.post(f"{PAGE}{dealership.slug}/{path}").status_code == 403


def test_a_manager_of_two_dealerships_chooses_one(client, dealership, manager, sem):
    other = create_dealership(group=dealership.group, slug="noord-helmond", name="Helmond")
    Membership.objects.create(user=manager, role=Role.SALES_MANAGER, dealership=other)
    create_salesperson(other, kind="showroom", name="Hans Helmer")

    assert "Hans Helmer" not in shown(client.get(f"{PAGE}?dealership={dealership.slug}"))
    assert "Hans Helmer" in shown(client.get(f"{PAGE}?dealership=noord-helmond"))
    assert client.get(f"{PAGE}?dealership=zuid-breda").status_code == 404


def test_an_empty_row_says_why(client, time_machine, dealership, manager):
    assert "Er staat niemand in de rij" in shown(client.get(PAGE))

    time_machine.move_to(at(24, 22), tick=False)
    client.force_login(manager)

    assert "Nu gesloten" in shown(client.get(PAGE))


def test_more_people_ask_the_database_no_more(
    client, dealership, manager, django_assert_max_num_queries
):
    for _number in range(8):
        create_salesperson(dealership, kind="hybrid")

    with django_assert_max_num_queries(20):
        client.get(PAGE)
