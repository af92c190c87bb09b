"""Dutch licence plates (kentekens): recognised by shape, never a reason to refuse a lead."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlateRead:
    """A plate as typed, `normal` for matching ("TVL98N") and `printed` ("TVL-98-N")."""

    raw: str
    normal: str
    printed: str
    side_code: int | None
    warnings: tuple[str, ...] = ()


# The fourteen side codes have fourteen different shapes (L letter, D digit).
# Source: reference/domain.md 3.1.
_SIDE_CODES = {
    "LLDDDD": (1, (2, 2, 2)),
    "DDDDLL": (2, (2, 2, 2)),
    "DDLLDD": (3, (2, 2, 2)),
    "LLDDLL": (4, (2, 2, 2)),
    "LLLLDD": (5, (2, 2, 2)),
    "DDLLLL": (6, (2, 2, 2)),
    "DDLLLD": (7, (2, 3, 1)),
    "DLLLDD": (8, (1, 3, 2)),
    "LLDDDL": (9, (2, 3, 1)),
    "LDDDLL": (10, (1, 3, 2)),
    "LLLDDL": (11, (3, 2, 1)),
    "LDDLLL": (12, (1, 2, 3)),
    "DLLDDD": (13, (1, 2, 3)),
    "DDDLLD": (14, (3, 2, 1)),
}
_SHAPE = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "LLLLLLLLLLLLLLLLLLLLLLLLLLDDDDDDDDDD"
)
LONGEST_PLATE = 8

_NOT_IN_A_PLATE = re.compile(r"[^A-Z0-9]")
_SEVERAL = re.compile(r"[/,;&\n]|\s+(?:en|of)\s+", re.IGNORECASE)
_UNUSUAL_LETTERS = re.compile(r"[ACEIOQU]")
# Three groups with dashes or spaces between, or six characters in one go.
_CANDIDATE = re.compile(
    r"(?<![\w\-])"
    r"(?:([A-Za-z]{1,3}|[0-9]{1,3})([\- ])([A-Za-z]{2,3}|[0-9]{2,3})\2([A-Za-z]{1,3}|[0-9]{1,3})"
    r"|([A-Za-z0-9]{6}))"
    r"(?![\w\-]|[.,][0-9])"
)
_ANNOUNCED = re.compile(r"(?:kenteken|nummerplaat|kentekenplaat)\W{0,3}(?:\w+\W{1,2}){0,2}$", re.I)
# "1-MRT-27" is a date and "500KM2" a distance.
_MONTHS_AND_UNITS = frozenset(
    (
        *("JAN", "FEB", "MRT", "APR", "MEI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEC"),
        *("KM", "PK", "KG", "KW", "MM", "NM", "BTW"),
    )
)
_LONGEST_SEARCHED = 20_000
_MOST_FOUND = 10


def normalise_plate(text: str) -> str:
    """Return `text` in upper case with only letters and digits: the form plates match on."""
    return _NOT_IN_A_PLATE.sub("", text[:200].upper())[:LONGEST_PLATE]


def side_code(normal: str) -> int | None:
    """Return the side code that the shape of `normal` tells, or None. Source: domain.md 3.1."""
    known = _SIDE_CODES.get(normal.translate(_SHAPE))
    return known[0] if known else None


def printed_plate(normal: str) -> str:
    """Return `normal` with the dashes of its side code; another plate comes back as it is."""
    known = _SIDE_CODES.get(normal.translate(_SHAPE))
    if known is None:
        return normal
    first, second, _ = known[1]
    return f"{normal[:first]}-{normal[first : first + second]}-{normal[first + second :]}"


def read_plate(text: str) -> PlateRead | None:
    """Read a plate from a field meant for it; None only when the field is empty.

    A foreign, special or mistyped plate is kept with a warning. Source: domain.md 3.1.
    """
    raw = text[:200].strip()
    parts = [normal for part in _SEVERAL.split(raw) if (normal := normalise_plate(part))]
    if not parts:
        return None
    normal = parts[0]
    warnings = ["PLATE_SEVERAL"] if len(parts) > 1 else []
    code = side_code(normal)
    if code is None:
        warnings.append("PLATE_SHAPE_UNKNOWN")
    elif code >= 4 and _UNUSUAL_LETTERS.search(normal):
        warnings.append("PLATE_UNUSUAL_LETTERS")
    return PlateRead(raw, normal, printed_plate(normal), code, tuple(warnings))


def find_plates(text: str) -> list[PlateRead]:
    """Return the plates that running text mentions.

    Careful on purpose, since a wrong plate shows somebody else's car: the dashes must fit the
    shape, and six characters in one go count only in capitals or after the word "kenteken".
    Source: reference/domain.md 2.3 and 3.1.
    """
    found: dict[str, PlateRead] = {}
    text = text[:_LONGEST_SEARCHED]
    for match in _CANDIDATE.finditer(text):
        announced = bool(_ANNOUNCED.search(text[max(0, match.start() - 40) : match.start()]))
        plate = read_plate(match[0])
        if plate and _is_plate_in_text(match, plate, announced=announced):
            found.setdefault(plate.normal, plate)
        if len(found) == _MOST_FOUND:
            break
    return list(found.values())


def _is_plate_in_text(match: re.Match[str], plate: PlateRead, *, announced: bool) -> bool:
    if plate.side_code is None:
        return False
    groups = re.findall("[A-Z]+", plate.normal)
    separator = match[2]
    if separator and "-".join((match[1], match[3], match[4])).upper() != plate.printed:
        return False
    if announced:
        return True
    if match[0] != match[0].upper() or _MONTHS_AND_UNITS.intersection(groups):
        return False
    if separator == "-":
        # Before side code 4 vowels were in use; dates such as 12-11-26 have no letters at all.
        return plate.side_code < 4 or not plate.warnings
    # 1234 AB is a postcode and AB 1234 an order number: too easily something else.
    return plate.side_code >= 6 and not plate.warnings
