"""Files of customers to call: the samples, Excel's habits, and rows to mend."""

import json
import time
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.formats.contact_columns import FIELDS, field_of
from leads.formats.contact_file import MOST_COLUMNS, MOST_ROWS, read_contact_file
from leads.formats.contact_row import ContactRow, RowReject, tidy_cell
from leads.formats.names import LegalForm, NameKind
from leads.formats.phones import WhyNotDialable
from tests.leads.formats.samples import SAMPLES, STEADY, passive_sample

EXPECTED = json.loads((SAMPLES / "passive" / "verwacht_goed.json").read_text(encoding="utf-8"))
BIG_FILES = ["goed_klanten_cp1252.csv", "goed_klanten_utf8bom.csv"]
HEADER = "Naam;Telefoon;E-mail;Opmerkingen\n"


def rows_of(text, **mapping):
    file = read_contact_file(text.encode(), mapping=mapping or None)
    assert file.problem is None
    return list(file.rows())


def row_of(text):
    [row] = rows_of(text)
    assert isinstance(row, ContactRow)
    return row


def reject_of(text):
    [row] = rows_of(text)
    assert isinstance(row, RowReject)
    return row


def number_in(row, title):
    return next((phone.read.e164 for phone in row.phones if phone.title == title), None)


# The samples.


@pytest.mark.parametrize("name", BIG_FILES)
def test_the_big_files_give_what_is_expected(name):
    rows = list(read_contact_file(passive_sample(name)).rows())

    assert len(rows) == EXPECTED["rows"]
    assert all(isinstance(row, ContactRow) for row in rows)
    opt_ins = Counter({True: "Ja", False: "Nee", None: "leeg"}[row.opt_in] for row in rows)
    assert opt_ins == EXPECTED["opt_in"]
    pairs = [
        [row.customer_number, number_in(row, "Telefoon"), number_in(row, "Mobiel")] for row in rows
    ]
    assert pairs == EXPECTED["e164"]
    assert sum(pair[1] is not None for pair in pairs) == EXPECTED["with_landline"]
    assert sum(pair[2] is not None for pair in pairs) == EXPECTED["with_mobile"]
    assert sum(bool(row.emails) for row in rows) == EXPECTED["with_email"]
    companies = [row for row in rows if row.name.kind == NameKind.COMPANY]
    assert len(companies) == EXPECTED["companies"]
    bv = [row for row in companies if row.name.legal_form == LegalForm.BV]
    assert len(bv) == EXPECTED["companies_bv"]
    assert [row.warnings for row in rows] == [()] * 200


def test_the_two_big_files_say_the_same():
    windows, unicode = (read_contact_file(passive_sample(name)) for name in BIG_FILES)

    assert (windows.encoding, unicode.encoding) == ("windows-1252", "utf-8")
    assert windows.warnings == ("ENCODING_ASSUMED",)
    assert list(windows.rows()) == list(unicode.rows())


def test_a_row_of_the_big_file_is_read_whole():
    row = list(read_contact_file(passive_sample("goed_klanten_cp1252.csv")).rows())[4]

    assert row.row_number == 6
    assert row.name.company_name == "Bakkerij Çelikproef (eenmanszaak)"
    assert row.name.legal_form == LegalForm.SOLE_TRADER
    assert row.name.salutation == "Mevr."
    assert row.name.person_display == "Y.M. ten Çelikproef"
    assert (row.street, row.house_number, row.house_addition) == ("Proefweg", "2", "2 hoog")
    assert (row.postcode, row.city) == ("6211 GT", "Maastricht")
    assert [email.address for email in row.emails] == ["yvonne.celikproef4@example.com"]
    assert (row.plate.printed, row.year) == ("LXT-49-D", 2012)
    assert (row.make, row.model) == ("Toyota", "Yaris")
    assert (row.purchased_on, row.mileage_km) == (date(2025, 5, 2), 208377)
    assert (row.apk_expires_on, row.last_workshop_on) == (date(2026, 12, 8), date(2025, 9, 4))
    assert row.dealership == "Utrecht"
    assert (row.opt_in, row.opt_in_on) == (True, date(2025, 7, 10))
    assert (row.opt_in_source, row.remarks) == ("Afleverchecklist", "Voorkeur ochtend")
    assert row.cells["Kilometerstand"] == "208.377"
    assert len(row.cells) == 27


def test_the_short_file_has_the_same_people():
    short = list(read_contact_file(passive_sample("goed_kort_utf8_zonder_bom_lf.csv")).rows())
    big = list(read_contact_file(passive_sample("goed_klanten_utf8bom.csv")).rows())

    def person(row):
        phones = tuple(phone.read.e164 for phone in row.phones)
        return (row.name.initials, row.name.infix, row.name.last_name, phones, row.plate.normal)

    assert [person(row) for row in short] == [person(row) for row in big]


