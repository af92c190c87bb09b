"""Phone numbers: what may be dialled, and what must not."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.formats import phones
from leads.formats.phones import (
    PhoneKind,
    WhyNotDialable,
    is_rounded,
    looks_rounded,
    national,
    read_phones,
    refuse_rounded,
    to_e164,
)
from tests.leads.formats.samples import STEADY


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06-12345678",
        "06 12 34 56 78",
        "06 - 12 34 56 78",
        "06.12.34.56.78",
        "06/12345678",
        "+31612345678",
        "+31 6 12345678",
        "+31 (0)6 12345678",
        "+31(0)612345678",
        "0031612345678",
        "0031 6 1234 5678",
        "31612345678",
        "612345678",
        "612345678.0",
        '="0612345678"',
        "'0612345678",
        "Tel: 06-12345678",
        "tel0612345678",
        "06-12345678 (prive)",
        "06-12345678 na 18u",
        "06-12345678 3e keer",
        "06-12345678-werk",
        "bel na 18.00: 0612345678",
        "\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
        "\uff10\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
        "06\u201112345678",
        "\u202a0612345678\u202c",
    ],
)
def test_one_mobile_is_read_from_every_notation(text):
    reads = read_phones(text)

    assert [(read.e164, read.kind, read.dialable) for read in reads] == [
        ("+31612345678", PhoneKind.MOBILE, True)
    ]


@pytest.mark.parametrize(
    ("text", "e164", "kind"),
    [
        ("010-1234567", "+31101234567", PhoneKind.FIXED_LINE),
        ("(010) 1234567", "+31101234567", PhoneKind.FIXED_LINE),
        ("0318/123456", "+31318123456", PhoneKind.FIXED_LINE),
        ("0851234567", "+31851234567", PhoneKind.VOIP),
        ("0911234567", "+31911234567", PhoneKind.VOIP),
        ("0881234567", "+31881234567", PhoneKind.UAN),
        ("+32 470 12 34 56", "+32470123456", PhoneKind.MOBILE),
        ("0049 30 123456", "+4930123456", PhoneKind.FIXED_LINE),
    ],
)
def test_other_numbers_that_may_be_called(text, e164, kind):
    [read] = read_phones(text)

    assert (read.e164, read.kind, read.dialable) == (e164, kind, True)


@pytest.mark.parametrize("prefix", ["061", "062", "063", "064", "065", "068"])
def test_mobile_ranges_may_be_called(prefix):
    [read] = read_phones(f"{prefix}2345678")

    assert (read.kind, read.dialable) == (PhoneKind.MOBILE, True)


@pytest.mark.parametrize(
    ("text", "why_not", "e164"),
    [
        ("06-1234ABCD", WhyNotDialable.LETTERS, None),
        ("06-12ABCD34", WhyNotDialable.LETTERS, None),
        ("O6-12345678", WhyNotDialable.LETTERS, None),
        ("0800-BELLEN", WhyNotDialable.LETTERS, None),
        ("0612345678prive", WhyNotDialable.LETTERS, None),
        ("6,12346E+08", WhyNotDialable.SCIENTIFIC, None),
        ("6.12346e8", WhyNotDialable.SCIENTIFIC, None),
        ("3,16E+10", WhyNotDialable.SCIENTIFIC, None),
        ("0600123456", WhyNotDialable.INVALID, None),
        ("0671234567", WhyNotDialable.INVALID, None),
        ("0691234567", WhyNotDialable.INVALID, None),
        ("0821234567", WhyNotDialable.INVALID, None),
        ("0612345", WhyNotDialable.INVALID, None),
        ("06123456789", WhyNotDialable.INVALID, None),
        ("0661234567", WhyNotDialable.PAGER, "+31661234567"),
        ("097012345678", WhyNotDialable.MACHINE, "+3197012345678"),
        ("0900-1234", WhyNotDialable.PREMIUM_RATE, "+319001234"),
        ("0906 1234567", WhyNotDialable.PREMIUM_RATE, "+319061234567"),
        ("0909-1234567", WhyNotDialable.PREMIUM_RATE, "+319091234567"),
        ("0800-1234", WhyNotDialable.TOLL_FREE, "+318001234"),
        ("14020", WhyNotDialable.MUNICIPALITY, None),
        ("14 0318", WhyNotDialable.MUNICIPALITY, None),
        ("+31 14 020", WhyNotDialable.MUNICIPALITY, None),
        ("112", WhyNotDialable.EMERGENCY, None),
        ("+31112", WhyNotDialable.EMERGENCY, None),
        ("+870 773111632", WhyNotDialable.GLOBAL_SERVICE, "+870773111632"),
        ("onbekend", WhyNotDialable.NO_NUMBER, None),
        ("€", WhyNotDialable.NO_NUMBER, None),
        ("12", WhyNotDialable.NO_NUMBER, None),
        ("06" * 100, WhyNotDialable.TOO_LONG, None),
    ],
)
def test_what_must_not_be_dialled_says_why(text, why_not, e164):
    [read] = read_phones(text)

    assert (read.why_not, read.e164, read.dialable) == (why_not, e164, False)
    assert read.warnings
    assert to_e164(text) is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("06-12345678 / 010-1234567", ["+31612345678", "+31101234567"]),
        ("0612345678;0612345679", ["+31612345678", "+31612345679"]),
        ("0612345678, 0612345679", ["+31612345678", "+31612345679"]),
        ("0612345678 of 0612345679", ["+31612345678", "+31612345679"]),
        ("0612345678 en 010-1234567", ["+31612345678", "+31101234567"]),
        ("0612345678 0201234567", ["+31612345678", "+31201234567"]),
        ("020 123 45 67 06 12345678", ["+31201234567", "+31612345678"]),
        ("0612345678 +31612345679", ["+31612345678", "+31612345679"]),
        ("010/1234567 / 06-12345678", ["+31101234567", "+31612345678"]),
        ("112 of 0612345678", ["+31612345678"]),
        ("6,12346E+08 / 0612345678", [None, "+31612345678"]),
        ("06-12345678 / 06-1234ABCD 99", ["+31612345678"]),
        ("06-12345678 / 0699999999", ["+31612345678", None]),
    ],
)
def test_several_numbers_in_one_field_are_split(text, numbers):
    assert [read.e164 for read in read_phones(text)] == numbers


def test_words_beside_a_number_tell_whose_it_is():
    reads = read_phones("06-12345008 (werk) / 06-12345009 (man)")

    assert [(read.e164, read.note) for read in reads] == [
        ("+31612345008", "werk"),
        ("+31612345009", "man"),
    ]
    assert all("PHONE_MULTIPLE_IN_FIELD" in read.warnings for read in reads)


def test_words_before_a_number_are_its_label():
    reads = read_phones("werk: 010-1234567 privé: 06-12345678")

    assert [(read.e164, read.note) for read in reads] == [
        ("+31101234567", "werk"),
        ("+31612345678", "privé"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "088 123 45 68 tst 214",
        "088-1234568 toestel 214",
        "0881234568 ext. 214",
        "0881234568x214",
        "0881234568;ext=214",
        "088 1234568 (toestel 214)",
    ],
)
def test_an_extension_is_kept_apart(text):
    [read] = read_phones(text)

    assert (read.e164, read.extension, read.dialable) == ("+31881234568", "214", True)
    assert "PHONE_EXTENSION" in read.warnings


def test_each_number_keeps_its_own_extension():
    reads = read_phones("088-1234568 tst 12 of 010-1234567 tst 34")

    assert [(read.e164, read.extension) for read in reads] == [
        ("+31881234568", "12"),
        ("+31101234567", "34"),
    ]


def test_a_fax_is_kept_but_not_called():
    [read] = read_phones("010-1234567", stated_kind="Fax")

    assert (read.e164, read.dialable, read.why_not) == ("+31101234567", False, WhyNotDialable.FAX)


def test_a_blank_field_has_no_numbers():
    assert read_phones("") == []
    assert read_phones(" \t\u00a0") == []


def test_a_lost_zero_is_mended_and_told():
    [plain] = read_phones("612345605")
    [round_one] = read_phones("612346000")

    assert (plain.e164, plain.dialable) == ("+31612345605", True)
    assert plain.warnings == ("PHONE_ZERO_LOST",)
    assert round_one.warnings == ("PHONE_ZERO_LOST", "PHONE_MAYBE_ROUNDED")


def test_a_number_with_an_unknown_price_says_so():
    [read] = read_phones("0841234567")

    assert (read.dialable, read.warnings) == (True, ("PHONE_CHECK_COST",))


def test_a_rounded_column_is_noticed():
    rounded = ["612346000", "612350000", "623457000", "0612345678", "0201234567"]

    assert looks_rounded(rounded)
    assert not looks_rounded(["0612345678"] * 100)
    assert not looks_rounded(["0612345000", "0612345678"])
    assert not looks_rounded(["0612345000"] * 3 + ["0612345678"] * 30)
    assert not looks_rounded([])


def test_a_number_of_a_rounded_column_is_refused():
    [read] = read_phones("612346000")

    assert is_rounded(read)
    assert refuse_rounded(read).dialable is False
    assert refuse_rounded(read).why_not == WhyNotDialable.ROUNDED


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+31612345678", "06 12345678"),
        ("+31201234567", "020 123 4567"),
        ("+31881234567", "088 123 4567"),
        ("+319001234", "0900 1234"),
        ("+31318123456", "0318 123 456"),
        ("+32470123456", "+32 470 12 34 56"),
        ("onbekend", "onbekend"),
        ("", ""),
    ],
)
def test_numbers_are_shown_as_written_here(e164, shown):
    assert national(e164) == shown


dutch_digits = st.from_regex(r"(?:\+31|0031|0)[0-9]{9}", fullmatch=True)
separators = st.sampled_from(["", " ", "-", "."])


@STEADY
@given(digits=dutch_digits, separator=separators, place=st.integers(1, 9))
def test_the_quick_way_agrees_with_the_careful_way(digits, separator, place):
    text = digits[:place] + separator + digits[place:]
    quick = phones._read_plain_dutch(text)

    [careful] = phones._read_cleaned(phones._cleaned(text))
    assert quick is None or (quick.e164, quick.kind, quick.dialable) == (
        careful.e164,
        careful.kind,
        careful.dialable,
    )


@pytest.mark.parametrize("subscriber", ["0000000", "1234567", "9999999"])
@pytest.mark.parametrize("prefix", [f"{number:02}" for number in range(10, 100)])
def test_the_quick_way_agrees_for_every_range(prefix, subscriber):
    text = f"0{prefix}{subscriber}"
    quick = phones._read_plain_dutch(text)

    [careful] = phones._read_cleaned(text)
    assert quick is None or (quick.e164, quick.kind) == (careful.e164, careful.kind)


@STEADY
@given(st.text(st.sampled_from("0123456789+-()/;,. xabABof\u00a0\u0661\n'=\"E€"), max_size=150))
def test_whatever_is_typed_a_dialable_number_is_a_valid_one(text):
    for read in read_phones(text):
        assert read.dialable == (read.why_not is None)
        if read.dialable:
            assert phonenumbers.is_valid_number(phonenumbers.parse(read.e164))


@STEADY
@given(st.text(max_size=300), st.text(max_size=10))
def test_no_text_breaks_the_reader(text, stated_kind):
    read_phones(text, stated_kind=stated_kind)
    national(text)
