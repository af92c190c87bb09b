"""Finding leads by what somebody types: a name, an e-mail, a plate, digits of a phone number.

Source: contract.md, GET leads/?search=.
"""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from leads.formats.phones import to_e164
from leads.formats.plates import normalise_plate
from leads.formats.text import search_form
from leads.models import Customer, CustomerEmail, CustomerPhone, CustomerVehicle, LeadQuerySet

FEWEST_DIGITS = 4
LONGEST_SEARCH = 100


def find(leads: LeadQuerySet, text: str) -> LeadQuerySet:
    """Narrow `leads` to those that `text` finds; blank text narrows nothing."""
    text = text.strip()[:LONGEST_SEARCH]
    if not text:
        return leads
    matches = Q(customer__in=_by_name(text))
    if "@" in text:
        address = text.lower()
        matches |= Q(customer__in=CustomerEmail.objects.filter(address=address).values("customer"))
    digits = re.sub(r"\D", "", text)
    if len(digits) >= FEWEST_DIGITS and re.fullmatch(r"[\d\s+().\-/]+", text):
        matches |= Q(customer__in=_by_phone(text, digits))
    plate = normalise_plate(text)
    if 5 <= len(plate) <= 8:  # Dutch and foreign plates
        matches |= Q(plate=plate)
        matches |= Q(customer__in=CustomerVehicle.objects.filter(plate=plate).values("customer"))
    if text.lstrip("#").isdecimal() and len(text) <= 12:
        matches |= Q(pk=int(text.lstrip("#")))
    return leads.filter(matches)


def _by_name(text: str) -> QuerySet[Customer, int]:
    """Every word of the text stands somewhere in the name."""
    words = search_form(text).split()
    if not words:
        return Customer.objects.none().values_list("pk", flat=True)
    named = Q()
    for word in words:
        named &= Q(search_name__contains=word)
    return Customer.objects.filter(named).values_list("pk", flat=True)


def _by_phone(text: str, digits: str) -> QuerySet[CustomerPhone, int]:
    """The number in any notation, else the last digits of one."""
    number = to_e164(text)
    phones = CustomerPhone.objects.filter(
        Q(number=number) if number else Q(number__endswith=digits.lstrip("0") or digits)
    )
    return phones.values_list("customer", flat=True)
