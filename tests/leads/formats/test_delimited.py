"""Records of delimited text, with the quotes as people and programs leave them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.formats.delimited import LONGEST_RECORD, read_records, stated_delimiter
from tests.leads.formats.samples import STEADY


def cells(text, delimiter=";"):
    return [list(record.cells) for record in read_records(text, delimiter)]


def test_records_know_their_line():
    records = list(read_records('a;b\n"c\nd";e\n\nf;g\n', ";"))

    assert [(record.line, record.cells) for record in records] == [
        (1, ("a", "b")),
        (2, ("c\nd", "e")),
        (4, ("",)),
        (5, ("f", "g")),
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(ending):
    assert cells(f"a;b{ending}c;d{ending}") == [["a", "b"], ["c", "d"]]


def test_quotes_hold_delimiters_and_quotes():
    assert cells('"a;b";"c ""d"" e";5" velgen\n') == [["a;b", 'c "d" e', '5" velgen']]


def test_a_quote_that_is_never_closed_costs_its_own_line_only():
    records = list(read_records('a;"b\nc;d\n' + "e;f\n" * 60, ";"))

    assert records[0].cells == ("a", '"b')
    assert records[0].warnings == ("QUOTE_NOT_CLOSED",)
    assert [record.cells for record in records[1:3]] == [("c", "d"), ("e", "f")]
    assert [record.line for record in records] == list(range(1, 63))


def test_an_endless_line_is_marked():
    records = list(read_records("x" * (LONGEST_RECORD + 5) + "\na;b\n", ";"))

    assert [(record.is_too_long, record.line) for record in records] == [(True, 1), (False, 2)]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("sep=;\na;b", ";"),
        ("sep=,\r\n", ","),
        ("SEP=\t\n", "\t"),
        ('"sep=;"\n', ";"),
        ("sep=x\n", None),
        ("naam;x\n", None),
        ("", None),
    ],
)
def test_excels_line_with_the_delimiter_is_read(text, delimiter):
    assert stated_delimiter(text) == delimiter


@STEADY
@given(
    st.lists(
        st.lists(st.text(st.sampled_from('ab"; \n,'), max_size=6), min_size=2, max_size=4),
        max_size=6,
    )
)
def test_what_a_program_writes_is_read_back(rows):
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerows(rows)

    assert cells(written.getvalue()) == rows


@STEADY
@given(st.text(st.sampled_from('ab";\n\r,\x00'), max_size=200))
def test_no_text_breaks_the_reader_or_loses_a_line(text):
    records = list(read_records(text, ";"))

    lines = io.StringIO(text, newline=None).readlines()
    covered = [record.line for record in records]
    assert covered == sorted(set(covered))
    assert (covered[:1] == [1]) == bool(lines)
    for letter in "ab":
        assert sum(cell.count(letter) for record in records for cell in record.cells) == text.count(
            letter
        )
