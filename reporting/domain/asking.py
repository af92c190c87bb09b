"""Whose figures a person may ask for, and what was asked (contract.md, Who may)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import NotAllowed
from dealers.models import Dealership, Role
from leads.domain.access import everywhere
from leads.models import Campaign, Kind
from reporting.domain.periods import Period


class By(models.TextChoices):
    """Leads count where they were received, or what happened counts where it happened."""

    RECEIVED = "received", _("by the day of receipt")
    EVENT = "event", _("by the day of the event")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is counted, within what the asker may see.

    With a salesperson or a queue the rounds that began with them are counted, else the leads
    (product.md, Targets and reports).
    """

    period: Period
    dealerships: frozenset[int]
    salesperson: User | None = None
    queue: str = ""
    campaigns: tuple[Campaign, ...] | None = None
    kind: Kind = Kind.ACTIVE
    by: By = By.RECEIVED
    net: bool = True

    @property
    def counts_rounds(self) -> bool:
        return self.salesperson is not None or bool(self.queue)


def ask(
    user: User,
    *,
    period: Period,
    by: By = By.RECEIVED,
    kind: Kind = Kind.ACTIVE,
    net: bool = True,
    dealership: Dealership | None = None,
    salesperson: User | None = None,
    queue: str = "",
    campaigns: tuple[Campaign, ...] | None = None,
) -> Question:
    """Narrow what is asked to what `user` may see; raise NotAllowed when that is nothing.

    A salesperson sees himself: without a salesperson in the question it is about him.
    """
    everyone_at, oneself_at = _places(user)
    asked_at = frozenset({dealership.pk}) if dealership else everyone_at or oneself_at
    if salesperson is None and not asked_at & everyone_at:
        salesperson = user
    if salesperson == user and dealership is None:
        asked_at = everyone_at | oneself_at
    allowed = everyone_at | oneself_at if salesperson == user and not queue else everyone_at
    if not asked_at or not asked_at <= allowed:
        raise _not_allowed()
    return Question(
        period=period,
        dealerships=asked_at,
        salesperson=salesperson,
        queue=queue,
        campaigns=campaigns,
        kind=kind,
        by=by,
        net=net,
    )


def require_some_figures(user: User) -> None:
    """Raise NotAllowed when no role of `user` includes figures."""
    if not any(_places(user)):
        raise _not_allowed()


def sees_only_oneself(user: User) -> bool:
    everyone_at, _oneself_at = _places(user)
    return not everyone_at


def dealerships_reported_to(user: User) -> models.QuerySet[Dealership]:
    """The dealerships of which `user` may see figures."""
    everyone_at, oneself_at = _places(user)
    return Dealership.objects.filter(pk__in=everyone_at | oneself_at).order_by("name")


def salespeople_reported_to(user: User) -> models.QuerySet[User]:
    """The salespeople of whom `user` may see figures, also those who left."""
    everyone_at, oneself_at = _places(user)
    theirs = Q(memberships__role=Role.SALESPERSON, memberships__dealership__in=everyone_at) | Q(
        memberships__role=Role.SALESPERSON, memberships__group__dealerships__in=everyone_at
    )
    if oneself_at:
        theirs |= Q(pk=user.pk)
    return User.objects.filter(theirs).distinct().order_by("name", "pk")


def campaigns_reported_to(user: User) -> models.QuerySet[Campaign]:
    """The campaigns of which `user` may see figures."""
    everyone_at, oneself_at = _places(user)
    return (
        Campaign.objects.filter(dealerships__in=everyone_at | oneself_at)
        .distinct()
        .order_by("name", "pk")
    )


def _places(user: User) -> tuple[frozenset[int], frozenset[int]]:
    """Where `user` sees everyone's figures, and where his own."""
    return everywhere(user, "report"), everywhere(user, "report_oneself")


def _not_allowed() -> NotAllowed:
    return NotAllowed(
        _(
            "Figures are for sales managers, team leads, marketers and administrators; "
            "a salesperson sees his own. Ask your sales manager."
        )
    )
