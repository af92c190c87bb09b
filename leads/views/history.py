"""What happened to a lead as the page tells it: one line for what came together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.translation import gettext as _

from bdc.accounts.models import User
from leads.domain.timeline import sentences
from leads.models import Event, Note

# What the customer wrote is kept as a note at the moment of these entries.
ENQUIRY_VERBS = ("received", "joined_by_repeat_enquiry")
# A note of the same moment was written with these.
VERBS_WITH_NOTE = ("attempted", "conversed", "call_back_promised", *ENQUIRY_VERBS)

ICONS = {
    "received": "inbox",
    "call_missed": "phone-incoming",
    "joined_by_repeat_enquiry": "inbox",
    "became_active": "activity",
    "routed_to_salesperson": "route",
    "routed_to_queue": "route",
    "alarmed": "alarm",
    "taken": "user-check",
    "assigned_to_salesperson": "user-check",
    "assigned_to_queue": "headset",
    "round_began": "player-play",
    "round_handed_over": "arrows-exchange",
    "call_started": "phone-outgoing",
    "attempted": "phone",
    "breached": "alert-triangle",
    "conversed": "message",
    "call_planned": "clock",
    "call_back_promised": "clock",
    "call_back_fell_to_team": "alert-triangle",
    "call_back_taken_over": "user-check",
    "appointment_booked": "calendar-check",
    "appointment_moved": "calendar-event",
    "appointment_ended": "calendar-event",
    "quote_asked": "file-text",
    "sold": "car",
    "close_proposed": "hourglass",
    "close_approved": "check",
    "norms_overridden": "alert-circle",
    "close_sent_back": "arrow-back-up",
    "close_withdrawn": "arrow-back-up",
    "closed": "archive",
    "reopened": "lock-open",
    "objected": "ban",
    "objection_withdrawn": "arrow-back-up",
    "consent_recorded": "shield-check",
    "consent_withdrawn": "x",
    "customer_corrected": "pencil",
    "became_legal_person": "building",
    "is_no_legal_person": "building",
    "customer_merged": "users",
    "merge_undone": "arrow-back-up",
    "possible_duplicate": "copy",
    "details_asked": "mail-forward",
    "forwarded": "send",
    "task_done": "checks",
    "undone": "arrow-back-up",
    "up_line_overridden": "users",
}
TONES = {
    "alarmed": "late",
    "breached": "late",
    "call_back_fell_to_team": "late",
    "conversed": "goal",
    "appointment_booked": "goal",
    "quote_asked": "goal",
    "sold": "goal",
    "close_proposed": "wait",
    "close_sent_back": "wait",
    "closed": "closed",
    "objected": "stop",
    "call_back_promised": "plan",
}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline, as parts/_timeline.html draws it."""

    at: datetime
    by: User | None
    text: str
    icon: str
    tone: str = ""
    note: str = ""
    is_withdrawn: bool = False


def timeline_of(
    events: Sequence[Event], notes: Sequence[Note], withdrawn: Sequence[tuple[int, int]] = ()
) -> list[Entry]:
    """The entries and notes of a lead, the newest first; what came at one moment is one line.

    `withdrawn` are the entries that were undone, each from (not included) and to.
    """
    written = _notes_by_moment(notes)
    spoken = zip(events, sentences(events), strict=True)
    lines = [
        _line(at, [*together][::-1], written, withdrawn)
        for at, together in groupby(spoken, key=lambda pair: pair[0].at)
    ]
    lines += [
        Entry(note.at, note.by, _("Note"), "note", note=note.body)
        for note in notes
        if note.at in written
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _line(
    at: datetime,
    oldest_first: list[tuple[Event, str]],
    written: dict[datetime, str],
    withdrawn: Sequence[tuple[int, int]],
) -> Entry:
    """One line of everything that came at `at`; its note is taken out of `written`."""
    events = [event for event, _sentence in oldest_first]
    takes_note = any(event.verb in VERBS_WITH_NOTE for event in events)
    main = next((event for event in events if event.verb in TONES), events[0])
    return Entry(
        at,
        by=next((event.by for event in events if event.by is not None), None),
        text=" ".join(text for _event, text in oldest_first),
        icon=ICONS.get(main.verb, "activity"),
        tone=TONES.get(main.verb, ""),
        note=written.pop(at, "") if takes_note else "",
        is_withdrawn=any(first < main.pk <= last for first, last in withdrawn),
    )


def _notes_by_moment(notes: Iterable[Note]) -> dict[datetime, str]:
    bodies: defaultdict[datetime, list[str]] = defaultdict(list)
    for note in notes:
        bodies[note.at].append(note.body)
    return {at: "\n".join(texts) for at, texts in bodies.items()}
