"""A team at work, for who leads it: who does what, who is with whom, and what waits.

Also: give a held customer back to the queue, or take it over. Source: product.md, Who uses it
(the queue drains, no agent idle) and The queue; ux.md 2.1, B3 (the team lead sees totals).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.clock import day_began
from bdc.errors import RuleBroken
from bdc.transactions import retrying_atomic
from dealers.domain.exchanges import centres_to_lead
from dealers.domain.presence import Shift
from dealers.models import Presence
from leads.domain.access import everywhere, require, require_anywhere
from leads.domain.agents_work import Scope
from leads.domain.changes import hold_taken_away
from leads.domain.contacting import LONGEST_CALL
from leads.domain.due import Search, Waiting
from leads.domain.holding import hold_for
from leads.domain.locking import lock_lead
from leads.domain.timeline import record
from leads.models import Appointment, AppointmentOutcome, Attempt, Call, Hold, Lead, Result

MOST_PEOPLE = 200


class Doing(models.TextChoices):
    """What somebody of the team does right now; the first that is so goes ahead."""

    CALLING = "calling", _("calling")
    WITH_CUSTOMER = "with_customer", _("with a customer")
    PAUSING = "pausing", _("on a pause")
    IDLE = "idle", _("idle")
    AWAY = "away", _("not on shift")


@dataclass(frozen=True)
class Made:
    """What somebody did today: calls, customers reached, appointments."""

    calls: int = 0
    reached: int = 0
    appointments: int = 0
    last_at: datetime | None = None  # the last call, wherever it was


@dataclass(frozen=True)
class Member:
    """One of the team, at a moment, as far as who leads it may see."""

    user: User
    at: datetime
    made: Made
    hold: Hold | None  # without its customer where that is another centre's
    is_held_elsewhere: bool
    call_started_at: datetime | None

    @cached_property
    def shift(self) -> Shift:
        return Shift(self.user, self.at)

    @property
    def doing(self) -> Doing:
        if self.call_started_at is not None:
            return Doing.CALLING
        if self.hold is not None or self.is_held_elsewhere:
            return Doing.WITH_CUSTOMER
        if self.shift.is_paused:
            return Doing.PAUSING
        is_at_work = self.shift.is_begun or self.made.last_at is not None
        return Doing.IDLE if is_at_work and self.shift.may_take_next else Doing.AWAY

    @property
    def since(self) -> datetime | None:
        """Since when. A pause that was asked for during a call begins after it."""
        told = self.shift.presence
        if self.doing == Doing.CALLING:
            return self.call_started_at
        if self.doing == Doing.WITH_CUSTOMER:
            return self.hold.taken_at if self.hold is not None else None
        if self.doing == Doing.AWAY:
            return told.since if told is not None and told.state == Presence.State.AWAY else None
        begun = told.since if told is not None and self.shift.is_begun else None
        return max((one for one in (begun, self.made.last_at) if one is not None), default=None)

    @property
    def pause(self) -> str:
        """Why this pause, or the one that begins after this customer; empty without one."""
        told = self.shift.presence
        return told.get_reason_display() if told is not None and self.shift.is_paused else ""


@dataclass(frozen=True)
class Team:
    """Who is at work for this team lead, and what waits in the queues."""

    members: list[Member]
    queues: list[Waiting]
    is_cut: bool

    @property
    def total(self) -> Made:
        made = [member.made for member in self.members]
        return Made(
            calls=sum(one.calls for one in made),
            reached=sum(one.reached for one in made),
            appointments=sum(one.appointments for one in made),
        )

    def count(self, doing: Doing) -> int:
        return sum(member.doing == doing for member in self.members)


def people_led_by(team_lead: User) -> QuerySet[User]:
    """The agents and team leads of the contact centres that this person leads, by name."""
    members = User.objects.filter(memberships__centre__in=centres_to_lead(team_lead).order_by())
    return User.objects.filter(pk__in=members.values("pk"), is_active=True).order_by("name", "pk")


def team_of(team_lead: User, *, now: datetime) -> Team:
    """The team as it is at `now`; what agents do for centres that are not his stays unseen."""
    require_anywhere(team_lead, "lead_team")
    places = everywhere(team_lead, "lead_team")
    people = list(people_led_by(team_lead).select_related("presence")[: MOST_PEOPLE + 1])
    is_cut, people = len(people) > MOST_PEOPLE, people[:MOST_PEOPLE]
    holds = {
        hold.agent_id: hold
        for hold in Hold.objects.filter(agent__in=people, until__gt=now).select_related(
            "lead__customer", "lead__dealership"
        )
    }
    calls = dict(
        _calls_under_way(now)
        .filter(by__in=people)
        .order_by("started_at")
        .values_list("by", "started_at")
    )
    made = _made_by(people, places, now)
    members = []
    for user in people:
        hold = holds.get(user.pk)
        is_seen = hold is not None and hold.dealership_id in places
        members.append(
            Member(
                user=user,
                at=now,
                made=made.get(user.pk, Made()),
                hold=hold if is_seen else None,
                is_held_elsewhere=hold is not None and not is_seen,
                call_started_at=calls.get(user.pk),
            )
        )
    search = Search(agent_id=team_lead.pk, scopes=(Scope(places),), now=now)
    return Team(members, search.waiting(today_began=day_began(now)), is_cut)


def _made_by(people: list[User], places: Collection[int], now: datetime) -> dict[int, Made]:
    """What each of these did since midnight, counted at the dealerships `places` alone."""
    midnight, here = day_began(now), Q(dealership__in=places)
    made = {
        by: Made(calls=calls, reached=reached, last_at=last_at)
        for by, calls, reached, last_at in Attempt.objects.filter(by__in=people, at__gte=midnight)
        .order_by()
        .values_list("by")
        .annotate(
            calls=Count("pk", filter=here),
            reached=Count("customer", distinct=True, filter=here & Q(result=Result.SPOKEN)),
            last_at=Max("at"),
        )
    }
    booked = (
        Appointment.objects.filter(here, booked_by__in=people, booked_at__gte=midnight)
        .exclude(outcome__in=[AppointmentOutcome.CANCELLED, AppointmentOutcome.MOVED])
        .order_by()
        .values_list("booked_by")
        .annotate(Count("pk"))
    )
    for by, appointments in booked:
        made[by] = replace(made.get(by, Made()), appointments=appointments)
    return made


def _calls_under_way(now: datetime) -> QuerySet[Call]:
    """Calls without a result; from half an hour on the system takes one for a no answer."""
    return Call.objects.filter(ended_at=None, started_at__gt=now - LONGEST_CALL)


# --- Give back and take over ------------------------------------------------------------


def ending_hold_problem(hold: Hold | None, *, by: User, now: datetime) -> RuleBroken | None:
    """Return why the team lead `by` may not end a colleague's hold now, or None.

    Never during a call: the customer would be offered to the next agent while on the line. A
    call that got no result ends by itself after half an hour, and the hold with it.
    """
    if hold is None:
        return RuleBroken("no_hold", _("Nobody is with this customer any more."))
    if hold.agent_id == by.pk:
        return RuleBroken(
            "own_hold", _("This is your own customer. Let it go where you call, with a reason.")
        )
    if not people_led_by(by).filter(pk=hold.agent_id).exists():
        return RuleBroken("held_by_other", _("Who is with this customer is not of your team."))
    if _calls_under_way(now).filter(by=hold.agent_id, lead__customer=hold.customer_id).exists():
        return RuleBroken(
            "call_under_way",
            _("Your colleague is calling this customer. Wait for the result of that call."),
        )
    return None


@retrying_atomic
def give_back(lead: Lead, *, by: User, now: datetime) -> None:
    """End a colleague's hold: the customer is the queue's again, for whoever asks next."""
    require(by, "lead_team", lead.dealership_id)
    lead = lock_lead(lead)
    agent = _end_hold(lead, by=by, now=now)
    record(lead, "given_back", by=by, now=now, agent=agent.email, agent_name=str(agent))


@retrying_atomic
def take_over_hold(lead: Lead, *, by: User, now: datetime) -> Hold:
    """Be with this customer instead of a colleague. Raises held_by_other for who has another."""
    require(by, "lead_team", lead.dealership_id)
    lead = lock_lead(lead)
    agent = _end_hold(lead, by=by, now=now)
    record(
        lead,
        "hold_taken_over",
        by=by,
        now=now,
        agent=agent.email,
        agent_name=str(agent),
        owner_name=str(by),
    )
    return hold_for(lead, agent=by, now=now)


def _end_hold(lead: Lead, *, by: User, now: datetime) -> User:
    """End the hold on a locked lead and return whose it was."""
    hold = (
        Hold.objects.select_for_update(of=("self",))
        .select_related("agent")
        .filter(lead=lead, until__gt=now)
        .first()
    )
    problem = ending_hold_problem(hold, by=by, now=now)
    if problem is not None or hold is None:
        raise problem or LookupError
    agent: User = hold.agent
    hold.delete()
    hold_taken_away(agent.pk)
    return agent
