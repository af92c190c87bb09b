"""Text files with delimiters (CSV) read record by record, tolerant of stray quotes."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

DELIMITERS = (";", ",", "\t", "|")
LONGEST_RECORD = 100_000
MOST_LINES_IN_A_RECORD = 50

_SEP_LINE = re.compile(r'"?sep=(.)"?[;,\s"]*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record; `line` is where it begins in the file, counted from 1."""

    line: int
    cells: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    is_too_long: bool = False

    @property
    def is_blank(self) -> bool:
        return not any(cell and not cell.isspace() for cell in self.cells)


def stated_delimiter(text: str) -> str | None:
    """Return the delimiter of a first line "sep=;", which Excel understands, or None."""
    match = _SEP_LINE.fullmatch(text[:20].lstrip().partition("\n")[0].rstrip("\r "))
    return match[1] if match and match[1] in DELIMITERS else None


def read_records(text: str, delimiter: str) -> Iterator[Record]:
    """Yield the records of `text`; a quote that is never closed costs its own line only."""
    lines = enumerate(io.StringIO(text, newline=None), start=1)
    waiting: deque[tuple[int, str]] = deque()
    while (first := waiting.popleft() if waiting else next(lines, None)) is not None:
        number, line = first
        if len(line) > LONGEST_RECORD:
            yield Record(number, (line[:LONGEST_RECORD],), is_too_long=True)
            continue
        taken: list[tuple[int, str]] = []
        length = len(line)
        is_open = _ends_in_quotes(line, delimiter)
        while is_open and len(taken) < MOST_LINES_IN_A_RECORD:
            following = waiting.popleft() if waiting else next(lines, None)
            if following is None:
                break
            taken.append(following)
            length += len(following[1])
            if length > LONGEST_RECORD:
                break
            is_open = _ends_in_quotes(following[1], delimiter, begins_inside=True)
        if is_open:
            waiting.extendleft(reversed(taken))
            yield Record(number, _split_plainly(line, delimiter), ("QUOTE_NOT_CLOSED",))
        else:
            yield Record(number, _split("".join((line, *(more for _, more in taken))), delimiter))


def _ends_in_quotes(line: str, delimiter: str, *, begins_inside: bool = False) -> bool:
    """Whether `line` ends within a quoted cell, so that the next line belongs to it."""
    if '"' not in line:
        return begins_inside
    position = 0
    is_inside = begins_inside
    while position < len(line):
        if is_inside or line[position] == '"':
            closing = line.find('"', position if is_inside else position + 1)
            while closing >= 0 and line[closing + 1 : closing + 2] == '"':
                closing = line.find('"', closing + 2)
            if closing < 0:
                return True
            position, is_inside = closing + 1, False
        border = line.find(delimiter, position)
        if border < 0:
            return False
        position = border + 1
    return False


def _split(record: str, delimiter: str) -> tuple[str, ...]:
    if '"' not in record:
        return _split_plainly(record, delimiter)
    # One record is given as one item, so that line breaks within quotes stay in their cell.
    return tuple(next(csv.reader([record.rstrip("\n")], delimiter=delimiter), ()))


def _split_plainly(line: str, delimiter: str) -> tuple[str, ...]:
    return tuple(line.rstrip("\n").split(delimiter))
