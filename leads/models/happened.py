"""What happened on a single lead, the newest first, by statements that are written once."""

from __future__ import annotations

from django.db.models import TextField

from bdc.accounts.models import User
from bdc.prepared import Each, Given, Prepared
from leads.models.contact import Attempt, Call
from leads.models.lead import Lead
from leads.models.step import Step
from leads.models.timeline import Event, Note

LONGEST_TIMELINE = 200
MOST_ATTEMPTS = 60  # more than any round may have

_EVENTS = Prepared(
    lambda: (
        Event.objects.filter(lead=Given("lead"))
        .select_related("by")
        .order_by("-pk")[:LONGEST_TIMELINE]
    )
)
_LAST_WITH_VERB = Prepared(
    lambda: Event.objects.filter(lead=Given("lead"), verb__in=Each("verbs", TextField())).order_by(
        "-pk"
    )[:1]
)
_NOTES = Prepared(
    lambda: (
        Note.objects.filter(lead=Given("lead"))
        .select_related("by")
        .order_by("-pk")[:LONGEST_TIMELINE]
    )
)
_ATTEMPTS = Prepared(
    lambda: Attempt.objects.filter(lead=Given("lead")).order_by("-pk")[:MOST_ATTEMPTS]
)
_UNDONE = Prepared(
    lambda: (
        Step.objects.filter(lead=Given("lead"), undone_at__isnull=False)
        .only("first_event", "last_event")
        .order_by("-pk")[:LONGEST_TIMELINE]
    )
)
_OPEN_CALL = Prepared(
    lambda: Call.objects.filter(lead=Given("lead"), by=Given("by"), ended_at=None).order_by(
        "-started_at"
    )[:1]
)


def events_on(lead: Lead) -> list[Event]:
    """The entries of the timeline, with who made them."""
    return _EVENTS.all(lead=lead.pk)


def last_event_on(lead: Lead, *verbs: str) -> Event | None:
    """The newest entry with one of these verbs."""
    return _LAST_WITH_VERB.first(lead=lead.pk, verbs=list(verbs))


def notes_on(lead: Lead) -> list[Note]:
    """The notes beside the timeline, with who wrote them."""
    return _NOTES.all(lead=lead.pk)


def attempts_on(lead: Lead) -> list[Attempt]:
    return _ATTEMPTS.all(lead=lead.pk)


def undone_on(lead: Lead) -> list[tuple[int, int]]:
    """Between which entries of the timeline, the first not included, something was undone."""
    return [(step.first_event, step.last_event) for step in _UNDONE.all(lead=lead.pk)]


def open_call_on(lead: Lead, by: User) -> Call | None:
    """The call of `by` that still waits for its result."""
    return _OPEN_CALL.first(lead=lead.pk, by=by.pk)