def test_the_english_excel_file_has_commas():
    file = read_contact_file(passive_sample("variant_komma_engels_excel.csv"))
    rows = list(file.rows())

    assert (file.delimiter, len(rows)) == (",", 10)
    assert rows[0].name.list_display == "van Zomaarzo, F.C.M."


def test_the_untidy_file_is_read_past_its_titles_and_totals():
    file = read_contact_file(passive_sample("vuil_ontbrekende_kolommen_cp1252.csv"))
    rows = list(file.rows())

    assert (file.delimiter, file.header_row) == (";", 5)
    assert [row.row_number for row in rows] == [6, 7, 8, 9, 10, 11, 12]
    good = [row for row in rows if isinstance(row, ContactRow)]
    assert [row.name.display for row in good] == [
        "M. Proefman",
        "R. van 't Denkbeeld",
        "J.P. Böhmtest",
        "Café “De Proef”",
        "T. Schijnberg",
    ]
    assert [row.apk_expires_on for row in good] == [
        date(2027, 3, 15),
        date(2027, 4, 1),
        date(2027, 4, 15),
        None,
        date(2027, 3, 15),
    ]
    assert [number_in(row, "GSM") for row in good] == [
        "+31612345601",
        "+31612345602",
        "+31612345603",
        None,
        "+31612345605",
    ]
    assert good[2].warnings == ("PHONE_INVALID",)
    assert good[4].warnings == ("PHONE_ZERO_LOST",)
    rejects = [(row.row_number, row.code) for row in rows if isinstance(row, RowReject)]
    assert rejects == [(10, "phone_unreadable"), (11, "phone_unreadable")]


# Files that cannot be imported.


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (passive_sample("vuil_leeg.csv"), "empty"),
        (b" \r\n\r\n", "empty"),
        (passive_sample("vuil_alleen_kop_utf8bom.csv"), "header_only"),
        (b"Naam;Telefoon\n;\n;;\nTotaal: 0;\n", "header_only"),
        (b"Jan;0612345678\nPiet;0612345679\n", "no_header"),
        (b"alleen maar tekst", "no_header"),
        (b"\xff\xfe", "no_header"),
        (b"Merk;Model;Bouwjaar\nKia;Niro;2020\n", "no_usable_columns"),
        (b"Telefoon;Mobiel\n0612345678;\n", "no_usable_columns"),
        (b"PK\x03\x04rest of a workbook", "not_text"),
        (b"\x00\x01\x02" * 50, "not_text"),
        (
            ";".join(f"Telefoon {n}" for n in range(MOST_COLUMNS)).encode() + b";Naam;E-mail",
            "too_large",
        ),
        (b"Naam;Telefoon\n" + b"Jan;0612345678\n" * (MOST_ROWS + 1), "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_imported_says_why(body, code):
    file = read_contact_file(body)

    assert file.problem.code == code
    assert str(file.problem.sentence)
    assert list(file.rows()) == []


def test_trailing_empty_columns_are_no_columns():
    file = read_contact_file(b"Naam;Telefoon" + b";" * 300 + b"\nJan;0612345678" + b";" * 300)

    assert len(file.columns) == 2
    assert [row.name.display for row in file.rows()] == ["Jan"]


# Columns.


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Telefoon", "phone"),
        ("Tel. privé", "phone"),
        ("Tel.", "phone"),
        ("Telefoonnummer 2", "phone"),
        ("Telefoon zakelijk", "phone"),
        ("Phone number", "phone"),
        ("Mobiel", "mobile"),
        ("GSM", "mobile"),
        ("Mobiele telefoon", "mobile"),
        ("E-mailadres", "email"),
        ("E-MAIL", "email"),
        ("Email 2", "email"),
        ("Vl.", "initials"),
        ("Tussenvoegsel", "infix"),
        ("Achternaam", "last_name"),
        ("Datum volgende APK", "apk_expires_on"),
        ("APK vervaldatum", "apk_expires_on"),
        ("Opt-in telefoon", "opt_in"),
        ("Datum opt-in", "opt_in_on"),
        ("Bron opt-in", "opt_in_source"),
        ("Km-stand", "mileage"),
        ("Klantnr.", "customer_number"),
        ("License plate", "plate"),
        ("Fax", ""),
        ("Schoenmaat", ""),
        ("Telefonist", ""),
        ("", ""),
    ],
)
def test_titles_are_known_by_their_synonyms(title, field):
    assert field_of(title) == field
    assert field == "" or field in FIELDS


