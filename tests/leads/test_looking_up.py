"""Search: what finds a customer or lead, for whom, and which commands there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dealers.models import Role
from leads.models import Lead
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

PAGE = "/zoeken/"
# Session, user, reach and groups; customers with cars and numbers; leads.
QUERIES_OF_THE_ROWS = 8


@pytest.fixture(autouse=True)
def on_tuesday_at_ten(time_machine):
    time_machine.move_to(TUESDAY_10, tick=False)


@pytest.fixture
def dealership(db):
    return create_dealership(name="Noord Eindhoven")


@pytest.fixture
def agent(client, dealership):
    user = create_agent(dealership, name="Noor Bakker")
    client.force_login(user)
    return user


@pytest.fixture
def lead(dealership):
    return receive_passive(
        dealership,
        name="Sander de Boer",
        phones=("06-12345678",),
        emails=("S.deBoer@example.com",),
        make="Škoda",
        model="Octavia",
        plate="7-TKL-82",
    )


def rows(client, text):
    """What the palette shows for a text, on one line."""
    response = client.get(PAGE, {"q": text}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def page(client, text=""):
    response = client.get(PAGE, {"q": text})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    "text",
    [
        "de boer",
        "Boer sander",
        "BOER",
        "s.deboer@example.com",
        "7-TKL-82",
        "7tkl82",
        "7 tkl 82",
        "7tkl",
        "0612345678",
        "06-12345678",
        "06 12 34 56 78",
        "+31 6 12345678",
        "+31 (0)6 12345678",
        "0031612345678",
        "061234",
        "+31 61234",
        "5678",
    ],
)
def test_a_customer_is_found_by_whatever_is_known(client, agent, lead, dealership, text):
    other = receive_passive(dealership, name="Kaan Aardenburg", plate="H-123-BK")

    for found in (rows(client, text), page(client, text)):
        assert "de Boer, Sander" in found
        assert f"/klanten/{lead.customer_id}/" in found
        assert f"/klanten/{other.customer_id}/" not in found


@pytest.mark.parametrize(
    "text", ["b", "7", "Jansen", "9TKL82", "0687654321", "%", "_", "\x00", "("]
)
def test_what_names_nobody_finds_nobody(client, agent, lead, text):
    assert "de Boer" not in rows(client, text)


def test_a_lead_is_found_by_its_number(client, agent, lead):
    for text in (f"#{lead.pk}", f"#{lead.pk:03}"):
        assert f"/leads/{lead.pk}/" in rows(client, text)
    assert f"/leads/{lead.pk}/" in rows(client, f"{lead.pk:04}")


def test_a_lead_is_found_by_the_car_that_it_is_about(client, agent, lead):
    Lead.objects.filter(pk=lead.pk).update(plate="GR728X")

    assert f"/leads/{lead.pk}/" in rows(client, "gr-728")


def test_who_has_a_word_that_begins_so_goes_first(client, agent, dealership):
    for name in ("Ad Zeeboer", "Wim Boerema"):
        receive_passive(dealership, name=name)

    found = rows(client, "boer")

    assert found.index("Boerema") < found.index("Zeeboer")


def test_there_are_eight_rows_at_most_and_a_way_to_the_rest(client, agent, dealership):
    for number in range(9):
        receive_passive(dealership, name=f"Bel Baas{number}")

    found = rows(client, "b")
    assert found.count('role="option"') <= 8
    found = rows(client, "ba")
    assert found.count('role="option"') == 8
    assert "/zoeken/?q=ba" in found
    assert page(client, "ba").count("/klanten/") == 9


def test_nobody_finds_what_he_may_not_see(client, lead, dealership):
    elsewhere = create_dealership(group=dealership.group)
    strangers = [
        create_agent(create_dealership()),
        create_member(Role.SALES_MANAGER, elsewhere),
        create_salesperson(dealership),  # passive leads are not theirs
    ]
    texts = ("de boer", "7tkl82", "0612345678", f"#{lead.pk}")
    for reader in strangers:
        client.force_login(reader)
        assert [text for text in texts if "de Boer" in rows(client, text)] == []
        assert [text for text in texts if "de Boer" in page(client, text)] == []


def test_who_objects_to_calls_is_shown_so(client, agent, lead):
    assert "Niet bellen" not in rows(client, "de boer")

    client.post(f"/klanten/{lead.customer_id}/niet-bellen/")

    assert "Niet bellen" in rows(client, "de boer")


def test_commands_are_those_of_the_role_with_their_keys(client, agent, dealership):
    found = rows(client, "")
    assert 'data-url="/bellen/"' in found
    assert "<kbd>g</kbd><kbd>b</kbd>" in found
    assert 'data-url="/bellen/volgende/" data-sent' in found
    assert "/beheer/" not in found

    client.force_login(create_member(Role.ADMINISTRATOR, dealership))

    found = rows(client, "")
    assert "/bellen/" not in found
    assert 'data-url="/beheer/"' in found


def test_a_command_is_named_by_the_beginnings_of_its_words(client, agent):
    assert "/bellen/volgende/" in rows(client, "volg kl")
    assert "/bellen/volgende/" not in rows(client, "volg x")


def test_a_command_can_be_given_without_javascript(client, agent):
    found = page(client, "volgende")

    assert 'action="/bellen/volgende/"' in found
    assert "csrfmiddlewaretoken" in found


def test_the_page_says_what_to_do_when_nothing_is_found(client, agent):
    assert "Niets gevonden voor “zzz”" in page(client, "zzz")
    assert "Typ twee tekens of meer" in page(client, "z")


def test_no_browser_keeps_what_was_found(client, agent, lead):
    response = client.get(PAGE, {"q": "de boer"}, headers={"HX-Request": "true"})

    assert response["Cache-Control"] == "no-store"


def test_the_number_of_queries_does_not_grow(client, agent, dealership):
    for number in range(12):
        receive_passive(dealership, name=f"Bel Boer{number}", plate=f"7-TKL-{number:02}")

    for text in ("boer", "7tkl", "06-12"):
        with CaptureQueriesContext(connection) as queries:
            rows(client, text)
        assert len(queries) == QUERIES_OF_THE_ROWS, [one["sql"] for one in queries]


def test_a_sales_lead_is_found_by_its_salesperson(client, dealership):
    sem = create_salesperson(dealership)
    lead = receive(dealership, name="Lot Kok")
    client.force_login(sem)

    assert f"/leads/{lead.pk}/" in rows(client, "kok")
