"""What we know of a customer: names, numbers, addresses, cars, and consents with their proof."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bdc.accounts.models import User
from dealers.models import Dealership
from leads.formats.names import read_name
from leads.formats.phones import PhoneRead, read_phones
from leads.formats.postcodes import read_postcode
from leads.formats.text import clean_lines, clean_text
from leads.models import (
    Consent,
    Customer,
    CustomerEmail,
    CustomerPhone,
    CustomerVehicle,
)

if TYPE_CHECKING:
    from leads.domain.intake import LeadIn

MOST_PHONES = 10
MOST_EMAILS = 10


@dataclass(frozen=True)
class ConsentIn:
    """Consent to be called as somebody reports it: for what, when, which words, what proof."""

    purpose: str
    given_at: datetime
    words: str = ""
    proof: str = ""


def reads_of(texts: Iterable[str]) -> list[PhoneRead]:
    """Every number in `texts`, each once, in order; what is no number at all is left out."""
    found: dict[str, PhoneRead] = {}
    for text in texts:
        for phone in read_phones(text):
            if phone.e164 is not None:
                found.setdefault(phone.e164, phone)
    return list(found.values())[:MOST_PHONES]


def new_customer(asked: LeadIn, *, now: datetime) -> Customer:
    """Make the customer of an arrival whom nobody knew yet."""
    name = read_name(
        full=asked.name,
        salutation=asked.salutation,
        initials=asked.initials,
        first=asked.first_name,
        infix=asked.infix,
        last=asked.last_name,
        company=asked.company,
    )
    postcode = read_postcode(asked.postcode)
    return Customer.objects.create(
        group_id=asked.dealership.group_id,
        kind=name.kind,
        salutation=name.salutation[:20],
        initials=name.initials[:20],
        first_name=name.first_name[:80],
        infix=name.infix[:20],
        last_name=name.last_name[:120],
        company_name=name.company_name[:160],
        legal_form=name.legal_form,
        street=clean_text(asked.street, limit=160),
        city=clean_text(asked.city, limit=80),
        postcode=postcode.text if postcode else "",
        customer_number=clean_text(asked.customer_number, limit=40),
        search_name=name.search_text[:400],
        created_at=now,
    )


def add_contact_details(
    customer: Customer, *, phones: list[PhoneRead], emails: list[str], postcode: str
) -> None:
    """Add what is new; nothing that is known is overwritten."""
    CustomerPhone.objects.bulk_create(
        [
            CustomerPhone(
                group_id=customer.group_id,
                customer=customer,
                number=phone.e164,
                kind=phone.kind,
                extension=phone.extension[:10],
                is_dialable=phone.dialable,
                position=position,
            )
            for position, phone in enumerate(phones)
            if phone.e164 is not None
        ],
        ignore_conflicts=True,
    )
    CustomerEmail.objects.bulk_create(
        [
            CustomerEmail(group_id=customer.group_id, customer=customer, address=address)
            for address in dict.fromkeys(emails[:MOST_EMAILS])
        ],
        ignore_conflicts=True,
    )
    read = read_postcode(postcode)
    if read is not None and not customer.postcode:
        customer.postcode = read.text
        customer.save(update_fields=["postcode"])


def add_vehicle(customer: Customer, *, plate: str, make: str, model: str, year: int | None) -> None:
    """Note the car that a plate names; it is a hint of who drives it, no more."""
    CustomerVehicle.objects.bulk_create(
        [
            CustomerVehicle(
                group_id=customer.group_id,
                customer=customer,
                plate=plate,
                make=make,
                model=model,
                year=year,
            )
        ],
        ignore_conflicts=True,
    )


def add_consents(
    customer: Customer,
    consents: Iterable[ConsentIn],
    *,
    dealership: Dealership,
    by: User | None,
    now: datetime,
) -> None:
    """Keep consents as proof; the same one twice is one."""
    Consent.objects.bulk_create(
        [
            Consent(
                group_id=customer.group_id,
                customer=customer,
                dealership=dealership,
                purpose=consent.purpose,
                given_at=consent.given_at,
                words=clean_lines(consent.words, limit=2_000),
                proof=clean_lines(consent.proof, limit=500),
                recorded_at=now,
                recorded_by=by,
            )
            for consent in consents
        ],
        ignore_conflicts=True,
    )
