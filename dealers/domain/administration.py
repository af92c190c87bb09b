"""Administrators of a dealer group keep its people, their roles, and its dealerships' policies.

Source: product.md, Organisation; issue "administration of people, dealerships, reasons".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, NotAllowed, RuleBroken
from bdc.live.announcing import announce
from bdc.live.news import RIGHTS
from dealers.domain.access import reach_of
from dealers.domain.policy_history import POLICY_FIELDS, hours_of, note_changes, policy_of
from dealers.domain.topics import of_user
from dealers.models import (
    ClosingDay,
    DealerGroup,
    Dealership,
    Membership,
    OpeningBlock,
    PostcodeArea,
    Role,
    SalesRole,
)
from dealers.models.people import CENTRE_ROLES

# How the queues are called at a dealership: for the team leads of who works them as well.
QUEUE_POLICY_FIELDS = (
    "attempts_inbound",
    "attempts_second_voice",
    "attempts_unreached",
    "attempts_passive",
    "calls_from",
    "calls_until",
)
SIDES = ("salesperson", "passive", "second_voice", "unreached", "inbound")


def dealerships_to_administer(user: User) -> QuerySet[Dealership]:
    """The dealerships at which `user` is an administrator."""
    places = reach_of(user).where(Role.ADMINISTRATOR)
    return Dealership.objects.filter(pk__in=places).select_related("group").order_by("name")


def memberships_to_administer(user: User, search: str = "") -> QuerySet[Membership]:
    """The memberships at those dealerships and at groups that are wholly the user's.

    Memberships of contact centres are the centre's own and not shown to a dealer group.
    `search` narrows them to a part of a name or an address.
    """
    places = dealerships_to_administer(user)
    return (
        Membership.objects.filter(
            Q(dealership__in=places) | Q(group__in=groups_to_administer(user)),
            Q(user__name__icontains=search) | Q(user__email__icontains=search),
        )
        .select_related("user", "dealership", "group")
        .order_by("user__name", "user_id", "pk")
    )


def groups_to_administer(user: User) -> QuerySet[DealerGroup]:
    """The groups of which `user` is an administrator as a whole."""
    return DealerGroup.objects.filter(
        memberships__user=user, memberships__role=Role.ADMINISTRATOR
    ).distinct()


@transaction.atomic
def add_person(
    *,
    email: str,
    name: str,
    role: str,
    place: Dealership | DealerGroup,
    sales_role: str = "",
    by: User,
    now: datetime,
) -> Membership:
    """Give somebody a role at a dealership or group; the account is made when there is none.

    A new account has no password: its owner sets one by "forgot password".
    """
    _require_place(by, place)
    _check_role(role, sales_role)
    if role == Role.SALESPERSON and not isinstance(place, Dealership):
        raise Malformed(
            FieldProblem("place", "invalid", _("A salesperson works at one dealership."))
        )
    address = email.strip().lower()
    user, _is_new = User.objects.get_or_create(
        email=address, defaults={"name": name.strip()[:120], "joined_at": now}
    )
    if _is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    where = {"dealership": place} if isinstance(place, Dealership) else {"group": place}
    membership, _made = Membership.objects.get_or_create(
        user=user,
        role=role,
        **where,
        defaults={"sales_role": sales_role},
    )
    if membership.sales_role != sales_role:
        membership.sales_role = sales_role
        membership.save(update_fields=["sales_role"])
    announce(RIGHTS, of_user(user.pk))
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: User, now: datetime) -> None:
    """Take a role away; the leads of who leaves are routed again within the minute."""
    _require_membership(by, membership)
    if membership.user_id == by.pk and membership.role == Role.ADMINISTRATOR:
        raise RuleBroken(
            "own_role", _("You cannot take your own administration away. Ask a colleague.")
        )
    announce(RIGHTS, of_user(membership.user_id))
    membership.delete()


@transaction.atomic
def set_active(membership: Membership, *, active: bool, by: User, now: datetime) -> User:
    """Close or open the account of a person who works for this group alone."""
    _require_membership(by, membership)
    user = User.objects.select_for_update().get(pk=membership.user_id)
    if user.pk == by.pk:
        raise RuleBroken("own_role", _("You cannot close your own account. Ask a colleague."))
    mine = memberships_to_administer(by).values("pk")
    if Membership.objects.filter(user=user).exclude(pk__in=mine).exists():
        raise RuleBroken(
            "works_elsewhere",
            _("This person works elsewhere too. Take the role here away instead."),
        )
    user.is_active = active
    user.save(update_fields=["is_active"])
    announce(RIGHTS, of_user(user.pk))
    return user


@transaction.atomic
def change_dealership(
    dealership: Dealership,
    *,
    policy: Mapping[str, Any],
    brands: list[str],
    aliases: list[str],
    areas: list[tuple[int, int]],
    by: User,
    now: datetime,
) -> Dealership:
    """Change what a dealership is and how it works; rounds that run keep their maximum.

    Raises Malformed for a maximum above the group's limit and for areas that are no range.
    """
    _require_place(by, dealership)
    dealership = (
        Dealership.objects.select_for_update(of=("self",))
        .select_related("group")
        .get(pk=dealership.pk)
    )
    before = policy_of(dealership)
    for name in POLICY_FIELDS:
        if name in policy:
            setattr(dealership, name, policy[name])
    problems = [*policy_problems(dealership), *_area_problems(areas)]
    if problems:
        raise Malformed(*problems)
    dealership.brands = brands
    dealership.aliases = aliases
    dealership.save()
    dealership.postcode_areas.all().delete()
    PostcodeArea.objects.bulk_create(
        [PostcodeArea(dealership=dealership, first=first, last=last) for first, last in areas]
    )
    note_changes(dealership, before, policy_of(dealership), by=by, now=now)
    return dealership


def dealerships_to_call_for(user: User) -> QuerySet[Dealership]:
    """The dealerships at which `user` sets how often and when the queues are called."""
    places = reach_of(user).where(Role.TEAM_LEAD, Role.ADMINISTRATOR)
    return Dealership.objects.filter(pk__in=places).select_related("group").order_by("name", "pk")


@transaction.atomic
def change_queue_policy(
    dealership: Dealership, *, policy: Mapping[str, Any], by: User, now: datetime
) -> Dealership:
    """Set the maximums of the queues and when calls are made; rounds that run keep theirs.

    Source: product.md, Who uses it (team leads and administrators work on queues and policies).
    Raises Malformed for a maximum above the group's limit.
    """
    if not dealerships_to_call_for(by).filter(pk=dealership.pk).exists():
        raise NotAllowed(_("Only a team lead or administrator of this dealership changes it."))
    dealership = (
        Dealership.objects.select_for_update(of=("self",))
        .select_related("group")
        .get(pk=dealership.pk)
    )
    before = policy_of(dealership)
    for name in QUEUE_POLICY_FIELDS:
        setattr(dealership, name, policy[name])
    problems = queue_policy_problems(dealership.group, policy)
    if problems:
        raise Malformed(*problems)
    dealership.save(update_fields=QUEUE_POLICY_FIELDS)
    note_changes(dealership, before, policy_of(dealership), by=by, now=now)
    return dealership


def queue_policy_problems(group: DealerGroup, policy: Mapping[str, Any]) -> list[FieldProblem]:
    """What is wrong with the maximums of the queues and the calling hours at a dealership."""
    asked = Dealership(group=group)
    for name in QUEUE_POLICY_FIELDS:
        value = policy.get(name)
        setattr(asked, name, value or 0 if name.startswith("attempts_") else value)
    return [one for one in policy_problems(asked) if one.field in QUEUE_POLICY_FIELDS]


def policy_problems(dealership: Dealership) -> list[FieldProblem]:
    """What in the policy passes the group's limits, is no number of attempts, or ends too soon."""
    problems = _hour_problems(dealership)
    for side in SIDES:
        wanted = int(getattr(dealership, f"attempts_{side}"))
        limit = dealership.group.limit(side)
        if not 1 <= wanted <= limit:
            problems.append(
                FieldProblem(
                    f"attempts_{side}",
                    "past_the_limit",
                    _("Choose 1 to %(limit)s: the group's limit.") % {"limit": limit},
                )
            )
    return problems