def test_every_field_has_a_title_that_means_it():
    assert {field for field in FIELDS if field_of(field)} >= {"phone", "email", "name", "opt_in"}


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter):
    text = "Naam;Telefoon;Merk\nJan;0612345678;Kia\n".replace(";", delimiter)
    file = read_contact_file(text.encode())

    assert file.delimiter == delimiter
    assert [row.make for row in file.rows()] == ["Kia"]


def test_unicode_text_from_excel_is_read():
    file = read_contact_file("Naam\tTelefoon\nRenée\t0612345678\n".encode("utf-16"))

    assert [row.name.display for row in file.rows()] == ["Renée"]


def test_several_columns_may_hold_numbers_but_only_one_a_name():
    file = read_contact_file(b"Naam;Telefoon;Telefoon;Naam\nJan;0612345678;0201234567;Piet\n")

    assert [column.title for column in file.columns] == [
        "Naam",
        "Telefoon",
        "Telefoon (2)",
        "Naam (2)",
    ]
    assert file.warnings == ("COLUMN_TWICE:Naam (2)",)
    [row] = file.rows()
    assert [phone.title for phone in row.phones] == ["Telefoon", "Telefoon (2)"]
    assert (row.name.display, row.cells["Naam (2)"]) == ("Jan", "Piet")


def test_a_mapping_goes_before_the_titles():
    text = "Wie;Waar te bellen;Telefoon\nJan;0612345678;0201234567\n"
    mapping = {"Wie": "name", "Waar te bellen": "phone", "Telefoon": ""}

    [row] = read_contact_file(text.encode(), mapping=mapping).rows()
    assert (row.name.display, [phone.read.e164 for phone in row.phones]) == (
        "Jan",
        ["+31612345678"],
    )


def test_a_mapping_to_an_unknown_field_is_a_problem():
    assert read_contact_file(HEADER.encode(), mapping={"Naam": "x"}).problem.code == "unknown_field"


def test_beside_initials_the_name_is_a_surname():
    text = "Naam;Voorletters;Telefoon\nSchijn Berg;;0612345678\n"

    assert row_of(text).name.last_name == "Schijn Berg"


# Rows.


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (";0612345678;;", "no_name"),
        ("Jan;;;", "no_contact"),
        ("Jan;;geen;", "no_contact"),
        ("Jan;6,12346E+08;;", "phone_unreadable"),
        ("Jan;0900-1234;;", "phone_unreadable"),
        ("Jan;0612345678;;tekst;nog een;", None),
        ("x" * 200_000, "too_long"),
    ],
)
def test_a_row_that_cannot_be_a_lead_is_rejected(row, code):
    [read] = rows_of(f"{HEADER}{row}\n")

    assert getattr(read, "code", None) == code
    assert read.row_number == 2
    if code:
        assert str(read.problem)


def test_a_rejected_row_keeps_its_cells():
    reject = reject_of(f"{HEADER}Jan;06-1234ABCD;;let op\n")

    assert reject.cells == {
        "Naam": "Jan",
        "Telefoon": "06-1234ABCD",
        "E-mail": "",
        "Opmerkingen": "let op",
    }


def test_more_cells_than_titles_are_rejected_unless_they_are_remarks():
    reject = reject_of("Naam;Telefoon\nJan;0612345678;en dit\n")
    row = row_of(f"{HEADER}Jan;0612345678;;bel na 18; liever niet\n")
    blank = row_of("Naam;Telefoon\nJan;0612345678;;;\n")

    assert (reject.code, reject.cells["(3)"]) == ("bad_columns", "en dit")
    assert (row.remarks, row.warnings) == ("bel na 18 liever niet", ("REMARKS_SPREAD_OUT",))
    assert "(3)" not in blank.cells


def test_a_short_row_has_empty_cells():
    row = row_of(f"{HEADER}Jan;0612345678\n")

    assert (row.emails, row.cells["Opmerkingen"]) == ((), "")


def test_totals_blank_rows_and_a_second_header_are_no_rows():
    text = f"{HEADER};;;\nJan;0612345678;;\n\n{HEADER}Totaal aantal: 1;;;\nTotal;;;\n   ;;;\n"

    assert [row.name.display for row in rows_of(text)] == ["Jan"]


def test_a_person_called_totaal_is_a_row():
    assert row_of(f"{HEADER}Totaal;0612345678;;\n").name.display == "Totaal"


@pytest.mark.parametrize(
    ("cell", "tidy"),
    [
        ('="0612345678"', "0612345678"),
        ("'0612345678", "0612345678"),
        ("'t Hof", "'t Hof"),
        ("#N/B", ""),
        ("#WAARDE!", ""),
        ("00-01-1900", ""),
        (" - ", ""),
        (" tekst ", "tekst"),
    ],
)
def test_excels_tricks_are_undone(cell, tidy):
    assert tidy_cell(cell) == tidy


