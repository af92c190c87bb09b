"""Licence plates in their own field and in running text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.formats.plates import (
    find_plates,
    normalise_plate,
    printed_plate,
    read_plate,
    side_code,
)
from tests.leads.formats.samples import STEADY

# Source: reference/domain.md 3.1.
PRINTED = {
    "XX-99-99": 1,
    "99-99-XX": 2,
    "99-XX-99": 3,
    "XX-99-XX": 4,
    "XX-XX-99": 5,
    "99-XX-XX": 6,
    "99-XXX-9": 7,
    "9-XXX-99": 8,
    "XX-999-X": 9,
    "X-999-XX": 10,
    "XXX-99-X": 11,
    "X-99-XXX": 12,
    "9-XX-999": 13,
    "999-XX-9": 14,
}


@pytest.mark.parametrize(("printed", "code"), PRINTED.items())
def test_the_shape_gives_side_code_and_dashes(printed, code):
    normal = normalise_plate(printed.lower())

    assert side_code(normal) == code
    assert printed_plate(normal) == printed


@pytest.mark.parametrize("text", ["TVL-98-N", "tvl98n", "TVL 98 N", " tvl.98.n "])
def test_every_notation_is_one_plate(text):
    plate = read_plate(text)

    assert (plate.normal, plate.printed, plate.side_code) == ("TVL98N", "TVL-98-N", 11)
    assert plate.warnings == ()


def test_an_odd_plate_is_kept_with_a_warning():
    assert read_plate("CD-12").warnings == ("PLATE_SHAPE_UNKNOWN",)
    assert read_plate("ABC-12-D").warnings == ("PLATE_UNUSUAL_LETTERS",)
    assert read_plate("TVL-98-N / TXN-64-P").normal == "TVL98N"
    assert read_plate("TVL-98-N / TXN-64-P").warnings == ("PLATE_SEVERAL",)


def test_an_empty_field_has_no_plate():
    assert read_plate("") is None
    assert read_plate(" - ") is None


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Kenteken advertentie: TKN-42-P. Is de distributieriem al vervangen?", "TKN-42-P"),
        ("mijn kenteken is 7tkl82 en hij rijdt goed", "7-TKL-82"),
        ("Ik rijd nu 7TKL82.", "7-TKL-82"),
        ("inruil LXR 18 Z, 80.000 km", "LXR-18-Z"),
        ("kenteken: 12-ab-34", "12-AB-34"),
        ("kenteken 1234ab", "12-34-AB"),
        ("Mijn oude 12-PK-34 mag weg, kenteken 12-PK-34", "12-PK-34"),
    ],
)
def test_plates_are_found_in_what_people_write(text, printed):
    assert [plate.printed for plate in find_plates(text)] == [printed]


@pytest.mark.parametrize(
    "text",
    [
        "Bel mij op 06-12345678 of 06 12 34 56 78, liefst na 18.00 uur",
        "Afspraak op 12-11-26 of 1-MRT-27, anders 15-dec-26",
        "Ik woon op 1234 AB Utrecht, postcode 1234AB",
        "Order AB1234 en offerte PV-2026-0004711, voorraad OCC-1042",
        "De CX-5 uit 2019 en de V60 D4 zijn ook goed",
        "Er is 500KM2 mee gereden, 150 PK 2 liter",
        "Ik heb 12 ABC of zo",
        "artikel 1-234-BD en X-BDF-12",
        "Graag zaterdagochtend een proefrit. Mijn huidige auto wil ik misschien inruilen.",
        "Kleur: café-crème, prijs tot 8500 euro",
        "klant K30551, IBAN NL20INGB0001234567, BTW 21 procent",
        "Bel me liever niet tussen 12.00 en 14.00 uur.",
        "https://foto.example/occ-12-ab-34.jpg",
        "zeven vragen, kunnen we morgen bellen in plaats van vandaag",
    ],
)
def test_other_things_are_not_taken_for_a_plate(text):
    assert find_plates(text) == []


@STEADY
@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    read_plate(text)
    for plate in find_plates(text):
        assert plate.side_code is not None
