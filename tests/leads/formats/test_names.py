"""Names, their infixes, and companies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.formats.names import (
    LegalForm,
    NameKind,
    NameRead,
    legal_form_of,
    read_name,
    split_infix,
)
from tests.leads.formats.samples import STEADY


@pytest.mark.parametrize(
    ("surname", "split"),
    [
        ("van den Berg", ("van den", "Berg")),
        ("Van Den Berg", ("van den", "Berg")),
        ("van \u2019t Hof", ("van 't", "Hof")),
        ("van't Hof", ("van 't", "Hof")),
        ("van 't Hof", ("van 't", "Hof")),
        ("in 't Veld", ("in 't", "Veld")),
        ("op de Naamloos", ("op de", "Naamloos")),
        ("van het Hek", ("van het", "Hek")),
        ("de Vries", ("de", "Vries")),
        ("Vries, de", ("de", "Vries")),
        ("Berg van den", ("van den", "Berg")),
        ("El Voorbeeld", ("El", "Voorbeeld")),
        ("Proefman", ("", "Proefman")),
        ("Vandenberg", ("", "Vandenberg")),
        ("Deventer", ("", "Deventer")),
        ("van", ("", "van")),
        ("", ("", "")),
    ],
)
def test_the_infix_is_split_off_the_surname(surname, split):
    assert split_infix(surname) == split


def test_typographic_apostrophes_count_as_plain_ones():
    name = read_name(last="van \u2019t Denkbeeld")

    assert (name.infix, name.last_name) == ("van 't", "Denkbeeld")


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Marieke Proefman", ("", "Marieke", "", "Proefman")),
        ("Sander de Boer", ("", "Sander", "de", "Boer")),
        ("de Boer, Sander", ("", "Sander", "de", "Boer")),
        ("Boer, S. de", ("S.", "", "de", "Boer")),
        ("S. de Boer", ("S.", "", "de", "Boer")),
        ("J.W. van den Berg", ("J.W.", "", "van den", "Berg")),
        ("A B Jansen", ("A.B.", "", "", "Jansen")),
        ("Th. Jansen", ("Th.", "", "", "Jansen")),
        ("Jan Willem de Vries", ("", "Jan Willem", "de", "Vries")),
        ("Jan van't Hof", ("", "Jan", "van 't", "Hof")),
        ("JAN VAN DER BERG", ("", "JAN", "van der", "BERG")),
        ("Jan Berg van den", ("", "Jan", "van den", "Berg")),
        ("Anna Jansen - de Vries", ("", "Anna", "", "Jansen - de Vries")),
        ("Anna Jansen-de Vries", ("", "Anna", "", "Jansen-de Vries")),
        ("Anna Jansen e/v de Vries", ("", "Anna", "", "Jansen e/v de Vries")),
        ("Anna de Vries geb. Jansen", ("", "Anna", "de", "Vries geb. Jansen")),
        ("van 't Denkbeeld", ("", "", "van 't", "Denkbeeld")),
        ("Fatima", ("", "", "", "Fatima")),
        ("B.V. Jansen", ("B.V.", "", "", "Jansen")),
        ("Café “De Proef”", ("", "", "", "Café “De Proef”")),
        ("...", ("", "", "", "")),
    ],
)
def test_a_whole_name_is_taken_apart(full, parts):
    name = read_name(full=full)

    assert (name.initials, name.first_name, name.infix, name.last_name) == parts
    assert name.kind == NameKind.PERSON


@pytest.mark.parametrize(
    ("full", "salutation"),
    [
        ("Dhr. S. de Boer", "Dhr."),
        ("De heer J. Jansen", "Dhr."),
        ("Mevrouw de Wit", "Mevr."),
        ("mw. Jansen", "Mevr."),
        ("Fam. Jansen", "Fam."),
        ("de heer/mevrouw de Wit", ""),
    ],
)
def test_a_salutation_in_the_name_is_kept_apart(full, salutation):
    name = read_name(full=full)

    assert name.salutation == salutation
    assert name.last_name in ("Boer", "Jansen", "Wit")


@pytest.mark.parametrize(
    ("typed", "salutation"),
    [("Dhr.", "Dhr."), ("MEVR", "Mevr."), ("v", "Mevr."), ("Geachte heer", "Dhr."), ("?", "")],
)
def test_the_salutation_field_has_few_forms(typed, salutation):
    assert read_name(last="Jansen", salutation=typed).salutation == salutation


def test_parts_that_come_apart_stay_apart():
    name = read_name(first="Sjoerd", infix="van der", last="Testema")

    assert (name.first_name, name.infix, name.last_name) == ("Sjoerd", "van der", "Testema")


def test_beside_initials_the_whole_name_is_the_surname():
    name = read_name(full="van Zomaarzo", initials="FCM")

    assert (name.initials, name.infix, name.last_name) == ("F.C.M.", "van", "Zomaarzo")


def test_a_first_name_that_comes_twice_is_told_once():
    name = read_name(full="Sander de Boer", first="Sander")

    assert (name.first_name, name.infix, name.last_name) == ("Sander", "de", "Boer")


def test_what_a_portal_writes_as_middle_name_is_left_out():
    junk = read_name(first="Jan", infix="from LeadGrowth", last="Jansen")
    middle = read_name(first="Jan", infix="Peter", last="Jansen")

    assert (junk.display, junk.warnings) == ("Jan Jansen", ("NAME_INFIX_UNKNOWN",))
    assert middle.first_name == "Jan Peter"


@pytest.mark.parametrize(
    ("company", "form"),
    [
        ("Loodgieter Proefman B.V.", LegalForm.BV),
        ("Proefman BV", LegalForm.BV),
        ("Proefman b.v. i.o.", LegalForm.BV),
        ("Testmaatschappij N.V.", LegalForm.NV),
        ("Transport Muster V.O.F.", LegalForm.GENERAL_PARTNERSHIP),
        ("Bakkerij Modelma (eenmanszaak)", LegalForm.SOLE_TRADER),
        ("Stichting De Hoop", LegalForm.FOUNDATION),
        ("Voetbalvereniging Oefening", LegalForm.ASSOCIATION),
        ("Maatschap Tandartsen", LegalForm.PROFESSIONAL_PARTNERSHIP),
        ("Proef C.V.", LegalForm.LIMITED_PARTNERSHIP),
        ("CV Ketelservice Proef", LegalForm.UNKNOWN),
        ("Garage Proef", LegalForm.UNKNOWN),
    ],
)
def test_a_companys_name_tells_its_legal_form(company, form):
    name = read_name(company=company, last="Proefman")

    assert legal_form_of(company) == form
    assert (name.kind, name.company_name, name.legal_form) == (NameKind.COMPANY, company, form)
    assert name.last_name == "Proefman"


def test_a_company_without_its_own_field_is_recognised():
    assert read_name(full="Jansen B.V.").kind == NameKind.COMPANY
    assert read_name(last="Stichting De Hoop").legal_form == LegalForm.FOUNDATION
    assert read_name(full="Portaal Voorbeeld", is_company=True).display == "Portaal Voorbeeld"


def test_a_person_has_no_legal_form():
    assert read_name(full="Sander de Boer").legal_form == LegalForm.NONE


def test_names_are_shown_in_two_ways():
    sander = read_name(first="Sander", infix="de", last="Boer")
    initials = read_name(initials="S", last="de Boer")
    surname = read_name(last="de Boer")
    company = read_name(company="Proef B.V.", last="Boer")

    assert (sander.display, sander.list_display) == ("Sander de Boer", "de Boer, Sander")
    assert (initials.display, initials.list_display) == ("S. de Boer", "de Boer, S.")
    assert (surname.display, surname.list_display) == ("De Boer", "de Boer")
    assert (company.display, company.list_display) == ("Proef B.V.", "Proef B.V.")
    assert sander.sort_key == "boer sander de"
    assert company.search_text == "proef b v boer"


def test_long_names_are_cut_with_a_warning():
    name = read_name(first="A" * 500, last="B" * 200)

    assert (len(name.first_name), len(name.last_name)) == (80, 120)
    assert name.warnings == ("NAME_TOO_LONG", "NAME_TOO_LONG")


def test_control_characters_fall_away():
    name = read_name(first="San\x00der\u202e", last="de\tBoer\x07")

    assert name == NameRead(first_name="Sander", infix="de", last_name="Boer")


@STEADY
@given(st.lists(st.text(max_size=60), min_size=7, max_size=7), st.booleans())
def test_no_text_breaks_the_reader(parts, is_company):
    full, salutation, initials, first, infix, last, company = parts
    name = read_name(
        full=full,
        salutation=salutation,
        initials=initials,
        first=first,
        infix=infix,
        last=last,
        company=company,
        is_company=is_company,
    )

    assert "\x00" not in name.display + name.list_display
    assert len(name.initials) <= 20


@STEADY
@given(st.lists(st.sampled_from(["van", "de", "Jan", "Berg", "-", "e/v", "A.", ",", "'t"])))
def test_no_word_of_a_name_is_lost(words):
    full = " ".join(words)
    name = read_name(full=full)

    kept = f"{name.initials}{name.first_name}{name.infix}{name.last_name}".lower()
    for word in ("jan", "berg"):
        assert kept.count(word) >= min(1, full.lower().count(word))
