"""May this call be made: whose the lead is, on what ground, at what hour, and how often already.

Source: product.md, Attempts and conversations; contract.md, Who may.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import RuleBroken
from dealers.domain.hours import local, may_call_at
from leads.domain.access import ownership_problem
from leads.domain.binding import open_promise
from leads.domain.cadence import day_part
from leads.domain.holding import holder_problem
from leads.domain.permission import Permission
from leads.models import Attempt, CallBack, Ground, Lead, Round

# A call makes the promise whose time comes within this from its result.
PROMISE_IS_MADE_BY = timedelta(minutes=30)


def working_problem(lead: Lead, *, by: User | None, now: datetime) -> RuleBroken | None:
    """Return why `by` may not work this lead now, or None: closed, not his, held by another."""
    if lead.is_closed:
        return RuleBroken("already_closed", _("This lead is closed."))
    return ownership_problem(lead, by) or holder_problem(lead, by=by, now=now)


def calling_problem(
    lead: Lead, round_: Round, *, permission: Permission, now: datetime
) -> RuleBroken | None:
    """Return why no call may be made about this lead now, or None.

    At the maximum only a promised call-back may still be made, once, and the result that takes
    the place of one that was undone.
    """
    is_promise = permission.ground == Ground.CALL_BACK
    if round_.attempts_left == 0 and not (is_promise or may_pass_maximum(lead, now)):
        return RuleBroken(
            "maximum_attempts_reached",
            _("The maximum number of attempts of this round has been made."),
        )
    if not permission.allowed:
        return RuleBroken("no_ground_to_call", permission.why)
    requested = permission.ground in (Ground.OWN_REQUEST, Ground.CALL_BACK)
    if not may_call_at(lead.dealership, now, requested=requested):
        return RuleBroken(
            "outside_calling_hours",
            _("Customers may not be called now. Plan the call, or promise a call-back."),
        )
    return None


def dialing_problem(lead: Lead) -> RuleBroken | None:
    """Return why nobody can be dialled about this lead, or None: it is a mail task then.

    A call that took place all the same is recorded as any other.
    """
    if lead.has_dialable_number:
        return None
    return RuleBroken(
        "no_dialable_number",
        _(
            "This customer has no number that can be called. Work the lead by e-mail, or correct "
            "the number first."
        ),
    )


def due_promise(lead: Lead, now: datetime) -> CallBack | None:
    """The open call-back whose time has come: it may always be made once."""
    promise = open_promise(lead)
    is_due = promise is not None and promise.due_at <= now + PROMISE_IS_MADE_BY
    return promise if is_due else None


def may_pass_maximum(lead: Lead, now: datetime) -> bool:
    """Whether a call may be made after the last one: a promise, or what corrects an undone one."""
    return due_promise(lead, now) is not None or _corrects_undone(lead, now)


def _corrects_undone(lead: Lead, now: datetime) -> bool:
    """Whether a result now takes the place of one that was undone: it does not count again."""
    last = Attempt.objects.filter(lead=lead).select_related("step").order_by("-pk").first()
    if last is None or not last.is_withdrawn:
        return False
    today, part = local(lead.dealership, now).date(), day_part(lead.dealership, now)
    return last.counts and (last.local_date, last.day_part) == (today, part)
