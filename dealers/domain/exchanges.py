"""Who keeps telephone exchanges: their secrets, and whose telephone has which extension.

Source: docs/telephony.md; ux.md 2.7, Telefonie. Of a dealer group its
administrators, of a contact centre its team leads: nobody else knows their people.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, NotAllowed
from bdc.transactions import retrying_atomic
from dealers.domain.administration import groups_to_administer
from dealers.domain.signing import printed_secret
from dealers.models import (
    CallEvent,
    ContactCentre,
    DealerGroup,
    Dealership,
    DeliveryRefusal,
    Exchange,
    Extension,
    Membership,
    Role,
)

# How long an exchange may go on with the secret it had.
PREVIOUS_LASTS = timedelta(days=7)
LOOKED_BACK = timedelta(days=7)


def centres_to_lead(user: User) -> QuerySet[ContactCentre]:
    """The contact centres of which `user` is a team lead."""
    leading = Membership.objects.filter(user=user, role=Role.TEAM_LEAD)
    return ContactCentre.objects.filter(pk__in=leading.values("centre")).order_by("name")


def exchanges_to_keep(user: User) -> QuerySet[Exchange]:
    """The exchanges of the user's groups and centres, by name."""
    kept = Q(group__in=groups_to_administer(user)) | Q(centre__in=centres_to_lead(user))
    return Exchange.objects.filter(kept).select_related("group", "centre").order_by("name", "pk")


def with_traffic(exchanges: QuerySet[Exchange], *, now: datetime) -> QuerySet[Exchange]:
    """With when each told something last, and how much was refused in a week."""
    of_this = Q(exchange=OuterRef("pk"))
    lately = DeliveryRefusal.objects.filter(of_this, on__gt=_week_ago(now)).order_by()
    refused = lately.values("exchange").annotate(sum=Sum("count")).values("sum")
    events = CallEvent.objects.filter(of_this).order_by("-pk").values("received_at")
    return exchanges.annotate(refused=Subquery(refused), last_event_at=Subquery(events[:1]))


def places_of(exchange: Exchange) -> QuerySet[Dealership]:
    """The dealerships whose customers an exchange may be about: no other is ever looked at."""
    if exchange.group_id:
        return Dealership.objects.filter(group=exchange.group_id)
    return Dealership.objects.filter(services__centre=exchange.centre_id)


def people_to_call(exchange: Exchange) -> QuerySet[User]:
    """Who can have an extension: the people of the group, or of the centre."""
    at_place = (
        Q(group=exchange.group_id) | Q(dealership__group=exchange.group_id)
        if exchange.group_id
        else Q(centre=exchange.centre_id)
    )
    people = Membership.objects.filter(at_place).values("user")
    return User.objects.filter(pk__in=people, is_active=True).order_by("name", "pk")


def latest_events(exchange: Exchange, *, count: int) -> QuerySet[CallEvent]:
    return exchange.events.select_related("user").order_by("-pk")[:count]


def latest_refusals(exchange: Exchange, *, now: datetime) -> QuerySet[DeliveryRefusal]:
    """What was refused in the last week, by day and by why, the latest first."""
    return exchange.refusals.filter(on__gt=_week_ago(now)).order_by("-on", "why")


@retrying_atomic
def add_exchange(
    *, name: str, place: DealerGroup | ContactCentre, by: User, now: datetime
) -> tuple[Exchange, str]:
    """A new exchange and its secret, which cannot be read again."""
    is_group = isinstance(place, DealerGroup)
    places = groups_to_administer(by) if isinstance(place, DealerGroup) else centres_to_lead(by)
    if not places.filter(pk=place.pk).exists():
        raise _not_kept_by_you()
    exchange = Exchange.objects.create(
        name=name.strip()[:120],
        slug=secrets.token_urlsafe(16),
        salt=_new_salt(),
        salted_at=now,
        group_id=place.pk if is_group else None,
        centre_id=None if is_group else place.pk,
    )
    return exchange, printed_secret(exchange.salt)


@retrying_atomic
def renew_secret(exchange: Exchange, *, by: User, now: datetime) -> str:
    """A new secret; the one before is valid for a week more, and the one before that is not."""
    exchange = _locked(exchange, by)
    exchange.previous_salt, exchange.previous_until = exchange.salt, now + PREVIOUS_LASTS
    exchange.salt, exchange.salted_at = _new_salt(), now
    exchange.save(update_fields=["salt", "salted_at", "previous_salt", "previous_until"])
    return printed_secret(exchange.salt)


@retrying_atomic
def set_exchange_active(exchange: Exchange, *, active: bool, by: User, now: datetime) -> Exchange:
    """Listen to an exchange, or not any more; what it told stays."""
    exchange = _locked(exchange, by)
    exchange.is_active = active
    exchange.save(update_fields=["is_active"])
    return exchange


@retrying_atomic
def add_extension(
    exchange: Exchange, *, name: str, user: User, by: User, now: datetime
) -> Extension:
    """Say whose telephone it is. Raises Malformed for one that somebody has, and for strangers."""
    exchange = _locked(exchange, by)
    problem = extension_problem(exchange, name=name, user=user)
    if problem is not None:
        raise Malformed(problem)
    return Extension.objects.create(exchange=exchange, name=name.strip(), user=user)


def extension_problem(exchange: Exchange, *, name: str, user: User) -> FieldProblem | None:
    """Return why this extension cannot be the telephone of `user`, or None."""
    if not people_to_call(exchange).filter(pk=user.pk).exists():
        return FieldProblem("user", "unknown_person", _("This person does not work here."))
    if exchange.extensions.filter(name=name.strip()).exists():
        return FieldProblem(
            "name", "taken", _("Somebody has this extension. Take it away there first.")
        )
    return None


@retrying_atomic
def remove_extension(extension: Extension, *, by: User, now: datetime) -> None:
    """The telephone is nobody's any more."""
    _locked(extension.exchange, by)
    extension.delete()


def _week_ago(now: datetime) -> date:
    return (timezone.localtime(now) - LOOKED_BACK).date()


def _new_salt() -> str:
    return secrets.token_urlsafe(32)


def _locked(exchange: Exchange, by: User) -> Exchange:
    """The exchange, once nobody else changes it; refused to who does not keep it."""
    if not exchanges_to_keep(by).filter(pk=exchange.pk).exists():
        raise _not_kept_by_you()
    return Exchange.objects.select_for_update(of=("self",)).get(pk=exchange.pk)


def _not_kept_by_you() -> NotAllowed:
    return NotAllowed(
        _("Only an administrator of the group or a team lead of the centre keeps its telephony.")
    )
