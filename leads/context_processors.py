"""What every page shows around its own matter: where one can go, one's shift, the demo's clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bdc import clock
from bdc.accounts.models import User
from bdc.live.build import build
from bdc.outbox.models import Effect
from dealers.domain.access import reach_of
from dealers.domain.presence import Shift
from dealers.models import PauseReason
from leads.domain.access import may_anywhere
from leads.domain.approving import proposals_to_decide
from leads.domain.call_backs import overdue_call_backs
from leads.domain.forwarding import open_tasks
from leads.domain.rejects import rejects_visible_to
from leads.domain.undecided import undecided_proposals
from leads.models import Reject

MOST_COUNTED = 99
# The reasons of a pause, each with its digit.
PAUSES = [
    (str(digit), reason.value, reason.label) for digit, reason in enumerate(PauseReason, start=1)
]


@dataclass(frozen=True)
class Place:
    """An entry of the navigation: one page, for whoever may do `action`."""

    label: str | Promise
    view: str
    icon: str
    key: str
    action: str  # empty: for who runs Spits
    counts: str = ""

    def is_for(self, user: User) -> bool:
        return may_anywhere(user, self.action) if self.action else user.runs_spits


PLACES = (
    Place(_("Call"), "leads:calling", "headset", "b", "call_queue"),
    Place(_("Leads"), "leads:list", "users", "l", "see"),
    Place(_("Call-backs"), "leads:call-backs", "clock", "t", "work", counts="call_backs"),
    Place(_("My day"), "leads:my-day", "calendar-event", "d", "call_queue"),
    Place(_("Team"), "leads:team", "users-group", "m", "lead_team"),
    Place(_("Approve"), "leads:approving", "hourglass", "k", "see_undecided", counts="undecided"),
    Place(_("Approve"), "leads:approving", "hourglass", "k", "approve_bdc", counts="approvals"),
    Place(_("Up line"), "leads:up-line", "list-check", "u", "see_up_line"),
    Place(_("Figures"), "reporting:figures", "chart-bar", "c", "report"),
    Place(_("Figures"), "reporting:figures", "chart-bar", "c", "report_oneself"),
    Place(_("Rejects"), "leads:rejects", "inbox", "r", "correct_rejects", counts="rejects"),
    Place(_("Tasks"), "leads:tasks", "clipboard-list", "w", "do_tasks", counts="tasks"),
    Place(_("Queues"), "leads:queue-settings", "adjustments", "q", "keep_campaigns"),
    Place(_("Administration"), "dealers:people", "settings", "i", "administer"),
    Place(_("Undone"), "outbox:stays-undone", "alert-triangle", "o", "", counts="undone"),
)


@dataclass(frozen=True)
class NavigationLink:
    """One link of the navigation as the base page draws it."""

    label: str | Promise
    url: str
    icon: str
    key: str
    counts: Callable[[], int | None]
    active: bool

    @cached_property
    def count(self) -> int | None:
        """How many wait there; asked when it is drawn, so that a part of a page counts nothing."""
        return self.counts()


def shell(request: HttpRequest) -> dict[str, object]:
    """The frame of every page; who has not signed in gets no navigation and costs no query."""
    context: dict[str, object] = {"demo_clock": clock.now() if settings.DEMO else None}
    user = getattr(request, "user", None)
    if isinstance(user, User):
        context["live"] = build() if settings.LIVE else ""
        context["navigation"] = navigation_of(user, request.path)
        context["works_queue"] = may_anywhere(user, "call_queue")
        context["has_extension"] = reach_of(user).has_extension
        if may_anywhere(user, "keep_shift"):
            context |= {"shift": Shift(user, clock.now()), "pauses": PAUSES}
    return context


def navigation_of(user: User, path: str) -> list[NavigationLink]:
    """The pages that this person works with; the longest address that fits is the active one."""
    places = {place.view: place for place in PLACES if place.is_for(user)}
    urls = {view: reverse(view) for view in places}
    active = max((url for url in urls.values() if path.startswith(url)), key=len, default=None)
    return [
        NavigationLink(
            label=place.label,
            url=urls[view],
            icon=place.icon,
            key=place.key,
            counts=partial(_count, user, place.counts),
            active=urls[view] == active,
        )
        for view, place in places.items()
    ]


def _count(user: User, what: str) -> int | None:
    """How many wait there, counted to 99."""
    if what == "approvals":
        return proposals_to_decide(user)[:MOST_COUNTED].count() or None
    if what == "undecided":
        return len(undecided_proposals(user, now=clock.now())[:MOST_COUNTED]) or None
    if what == "rejects":
        waiting = rejects_visible_to(user).filter(state=Reject.State.WAITING)
        return waiting[:MOST_COUNTED].count() or None
    if what == "call_backs":
        return overdue_call_backs(user, now=clock.now())[:MOST_COUNTED].count() or None
    if what == "tasks":
        return open_tasks(user)[:MOST_COUNTED].count() or None
    if what == "undone":
        return Effect.objects.for_a_person()[:MOST_COUNTED].count() or None
    return None
