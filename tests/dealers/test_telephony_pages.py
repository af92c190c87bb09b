"""The pages of administration about telephone exchanges: who keeps them, and what they show."""

from __future__ import annotations

import base64

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bdc.errors import Malformed, NotAllowed
from dealers.domain.call_events import receive_delivery
from dealers.domain.exchanges import add_exchange, add_extension, extension_problem
from dealers.domain.signing import secret_of
from dealers.models import CallEvent, DeliveryRefusal, Exchange, Extension, Membership, Role
from tests.factories import (
    TUESDAY_10,
    call_told,
    create_agent,
    create_centre,
    create_dealership,
    create_exchange,
    create_extension,
    create_member,
    create_salesperson,
    signed,
)

PAGES = "/beheer/telefonie/"
QUERIES_OF_THE_LIST = 10
QUERIES_OF_ONE = 12


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten():
    with time_machine.travel(TUESDAY_10, tick=False):
        yield


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def administrator(dealership):
    return create_member(Role.ADMINISTRATOR, dealership.group)


@pytest.fixture
def exchange(dealership):
    return create_exchange(dealership.group, name="Telefoons Noord")


@pytest.fixture
def page(client, administrator):
    client.force_login(administrator)
    return client


def text_of(response):
    return response.content.decode()


def url_of(exchange, rest=""):
    return f"{PAGES}{exchange.pk}/{rest}"


