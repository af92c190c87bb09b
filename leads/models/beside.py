"""What hangs on a lead and stands beside it on its page: for many leads at once, or for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet

from dealers.models import ClosingDay, OpeningBlock
from leads.models.contact import CallBack
from leads.models.customer import Consent, CustomerEmail, CustomerPhone, CustomerVehicle
from leads.models.outcome import Appointment, Quote
from leads.models.round import Proposal, Round

Row = Callable[[], QuerySet[Any]]
Rows = Mapping[str, Row]

# By the name of the relation: to the lead, to its customer, and to its dealership.
OF_LEAD: Rows = {
    "rounds": lambda: Round.objects.with_who_closed(),
    "call_backs": lambda: CallBack.objects.select_related("owner"),
    "appointments": lambda: Appointment.objects.select_related("salesperson"),
    "proposals": lambda: Proposal.objects.select_related(
        "reason", "proposed_by", "decided_by", "round"
    ),
    "quotes": lambda: Quote.objects.all(),
}
OF_CUSTOMER: Rows = {
    "consents": lambda: Consent.objects.all(),
    "phones": lambda: CustomerPhone.objects.all(),
    "emails": lambda: CustomerEmail.objects.all(),
    "vehicles": lambda: CustomerVehicle.objects.all(),
}
OF_DEALERSHIP: Rows = {
    "opening_blocks": lambda: OpeningBlock.objects.all(),
    "closing_days": lambda: ClosingDay.objects.all(),
}

# As far as a row of a list shows it.
IN_A_ROW = (
    "customer__phones",
    "customer__consents",
    "rounds",
    "call_backs",
    "appointments",
    "proposals__round",
    "proposals__decided_by",
)


def for_many() -> list[Prefetch[Any]]:
    """All of it, for a queryset of leads to prefetch."""
    beside = {"": OF_LEAD, "customer__": OF_CUSTOMER, "dealership__": OF_DEALERSHIP}
    return [
        Prefetch(f"{path}{name}", rows())
        for path, all_rows in beside.items()
        for name, rows in all_rows.items()
    ]
