"""The pages of rejects: what came in and could not become a lead by itself is corrected there."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.domain.importing import import_file
from dealers.models import Role
from leads.domain.adf_intake import receive_adf
from leads.domain.permission import may_call
from leads.models import Lead, Reject
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_campaign,
    create_dealership,
    create_member,
    create_salesperson,
)

LIST = "/leads/afgekeurd/"
SCRIPT = "<script>alert(1)</script>"
BROKEN = (
    "<adf><prospect><vehicle><make>Volkswagen</make><model>ID.4</model></vehicle><customer>"
    "<contact><name>Jan Proef</name><phone>06-12345001</phone></contact></customer>"
    f"<comments>{SCRIPT} & meer"
)
NOTHING = "Er belde net iemand over een Yaris."
HEADER = "Naam;Mobiel;E-mail;Kenteken;Merk;Opt-in telefoon;Datum opt-in;Bron opt-in\n"
ROW = "Marieke Proef;061234;;7TKL82;Volkswagen;Ja;26-10-2025;Werkplaatsformulier"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    return create_dealership(name="Noord Eindhoven")


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership, name="Petra Maas")


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    return client


def text_of(response):
    return response.content.decode()


def errors_of(response):
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


def came_in(dealership, text=BROKEN):
    """A document that waits for a person at the dealership."""
    [reject] = receive_adf(
        text.encode(), content_type="text/xml", dealership=dealership, by=None, now=TUESDAY_10
    ).rejects
    assert reject.dealership == dealership
    return reject


def rows_came_in(dealership, *rows):
    """The rows of a file that wait for a person."""
    campaign = create_campaign(
        dealership,
        slug="apk",
        consent_purpose="service",
        consent_words="U mag mij bellen over onderhoud.",
    )
    import_file(
        (HEADER + "\n".join(rows)).encode(),
        file_name="klanten.csv",
        dealership=dealership,
        campaign=campaign,
        by=None,
        now=TUESDAY_10,
    )
    return list(Reject.objects.order_by("position"))


def url_of(name, reject):
    return reverse(f"leads:{name}", args=[reject.pk])


def typed(dealership, **fields):
    return {
        "dealership": dealership.pk,
        "name": "Jan Proef",
        "phone": "06 12345001",
        "email": "",
        "interest": "new",
        "make": "Volkswagen",
        "model": "ID.4",
        "message": "Graag een proefrit",
        **fields,
    }


# --- The list -----------------------------------------------------------------------------


def test_what_waits_is_listed_newest_first_with_what_is_wrong(page, dealership):
    came_in(dealership)
    came_in(dealership, NOTHING)

    response = page.get(LIST)

    assert [reject.title for reject in response.context["rejects"]] == ["", "Jan Proef"]
    shown = text_of(response)
    assert "Niets leesbaars" in shown
    assert "Volkswagen ID.4" in shown
    assert "Kijk de velden na en voer de lead met de hand in." in shown
    assert "di 24 nov 10:00" in shown


def test_nothing_waits_where_everything_became_a_lead(page):
    assert "Er wacht niets" in text_of(page.get(LIST))


def test_what_was_dealt_with_no_longer_waits(page, dealership):
    page.post(url_of("dismiss", came_in(dealership)))

    assert "Er wacht niets" in text_of(page.get(LIST))


def test_a_row_without_a_name_is_known_by_its_number_or_cells(page, dealership):
    no_name = ";06-12345001;;;;;;"
    too_many = "Piet;;;;;;;;nog;iets"

    rejects = rows_came_in(dealership, no_name, too_many)

    assert [reject.title for reject in rejects] == ["06-12345001", "Piet, nog, iets"]
    assert "klanten.csv" in text_of(page.get(LIST))


# --- Making a lead of it ------------------------------------------------------------------


def test_the_form_has_what_could_be_read(page, dealership):
    shown = text_of(page.get(url_of("reject", came_in(dealership))))

    assert 'value="Jan Proef"' in shown
    assert 'value="06 12345001"' in shown
    assert 'value="ID.4"' in shown


def test_a_document_becomes_the_active_lead_that_it_was_meant_to_be(page, dealership, manager):
    reject = came_in(dealership)

    response = page.post(url_of("reject", reject), typed(dealership), follow=True)

    lead = Lead.objects.get()
    assert (lead.kind, lead.channel, lead.interest) == ("active", "online", "new")
    assert lead.customer.phones.get().number == "+31612345001"
    reject.refresh_from_db()
    assert (reject.state, reject.lead, reject.decided_by) == ("corrected", lead, manager)
    assert f"Lead #{lead.number} is gemaakt." in text_of(response)
    assert f"#{lead.number}" in text_of(page.get(url_of("reject", reject)))


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        pytest.param(
            {"phone": "12"},
            {"phone": ["Vul een telefoonnummer van 10 cijfers in, bijvoorbeeld 06 12345678."]},
            id="no number",
        ),
        pytest.param(
            {"phone": ""},
            {"phone": ["Vul een telefoonnummer of een e-mailadres in."]},
            id="no way to reach",
        ),
    ],
)
def test_a_lead_that_reaches_nobody_is_refused_with_what_was_typed(
    page, dealership, fields, errors
):
    response = page.post(url_of("reject", came_in(dealership)), typed(dealership, **fields))

    assert response.status_code == 422
    assert errors_of(response) == errors
    assert "Graag een proefrit" in text_of(response)
    assert not Lead.objects.exists()


def test_an_address_is_enough(page, dealership):
    page.post(
        url_of("reject", came_in(dealership)),
        typed(dealership, phone="", email="jan@voorbeeld.example"),
    )

    assert Lead.objects.get().customer.emails.get().address == "jan@voorbeeld.example"


def test_a_second_correction_is_told_that_a_colleague_was_first(page, dealership):
    reject = came_in(dealership)
    page.post(url_of("reject", reject), typed(dealership))

    response = page.post(url_of("reject", reject), typed(dealership))

    assert response.status_code == 409
    assert Lead.objects.count() == 1


def test_nobody_makes_a_lead_at_another_group(page, dealership):
    elsewhere = create_dealership()

    response = page.post(url_of("reject", came_in(dealership)), typed(elsewhere))

    assert response.status_code == 422
    assert list(errors_of(response)) == ["dealership"]


def test_what_holds_no_lead_is_put_aside_and_kept(page, dealership):
    reject = came_in(dealership)

    response = page.post(url_of("dismiss", reject), follow=True)

    reject.refresh_from_db()
    assert (reject.state, reject.lead) == ("dismissed", None)
    assert bytes(reject.raw.body) == BROKEN.encode()
    assert "Opzij gelegd. Wat binnenkwam, blijft bewaard." in text_of(response)


# --- Rows of a passive file -----------------------------------------------------------------


def test_a_row_fills_the_form_and_shows_its_cells_in_their_order(page, dealership):
    [reject] = rows_came_in(dealership, ROW)

    response = page.get(url_of("reject", reject))

    assert response.context["reject"].cells[:4] == [
        ("Naam", "Marieke Proef"),
        ("Mobiel", "061234"),
        ("E-mail", ""),
        ("Kenteken", "7TKL82"),
    ]
    shown = text_of(response)
    assert 'value="Marieke Proef"' in shown
    assert 'value="061234"' in shown
    assert "Werkplaatsformulier" in shown
    assert "Het wordt een passieve lead in de campagne van het bestand." in shown


def test_a_corrected_row_is_a_passive_lead_with_the_consent_that_it_reports(page, dealership):
    [reject] = rows_came_in(dealership, ROW)

    page.post(url_of("reject", reject), typed(dealership, name="Marieke Proef", interest="service"))

    lead = Lead.objects.get()
    assert (lead.kind, lead.channel, lead.queue) == ("passive", "data_mining", "passive")
    assert (lead.campaign.slug, lead.source, lead.plate) == ("apk", "klanten.csv", "7TKL82")
    consent = lead.customer.consents.get()
    assert consent.words == "U mag mij bellen over onderhoud."
    assert consent.proof == "klanten.csv, row 2: Werkplaatsformulier"
    assert may_call(lead, now=TUESDAY_10).ground == "consent"


def test_a_corrected_row_without_consent_is_not_called(page, dealership):
    [reject] = rows_came_in(dealership, "Marieke Proef;061234;;7TKL82;Volkswagen;Nee;;")

    page.post(url_of("reject", reject), typed(dealership))

    lead = Lead.objects.get()
    assert lead.kind == "passive"
    assert not may_call(lead, now=TUESDAY_10).ground


# --- Who may, and what is never run ----------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(create_salesperson, id="salesperson"),
        pytest.param(create_agent, id="agent"),
        pytest.param(lambda place: create_member(Role.RECEPTIONIST, place), id="receptionist"),
    ],
)
def test_other_roles_correct_nothing(client, dealership, who):
    reject = came_in(dealership)
    client.force_login(who(dealership))

    assert client.get(LIST).status_code == 403
    assert client.get(url_of("reject", reject)).status_code == 404
    assert client.post(url_of("reject", reject), typed(dealership)).status_code == 404
    assert client.post(url_of("dismiss", reject)).status_code == 404
    assert Reject.objects.get().state == "waiting"


def test_a_manager_elsewhere_finds_nothing_here(client, dealership):
    reject = came_in(dealership)
    client.force_login(create_member(Role.SALES_MANAGER, create_dealership()))

    assert "Er wacht niets" in text_of(client.get(LIST))
    assert client.get(url_of("reject", reject)).status_code == 404
    assert client.post(url_of("reject", reject), typed(dealership)).status_code == 404
    assert client.post(url_of("dismiss", reject)).status_code == 404
    assert Reject.objects.get().state == "waiting"


def test_what_came_in_is_shown_and_never_run(page, dealership):
    document = came_in(dealership)
    [row] = rows_came_in(dealership, f"{SCRIPT};061234;{SCRIPT};;{SCRIPT};;;")[-1:]

    for url in (LIST, url_of("reject", document), url_of("reject", row)):
        shown = text_of(page.get(url))
        assert SCRIPT not in shown
        assert "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize("count", [1, 3])
def test_more_rejects_ask_the_database_no_more(page, dealership, count):
    for _ in range(count):
        came_in(dealership)

    with CaptureQueriesContext(connection) as queries:
        assert page.get(LIST).status_code == 200

    assert len(queries) == 10
