"""Call-backs: promised, and still to be made: whose they are, who may take one over, calling now.

Source: product.md, Attempts and conversations (call-back) and The queue; ux.md 2.0 and 2.1.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, RuleBroken
from bdc.transactions import retrying_atomic
from dealers.domain.access import people_at
from dealers.models import Role
from leads.domain.access import everywhere, may, ownership_problem, require
from leads.domain.calling import calling_problem, dialing_problem, working_problem
from leads.domain.contacting import keep_note
from leads.domain.due import PROMISE_IS_OVERDUE
from leads.domain.holding import hold_for, holder_problem, let_customer_go
from leads.domain.locking import lock_lead
from leads.domain.permission import may_call
from leads.domain.rounds import round_of
from leads.domain.steps import keep_step, state_before
from leads.domain.timeline import record
from leads.models import CallBack, Hold, Lead, Note, Queue, Step

LONGEST_PROMISE = timedelta(days=730)
AT_BDC = ~Q(lead__queue__in=["", Queue.CATCH_ALL])


def own_call_backs(user: User) -> QuerySet[CallBack]:
    """The open call-backs of this person."""
    return _open(user).filter(owner=user)


def team_call_backs(user: User) -> QuerySet[CallBack]:
    """The open call-backs of the others: of the contact centre for who works its queues, of all
    salespeople for a sales manager, and for a salesperson those that nobody has."""
    in_sales = ~AT_BDC
    seen = (
        Q(AT_BDC, dealership__in=everywhere(user, "call_queue"))
        | Q(in_sales, dealership__in=everywhere(user, "approve_sales"))
        | Q(in_sales, dealership__in=everywhere(user, "take"), owner=None)
        | Q(in_sales, lead__owner=user)
    )
    return _open(user).filter(seen).exclude(owner=user)


def overdue_call_backs(user: User, *, now: datetime) -> QuerySet[CallBack]:
    """Those whose time has come and that this person can make: his own, and the team's."""
    own = own_call_backs(user).filter(due_at__lte=now)
    team = team_call_backs(user).filter(due_at__lte=now, owner=None)
    return own | team


def _open(user: User) -> QuerySet[CallBack]:
    visible = Lead.objects.visible_to(user).filter(dealership__in=everywhere(user, "work"))
    return CallBack.objects.filter(done_at=None, lead__in=visible)


def notes_beside(promises: list[CallBack]) -> dict[tuple[int, datetime], str]:
    """The notes that went along with these promises, by lead and when each was made."""
    written = Note.objects.filter(
        lead__in=[one.lead_id for one in promises], at__in=[one.made_at for one in promises]
    )
    return {(note.lead_id, note.at): note.body for note in written}


def falls_to_team_at(promise: CallBack) -> datetime | None:
    """When the team gets an agent's own promise, unless it is made; a salesperson's stays his."""
    if promise.owner_id is None or not promise.lead.is_at_bdc:
        return None
    return max(promise.due_at, promise.taken_over_at or promise.due_at) + PROMISE_IS_OVERDUE


def taking_over_problem(
    lead: Lead, promise: CallBack | None, *, by: User, now: datetime
) -> RuleBroken | None:
    """Return why `by` may not take over the open call-back of a lead, or None; holds apart.

    The team's anybody may who works the lead; a colleague's once its time has come, and a team
    lead before that too.
    """
    if promise is None:
        return RuleBroken("already_taken", _("This call-back was made or replaced already."))
    problem = ownership_problem(lead, by)
    if problem is not None:
        return problem
    is_free = promise.owner_id in (None, by.pk) or lead.owner_id == by.pk
    if is_free or promise.due_at <= now or may(by, "take_over_early", lead.dealership_id):
        return None
    return RuleBroken(
        "not_owner",
        _("This call-back is of a colleague and its time has not come. Ask your team lead."),
    )


