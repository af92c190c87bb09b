"""Looking up customers and leads while somebody types: the beginning of a plate or number will do.

Source: ux.md 2.1 B4 and metric 30. What narrows a whole list is in searching.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from bdc.accounts.models import User
from bdc.prepared import Each, Prepared
from dealers.domain.access import reach_of
from dealers.models import Dealership
from leads.domain.searching import FEWEST_DIGITS, LONGEST_SEARCH
from leads.formats.phones import to_e164
from leads.formats.plates import LONGEST_PLATE, normalise_plate
from leads.formats.text import clean_text, search_form
from leads.models import (
    Customer,
    CustomerEmail,
    CustomerPhone,
    CustomerVehicle,
    Lead,
    LeadQuerySet,
)

FEWEST_CHARACTERS = 2
FEWEST_OF_A_PLATE = 4
LONGEST_LEAD_NUMBER = 12
LONGEST_NUMBER = 15
MOST_CANDIDATES = 50  # of each way in which a text can name a customer

Ids = QuerySet[Customer, int]

_PLACES = Prepared(lambda: Dealership.objects.filter(pk__in=Each("pks")).only("group"))


@dataclass(frozen=True)
class LookedUp:
    """What was found, best first, and whether there is more than that."""

    customers: list[Customer]
    leads: list[Lead]
    has_more: bool


def asked_for(typed: str) -> str:
    """What somebody typed, as it is looked for."""
    return clean_text(typed, limit=LONGEST_SEARCH)


def look_up(reader: User, text: str, *, most_customers: int, most_leads: int) -> LookedUp:
    """Find what `text` names, among what `reader` may see; one character finds nothing."""
    if len(text) < FEWEST_CHARACTERS:
        return LookedUp([], [], has_more=False)
    groups = _groups(reader)
    visible = Lead.objects.visible_to(reader)
    customers = list(_customers(visible, text, groups)[: most_customers + 1])
    shown = customers[:most_customers]
    leads = list(_leads(visible, text, groups, shown)[: most_leads + 1])
    return LookedUp(
        shown,
        leads[:most_leads],
        has_more=len(customers) > most_customers or len(leads) > most_leads,
    )


def _groups(reader: User) -> list[int]:
    """The dealer groups of the reader; indexes of what customers are known by begin with it."""
    places = _PLACES.all(pks=list(reach_of(reader).dealerships))
    return sorted({place.group_id for place in places})


# --- Customers ----------------------------------------------------------------------------


def _customers(visible: LeadQuerySet, text: str, groups: list[int]) -> QuerySet[Customer]:
    """The customers that the text names in any way, of whom the reader sees a lead."""
    ways = _ways(visible, text, groups)
    if not ways:
        return Customer.objects.none()
    first, *others = ways
    named = first.union(*others) if others else first
    found = Customer.objects.filter(pk__in=named).prefetch_related("vehicles", "phones")
    return found.alias(rank=_rank(text)).order_by("rank", "search_name", "pk")


def _rank(text: str) -> Case:
    """Names with words that begin as those of the text go first."""
    return Case(When(_begun(search_form(text).split()), then=Value(0)), default=Value(1))


def _begun(words: list[str]) -> Q:
    begun = Q()
    for word in words:
        begun &= Q(search_name__startswith=word) | Q(search_name__contains=f" {word}")
    return begun


def _ways(visible: LeadQuerySet, text: str, groups: list[int]) -> list[Ids]:
    """The ids of customers by each way in which such a text can name one, some of each.

    A text that fits thousands costs no more than one that fits a few: who types on finds more.
    """
    ways: list[Ids] = []
    words = search_form(text).split()
    if words and not _is_number(text):
        seen = Exists(visible.filter(customer=OuterRef("pk")))
        customers = Customer.objects.filter(seen, group__in=groups).order_by("-pk")
        within = Q(*(Q(search_name__contains=word) for word in words))
        ways += [
            customers.filter(named).values_list("pk", flat=True)[:MOST_CANDIDATES]
            for named in (_begun(words), within)
        ]
    if "@" in text:
        mails = CustomerEmail.objects.filter(address=text.lower())
        ways.append(_customers_of(mails, visible, groups))
    if _is_number(text):
        phones = CustomerPhone.objects.filter(_of_number(text))
        ways.append(_customers_of(phones, visible, groups))
    if plates := _plates(text):
        driven = CustomerVehicle.objects.filter(plate__range=plates).exclude(plate="")
        ways.append(_customers_of(driven, visible, groups))
    return ways


def _customers_of(
    rows: QuerySet[CustomerEmail] | QuerySet[CustomerPhone] | QuerySet[CustomerVehicle],
    visible: LeadQuerySet,
    groups: list[int],
) -> Ids:
    seen = Exists(visible.filter(customer=OuterRef("customer")))
    found = rows.filter(seen, group__in=groups).order_by("-customer")
    return cast("Ids", found.values_list("customer", flat=True)[:MOST_CANDIDATES])


def _is_number(text: str) -> bool:
    """Whether it can only be digits of a telephone number, in whatever notation."""
    digits = re.sub(r"\D", "", text)
    return len(digits) >= FEWEST_DIGITS and bool(re.fullmatch(r"[\d\s+().\-/]+", text))


def _of_number(text: str) -> Q:
    """The whole number; else those that begin so, as Dutch people write them, or end so."""
    if number := to_e164(text):
        return Q(number=number)
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    bare = digits.removeprefix("00").removeprefix("31") if _is_abroad(text) else digits.lstrip("0")
    if not bare:
        return Q(pk=None)
    beginning = f"+31{bare}"[: LONGEST_NUMBER + 1]
    return Q(number__range=(beginning, beginning.ljust(LONGEST_NUMBER + 1, "9"))) | Q(
        number__endswith=bare
    )


def _is_abroad(text: str) -> bool:
    return text.startswith(("+", "00"))


def _plates(text: str) -> tuple[str, str] | None:
    """From which to which plate, when the text can be the beginning of one: dashes do not count."""
    plate = normalise_plate(text)
    has_both = any(map(str.isdigit, plate)) and any(map(str.isalpha, plate))
    if not has_both or not FEWEST_OF_A_PLATE <= len(plate) <= LONGEST_PLATE:
        return None
    return plate, plate.ljust(LONGEST_PLATE, "Z")


# --- Leads --------------------------------------------------------------------------------


def _leads(
    visible: LeadQuerySet, text: str, groups: list[int], customers: list[Customer]
) -> LeadQuerySet:
    """The lead with that number, then the leads with that plate and of the customers found."""
    wanted = Q(customer__in=[customer.pk for customer in customers])
    number = _lead_number(text)
    if number is not None:
        wanted |= Q(pk=number)
    if plates := _plates(text):
        wanted |= Q(group__in=groups, plate__range=plates)
    found = visible.filter(wanted).select_related("customer", "campaign", "dealership")
    is_numbered = Case(When(pk=number or 0, then=Value(0)), default=Value(1))
    return found.alias(rank=is_numbered).order_by("rank", "-received_at", "-pk")


def _lead_number(text: str) -> int | None:
    digits = text.removeprefix("#")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_LEAD_NUMBER
    return int(digits) if is_number else None
