"""What a person may want to see of a prospect that could not be read as XML."""

import html
import re
from dataclasses import dataclass
from itertools import islice

from leads.formats.mails import to_address
from leads.formats.phones import to_e164
from leads.formats.text import clean_text


@dataclass(frozen=True, slots=True)
class Prefill:
    """Fields for a person to check; never made into a lead by itself.

    `phone` is E.164 when it could be read, else as typed.
    """

    name: str = ""
    phone: str = ""
    email: str = ""
    make: str = ""
    model: str = ""
    external_id: str = ""
    vendor_names: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == Prefill()

    @property
    def reaches_somebody(self) -> bool:
        return bool(self.name or self.phone or self.email)


_LONGEST_VALUE = 300
_MOST_TRIED = 20
_OTHERS_BEGIN = re.compile(r"<(?:vendor|provider)\b", re.IGNORECASE)
_CUSTOMER_BEGINS = re.compile(r"<customer\b", re.IGNORECASE)
_VEHICLE_BEGINS = re.compile(r"<(?:vehicle|customer)\b", re.IGNORECASE)
_VENDOR_BEGINS = re.compile(r"<vendor\b", re.IGNORECASE)
_PROVIDER_BEGINS = re.compile(r"<provider\b", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]{0,500}>")
_FULL_NAME_PARTS = ("first", "middle", "last", "surname")


def salvage(text: str) -> Prefill:
    """Fish the best known fields out of broken XML, tag by tag.

    Source: reference/domain.md 2.3 ("quarantine instead of loss"), expected.json 07.
    """
    others = _OTHERS_BEGIN.search(text)
    customer = _section(text, _CUSTOMER_BEGINS, _OTHERS_BEGIN)
    customer = customer or text[: others.start() if others else len(text)]
    vendor = _section(text, _VENDOR_BEGINS, _PROVIDER_BEGINS)
    vehicle = _VEHICLE_BEGINS.search(text)
    phone = _first(customer, "phone")
    names = (_first(vendor, "vendorname"), _first(vendor, "name"))
    return Prefill(
        name=_name(customer),
        phone=to_e164(phone) or phone[:40],
        email=to_address(_first(customer, "email")) or "",
        make=_first(text, "make")[:60],
        model=_first(text, "model")[:80],
        external_id=_first(text[: vehicle.start() if vehicle else len(text)], "id")[:200],
        vendor_names=tuple(dict.fromkeys(name[:120] for name in names if name)),
    )


def _section(text: str, begins: re.Pattern[str], ends: re.Pattern[str]) -> str:
    begin = begins.search(text)
    if begin is None:
        return ""
    end = ends.search(text, begin.end())
    return text[begin.start() : end.start() if end else len(text)]


def _name(text: str) -> str:
    if full := _first(text, "name", part="full"):
        return full[:120]
    parts = (_first(text, "name", part=part) for part in _FULL_NAME_PARTS)
    return " ".join(part for part in parts if part)[:120] or _first(text, "name")[:120]


def _first(text: str, tag: str, *, part: str = "") -> str:
    """Return what follows the first <tag> up to the next tag, when it says anything."""
    attribute = rf"[^<>]{{0,100}}?part\s?=\s?\W?{part}\b" if part else ""
    tags = re.finditer(rf"<{tag}\b{attribute}[^<>]{{0,200}}>", text, re.IGNORECASE)
    for match in islice(tags, _MOST_TRIED):
        after = _TAGS.split(text[match.end() : match.end() + _LONGEST_VALUE], maxsplit=1)[0]
        if value := clean_text(html.unescape(after), limit=_LONGEST_VALUE):
            return value
    return ""
