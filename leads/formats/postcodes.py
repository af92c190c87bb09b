"""Dutch postcodes: the whole code, or only the four digits of the area."""

import re
from dataclasses import dataclass

# SA, SD and SS are not issued.
_POSTCODE = re.compile(r"([1-9][0-9]{3})(?:(?!SA|SD|SS)([A-Z]{2}))?")


@dataclass(frozen=True, slots=True)
class PostcodeRead:
    """`text` as stored ("6711 XX", or "6711" when that is all we know) and its `area`."""

    text: str
    area: str


def read_postcode(text: str) -> PostcodeRead | None:
    """Read a Dutch postcode; None when blank or something else.

    Source: reference/domain.md 3.3; four digits are enough for the area of a dealership.
    """
    compact = "".join(text[:40].upper().split()).removeprefix("NL-").replace("-", "")
    match = _POSTCODE.fullmatch(compact)
    if match is None:
        return None
    area, letters = match[1], match[2]
    return PostcodeRead(text=f"{area} {letters}" if letters else area, area=area)
