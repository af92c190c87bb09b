"""What the page of one customer shows, for a reader at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import RuleBroken
from leads.domain.access import may_for_customer
from leads.domain.merging import Likeness, last_merge, likely_doubles, undo_problem
from leads.domain.merging import possible_duplicates as put_together
from leads.domain.permission import Permission, may_call
from leads.models import (
    Consent,
    Customer,
    CustomerMerge,
    CustomerPhone,
    CustomerVehicle,
    Ground,
    Lead,
    Objection,
)
from leads.views.standing import Standing, standing_of

MOST_SHOWN = 100  # of each kind of row; far more than anybody has
ENDLESS = timedelta(days=3650)
SHARED = {
    "phone": _("same phone number"),
    "email": _("same e-mail address"),
    "plate": _("same licence plate, a hint"),
}


@dataclass(frozen=True)
class LeadLine:
    """A lead of the customer in the list: how it stands, and whether he may be called about it."""

    lead: Lead
    at: datetime
    may_be_double: bool

    @property
    def standing(self) -> Standing:
        return standing_of(self.lead, now=self.at)

    @cached_property
    def permission(self) -> Permission:
        return may_call(self.lead, now=self.at)

    @property
    def ground(self) -> str:
        return str(Ground(self.permission.ground).label) if self.permission.ground else ""

    @property
    def ground_until(self) -> datetime | None:
        until = self.permission.until
        return until if until is not None and until - self.at < ENDLESS else None


@dataclass(frozen=True)
class CustomerPage:
    """One customer with everything his page tells; each part is asked for at most once."""

    customer: Customer
    reader: User
    at: datetime

    @property
    def url(self) -> str:
        return reverse("leads:customer", args=[self.customer.pk])

    # --- What is known ------------------------------------------------------------------

    @cached_property
    def phones(self) -> list[CustomerPhone]:
        return list(self.customer.phones.all()[:MOST_SHOWN])

    @cached_property
    def emails(self) -> list[str]:
        return [email.address for email in self.customer.emails.all()[:MOST_SHOWN]]

    @cached_property
    def vehicles(self) -> list[CustomerVehicle]:
        return list(self.customer.vehicles.order_by("pk")[:MOST_SHOWN])

    @cached_property
    def consents(self) -> list[Consent]:
        seen = Consent.objects.visible_to(self.reader).filter(customer=self.customer)
        consents = seen.select_related("dealership", "recorded_by", "withdrawn_by")
        return list(consents.order_by("-given_at", "-pk")[:MOST_SHOWN])

    @cached_property
    def objections(self) -> list[Objection]:
        made = self.customer.objections.select_related("by", "withdrawn_by")
        return list(made[:MOST_SHOWN])

    @cached_property
    def merges(self) -> list[CustomerMerge]:
        merges = self.customer.merges.filter(undone_at=None)
        return list(merges.select_related("by", "other")[:MOST_SHOWN])

    @property
    def parked_until(self) -> datetime | None:
        """Until when the customer is left out of selections; None when that is over."""
        until = self.customer.parked_until
        return until if until is not None and until > self.at else None

    @cached_property
    def doubles(self) -> list[tuple[Likeness, str]]:
        """Who may be the same person, and what they share, in words."""
        if not self.may_merge:
            return []
        found = likely_doubles(self.customer, by=self.reader)
        return [(likeness, str(SHARED[likeness.shared])) for likeness in found]

    # --- Leads --------------------------------------------------------------------------

    def lines(self, leads: list[Lead]) -> list[LeadLine]:
        seen = Lead.objects.visible_to(self.reader).filter(customer=self.customer)
        together = put_together(list(seen.not_closed()[:MOST_SHOWN]))
        alike = {lead.pk for leads_alike in together for lead in leads_alike}
        return [LeadLine(lead, self.at, lead.pk in alike) for lead in leads]

    # --- What the reader may do ---------------------------------------------------------

    @cached_property
    def may_correct(self) -> bool:
        return self._may("correct_customer")

    @cached_property
    def may_merge(self) -> bool:
        return self._may("merge_customers")

    @cached_property
    def may_object(self) -> bool:
        return self.customer.objected_at is None and self._may("object")

    @cached_property
    def may_withdraw(self) -> bool:
        return self.customer.objected_at is not None and self._may("withdraw_objection")

    @cached_property
    def undo_problem(self) -> RuleBroken | None:
        """Why the last merge cannot be undone now."""
        return undo_problem(self.customer, last_merge(self.customer), now=self.at)

    def _may(self, action: str) -> bool:
        return may_for_customer(self.reader, action, self.customer)
