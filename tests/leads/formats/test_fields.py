"""Postcodes, dates, moments, numbers, e-mail addresses and plain text."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.formats.amounts import read_amount, read_kilometres, read_year
from leads.formats.dates import has_whole_zone, read_date, read_moment
from leads.formats.encodings import decode, decode_lines
from leads.formats.mails import mail_key, read_emails, to_address
from leads.formats.postcodes import read_postcode
from leads.formats.text import clean_lines, clean_text, search_form
from tests.leads.formats.samples import STEADY


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("6711 XX", "6711 XX"),
        ("6711xx", "6711 XX"),
        (" 6711  XX ", "6711 XX"),
        ("NL-6711 XX", "6711 XX"),
        ("6711", "6711"),
    ],
)
def test_a_postcode_has_one_form(typed, text):
    read = read_postcode(typed)

    assert (read.text, read.area) == (text, "6711")


@pytest.mark.parametrize(
    "typed", ["", "0123 AB", "1234 SA", "1234 SS", "B-2000", "12345", "671 XX"]
)
def test_something_else_is_no_postcode(typed):
    assert read_postcode(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "15-03-2027",
        "15-3-2027",
        "15/03/2027",
        "15.03.27",
        "15-mrt-27",
        "15 maart 2027",
        "15 mrt. 2027",
        "ma 15 maart 2027",
        "2027-03-15",
        "2027-03-15T00:00:00",
        "15-03-2027 10:30",
        "20270315",
        "15032027",
        "46461",
        "46461,5",
        "03/15/2027",
    ],
)
def test_a_date_is_read_from_every_notation(typed):
    assert read_date(typed) == date(2027, 3, 15)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1-4-2027", date(2027, 4, 1)),
        ("01/02/2026", date(2026, 2, 1)),
        ("1-4-98", date(1998, 4, 1)),
        ("22 nov 2026", date(2026, 11, 22)),
        ("29-02-2028", date(2028, 2, 29)),
    ],
)
def test_the_day_comes_before_the_month(typed, day):
    assert read_date(typed) == day


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "00-01-1900",
        "30-12-1899",
        "01-01-1900",
        "31-02-2027",
        "29-02-2027",
        "2019",
        "week 47",
        "morgen",
        "15-13-2027",
        "15-03-3027",
        "999999",
        "15 foo 2027",
    ],
)
def test_something_else_is_no_date(typed):
    assert read_date(typed) is None


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("2026-11-16T09:14:22+01:00", datetime(2026, 11, 16, 8, 14, 22, tzinfo=UTC)),
        ("2026-11-16T09:14:22-01:00", datetime(2026, 11, 16, 10, 14, 22, tzinfo=UTC)),
        ("20261116T091422+0100", datetime(2026, 11, 16, 8, 14, 22, tzinfo=UTC)),
        ("20261116T091422-0100", datetime(2026, 11, 16, 10, 14, 22, tzinfo=UTC)),
        ("2026-11-16T09:14:22Z", datetime(2026, 11, 16, 9, 14, 22, tzinfo=UTC)),
        ("2026-11-16T09:14:22.1234567Z", datetime(2026, 11, 16, 9, 14, 22, 123456, tzinfo=UTC)),
        ("2008-06-25T8:47:50", datetime(2008, 6, 25, 6, 47, 50, tzinfo=UTC)),
        ("2026-11-16T09:14:22", datetime(2026, 11, 16, 8, 14, 22, tzinfo=UTC)),
        ("2026-07-16 09:14", datetime(2026, 7, 16, 7, 14, tzinfo=UTC)),
        ("2026-11-16T09:14:22-08:0", datetime(2026, 11, 16, 17, 14, 22, tzinfo=UTC)),
        ("2026-11-16T09:14:22+", datetime(2026, 11, 16, 8, 14, 22, tzinfo=UTC)),
        ("2026-11-16T09:14:22+99:00", datetime(2026, 11, 16, 8, 14, 22, tzinfo=UTC)),
        ("2026-11-16", datetime(2026, 11, 15, 23, 0, tzinfo=UTC)),
        ("17-11-2026 14.05 uur", datetime(2026, 11, 17, 13, 5, tzinfo=UTC)),
        ("17 november 2026 14:05", datetime(2026, 11, 17, 13, 5, tzinfo=UTC)),
        # Twice 02:30 that night: the first is taken.
        ("2026-10-25T02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_utc(typed, at):
    assert read_moment(typed) == at


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "vandaag",
        "2026-11-16T25:00:00",
        "2026-13-16T09:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "2026-11-16T09:61:00Z",
    ],
)
def test_something_else_is_no_moment(typed):
    assert read_moment(typed) is None


def test_a_whole_zone_needs_hours_and_minutes():
    assert has_whole_zone("2026-11-16T09:14:22+01:00")
    assert has_whole_zone("20261116T091422-0100")
    assert has_whole_zone("2026-11-16T09:14:22Z")
    assert not has_whole_zone("2026-11-16T09:14:22-08:0")
    assert not has_whole_zone("2026-11-16T09:14:22")


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("23950", "23950.00"),
        ("€ 1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1234.5", "1234.50"),
        ("1.234", "1234.00"),
        ("€ 23.950,-", "23950.00"),
        ("€ \u221212,00", "-12.00"),
        ("EUR 100", "100.00"),
        ("0,125", "0.12"),
    ],
)
def test_amounts_are_read_the_dutch_way(typed, amount):
    assert read_amount(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed", ["", "gratis", "1,2E+5", "112.50.0", "99999999999", "1.2.3", "NaN"]
)
def test_something_else_is_no_amount(typed):
    assert read_amount(typed) is None


@pytest.mark.parametrize(
    ("typed", "kilometres"),
    [
        ("112.500", 112500),
        ("112500", 112500),
        ("112.500 km", 112500),
        ("112 500", 112500),
        ("ca. 80.000", 80000),
        ("48210,0", 48210),
        ("0", 0),
        ("-5", None),
        ("2000000", None),
        ("veel", None),
        ("1,1E+05", None),
    ],
)
def test_a_mileage_has_dots_for_thousands(typed, kilometres):
    assert read_kilometres(typed) == kilometres


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("2019", 2019),
        ("03-2019", 2019),
        ("01-03-2019", 2019),
        ("2019,0", 2019),
        ("19", None),
        ("9999", None),
        ("", None),
    ],
)
def test_a_model_year_has_four_digits(typed, year):
    assert read_year(typed) == year


@pytest.mark.parametrize(
    ("typed", "addresses"),
    [
        ("A.Bc@Example.COM", ["A.Bc@example.com"]),
        ("mailto:jan@example.com", ["jan@example.com"]),
        ("Jan Jansen <jan@example.com>; piet@example.com", ["jan@example.com", "piet@example.com"]),
        ("jan@example.com piet@example.com", ["jan@example.com", "piet@example.com"]),
        ("e-mail: jan@example.com", ["jan@example.com"]),
        ("jan@example.com.", ["jan@example.com"]),
        ("jan@ex\u00e4mple.nl", ["jan@ex\u00e4mple.nl"]),
        ("jan jansen@example.com", [None]),
        ("geen", [None]),
        ("jan@localhost2", [None]),
        ("jan@@example.com", [None]),
        ("jan@example..com", [None]),
        ("x" * 250 + "@example.com", [None]),
        ("", []),
    ],
)
def test_addresses_are_read_or_marked(typed, addresses):
    reads = read_emails(typed)

    assert [read.address for read in reads] == addresses
    assert all((read.address is None) == bool(read.warnings) for read in reads)


def test_mailboxes_match_without_case():
    assert mail_key(to_address("A.Bc@Example.COM")) == "a.bc@example.com"
    assert to_address("geen") is None


def test_text_is_cleaned_for_storing():
    assert clean_text(" a\x00b \n c\u202e\ud800 ", limit=10) == "ab c"
    assert clean_text("abc def", limit=4) == "abc"
    assert clean_lines("a \r\n\r\n\r\n\r\n b\x07\x00", limit=100) == "a\n\nb"


def test_search_text_is_folded():
    assert search_form("Renée Hooghuijs-Börger") == "renee hooghuijs borger"
    assert search_form("van \u2019t Çelik  Straße Łódź ØRSTED") == "van t celik strasse lodz orsted"


def test_the_declared_encoding_is_honoured_when_it_can_be_true():
    assert decode("Renée".encode("latin-1"), declared="ISO-8859-1").text == "Renée"
    assert decode("Łódź".encode("cp1250"), declared="windows-1250").text == "Łódź"
    assert decode("Łódź".encode("utf-16")).text == "Łódź"
    assert decode("<é>".encode("utf-16-le")).text == "<é>"
    assert decode(b"\xef\xbb\xbfRen\xc3\xa9e").text == "Renée"


def test_a_wrong_or_missing_declaration_is_mended_with_a_warning():
    wrong = decode("Renée €".encode("cp1252"), declared="UTF-8")
    missing = decode("Renée €".encode("cp1252"))
    unknown = decode("Renée".encode(), declared="punycode")

    assert (wrong.text, wrong.warnings) == ("Renée €", ("ENCODING_WRONG",))
    assert (missing.text, missing.warnings) == ("Renée €", ("ENCODING_ASSUMED",))
    assert (unknown.text, unknown.warnings) == ("Renée", ())


def test_lines_of_two_encodings_are_each_read_right():
    mixed = "Citroën\n".encode("cp1252") + "León\n".encode()

    decoded = decode_lines(mixed)
    assert (decoded.text, decoded.warnings) == ("Citroën\nLeón\n", ("ENCODING_MIXED",))


@STEADY
@given(st.binary(max_size=200), st.sampled_from(["", "utf-8", "utf-16", "latin-1", "idna", "\x00"]))
def test_no_bytes_break_the_decoder(body, declared):
    decode(body, declared=declared).text.encode()
    decode_lines(body).text.encode()


@STEADY
@given(st.text(st.sampled_from("0123456789.,-+€ kmE:TZ/é'\u2212"), max_size=40))
def test_no_text_breaks_the_readers(text):
    read_date(text)
    moment = read_moment(text)
    assert moment is None or moment.tzinfo == UTC
    read_amount(text)
    read_kilometres(text)
    read_year(text)
    read_postcode(text)
    read_emails(text)