@retrying_atomic
def promise_call_back(
    lead: Lead,
    *,
    due_at: datetime,
    by: User,
    now: datetime,
    owner: User | None = None,
    note: str = "",
) -> CallBack:
    """Promise to call back at `due_at`; it belongs to who makes it unless `owner` is given.

    A newer promise replaces the one before. Raises Malformed for a time that has passed.
    """
    require(by, "work", lead.dealership_id)
    if due_at <= now:
        raise Malformed(
            FieldProblem("due_at", "in_the_past", _("This moment has passed. Choose a later one."))
        )
    if due_at > now + LONGEST_PROMISE:
        raise Malformed(
            FieldProblem("due_at", "too_far", _("Choose a moment within the next two years."))
        )
    lead = lock_lead(lead)
    problem = working_problem(lead, by=by, now=now)
    if problem is not None:
        raise problem
    owner = owner or by
    if owner.pk != by.pk and not _works_there(owner, lead):
        raise Malformed(
            FieldProblem("for", "unknown_person", _("This person does not work leads here."))
        )
    before = state_before(lead, by=by, now=now)
    if lead.is_at_bdc:
        hold_for(lead, agent=by, now=now)
    CallBack.objects.filter(lead=lead, done_at=None).update(done_at=now, was_kept=False)
    promise = CallBack.objects.create(
        lead=lead,
        dealership_id=lead.dealership_id,
        due_at=due_at,
        owner=owner,
        made_by=by,
        made_at=now,
    )
    lead.next_call_at = due_at
    lead.system_close_at = None
    lead.offer_ends_at = None
    lead.save(update_fields=["next_call_at", "system_close_at", "offer_ends_at"])
    record(
        lead,
        "call_back_promised",
        by=by,
        now=now,
        at=due_at.isoformat(),
        owner=owner.email,
        owner_name=str(owner),
    )
    keep_note(lead, note, by=by, now=now)
    let_customer_go(lead, by=by)
    keep_step(lead, before, Step.What.CALL_BACK, call_back=promise)
    promise.lead = lead
    return promise


def _works_there(person: User, lead: Lead) -> bool:
    if lead.is_at_bdc:
        return person in people_at(lead.dealership, Role.AGENT, Role.TEAM_LEAD)
    return person in people_at(lead.dealership, Role.SALESPERSON, Role.SALES_MANAGER)


@retrying_atomic
def take_over_call_back(lead: Lead, *, by: User, now: datetime) -> CallBack:
    """Make the open call-back of a lead one's own, for a quarter of an hour at least.

    One's own already stays as it is. Raises RuleBroken for whose time has not come.
    """
    require(by, "take_over_call_back", lead.dealership_id)
    lead = lock_lead(lead)
    promise = _locked(lead)
    problem = taking_over_problem(lead, promise, by=by, now=now) or holder_problem(
        lead, by=by, now=now
    )
    if problem is not None or promise is None:
        raise problem or LookupError
    if promise.owner_id != by.pk:
        promise.owner, promise.taken_over_at = by, now
        promise.save(update_fields=["owner", "taken_over_at"])
        record(lead, "call_back_taken_over", by=by, now=now, owner=by.email, owner_name=str(by))
    promise.lead = lead
    return promise


def calling_now_problem(promise: CallBack, *, by: User, now: datetime) -> RuleBroken | None:
    """Return why this call-back is not one for `by` to make now, or None.

    One's own is, the team's, and a colleague's that is overdue. Its time, calling hours and holds
    are asked apart.
    """
    falls_at = falls_to_team_at(promise)
    if promise.owner_id != by.pk and falls_at is not None and falls_at > now:
        return RuleBroken("not_owner", _("This call-back is of a colleague. Take it over first."))
    return None


@retrying_atomic
def hold_for_call_back(lead: Lead, *, by: User, now: datetime) -> Hold:
    """Hold exactly the customer of this call-back, under the rules of next call.

    For one's own, the team's, and a colleague's that is overdue; another is taken over first.
    """
    require(by, "call_queue", lead.dealership_id)
    lead = lock_lead(lead)
    promise = _locked(lead)
    if promise is None:
        raise RuleBroken("already_taken", _("This call-back was made or replaced already."))
    problem = (
        calling_now_problem(promise, by=by, now=now)
        or working_problem(lead, by=by, now=now)
        or calling_problem(lead, round_of(lead), permission=may_call(lead, now=now), now=now)
        or dialing_problem(lead)
    )
    if problem is not None:
        raise problem
    return hold_for(lead, agent=by, now=now)


def _locked(lead: Lead) -> CallBack | None:
    return CallBack.objects.select_for_update().filter(lead=lead, done_at=None).first()
