"""Passive files come in: 200 customers, consents as proof, and nothing twice."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bdc.errors import NotAllowed
from campaigns.domain.importing import import_file
from campaigns.models import Import, ImportRow
from leads.domain.permission import may_call
from leads.models import Campaign, Consent, Customer, CustomerPhone, Event, Lead, Reject
from tests.factories import (
    TUESDAY_10,
    create_campaign,
    create_dealership,
    create_salesperson,
    receive,
)

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "passive"
EXPECTED = json.loads((SAMPLES / "verwacht_goed.json").read_text(encoding="utf-8"))
HEADER = "Naam;Mobiel;E-mail;Kenteken;Opt-in telefoon;Datum opt-in;Bron opt-in\n"


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def campaign(dealership):
    return create_campaign(
        dealership, consent_purpose="service", consent_words="U mag mij bellen over onderhoud."
    )


def take_in(dealership, campaign, body: bytes, **fields) -> Import:
    return import_file(
        body,
        file_name="klanten.csv",
        dealership=dealership,
        campaign=campaign,
        by=None,
        now=TUESDAY_10,
        **fields,
    )


def take_in_rows(dealership, campaign, *rows: str, **fields) -> Import:
    return take_in(dealership, campaign, (HEADER + "\n".join(rows)).encode(), **fields)


def counts(taken_in: Import) -> tuple[int, int, int, int]:
    return (taken_in.rows, taken_in.imported, taken_in.duplicates, taken_in.rejected)


@pytest.mark.parametrize(
    "name",
    [
        "goed_klanten_cp1252.csv",
        pytest.param("goed_klanten_utf8bom.csv", marks=pytest.mark.long),
    ],
)
def test_a_good_file_brings_200_customers_and_again_changes_nothing(dealership, campaign, name):
    body = (SAMPLES / name).read_bytes()

    first = take_in(dealership, campaign, body)

    assert counts(first) == (200, 200, 0, 0)
    assert (Customer.objects.count(), Lead.objects.count()) == (200, 200)
    assert Consent.objects.count() == EXPECTED["opt_in"]["Ja"]
    numbers = {
        number: customer
        for customer, number in CustomerPhone.objects.values_list(
            "customer__customer_number", "number"
        )
    }
    for customer_number, landline, mobile in EXPECTED["e164"]:
        for number in (landline, mobile):
            assert number is None or numbers[number] == customer_number
    before = (Customer.objects.count(), Consent.objects.count(), Event.objects.count())

    again = take_in(dealership, campaign, body)

    assert counts(again) == (200, 0, 200, 0)
    assert (Customer.objects.count(), Consent.objects.count(), Event.objects.count()) == before


def test_consent_has_its_words_from_the_campaign_and_its_proof_from_the_row(dealership, campaign):
    take_in_rows(dealership, campaign, "Jan Proef;06-12345001;;;Ja;26-10-2025;Werkplaatsformulier")

    kept = Consent.objects.get()
    assert (kept.purpose, kept.words) == ("service", "U mag mij bellen over onderhoud.")
    assert kept.proof == "klanten.csv, row 2: Werkplaatsformulier"
    assert may_call(Lead.objects.get(), now=TUESDAY_10).ground == "consent"


@pytest.mark.parametrize(
    ("row", "words", "ground"),
    [
        pytest.param("Jan;06-12345001;;;Ja;26-10-2025;", "Bel mij.", "consent", id="with words"),
        pytest.param("Jan;06-12345001;;;Ja;26-10-2025;", "", "", id="without words"),
        pytest.param("Jan;06-12345001;;;Ja;;", "Bel mij.", "", id="without a date"),
        pytest.param("Jan;06-12345001;;;Nee;26-10-2025;", "Bel mij.", "", id="said no"),
        pytest.param("Jan;06-12345001;;;;;", "Bel mij.", "", id="said nothing"),
    ],
)
def test_only_dated_consent_with_words_is_a_ground(dealership, row, words, ground):
    campaign = create_campaign(dealership)

    take_in_rows(dealership, campaign, row, consent_words=words)

    assert may_call(Lead.objects.get(), now=TUESDAY_10).ground == ground


def test_every_record_is_imported_a_duplicate_or_rejected(dealership, campaign):
    receive(dealership, phones=("06-12345009",), interest="service")

    taken_in = take_in_rows(
        dealership,
        campaign,
        "Jan Proef;06-12345001;;;;;",
        "Jan Proef;06-12345001;;;;;",
        ";06-12345002;;;;;",
        "Piet Zonder;;;;;;",
        "Bekend Proef;06-12345009;;;;;",
    )

    assert counts(taken_in) == (5, 1, 2, 2)
    assert sorted(Reject.objects.values_list("position", "code")) == [
        (4, "no_name"),
        (5, "no_contact"),
    ]
    assert set(ImportRow.objects.values_list("outcome", flat=True)) == {
        "imported",
        "duplicate",
        "rejected",
    }


def test_rejects_of_the_same_file_do_not_wait_twice(dealership, campaign):
    rows = (";06-12345002;;;;;",)
    take_in_rows(dealership, campaign, *rows)

    again = take_in_rows(dealership, campaign, *rows)

    assert counts(again) == (1, 0, 0, 1)
    assert Reject.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"PK\x03\x04", "not_text", id="a spreadsheet"),
        pytest.param(HEADER.encode(), "header_only", id="titles only"),
        pytest.param(b"a;b\n1;2\n", "no_header", id="no titles"),
    ],
)
def test_a_file_that_cannot_be_read_fails_and_is_kept(dealership, campaign, body, problem):
    taken_in = take_in(dealership, campaign, body)

    assert (taken_in.state, taken_in.problem) == ("failed", problem)
    assert bytes(taken_in.raw.body) == body
    assert not Lead.objects.exists()


def test_a_salesperson_imports_nothing(dealership, campaign):
    with pytest.raises(NotAllowed):
        import_file(
            HEADER.encode(),
            file_name="x.csv",
            dealership=dealership,
            campaign=campaign,
            by=create_salesperson(dealership),
            now=TUESDAY_10,
        )


def test_the_command_prints_the_import_and_makes_the_campaign(dealership, tmp_path):
    file = tmp_path / "apk.csv"
    file.write_text(HEADER + "Jan Proef;06-12345001;;;Ja;26-10-2025;\n", encoding="utf-8")
    out = StringIO()

    call_command(
        "import_leads",
        str(file),
        dealership=dealership.slug,
        campaign="apk-december",
        consent_words="Bel mij.",
        stdout=out,
    )

    printed = json.loads(out.getvalue())
    assert (printed["state"], printed["rows"], printed["imported"]) == ("done", 1, 1)
    assert Lead.objects.get().campaign.slug == "apk-december"


def test_a_campaign_belongs_to_every_dealership_that_imports_for_it(dealership, tmp_path):
    other = create_dealership(group=dealership.group)
    file = tmp_path / "apk.csv"
    file.write_text(HEADER + "Jan Proef;06-12345001;;;Ja;26-10-2025;\n", encoding="utf-8")

    for place in (dealership, other):
        call_command(
            "import_leads", str(file), dealership=place.slug, campaign="apk", stdout=StringIO()
        )

    assert set(Campaign.objects.get(slug="apk").dealerships.all()) == {dealership, other}


def test_the_command_says_which_dealerships_there_are(dealership, tmp_path):
    with pytest.raises(CommandError, match=dealership.slug):
        call_command("import_leads", str(tmp_path / "x"), dealership="nergens", campaign="apk")