def test_excels_error_in_a_cell_is_told():
    row = row_of("Naam;Telefoon;Merk;APK\nJan;0612345678;#N/B;00-01-1900\n")

    assert (row.make, row.apk_expires_on, row.warnings) == ("", None, ("CELL_ERROR:Merk",))


def test_unreadable_facts_are_left_out_with_a_warning():
    titles = "Naam;Telefoon;Postcode;Bouwjaar;Km;APK;Mag bellen"
    row = row_of(f"{titles}\nJan;0612345678;12;oud;veel;ooit;misschien\n")

    assert (row.postcode, row.year, row.mileage_km, row.apk_expires_on) == ("", None, None, None)
    assert row.opt_in is None
    assert set(row.warnings) == {
        "POSTCODE_UNREADABLE",
        "YEAR_UNREADABLE",
        "MILEAGE_UNREADABLE",
        "APK_EXPIRES_ON_UNREADABLE",
        "OPT_IN_UNREADABLE",
    }


@pytest.mark.parametrize(
    ("answer", "opt_in"),
    [
        *((word, True) for word in ("Ja", "J", "true", "WAAR", "1", "x")),
        *((word, False) for word in ("Nee", "n", "ONWAAR", "0")),
        *((word, None) for word in ("", "?")),
    ],
)
def test_the_answer_about_calling_is_read(answer, opt_in):
    assert row_of(f"Naam;Telefoon;Opt-in\nJan;0612345678;{answer}\n").opt_in is opt_in


def test_one_number_in_two_columns_is_one_number():
    row = row_of("Naam;Telefoon;Mobiel\nJan;06-12345678;+31612345678\n")

    assert [phone.title for phone in row.phones] == ["Telefoon"]


def test_numbers_of_a_rounded_column_are_not_called():
    lines = "".join(f"Klant {n};{n}1234{n}000;k{n}@example.com\n" for n in (6,) * 3)
    file = read_contact_file(
        ("Naam;Mobiel;E-mail\n" + "Jan;0612345678;jan@example.com\n" + lines).encode()
    )
    rows = list(file.rows())

    assert file.warnings == ("PHONES_ROUNDED:Mobiel",)
    assert rows[0].phones[0].read.dialable
    for row in rows[1:]:
        assert row.phones[0].read.why_not == WhyNotDialable.ROUNDED
        assert "PHONE_ROUNDED" in row.warnings


def test_rows_can_be_read_again():
    file = read_contact_file(f"{HEADER}Jan;0612345678;;\n".encode())

    assert list(file.rows()) == list(file.rows())


def test_a_cell_may_hold_a_line_break_and_row_numbers_stay_those_of_the_file():
    rows = rows_of(f'{HEADER}Jan;0612345678;;"een\ntwee"\nPiet;0612345679;;\n')

    assert [(row.row_number, row.remarks) for row in rows] == [(2, "een\ntwee"), (4, "")]


# Nothing breaks it, nothing slows it down.


PIECES = [
    *("Naam", "Telefoon", "E-mail", "Opmerkingen", "APK", ";", ";", ",", "\t", "\n", "\n", "\r\n"),
    *('"', '""', "=", "'", "sep=;\n", "Totaal", "0612345678", "6,12346E+08", "jan@example.com"),
    *("15-mrt-27", "#N/B", "\x00", "€", "é", "\ufeff", "van de ", "Jan", "B.V.", "x" * 300),
]


@settings(STEADY, max_examples=400)
@given(
    st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(["utf-8", "cp1252", "utf-16"])
)
def test_no_pieces_of_a_file_break_the_reader(pieces, encoding):
    text = HEADER + "".join(pieces)
    file = read_contact_file(text.encode(encoding, "ignore"))

    for row in file.rows():
        assert "\x00" not in json.dumps(row.cells)


@STEADY
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(body):
    for prefix in (b"", HEADER.encode()):
        list(read_contact_file(prefix + body).rows())


@pytest.mark.parametrize(
    "body",
    [
        b";" * 1_000_000,
        b"x" * 3_000_000,
        b'"' * 1_000_000,
        HEADER.encode() + b'"a\n' * 60_000,
        HEADER.encode() + (b'"a\n' + b'""' * 500 + b"\n") * 2_000,
        HEADER.encode() + b";" * 3_000_000,
        HEADER.encode() + (b'Jan;"' + b"y" * 200 + b"\n") * 5_000,
        HEADER.encode() + b";;;\n" * 500_000,
        HEADER.encode() + b"Jan;" + b"0612345678/" * 9_000 + b";;\n",
    ],
    ids=range(9),
)
def test_a_hostile_file_is_read_in_time(body):
    began = time.process_time()
    file = read_contact_file(body)
    count = sum(1 for _row in file.rows())

    assert time.process_time() - began < 5
    assert file.problem or count
