"""Absences: holidays and illness of a day or more, after which others have the leads.

Source: product.md, Routing (an owner with a recorded absence of a day or more: routed again, the
same minute; the end of a shift is no absence).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, NotAllowed, RuleBroken
from bdc.transactions import retrying_atomic
from dealers.domain.access import reach_of
from dealers.domain.presence import LONG_ABSENCE
from dealers.models import Absence, ContactCentre, DealerGroup, Membership, Role

LONGEST = timedelta(days=366)


def people_to_plan(planner: User, search: str = "") -> QuerySet[User]:
    """Whose absence `planner` records: one's own, and that of who works under him.

    A sales manager and an administrator for the people of their dealerships, of a whole group
    for its people too; a team lead for the agents of the centre. `search` narrows them to a part
    of a name or an address.
    """
    mine = Membership.objects.filter(user=planner)
    leads = Q(role__in=[Role.SALES_MANAGER, Role.ADMINISTRATOR])
    places = reach_of(planner).where(Role.SALES_MANAGER, Role.ADMINISTRATOR)
    groups = DealerGroup.objects.filter(pk__in=mine.filter(leads).values("group"))
    centres = ContactCentre.objects.filter(pk__in=mine.filter(role=Role.TEAM_LEAD).values("centre"))
    under = Membership.objects.filter(
        Q(dealership__in=places) | Q(group__in=groups) | Q(centre__in=centres)
    )
    return User.objects.filter(
        Q(pk=planner.pk) | Q(pk__in=under.values("user")),
        Q(name__icontains=search) | Q(email__icontains=search),
        is_active=True,
    ).order_by("name", "pk")


def absences_to_see(planner: User, *, now: datetime, search: str = "") -> QuerySet[Absence]:
    """The absences of those people that have not ended, the next first."""
    return (
        Absence.objects.filter(user__in=people_to_plan(planner, search), ends_at__gt=now)
        .select_related("user", "recorded_by")
        .order_by("begins_at", "pk")
    )


@retrying_atomic
def record_absence(
    user: User, *, begins_at: datetime, ends_at: datetime, by: User, now: datetime
) -> Absence:
    """Record that somebody is away for a day or more; open leads go to others when it begins.

    Raises Malformed for a time that is over, ends before a day has passed, or is recorded.
    """
    _require_plan(by, user)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    problem = absence_problem(user, begins_at=begins_at, ends_at=ends_at, now=now)
    if problem is not None:
        raise Malformed(problem)
    return Absence.objects.create(user=user, begins_at=begins_at, ends_at=ends_at, recorded_by=by)


def absence_problem(
    user: User, *, begins_at: datetime, ends_at: datetime, now: datetime
) -> FieldProblem | None:
    """Return what is wrong with an absence from `begins_at` until `ends_at`, or None."""
    if ends_at <= now:
        return FieldProblem("ends_at", "in_the_past", _("This is over. Choose a later day."))
    if ends_at - begins_at < LONG_ABSENCE:
        return FieldProblem(
            "ends_at",
            "too_short",
            _("An absence is a day or more. For less, say that you are on a pause or away."),
        )
    if ends_at - begins_at > LONGEST:
        return FieldProblem("ends_at", "too_long", _("An absence is a year at most."))
    if Absence.objects.filter(user=user, begins_at__lt=ends_at, ends_at__gt=begins_at).exists():
        return FieldProblem(
            "begins_at", "already_absent", _("An absence in these days is recorded already.")
        )
    return None


@retrying_atomic
def end_absence(absence: Absence, *, by: User, now: datetime) -> None:
    """Somebody is back sooner, or does not go: leads are routed here again from now on."""
    _require_plan(by, absence.user)
    absence = Absence.objects.select_for_update(of=("self",)).get(pk=absence.pk)
    if absence.ends_at <= now:
        raise RuleBroken("absence_over", _("This absence is over."))
    if absence.begins_at >= now:
        absence.delete()
    else:
        absence.ends_at = now
        absence.save(update_fields=["ends_at"])


def _require_plan(by: User, user: User) -> None:
    if not people_to_plan(by).filter(pk=user.pk).exists():
        raise NotAllowed(_("You record absences for yourself and for who works under you."))
