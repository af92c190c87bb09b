"""Holds: one agent is with one customer, until a result, a release or time-out.

Source: product.md, The queue; contract.md, Hold.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import RuleBroken
from bdc.prepared import Given, Prepared
from bdc.transactions import retrying_atomic
from leads.domain.access import everywhere, require_anywhere
from leads.domain.binding import forget_holder, holder
from leads.domain.changes import hold_changed
from leads.domain.steps import keep_step, state_before
from leads.domain.timeline import record
from leads.models import Call, Event, Hold, Lead, Release, Step

HOLD_LASTS = timedelta(minutes=15)
LONGEST_HOLD = timedelta(minutes=60)
KEPT_FROM_THIS_AGENT = timedelta(minutes=30)
# Longer than the minute after which an open screen renews its hold (views/calling_screen.py): a
# page that is only loaded anew, or open in a second tab, renews in time.
LASTS_WITHOUT_BROWSER = timedelta(seconds=90)


_HOLD_OF_AGENT = Prepared(lambda: Hold.objects.filter(agent=Given("agent")).select_related("lead"))


def hold_of(agent: User, now: datetime) -> Hold | None:
    """The hold that the agent has at `now`."""
    held = _HOLD_OF_AGENT.first(agent=agent.pk)
    return held if held is not None and _lasts(held, agent, now) else None


def _holds(agent: User, now: datetime) -> QuerySet[Hold]:
    """The agent's hold, as long as it lasts and the agent works for that dealership."""
    places = everywhere(agent, "call_queue")
    return Hold.objects.filter(agent=agent, until__gt=now, dealership__in=places)


def _lasts(hold: Hold, agent: User, now: datetime) -> bool:
    """The same of a hold that was read already."""
    return hold.until > now and hold.dealership_id in everywhere(agent, "call_queue")


def holder_problem(lead: Lead, *, by: User | None, now: datetime) -> RuleBroken | None:
    """Return held_by_other when somebody else is with the customer of a queue lead now."""
    if by is None or not lead.is_at_bdc:
        return None
    held = holder(lead.customer)
    if held is not None and held.until > now and held.agent_id != by.pk:
        return _held_by_other(lead.customer_id, by=by, now=now)
    return None


def colleague_with(customer_id: int, *, reader: User, now: datetime) -> User | None:
    """Who else is with the customer now, as far as `reader` may see for which lead."""
    held = Hold.objects.filter(customer_id=customer_id, until__gt=now).exclude(agent=reader)
    seen = held.filter(lead__in=Lead.objects.visible_to(reader)).select_related("agent").first()
    return seen.agent if seen is not None else None


def _held_by_other(customer_id: int, *, by: User, now: datetime) -> RuleBroken:
    colleague = colleague_with(customer_id, reader=by, now=now)
    if colleague is None:
        return RuleBroken("held_by_other", _("A colleague is with this customer right now."))
    said = gettext("%(who)s is with this customer right now.") % {"who": colleague}
    return RuleBroken("held_by_other", said)


def claim(lead: Lead, *, agent: User, now: datetime) -> Hold | None:
    """Hold the customer of `lead` for `agent`, or return None when somebody was first."""
    forget_holder(lead.customer)
    clear_lapsed(agent, customer_id=lead.customer_id, now=now)
    Hold.objects.bulk_create(
        [
            Hold(
                lead=lead,
                dealership_id=lead.dealership_id,
                customer_id=lead.customer_id,
                agent=agent,
                taken_at=now,
                until=now + HOLD_LASTS,
            )
        ],
        ignore_conflicts=True,
    )
    hold_changed(lead.dealership_id)
    return Hold.objects.filter(customer_id=lead.customer_id, agent=agent).first()


