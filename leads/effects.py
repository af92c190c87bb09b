"""What leaves a transaction about leads: each effect loads its lead and tells somebody."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.outbox.effects import Payload, carries_out
from leads.domain import telling
from leads.models import Lead


def _lead(payload: Payload) -> Lead:
    return Lead.objects.select_related("dealership", "customer").get(pk=payload["lead"])


@carries_out("tell_salesperson", words=_("Tell a salesperson of a lead"))
def tell_salesperson(payload: Payload, *, now: datetime, reference: str) -> None:
    with telling.in_house_language():
        person = User.objects.get(pk=payload["user"])
        telling.tell_salesperson(_lead(payload), person, reference=reference)


@carries_out("alarm_managers", words=_("Tell managers that nobody has a lead"))
def alarm_managers(payload: Payload, *, now: datetime, reference: str) -> None:
    with telling.in_house_language():
        telling.alarm_managers(_lead(payload), reference=reference)


@carries_out("ask_contact_details", words=_("Ask a customer for contact details"))
def ask_contact_details(payload: Payload, *, now: datetime, reference: str) -> None:
    with telling.in_house_language():
        telling.ask_contact_details(_lead(payload), reference=reference)


@carries_out("forward_lead", words=_("Forward a lead to a department"))
def forward_lead(payload: Payload, *, now: datetime, reference: str) -> None:
    with telling.in_house_language():
        telling.forward_lead(_lead(payload), payload["destination"], reference=reference)
