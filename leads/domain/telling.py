"""Mails about leads: to salespeople, managers, departments and customers.

A mail to staff names the car and the lead, never the customer: it may show on a lock screen.
A mail that is sent again, since the worker died before it could note the first, has the same
`Message-ID`: the receiver's server may know the repeat by it.
"""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from bdc.accounts.models import User
from dealers.domain.access import people_at
from dealers.models import Role
from leads.models import Destination, Lead, Queue


def tell_salesperson(lead: Lead, person: User, *, reference: str) -> None:
    """A lead is yours; not sent when it has moved on meanwhile."""
    if lead.owner_id != person.pk:
        return
    _send(
        [person.email],
        _("New lead: %(car)s") % {"car": _car(lead)},
        _("You have a new lead. Call within two minutes: %(url)s") % {"url": _url(lead)},
        reference=reference,
    )


def alarm_managers(lead: Lead, *, reference: str) -> None:
    """A lead has nobody; not sent when somebody took it meanwhile."""
    if lead.queue != Queue.CATCH_ALL:
        return
    managers = people_at(lead.dealership, Role.SALES_MANAGER)
    _send(
        [manager.email for manager in managers],
        _("Nobody has lead #%(number)s yet") % {"number": lead.number},
        _("Nobody could take this lead in time. Take it or give it to somebody: %(url)s")
        % {"url": _url(lead)},
        reference=reference,
    )


def ask_contact_details(lead: Lead, *, reference: str) -> None:
    """Ask the customer for contact details that work (BDC-03 and BDC-05)."""
    addresses = [email.address for email in lead.customer.emails.all()]
    if lead.customer.objected_at is not None:
        return
    _send(
        addresses[:1],
        _("How can we reach you?"),
        _(
            "You asked %(dealership)s something, and we could not reach you by phone. "
            "Answer this e-mail with a phone number, and we will call you."
        )
        % {"dealership": lead.dealership.name},
        reference=reference,
    )


def forward_lead(lead: Lead, destination: str, *, reference: str) -> None:
    """Tell a department that a lead is meant for it (BDC-04)."""
    to = [lead.dealership.email] if lead.dealership.email else []
    if not to:
        to = [manager.email for manager in people_at(lead.dealership, Role.SALES_MANAGER)]
    _send(
        to,
        _("A lead for %(department)s") % {"department": Destination(destination).label},
        _("This lead is meant for your department: %(url)s") % {"url": _url(lead)},
        reference=reference,
    )


def _send(to: list[str], subject: str, body: str, *, reference: str) -> None:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {"Message-ID": f"<{reference}@{sender.rpartition('@')[2]}>"}
    EmailMessage(subject, body, to=to, headers=headers).send()  # without an address: nothing


def _car(lead: Lead) -> str:
    return " ".join(part for part in (lead.make, lead.model) if part) or f"#{lead.number}"


def _url(lead: Lead) -> str:
    return f"{settings.SITE_URL}{reverse('leads:detail', args=[lead.pk])}"


def in_house_language() -> translation.override:
    """Mails are written in Dutch, whoever's request or job sends them."""
    return translation.override("nl")