def clear_lapsed(agent: User, *, customer_id: int, now: datetime) -> None:
    """End the lapsed holds of the agent and on the customer, in the transaction of a new one,
    and the one that the agent has where he works no more."""
    of_both = Q(customer_id=customer_id) | Q(agent=agent)
    left = Q(agent=agent) & ~Q(dealership__in=everywhere(agent, "call_queue"))
    Hold.objects.filter((of_both & Q(until__lte=now)) | left).delete()


def hold_for(lead: Lead, *, agent: User, now: datetime) -> Hold:
    """The agent's hold on this lead's customer, taken now when nobody has one.

    Raises held_by_other when a colleague is with the customer, or the agent with another one.
    """
    held = holder(lead.customer)
    if held is not None and held.agent_id == agent.pk and _lasts(held, agent, now):
        return held
    if _holds(agent, now).exists():
        raise RuleBroken(
            "held_by_other", _("You are with another customer. Finish or release that one first.")
        )
    taken = claim(lead, agent=agent, now=now)
    if taken is None:
        raise _held_by_other(lead.customer_id, by=agent, now=now)
    return taken


def let_customer_go(lead: Lead, *, by: User | None) -> None:
    """End the hold of `by` on the customer: a result or a next step was recorded."""
    if by is not None:
        forget_holder(lead.customer)
        Hold.objects.filter(customer_id=lead.customer_id, agent=by).delete()


def end_hold_of(call: Call) -> None:
    """End the hold in which a call was begun that never got its result, however long renewed.

    Not when its agent began another call to the customer since: that one has its own end.
    """
    customer = call.lead.customer_id
    began_another = Call.objects.filter(lead__customer=customer, by=call.by_id, pk__gt=call.pk)
    if not began_another.exists():
        begun_in = Hold.objects.filter(customer=customer, agent=call.by_id)
        begun_in.filter(taken_at__lte=call.started_at).delete()


@retrying_atomic
def renew_hold(agent: User, *, now: datetime) -> Hold:
    """Renew the agent's hold: 15 minutes from now, 60 from its beginning at most."""
    require_anywhere(agent, "call_queue")
    held = _holds(agent, now).select_for_update().first()
    if held is None:
        raise RuleBroken("no_hold", _("You hold no customer. Ask for the next call."))
    held.until = max(held.until, min(now + HOLD_LASTS, held.taken_at + LONGEST_HOLD))
    held.save(update_fields=["until"])
    return held


@retrying_atomic
def leave_hold(agent: User, *, now: datetime) -> None:
    """The browser went: the hold ends soon, unless the screen comes back and renews it.

    It never lasts longer by it, and who holds nobody leaves nothing.
    """
    require_anywhere(agent, "call_queue")
    held = _holds(agent, now).select_for_update().first()
    if held is not None:
        held.until = min(held.until, now + LASTS_WITHOUT_BROWSER)
        held.save(update_fields=["until"])


def give_back_untouched(agent: User, *, now: datetime) -> None:
    """End the agent's hold on a customer with whom nothing was done yet, in a transaction.

    It is no release: nobody let the customer go, who is offered again as before.
    """
    held = _holds(agent, now).select_for_update(of=("self",)).first()
    if held is None:
        return
    done = Event.objects.filter(lead=held.lead_id, by=agent, at__gte=held.taken_at)
    if not done.exists():
        held.delete()


@retrying_atomic
def release_hold(agent: User, *, reason: str, now: datetime) -> None:
    """Let the held customer go, with a fixed reason; it is counted and kept from this agent."""
    require_anywhere(agent, "call_queue")
    held = (
        _holds(agent, now).select_for_update(of=("self",)).select_related("lead__customer").first()
    )
    if held is None:
        raise RuleBroken("no_hold", _("You hold no customer. Ask for the next call."))
    before = state_before(held.lead, by=agent, now=now)
    release = Release.objects.create(
        lead=held.lead, dealership_id=held.dealership_id, agent=agent, reason=reason, at=now
    )
    record(held.lead, "released", by=agent, now=now, release_reason=reason)
    held.delete()
    keep_step(held.lead, before, Step.What.RELEASE, release=release)
