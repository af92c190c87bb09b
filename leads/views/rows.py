"""What a row of a list shows of a lead; nothing here asks the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bdc.accounts.models import User
from dealers.domain.hours import local
from leads.domain.agenda import (
    call_before,
    due_at,
    late_since,
    sent_back,
)
from leads.domain.permission import may_call
from leads.models import Lead, Proposal, Round
from leads.views.standing import Standing, standing_of


@dataclass(frozen=True)
class LeadRow:
    """A lead in a list, at a moment, for a reader."""

    lead: Lead
    at: datetime
    reader: User

    @property
    def name(self) -> str:
        return self.lead.customer.list_name

    @property
    def car(self) -> str:
        return " ".join(part for part in (self.lead.make, self.lead.model) if part)

    @property
    def standing(self) -> Standing:
        return standing_of(self.lead, now=self.at)

    @property
    def round(self) -> Round:
        return self.lead.current_round

    @property
    def call_before(self) -> datetime | None:
        """Until when the two-minute clock runs; None when it does not."""
        return call_before(self.lead)

    @property
    def is_late(self) -> bool:
        return late_since(self.lead, now=self.at) is not None

    @property
    def due(self) -> datetime | None:
        return due_at(self.lead, now=self.at)

    @property
    def is_today(self) -> bool:
        """Whether the due moment says enough with its time alone."""
        if self.due is None:
            return False
        here = self.lead.dealership
        return local(here, self.due).date() == local(here, self.at).date()

    @property
    def sent_back(self) -> Proposal | None:
        return sent_back(self.lead)

    @property
    def phone(self) -> str:
        """The number to call; empty when there is none."""
        phones = self.lead.customer.phones.all()
        return next((phone.number for phone in phones if phone.is_dialable), "")

    @property
    def callable_number(self) -> str:
        """The number that the reader may call from the list with one press."""
        is_mine = self.lead.owner_id == self.reader.pk
        if not (is_mine and self.lead.is_open and may_call(self.lead, now=self.at).allowed):
            return ""
        return self.phone

    @property
    def tone(self) -> str:
        """The colour of the row's edge: what asks for attention, and nothing else."""
        if self.is_late:
            return "late"
        if self.call_before is not None or self.sent_back is not None:
            return "info" if self.call_before is not None else "wait"
        return ""


def rows_of(leads: list[Lead], *, reader: User, now: datetime) -> list[LeadRow]:
    return [LeadRow(lead, now, reader) for lead in leads]
