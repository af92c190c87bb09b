"""Files of customers to call (passive leads), as Dutch dealers export them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from bdc.errors import Sentence
from leads.formats.contact_columns import (
    CONTACT_FIELDS,
    FIELDS,
    NAME_FIELDS,
    Column,
    count_known_titles,
    read_columns,
)
from leads.formats.contact_row import ContactRow, RowReject, read_row, tidy_cell
from leads.formats.delimited import DELIMITERS, Record, read_records, stated_delimiter
from leads.formats.encodings import decode_lines
from leads.formats.phones import looks_rounded

LARGEST_FILE = 50 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 80
_HEADER_WITHIN = 40  # records; titles and dates of the export stand above the header
_LEAST_KNOWN_TITLES = 2

_TOTALS = re.compile(r"(?:sub|eind)?tota(?:al|len)\b|total\b|aantal\b|gemiddelde\b|som\b", re.I)
_DIGIT = re.compile("[0-9]")
_NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"{\\rtf")


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a file cannot be imported at all."""

    code: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class ContactFile:
    """An opened file: how it is built, and its rows one by one."""

    problem: FileProblem | None = None
    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0
    columns: tuple[Column, ...] = ()
    warnings: tuple[str, ...] = ()
    # Columns whose phone numbers Excel rounded: those ending in 000 are strangers' numbers.
    rounded_columns: frozenset[int] = frozenset()
    _text: str = field(default="", repr=False)

    def rows(self) -> Iterator[ContactRow | RowReject]:
        """Yield every record with content after the header, read or rejected.

        Blank rows, totals and a repeated header are no records. The row number is the line in
        the file where the record begins.
        """
        if self.problem:
            return
        for record in self._records():
            yield read_row(record, self.columns, self.rounded_columns)

    def _records(self) -> Iterator[Record]:
        for record in read_records(self._text, self.delimiter):
            if record.line > self.header_row and not self._says_nothing(record):
                yield record

    def _says_nothing(self, record: Record) -> bool:
        if record.is_too_long:
            return False
        return record.is_blank or self._is_header_again(record) or self._is_totals(record)

    def _is_header_again(self, record: Record) -> bool:
        titles = [column.title for column in self.columns]
        if record.cells[0].strip() != titles[0]:
            return False
        return [cell.strip() for cell in record.cells[: len(titles)]] == titles

    def _is_totals(self, record: Record) -> bool:
        filled = [cell.strip() for cell in record.cells if cell.strip()]
        if not _TOTALS.match(filled[0]) or len(filled) * 2 > len(self.columns) + 1:
            return False
        contact = [column.index for column in self.columns if column.field in CONTACT_FIELDS]
        reached = [record.cells[index] for index in contact if index < len(record.cells)]
        return not any("@" in cell or len(_DIGIT.findall(cell)) >= 8 for cell in reached)


_PROBLEMS: dict[str, FileProblem] = {
    code: FileProblem(code, sentence)
    for code, sentence in {
        "empty": _("The file is empty. Export it again and check that it has rows."),
        "not_text": _("This is not a text file. Save it as CSV and try again."),
        "too_large": format_lazy(
            _("The file has more than {rows} rows or {columns} columns. Split it up."),
            rows=MOST_ROWS,
            columns=MOST_COLUMNS,
        ),
        "no_header": _(
            "No row with column titles was found. Put titles such as Naam, Telefoon and E-mail "
            "in the first row."
        ),
        "no_usable_columns": _(
            "The file needs a column with a name and one with a phone number or e-mail address. "
            "Add them, or say which columns they are."
        ),
        "header_only": _("The file has column titles but no customers. Export it again."),
        "unknown_field": _("The mapping names a field that does not exist. Choose another one."),
    }.items()
}


def read_contact_file(body: bytes, *, mapping: Mapping[str, str] | None = None) -> ContactFile:
    """Open a file of customers; `mapping` (column title to field, "" to leave out) overrides.

    Never raises on any bytes. Source: reference/domain.md 3.4-3.6, the passive samples.
    """
    mapping = mapping or {}
    if not body.strip():
        return _unusable("empty")
    if len(body) > LARGEST_FILE:
        return _unusable("too_large")
    if body.startswith(_NOT_TEXT):
        return _unusable("not_text")
    if any(name and name not in FIELDS for name in mapping.values()):
        return _unusable("unknown_field")
    decoded = decode_lines(body)
    if "\0" in decoded.text[:10_000]:
        return _unusable("not_text")
    file = ContactFile(
        encoding=decoded.encoding,
        warnings=decoded.warnings,
        _text=decoded.text.replace("\0", "").lstrip("\ufeff"),
    )
    return _with_rows_checked(_with_header(file, mapping))


def _unusable(code: str) -> ContactFile:
    return ContactFile(problem=_PROBLEMS[code])


def _with_header(file: ContactFile, mapping: Mapping[str, str]) -> ContactFile:
    """Find the header, and with it the delimiter: the one that gives most known titles."""
    stated = stated_delimiter(file._text)
    best: tuple[int, str, Record] | None = None
    for delimiter in (stated,) if stated else DELIMITERS:
        for record in islice(read_records(file._text, delimiter), _HEADER_WITHIN):
            known = _known_titles(record, mapping)
            if known >= _LEAST_KNOWN_TITLES and (best is None or known > best[0]):
                best = known, delimiter, record
    if best is None:
        return replace(file, problem=_PROBLEMS["no_header"])
    _known, delimiter, header = best
    titles = list(header.cells)
    while not titles[-1].strip():
        titles.pop()
    if len(titles) > MOST_COLUMNS:
        return replace(file, problem=_PROBLEMS["too_large"])
    columns, warnings = read_columns(titles, mapping)
    fields = {column.field for column in columns}
    usable = fields.intersection(NAME_FIELDS) and fields.intersection(CONTACT_FIELDS)
    return replace(
        file,
        problem=None if usable else _PROBLEMS["no_usable_columns"],
        delimiter=delimiter,
        header_row=header.line,
        columns=columns,
        warnings=(*file.warnings, *warnings),
    )


def _known_titles(record: Record, mapping: Mapping[str, str]) -> int:
    if record.is_too_long:
        return 0
    cells = record.cells[: MOST_COLUMNS * 2]
    mapped = sum(bool(mapping.get(cell.strip())) for cell in cells) if mapping else 0
    return max(mapped, count_known_titles(cells))


def _with_rows_checked(file: ContactFile) -> ContactFile:
    """Go through all rows once: is there one, are there too many, was a column rounded?"""
    if file.problem:
        return file
    numbers: dict[int, list[str]] = {
        column.index: [] for column in file.columns if column.field in ("phone", "mobile")
    }
    rows = 0
    for record in file._records():
        rows += 1
        if rows > MOST_ROWS:
            return replace(file, problem=_PROBLEMS["too_large"])
        for index, column in numbers.items():
            if index < len(record.cells) and record.cells[index]:
                column.append(tidy_cell(record.cells[index]))
    if not rows:
        return replace(file, problem=_PROBLEMS["header_only"])
    rounded = frozenset(index for index, column in numbers.items() if looks_rounded(column))
    titles = (f"PHONES_ROUNDED:{file.columns[index].title}" for index in sorted(rounded))
    return replace(file, rounded_columns=rounded, warnings=(*file.warnings, *titles))