@transaction.atomic
def change_hours(
    dealership: Dealership,
    *,
    blocks: list[tuple[int, time, time]],
    closing_days: list[tuple[Any, str]],
    by: User,
    now: datetime,
) -> Dealership:
    """Set the opening blocks (weekday, from, until) and closing days (date, reason).

    Raises Malformed, naming day_0 to day_6, for hours that end before they begin or overlap.
    """
    _require_place(by, dealership)
    problems = _block_problems(blocks)
    if problems:
        raise Malformed(*problems)
    Dealership.objects.select_for_update(of=("self",)).get(pk=dealership.pk)
    before = hours_of(dealership)
    dealership.opening_blocks.all().delete()
    OpeningBlock.objects.bulk_create(
        [
            OpeningBlock(dealership=dealership, weekday=weekday, opens=opens, closes=closes)
            for weekday, opens, closes in blocks
        ]
    )
    dealership.closing_days.all().delete()
    ClosingDay.objects.bulk_create(
        [
            ClosingDay(dealership=dealership, on=on, reason=reason[:120])
            for on, reason in dict(closing_days).items()
        ]
    )
    note_changes(dealership, before, hours_of(dealership), by=by, now=now)
    return dealership


def _check_role(role: str, sales_role: str) -> None:
    if role not in Role.values or role in CENTRE_ROLES:
        raise Malformed(
            FieldProblem("role", "invalid", _("Choose a role of a dealership or group."))
        )
    is_salesperson = role == Role.SALESPERSON
    if is_salesperson and sales_role not in SalesRole.values:
        raise Malformed(
            FieldProblem("sales_role", "required", _("Say which kind of salesperson this is."))
        )
    if not is_salesperson and sales_role:
        raise Malformed(FieldProblem("sales_role", "invalid", _("Only a salesperson has a kind.")))


