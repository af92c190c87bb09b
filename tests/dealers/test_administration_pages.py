"""The pages of administration: who works where, how a dealership works, when it is open."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bdc.accounts.models import User
from dealers.models import Dealership, Membership, Role
from tests.factories import (
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
)

PEOPLE = "/beheer/"
DEALERSHIPS = "/beheer/vestigingen/"
HTMX = {"HX-Request": "true"}
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def dealership(db):
    return create_dealership(slug="noord-eindhoven", name="Noord Eindhoven")


@pytest.fixture
def administrator(dealership):
    return create_member(Role.ADMINISTRATOR, dealership.group, name="Joost van der Meer")


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership, name="Sem Kuipers")


@pytest.fixture
def page(client, administrator):
    client.force_login(administrator)
    return client


def text_of(response):
    return response.content.decode()


def errors_of(response):
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


def person(dealership, **fields):
    return {
        "name": "Nieuw Proef",
        "email": "Nieuw@Noord.example",
        "role": "salesperson:hybrid",
        "place": f"dealership:{dealership.pk}",
        **fields,
    }


def membership_of(user):
    return user.memberships.get()


def url_of(name, user):
    return reverse(f"dealers:{name}", args=[membership_of(user).pk])


def policy(**fields):
    """Everything that the form of a dealership sends."""
    return {
        "phone": "040 123 4501",
        "email": "eindhoven@noord.example",
        "address": "Voorbeeldlaan 1",
        "brands": "Volkswagen, Škoda",
        "areas": "5600-5658, 5660",
        "aliases": "Autobedrijf Noord\nNoord BV",
        "routing": "bdc_first",
        "open_lead_cap": "",
        "own_request_days": "30",
        "attempts_salesperson": "7",
        "attempts_passive": "20",
        "attempts_second_voice": "3",
        "attempts_unreached": "12",
        "attempts_inbound": "5",
        "calls_from": "09:30",
        "calls_until": "20:00",
        "workshop_slots": "8",
        **fields,
    }


def hours(**fields):
    return {"day_0": "8:30-12:00, 13:00-18:00", "closing_days": "", **fields}


# --- People -------------------------------------------------------------------------------


def test_everybody_with_a_role_here_is_listed_and_nobody_else(page, dealership, salesperson):
    create_agent(dealership, name="Agent van het BDC")
    create_salesperson(create_dealership(), name="Iemand Elders")

    shown = text_of(page.get(PEOPLE))

    assert "Joost van der Meer" in shown
    assert "Sem Kuipers" in shown
    assert "Verkoper (internet)" in shown
    assert f"Heel {dealership.group.name}" in shown
    assert "Agent van het BDC" not in shown
    assert "Iemand Elders" not in shown


@pytest.mark.parametrize("words", ["kuip", "SEM", "sem@noord"])
def test_people_are_found_by_a_part_of_name_or_address(page, dealership, words):
    create_salesperson(dealership, name="Sem Kuipers", email="sem@noord.example")

    found = page.get(PEOPLE, {"search": words}, headers=HTMX)

    assert [one.user.name for one in found.context["memberships"]] == ["Sem Kuipers"]
    assert "<html" not in text_of(found)


@pytest.mark.parametrize("words", ["niemand", "\x00"])
def test_a_search_that_finds_nobody_or_cannot_be_is_no_mishap(page, words):
    assert page.get(PEOPLE, {"search": words}).status_code == 200


def test_who_finds_nobody_is_told_what_to_do(page):
    assert "Niemand gevonden" in text_of(page.get(PEOPLE, {"search": "niemand"}))


def test_a_new_person_gets_an_account_and_a_role(page, dealership):
    response = page.post(PEOPLE, person(dealership), follow=True)

    membership = Membership.objects.get(user__email="nieuw@noord.example")
    assert (membership.role, membership.sales_role) == ("salesperson", "hybrid")
    assert membership.dealership == dealership
    assert "Nieuw Proef heeft de rol." in text_of(response)


def test_a_role_can_be_for_the_whole_group(page, dealership):
    page.post(PEOPLE, person(dealership, role="marketer", place=f"group:{dealership.group.pk}"))

    assert Membership.objects.get(role="marketer").group == dealership.group


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"email": "geen adres"}, "email", id="no address"),
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"role": "agent"}, "role", id="agents are the centre's"),
        pytest.param({"place": "dealership:0"}, "place", id="nowhere"),
    ],
)
def test_a_person_who_cannot_be_is_refused_with_what_was_typed(page, dealership, fields, field):
    response = page.post(PEOPLE, person(dealership, **fields))

    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    assert f'value="{person(dealership, **fields)["email"]}"' in text_of(response)
    assert Membership.objects.count() == 1


def test_a_salesperson_works_at_one_dealership(page, dealership):
    response = page.post(PEOPLE, person(dealership, place=f"group:{dealership.group.pk}"))

    assert response.status_code == 422
    assert errors_of(response) == {"place": ["Een verkoper werkt bij één vestiging. Kies er een."]}
    assert not User.objects.filter(email="nieuw@noord.example").exists()


def test_an_administrator_of_one_dealership_gives_no_role_in_the_group(client, dealership):
    client.force_login(create_member(Role.ADMINISTRATOR, dealership))

    response = client.post(
        PEOPLE, person(dealership, role="marketer", place=f"group:{dealership.group.pk}")
    )

    assert response.status_code == 422
    assert not Membership.objects.filter(role="marketer").exists()


def test_what_follows_is_said_before_a_role_goes(page, salesperson):
    shown = text_of(page.get(url_of("person", salesperson)))

    assert "Rol van Sem Kuipers afnemen" in shown
    assert "Account van Sem Kuipers sluiten" in shown
    assert "Open leads gaan binnen een minuut naar iemand anders." in shown


def test_the_other_roles_of_a_person_are_a_press_away(page, dealership, salesperson):
    elsewhere = create_dealership(group=dealership.group, name="Noord Helmond")
    other = Membership.objects.create(
        user=salesperson, role=Role.SALES_MANAGER, dealership=elsewhere
    )
    first = salesperson.memberships.get(role=Role.SALESPERSON)

    shown = text_of(page.get(reverse("dealers:person", args=[first.pk])))

    assert reverse("dealers:person", args=[other.pk]) in shown
    assert "Verkoopleider, Noord Helmond" in shown


def test_nobody_is_offered_to_take_the_own_role_away(page, administrator):
    shown = text_of(page.get(url_of("person", administrator)))

    assert "Dit ben jij." in shown
    assert url_of("end", administrator) not in shown
    assert url_of("activate", administrator) not in shown


def test_a_role_is_taken_away(page, salesperson):
    response = page.post(url_of("end", salesperson), follow=True)

    assert not salesperson.memberships.exists()
    assert "Sem Kuipers heeft deze rol niet meer." in text_of(response)


def test_an_account_is_closed_and_opened_again(page, salesperson):
    closed = page.post(url_of("activate", salesperson), {"active": "0"}, follow=True)
    assert not User.objects.get(pk=salesperson.pk).is_active
    assert "Sem Kuipers kan niet meer inloggen." in text_of(closed)
    assert "Account van Sem Kuipers openen" in text_of(closed)

    page.post(url_of("activate", salesperson), {"active": "1"})
    assert User.objects.get(pk=salesperson.pk).is_active


def test_the_own_account_stays_open(page, administrator):
    response = page.post(url_of("activate", administrator), {"active": "0"})

    assert response.status_code == 409
    assert "Je kunt je eigen account niet sluiten." in text_of(response)
    assert User.objects.get(pk=administrator.pk).is_active


# --- Dealerships ----------------------------------------------------------------------------


def test_the_dealerships_of_the_group_are_listed(page, dealership):
    create_dealership(name="Zuid Breda")

    shown = text_of(page.get(DEALERSHIPS))

    assert "Noord Eindhoven" in shown
    assert "5600-5658" in shown
    assert "Zuid Breda" not in shown


def test_the_form_shows_the_policy_as_people_write_it(page, dealership):
    Dealership.objects.update(phone="+31401234501", aliases=["Noord BV"])

    shown = text_of(page.get(f"{DEALERSHIPS}noord-eindhoven/"))

    assert 'value="040 123 4501"' in shown
    assert 'value="Volkswagen, Škoda"' in shown
    assert 'value="5600-5658"' in shown
    assert "Hoogstens 10." in shown  # the limit of the group for salespeople
    assert 'value="08:30-18:00"' in shown


def test_a_policy_is_saved(page, dealership):
    response = page.post(f"{DEALERSHIPS}noord-eindhoven/", policy(), follow=True)

    saved = Dealership.objects.get(pk=dealership.pk)
    assert (saved.phone, saved.routing, saved.attempts_salesperson) == (
        "+31401234501",
        "bdc_first",
        7,
    )
    assert (saved.brands, saved.aliases) == (
        ["Volkswagen", "Škoda"],
        ["Autobedrijf Noord", "Noord BV"],
    )
    assert [str(area) for area in saved.postcode_areas.order_by("first")] == [
        "5600-5658",
        "5660-5660",
    ]
    assert f"{saved.calls_from:%H:%M}-{saved.calls_until:%H:%M}" == "09:30-20:00"
    assert "Opgeslagen. Het geldt vanaf nu voor nieuwe rondes." in text_of(response)


def test_a_dealership_without_changes_says_so(page, dealership):
    assert "Er is nog niets gewijzigd." in text_of(page.get(f"{DEALERSHIPS}noord-eindhoven/"))


def test_what_was_changed_stands_on_the_page_in_words(page, dealership, administrator):
    page.post(f"{DEALERSHIPS}noord-eindhoven/", policy(bdc_close_needs_approval="on"))
    page.post(f"{DEALERSHIPS}noord-eindhoven/tijden/", hours())

    shown = text_of(page.get(f"{DEALERSHIPS}noord-eindhoven/"))

    assert "Actieve leads gaan naar: eerst verkopers → eerst BDC" in shown
    assert "Bellen vanaf: – → 09:30" in shown
    assert "Een teamleider geeft akkoord op wat het BDC afboekt: nee → ja" in shown
    assert "Maandag: 08:30-18:00 → 08:30-12:00, 13:00-18:00" in shown
    assert "Dinsdag: 08:30-18:00 → dicht" in shown
    assert "Joost van der Meer" in shown


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("phone", "12", "Vul een telefoonnummer van 10 cijfers in, bijvoorbeeld 040 123 4567."),
        ("areas", "56", "Schrijf gebieden met vier cijfers, bijvoorbeeld 5600-5658, 5660."),
        ("areas", "5658-5600", "Schrijf gebieden als 5600-5658: van laag naar hoog."),
        ("attempts_passive", "21", "Kies 1 tot en met 20: meer staat de groep niet toe."),
        ("calls_until", "09:00", "Kies een eindtijd die na de begintijd ligt."),
    ],
)
def test_a_policy_that_cannot_be_is_refused_at_its_field(page, dealership, field, typed, error):
    response = page.post(f"{DEALERSHIPS}noord-eindhoven/", policy(**{field: typed}))

    assert response.status_code == 422
    assert errors_of(response) == {field: [error]}
    assert f'value="{typed}"' in text_of(response)
    assert 'value="Voorbeeldlaan 1"' in text_of(response)
    assert Dealership.objects.get(pk=dealership.pk).address == ""


def test_no_attempts_at_all_is_refused(page, dealership):
    response = page.post(f"{DEALERSHIPS}noord-eindhoven/", policy(attempts_inbound="0"))

    assert response.status_code == 422
    assert list(errors_of(response)) == ["attempts_inbound"]


# --- Opening hours --------------------------------------------------------------------------


def test_hours_and_closing_days_are_saved(page, dealership):
    typed = hours(
        day_5="9.00-17.00", day_6="dicht", closing_days="31-12-2026 Inventarisatie\n1/5/27"
    )

    response = page.post(f"{DEALERSHIPS}noord-eindhoven/tijden/", typed, follow=True)

    assert [str(block) for block in dealership.opening_blocks.all()] == [
        "0 08:30-12:00",
        "0 13:00-18:00",
        "5 09:00-17:00",
    ]
    days = dealership.closing_days.order_by("on")
    assert [(f"{day.on:%d-%m-%Y}", day.reason) for day in days] == [
        ("31-12-2026", "Inventarisatie"),
        ("01-05-2027", ""),
    ]
    assert "Openingstijden opgeslagen." in text_of(response)
    assert "31-12-2026 Inventarisatie" in text_of(response)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        pytest.param("day_0", "8-18", id="no minutes"),
        pytest.param("day_0", "25:00-26:00", id="no such hour"),
        pytest.param("day_1", "18:00-8:30", id="ends before it begins"),
        pytest.param("day_2", "8:30-12:00, 11:00-18:00", id="overlap"),
        pytest.param("closing_days", "31 december", id="a month in words"),
        pytest.param("closing_days", "31-02-2026", id="no such day"),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_day(page, dealership, field, typed):
    response = page.post(f"{DEALERSHIPS}noord-eindhoven/tijden/", hours(**{field: typed}))

    assert response.status_code == 422
    assert list(errors_of(response)) == [field]
    assert typed in text_of(response)
    assert dealership.opening_blocks.count() == 6
    assert dealership.closing_days.count() == 0


# --- Who may --------------------------------------------------------------------------------

ROLES_THAT_MAY_NOT = [role for role in Role if role != Role.ADMINISTRATOR]


def member(role, dealership):
    if role in (Role.AGENT, Role.TEAM_LEAD):
        agent = create_agent(dealership)
        agent.memberships.update(role=role)
        return agent
    if role == Role.SALESPERSON:
        return create_salesperson(dealership)
    return create_member(role, dealership.group)


@pytest.mark.parametrize("role", ROLES_THAT_MAY_NOT)
def test_other_roles_administer_nothing(client, dealership, salesperson, role):
    client.force_login(member(role, dealership))

    assert client.get(PEOPLE).status_code == 403
    assert client.post(PEOPLE, person(dealership)).status_code == 403
    assert client.get(DEALERSHIPS).status_code == 403
    for name in ("end", "activate"):
        assert client.post(url_of(name, salesperson), {"active": "0"}).status_code == 404
    assert client.get(url_of("person", salesperson)).status_code == 404
    assert client.get(f"{DEALERSHIPS}noord-eindhoven/").status_code == 404
    assert client.post(f"{DEALERSHIPS}noord-eindhoven/", policy()).status_code == 404
    assert client.post(f"{DEALERSHIPS}noord-eindhoven/tijden/", hours()).status_code == 404
    assert salesperson.memberships.exists()


def test_an_administrator_elsewhere_finds_nothing_here(client, dealership, salesperson):
    elsewhere = create_dealership()
    client.force_login(create_member(Role.ADMINISTRATOR, elsewhere.group))

    assert client.get(url_of("person", salesperson)).status_code == 404
    assert client.post(url_of("end", salesperson)).status_code == 404
    assert client.post(url_of("activate", salesperson), {"active": "0"}).status_code == 404
    assert client.post(f"{DEALERSHIPS}noord-eindhoven/", policy()).status_code == 404
    assert client.post(f"{DEALERSHIPS}noord-eindhoven/tijden/", hours()).status_code == 404
    assert "Sem Kuipers" not in text_of(client.get(PEOPLE))
    refused = client.post(PEOPLE, person(dealership))
    assert refused.status_code == 422
    assert salesperson.memberships.exists()


# --- What is typed, and how often the database is asked ----------------------------------------


def test_a_name_is_never_run(page, dealership):
    bad = create_salesperson(dealership, name=SCRIPT)
    Dealership.objects.update(name=SCRIPT, brands=[SCRIPT], aliases=[SCRIPT])

    for url in (PEOPLE, url_of("person", bad), DEALERSHIPS, f"{DEALERSHIPS}noord-eindhoven/"):
        shown = text_of(page.get(url))
        assert SCRIPT not in shown
        assert "&lt;script&gt;alert(1)" in shown


def asked_of_the_database(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("count", [1, 3])
def test_more_people_ask_the_database_no_more(page, dealership, count):
    for _ in range(count):
        create_salesperson(dealership)

    assert asked_of_the_database(page, PEOPLE) == 10


@pytest.mark.parametrize("count", [1, 3])
def test_more_dealerships_ask_the_database_no_more(page, dealership, count):
    for _ in range(count):
        create_dealership(group=dealership.group)

    assert asked_of_the_database(page, DEALERSHIPS) == 9
