"""Numbers as Dutch files write them: money, kilometres, model years."""

import re
from decimal import Decimal

HIGHEST_AMOUNT = Decimal("9999999.99")
HIGHEST_KILOMETRES = 1_999_999
EARLIEST_YEAR = 1900
LATEST_YEAR = 2100

_WORDS_AROUND = re.compile(
    r"^(?:€|eur(?:o)?|ca\.?|circa|\+/-|±)|(?:€|eur(?:o)?|km|kilometers?|,-+|,=)$", re.IGNORECASE
)
_WHOLE = re.compile(r"[0-9]{1,12}")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}([.,'])[0-9]{3}(?:\1[0-9]{3}){0,2}")
_WITH_DECIMALS = re.compile(
    r"([0-9]{1,3}(?:([.,'])[0-9]{3})(?:\2[0-9]{3}){0,2}|[0-9]{1,12})([.,])([0-9]{1,6})"
)
_YEAR = re.compile(r"(?:[0-9]{1,2}[-/.])?(?:[0-9]{1,2}[-/.])?([0-9]{4})(?:[.,]0)?")


def read_amount(text: str) -> Decimal | None:
    """Read an amount of money; None when it is not one, or beyond any car.

    A dot or comma before exactly three digits separates thousands: "1.234" is 1234.
    Source: reference/domain.md 3.6.
    """
    number = _read_number(text)
    if number is None or abs(number) > HIGHEST_AMOUNT:
        return None
    return number.quantize(Decimal("0.01"))


def read_kilometres(text: str) -> int | None:
    """Read a mileage in km: "112.500" is 112500. Source: reference/domain.md 3.6."""
    number = _read_number(text)
    if number is None or not 0 <= number <= HIGHEST_KILOMETRES:
        return None
    return int(number)


def read_year(text: str) -> int | None:
    """Read a model year, also from "03-2019" or a whole date."""
    match = _YEAR.fullmatch(text[:40].strip())
    year = int(match[1]) if match else 0
    return year if EARLIEST_YEAR <= year <= LATEST_YEAR else None


def _read_number(text: str) -> Decimal | None:
    bare = "".join(text[:60].split()).replace("\u2212", "-").replace("\u2019", "'")
    bare = _WORDS_AROUND.sub("", _WORDS_AROUND.sub("", bare))
    is_negative = bare.startswith("-")
    digits = bare.lstrip("+-")
    digits = _WORDS_AROUND.sub("", digits)
    if _WHOLE.fullmatch(digits):
        number = Decimal(digits)
    elif match := _GROUPED.fullmatch(digits):
        number = Decimal(digits.replace(match[1], ""))
    elif (match := _WITH_DECIMALS.fullmatch(digits)) and match[2] != match[3]:
        whole = match[1].replace(match[2] or ".", "")
        number = Decimal(f"{whole}.{match[4]}")
    else:
        return None
    return -number if is_negative else number