def _area_problems(areas: list[tuple[int, int]]) -> list[FieldProblem]:
    if all(1000 <= first <= last <= 9999 for first, last in areas):
        return []
    return [
        FieldProblem(
            "areas", "invalid", _("Write areas as 5600-5658: from the lowest to the highest.")
        )
    ]


def _block_problems(blocks: list[tuple[int, time, time]]) -> list[FieldProblem]:
    """What is wrong with the blocks of a week, for each day once: opening time counts once."""
    problems = []
    for weekday in sorted({block[0] for block in blocks}):
        day = sorted(block[1:] for block in blocks if block[0] == weekday)
        if any(opens >= closes for opens, closes in day):
            message = _("Hours end after they begin.")
        elif any(before[1] > after[0] for before, after in pairwise(day)):
            message = _("These hours overlap. Write one block, or leave a break between them.")
        else:
            continue
        problems.append(FieldProblem(f"day_{weekday}", "invalid", message))
    return problems


def _hour_problems(dealership: Dealership) -> list[FieldProblem]:
    begins, ends = dealership.calls_from, dealership.calls_until
    if begins is None or ends is None or begins < ends:
        return []
    return [FieldProblem("calls_until", "invalid", _("Calls end after they begin."))]


def _require_place(by: User, place: Dealership | DealerGroup) -> None:
    if isinstance(place, Dealership):
        allowed = Role.ADMINISTRATOR in reach_of(by).at(place.pk)
    else:
        allowed = groups_to_administer(by).filter(pk=place.pk).exists()
    if not allowed:
        raise NotAllowed(_("Only an administrator of this place changes it."))


def _require_membership(by: User, membership: Membership) -> None:
    if not memberships_to_administer(by).filter(pk=membership.pk).exists():
        raise NotAllowed(_("Only an administrator of this place changes it."))
