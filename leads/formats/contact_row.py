"""One row of a contact file: a customer to call, or a row that a person has to mend."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from bdc.errors import Sentence
from leads.formats.amounts import read_kilometres, read_year
from leads.formats.contact_columns import Column
from leads.formats.dates import read_date
from leads.formats.delimited import Record
from leads.formats.mails import EmailRead, read_emails
from leads.formats.names import NameRead, read_name
from leads.formats.phones import PhoneRead, is_rounded, read_phones, refuse_rounded
from leads.formats.plates import PlateRead, read_plate
from leads.formats.postcodes import read_postcode
from leads.formats.text import clean_lines, clean_text


@dataclass(frozen=True, slots=True)
class RowPhone:
    """A number and the title of the column it stood in."""

    title: str
    read: PhoneRead


@dataclass(frozen=True, slots=True)
class ContactRow:
    row_number: int
    cells: dict[str, str]
    customer_number: str
    name: NameRead
    street: str
    house_number: str
    house_addition: str
    postcode: str
    city: str
    phones: tuple[RowPhone, ...]
    emails: tuple[EmailRead, ...]
    plate: PlateRead | None
    make: str
    model: str
    year: int | None
    purchased_on: date | None
    mileage_km: int | None
    apk_expires_on: date | None
    last_workshop_on: date | None
    dealership: str
    opt_in: bool | None
    opt_in_on: date | None
    opt_in_source: str
    remarks: str
    warnings: tuple[str, ...]

    @property
    def is_reachable(self) -> bool:
        return any(phone.read.dialable for phone in self.phones) or any(
            email.address for email in self.emails
        )


@dataclass(frozen=True, slots=True)
class RowReject:
    """A row that cannot become a lead: the cells as they were, and what to mend.

    `row` is what could be read of it nevertheless; None when the cells are not to be trusted.
    """

    row_number: int
    cells: dict[str, str]
    code: str
    problem: Sentence
    row: ContactRow | None = None


_PROBLEMS: dict[str, Sentence] = {
    "no_name": _("There is no name or company in this row. Fill in one of them."),
    "no_contact": _("There is no phone number or e-mail address. Fill in one of them."),
    "phone_unreadable": _(
        "The phone number cannot be called and there is no e-mail address. Type the number as "
        "06 12345678 in a column formatted as text."
    ),
    "bad_columns": _(
        "This row has more cells than there are column titles. Put text that has the delimiter "
        "in it between double quotes."
    ),
    "too_long": _("This row is too long to be a customer. Check the quotes in the file."),
}
_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_EXCEL_ERRORS = frozenset(
    (
        *("#N/B", "#WAARDE!", "#VERW!", "#DEEL/0!", "#NAAM?", "#GETAL!", "#LEEG!"),
        *("#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"),
    )
)
_NOTHING = frozenset(("-", "--", "NULL", "\\N", "n.v.t.", "nvt", "00-01-1900", "30-12-1899"))
_YES = frozenset(("ja", "j", "yes", "y", "true", "waar", "1", "x", "akkoord", "opt-in"))
_NO = frozenset(("nee", "n", "no", "false", "onwaar", "0", "opt-out", "geen"))

Value = TypeVar("Value")


def tidy_cell(cell: str) -> str:
    """Return a cell without Excel's tricks: ="061...", a leading apostrophe, error values.

    Source: reference/domain.md 3.6.
    """
    text = cell.strip()
    if match := _EXCEL_TEXT.fullmatch(text):
        text = match[1].strip()
    if text.startswith("'") and text[1:2] not in ("t", "s", ""):  # 't Hof is a name
        text = text[1:].strip()
    return "" if text in _NOTHING or text in _EXCEL_ERRORS else text


def read_row(
    record: Record, columns: tuple[Column, ...], rounded_columns: frozenset[int]
) -> ContactRow | RowReject:
    """Read one record with content into a row, or say what is wrong with it."""
    cells = _original_cells(record, columns)
    if record.is_too_long:
        return _rejected(record, cells, "too_long")
    excess = [cell for cell in record.cells[len(columns) :] if cell.strip()]
    if excess and columns[-1].field != "remarks":
        return _rejected(record, cells, "bad_columns")
    row = _RowReader(record, columns, rounded_columns, excess).read(cells)
    if row.name.is_empty:
        return _rejected(record, cells, "no_name", row)
    if not row.is_reachable:
        return _rejected(record, cells, "phone_unreadable" if row.phones else "no_contact", row)
    return row


def _original_cells(record: Record, columns: tuple[Column, ...]) -> dict[str, str]:
    beyond = range(len(columns) + 1, len(record.cells) + 1)
    titles = [*(column.title for column in columns), *(f"({number})" for number in beyond)]
    padding = [""] * (len(titles) - len(record.cells))
    cells = dict(zip(titles, [*record.cells, *padding], strict=True))
    return {title: cell for title, cell in cells.items() if cell or not title.startswith("(")}


def _rejected(
    record: Record, cells: dict[str, str], code: str, row: ContactRow | None = None
) -> RowReject:
    return RowReject(record.line, cells, code, _PROBLEMS[code], row)


class _RowReader:
    """Reads the fields of one row and collects what was odd about them."""

    def __init__(
        self,
        record: Record,
        columns: tuple[Column, ...],
        rounded_columns: frozenset[int],
        excess: list[str],
    ) -> None:
        self._columns = columns
        self._rounded_columns = rounded_columns
        self._warnings = dict.fromkeys(record.warnings)
        self._row_number = record.line
        self._raw = record.cells
        self._excess = excess
        self._fields: dict[str, str] = {}
        for column in columns:
            if column.field and column.index < len(record.cells):
                text = tidy_cell(record.cells[column.index])
                if text:
                    self._fields.setdefault(column.field, text)
                elif record.cells[column.index].strip() in _EXCEL_ERRORS:
                    self._warn(f"CELL_ERROR:{column.title}")

    def read(self, cells: dict[str, str]) -> ContactRow:
        return ContactRow(
            row_number=self._row_number,
            cells=cells,
            customer_number=self._text("customer_number", 40),
            name=self._name(),
            street=self._text("street", 160),
            house_number=self._text("house_number", 20),
            house_addition=self._text("house_addition", 20),
            postcode=self._postcode(),
            city=self._text("city", 80),
            phones=tuple(self._phones()),
            emails=tuple(self._emails()),
            plate=self._plate(),
            make=self._text("make", 60),
            model=self._text("model", 80),
            year=self._read("year", read_year),
            purchased_on=self._read("purchased_on", read_date),
            mileage_km=self._read("mileage", read_kilometres),
            apk_expires_on=self._read("apk_expires_on", read_date),
            last_workshop_on=self._read("last_workshop_on", read_date),
            dealership=self._text("dealership", 120),
            opt_in=self._opt_in(),
            opt_in_on=self._read("opt_in_on", read_date),
            opt_in_source=self._text("opt_in_source", 200),
            remarks=self._remarks(),
            warnings=tuple(self._warnings),
        )

    def _warn(self, *codes: str) -> None:
        self._warnings.update(dict.fromkeys(codes))

    def _text(self, field: str, limit: int) -> str:
        text = self._fields.get(field, "")
        return clean_text(text[: limit * 4], limit=limit) if text else ""

    def _read(self, field: str, read: Callable[[str], Value | None]) -> Value | None:
        text = self._fields.get(field, "")
        if not text:
            return None
        value = read(text)
        if value is None and text.strip("0"):
            self._warn(f"{field.upper()}_UNREADABLE")
        return value

    def _name(self) -> NameRead:
        fields = self._fields
        # Beside initials or a first name, the column "Naam" holds the surname.
        whole = fields.get("name", "")
        split = any(c.field in ("initials", "first_name", "infix") for c in self._columns)
        last = fields.get("last_name", "")
        name = read_name(
            full="" if last or split else whole,
            salutation=fields.get("salutation", ""),
            initials=fields.get("initials", ""),
            first=fields.get("first_name", ""),
            infix=fields.get("infix", ""),
            last=last or (whole if split else ""),
            company=fields.get("company", ""),
        )
        self._warn(*name.warnings)
        return name

    def _postcode(self) -> str:
        text = self._fields.get("postcode", "")
        postcode = read_postcode(text)
        if text and postcode is None:
            self._warn("POSTCODE_UNREADABLE")
        return postcode.text if postcode else ""

    def _cells_of(self, *fields: str) -> Iterable[tuple[Column, str]]:
        for column in self._columns:
            if column.field in fields and column.index < len(self._raw):
                yield column, tidy_cell(self._raw[column.index])

    def _phones(self) -> Iterable[RowPhone]:
        seen = set()
        for column, text in self._cells_of("phone", "mobile"):
            for read in read_phones(text):
                if column.index in self._rounded_columns and is_rounded(read):
                    read = refuse_rounded(read)
                self._warn(*read.warnings)
                if read.e164 not in seen:
                    yield RowPhone(column.title, read)
                if read.e164:
                    seen.add(read.e164)

    def _emails(self) -> Iterable[EmailRead]:
        reads = [read for _column, text in self._cells_of("email") for read in read_emails(text)]
        for read in dict.fromkeys(reads):
            self._warn(*read.warnings)
            yield read

    def _plate(self) -> PlateRead | None:
        plate = read_plate(self._fields.get("plate", ""))
        self._warn(*(plate.warnings if plate else ()))
        return plate

    def _opt_in(self) -> bool | None:
        answer = self._fields.get("opt_in", "").lower()
        if not answer:
            return None
        if answer not in _YES | _NO:
            self._warn("OPT_IN_UNREADABLE")
            return None
        return answer in _YES

    def _remarks(self) -> str:
        remarks = " ".join(filter(None, [self._fields.get("remarks", ""), *self._excess]))
        if self._excess:
            self._warn("REMARKS_SPREAD_OUT")
        return clean_lines(remarks, limit=2000)
