"""E-mail addresses as they are typed, made fit for storing and matching."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from leads.formats.text import clean_text


@dataclass(frozen=True, slots=True)
class EmailRead:
    """One address as it came in; `address` is None when no mail can reach it."""

    raw: str
    address: str | None
    warnings: tuple[str, ...] = ()


LONGEST_ADDRESS = 254
_LONGEST_FIELD = 1_000
_MOST_IN_A_FIELD = 10
_BETWEEN = re.compile(r"[;,|<>()\"]+")
_QUOTES = ".'`\u201c\u201d\u2018\u2019"
_PLAIN = re.compile(
    r"[a-z0-9](?:[a-z0-9_+-]|\.(?!\.)){0,62}(?<!\.)@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}[a-z]{2,24}"
)


def read_emails(text: str) -> list[EmailRead]:
    """Read every address in `text`; an empty list when it is blank.

    Takes "mailto:", "Name <address>" and several addresses in one field. What has no address in
    it is kept with a warning. Source: reference/domain.md 2.3.
    """
    field = clean_text(text, limit=_LONGEST_FIELD)
    if not field:
        return []
    parts = [part for part in _BETWEEN.split(field) if "@" in part][:_MOST_IN_A_FIELD]
    if not parts:
        return [_unusable(field)]
    return list(dict.fromkeys(read for part in parts for read in _read_part(part)))


def to_address(text: str) -> str | None:
    """Return the first usable address in `text`, or None."""
    return next((read.address for read in read_emails(text) if read.address), None)


def mail_key(address: str) -> str:
    """Return `address` as it is matched: mailboxes that differ only in case are one person's."""
    return address.lower()


def _read_part(part: str) -> list[EmailRead]:
    words = part.split()
    addresses = [word for word in words if "@" in word]
    label, *others = words
    if others == addresses and label.endswith(":"):
        words = others
    if words != addresses:
        # "jan jansen@..." may be a mailbox with a space in it: do not mail somebody else.
        return [_unusable(part.strip())]
    return [_read_address(word) for word in addresses]


def _unusable(raw: str) -> EmailRead:
    return EmailRead(raw=raw[:LONGEST_ADDRESS], address=None, warnings=("EMAIL_INVALID",))


def _read_address(raw: str) -> EmailRead:
    bare = re.sub(r"^(?:mailto|e-?mail):", "", raw, flags=re.IGNORECASE).strip(_QUOTES)
    mailbox, _, domain = bare.rpartition("@")
    address = f"{mailbox}@{domain.lower()}"
    if not _PLAIN.fullmatch(address):
        try:
            validate_email(address)
        except ValidationError:
            return _unusable(raw)
    if len(address) > LONGEST_ADDRESS:
        return _unusable(raw)
    return EmailRead(raw=raw, address=address)