def asked_of_the_database(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_a_new_exchange_shows_its_secret_this_once(page, dealership):
    place = f"group:{dealership.group.pk}"

    answer = page.post(PAGES, {"name": "Telefoons Noord", "place": place})

    exchange = Exchange.objects.get()
    secret = "whsec_" + base64.b64encode(secret_of(exchange.salt)).decode()
    assert (exchange.group, exchange.salted_at) == (dealership.group, TUESDAY_10)
    assert secret in text_of(answer)
    assert f"/telefonie/{exchange.slug}/gebeurtenissen/" in text_of(answer)
    assert answer["Cache-Control"] == "no-store"
    assert secret not in text_of(page.get(url_of(exchange)))


def test_a_new_secret_leaves_the_old_one_a_week(page, exchange):
    answer = page.post(url_of(exchange, "geheim/"))

    renewed = Exchange.objects.get()
    assert renewed.previous_salt == exchange.salt != renewed.salt
    assert "whsec_" in text_of(answer)
    assert "di 1 dec 10:00" in text_of(answer)


def test_an_exchange_is_switched_off_and_on(page, exchange):
    page.post(url_of(exchange, "gebruik/"), {"active": "0"})
    assert not Exchange.objects.get().is_active
    assert "Centrale aanzetten" in text_of(page.get(url_of(exchange)))

    page.post(url_of(exchange, "gebruik/"), {"active": "1"})
    assert Exchange.objects.get().is_active


def test_an_extension_is_given_and_taken_away(page, exchange, dealership):
    person = create_salesperson(dealership, name="Sem Kuipers")

    page.post(url_of(exchange, "toestellen/"), {"name": " 201 ", "user": person.pk})
    extension = Extension.objects.get()
    assert (extension.name, extension.user) == ("201", person)
    assert "Sem Kuipers" in text_of(page.get(url_of(exchange)))

    page.post(url_of(exchange, f"toestellen/{extension.pk}/weg/"))
    assert not Extension.objects.exists()


def test_an_extension_that_is_taken_says_so_and_stays(page, exchange, dealership):
    first, second = create_salesperson(dealership), create_salesperson(dealership)
    create_extension(exchange, first)

    answer = page.post(url_of(exchange, "toestellen/"), {"name": "201", "user": second.pk})

    assert answer.status_code == 422
    assert "Iemand heeft dit toestel al." in text_of(answer)
    assert Extension.objects.get().user == first


def test_policy_and_database_agree_that_an_extension_is_of_one_person(exchange, dealership):
    person = create_salesperson(dealership)
    create_extension(exchange, person)

    assert extension_problem(exchange, name="201", user=person).code == "taken"
    assert extension_problem(exchange, name="202", user=person) is None
    with pytest.raises(IntegrityError, match="extension_is_of_one_person"), transaction.atomic():
        create_extension(exchange, person)


def test_only_who_works_there_has_an_extension(exchange, administrator, dealership):
    """Not a stranger, and not an agent of a centre, whose exchange is its own."""
    for stranger in (create_salesperson(create_dealership()), create_agent(dealership)):
        with pytest.raises(Malformed):
            add_extension(exchange, name="201", user=stranger, by=administrator, now=TUESDAY_10)

    assert not Extension.objects.exists()


def test_a_centre_has_its_exchange_kept_by_its_team_lead(client, dealership, administrator):
    centre = create_centre(dealership)
    lead = create_member(Role.TEAM_LEAD, centre)
    agent = create_member(Role.AGENT, centre, name="Noor Bakker")
    client.force_login(lead)

    client.post(PAGES, {"name": "BDC", "place": f"centre:{centre.pk}"})
    exchange = Exchange.objects.get()
    client.post(url_of(exchange, "toestellen/"), {"name": "201", "user": agent.pk})

    assert (exchange.centre, Extension.objects.get().user) == (centre, agent)
    assert "Vestigingen" not in text_of(client.get(PAGES))
    client.force_login(administrator)
    assert client.get(url_of(exchange)).status_code == 404


def test_who_does_not_keep_a_place_adds_no_exchange_there(dealership):
    for who in (
        create_member(Role.ADMINISTRATOR, dealership),  # of one dealership, and not of the group
        create_member(Role.ADMINISTRATOR, create_dealership().group),
        create_member(Role.TEAM_LEAD, create_centre(dealership)),
    ):
        with pytest.raises(NotAllowed):
            add_exchange(name="X", place=dealership.group, by=who, now=TUESDAY_10)


def test_who_left_the_group_is_not_offered_any_more(exchange, administrator, dealership):
    person = create_salesperson(dealership)
    Membership.objects.filter(user=person).delete()

    assert extension_problem(exchange, name="201", user=person).code == "unknown_person"


def test_what_was_told_and_refused_is_shown(page, exchange, dealership):
    create_extension(exchange, create_salesperson(dealership, name="Sem Kuipers"))
    receive_delivery(exchange.slug, signed(exchange, call_told()), now=TUESDAY_10)
    ended = call_told("ended", seconds=134, number=None, extension="299")
    receive_delivery(exchange.slug, signed(exchange, ended), now=TUESDAY_10)
    for _ in range(2):
        receive_delivery(exchange.slug, signed(exchange, b"no json"), now=TUESDAY_10)

    shown = text_of(page.get(url_of(exchange)))

    for words in ("06 12345678", "Binnenkomend, gaat over", "afgelopen, 134 s", "afgeschermd"):
        assert words in shown
    for words in ("van niemand", "Ondertekend, maar het meldt geen gesprek", "Sem Kuipers"):
        assert words in shown
    assert DeliveryRefusal.objects.get().count == 2
    assert '<td data-label="Geweigerd in 7 dagen">2</td>' in text_of(page.get(PAGES))


@pytest.mark.parametrize("count", [1, 3])
def test_more_of_everything_asks_the_database_no_more(page, exchange, dealership, count):
    for number in range(count):
        create_exchange(dealership.group)
        create_extension(exchange, create_salesperson(dealership), f"20{number}")
        receive_delivery(exchange.slug, signed(exchange, call_told()), now=TUESDAY_10)
    assert CallEvent.objects.count() == count

    assert asked_of_the_database(page, PAGES) == QUERIES_OF_THE_LIST
    assert asked_of_the_database(page, url_of(exchange)) == QUERIES_OF_ONE


def test_a_name_is_never_run(page, dealership):
    script = "<script>alert(1)</script>"
    exchange = create_exchange(dealership.group, name=script)
    create_extension(exchange, create_salesperson(dealership, name=script), script)

    for url in (PAGES, url_of(exchange)):
        assert script not in text_of(page.get(url))


def test_nothing_there_says_what_it_is_for(page, dealership):
    assert "Nog geen telefooncentrale" in text_of(page.get(PAGES))


def test_an_administrator_of_one_dealership_is_told_who_adds_one(client, dealership):
    client.force_login(create_member(Role.ADMINISTRATOR, dealership))

    shown = text_of(client.get(PAGES))

    assert "Een beheerder van de hele groep voegt een centrale toe." in shown
    assert "<select" not in shown
