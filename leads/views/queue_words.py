"""The settings of the queues in words: what an agent works on, and what was changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bdc.accounts.models import User
from dealers.models import Membership
from leads.domain.agents_work import chosen_queues
from leads.models import Queue, QueueChange

SETTINGS = {
    "queues": gettext_lazy("Queues"),
    "campaigns": gettext_lazy("Campaigns"),
    "without_campaign": gettext_lazy("Leads without a campaign"),
    "priority": gettext_lazy("Priority"),
    "script": gettext_lazy("Script"),
}
VALUES = {"True": gettext_lazy("yes"), "False": gettext_lazy("no")}
EMPTY = {
    "queues": gettext_lazy("all"),
    "campaigns": gettext_lazy("all"),
    "script": gettext_lazy("the words of Spits"),
}


@dataclass(frozen=True)
class Work:
    """What one agent works on, as a row of the page."""

    membership: Membership

    @property
    def queues(self) -> str:
        chosen = chosen_queues(self.membership)
        return ", ".join(str(Queue(queue).label) for queue in chosen) if chosen else _("all queues")

    @property
    def campaigns(self) -> str:
        assignment = getattr(self.membership, "work_assignment", None)
        if assignment is None:
            return _("all campaigns")
        named = [campaign.name for campaign in assignment.campaigns.all()]
        if assignment.without_campaign:
            named.append(_("leads without a campaign"))
        return ", ".join(named) or _("all campaigns")


@dataclass(frozen=True)
class Entry:
    """An entry of parts/_timeline.html."""

    at: datetime
    by: User | None
    text: str
    icon: str = "adjustments"


def entry_of(change: QueueChange) -> Entry:
    words = {
        "setting": capfirst(str(SETTINGS.get(change.field, change.field))),
        "before": _value(change.field, change.before),
        "after": _value(change.field, change.after),
    }
    return Entry(change.at, change.by, _("%(setting)s: %(before)s → %(after)s") % words)


def _value(field: str, value: str) -> str:
    if not value:
        return str(EMPTY.get(field, "–"))
    if field == "queues":
        labels = dict(Queue.choices)
        return ", ".join(str(labels.get(one, one)) for one in value.split(", "))
    if field == "script":
        return f"“{value}”"
    return str(VALUES.get(value, value))
