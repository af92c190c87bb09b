"""What a user reaches: which roles at which dealerships. Every door loads through this.

Nobody sees a row outside their memberships (product.md, Organisation).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, Q, QuerySet

from bdc.accounts.models import User
from bdc.prepared import Given, Prepared
from dealers.models import Dealership, Extension, Membership, Role


@dataclass(frozen=True)
class Reach:
    """The roles of one user, by dealership; group and centre memberships are spread out."""

    roles_at: dict[int, frozenset[Role]]
    # Whether a telephone exchange can tell of calls to the user.
    has_extension: bool = False
    # Whether a team lead chose what this agent is given to call, by any of the memberships.
    has_chosen_work: bool = False

    @cached_property
    def dealerships(self) -> frozenset[int]:
        return frozenset(self.roles_at)

    @cached_property
    def only_sales(self) -> frozenset[int]:
        """Where the user is a salesperson and nothing else."""
        return frozenset(
            place for place, roles in self.roles_at.items() if roles == {Role.SALESPERSON}
        )

    @cached_property
    def more_than_sales(self) -> frozenset[int]:
        return self.dealerships - self.only_sales

    @cached_property
    def roles(self) -> frozenset[Role]:
        """Every role that the user has anywhere."""
        return frozenset(role for roles in self.roles_at.values() for role in roles)

    def at(self, dealership_id: int) -> frozenset[Role]:
        return self.roles_at.get(dealership_id, frozenset())

    def where(self, *roles: Role) -> frozenset[int]:
        """The dealerships at which the user has any of `roles`."""
        wanted = set(roles)
        return frozenset(place for place, has in self.roles_at.items() if has & wanted)

    def has(self, *roles: Role) -> bool:
        return bool(self.roles & set(roles))


def reach_of(user: User) -> Reach:
    """Return what `user` reaches, read once for each user object (so once for a request)."""
    cached: Reach | None = getattr(user, "_reach", None)
    if cached is None:
        cached = _read_reach(user)
        user._reach = cached  # type: ignore[attr-defined]  # lives as long as the request's user
    return cached


# A row for each place that a membership leads to.
_MEMBERSHIPS: Prepared[Any] = Prepared(
    lambda: Membership.objects.annotate(
        of_group=F("group__dealerships"),
        served=F("centre__services__dealership"),
        narrowed_to=F("only_dealerships"),
        has_extension=Exists(
            Extension.objects.filter(user=Given("user"), exchange__is_active=True)
        ),
    ).filter(user=Given("user"))
)


def _read_reach(user: User) -> Reach:
    if not user.is_active:
        return Reach({})
    roles_at: defaultdict[int, set[Role]] = defaultdict(set)
    has_extension = has_chosen_work = False
    for row in _MEMBERSHIPS.all(user=user.pk):
        has_extension = row.has_extension
        has_chosen_work |= row.has_chosen_work
        place = row.dealership_id or row.of_group or row.served
        is_left_out = row.served is not None and row.narrowed_to not in (None, row.served)
        if place is not None and not is_left_out:
            roles_at[place].add(Role(row.role))
    roles = {place: frozenset(roles) for place, roles in roles_at.items()}
    return Reach(roles, has_extension=has_extension, has_chosen_work=has_chosen_work)


def people_at(dealership: Dealership, *roles: Role) -> list[User]:
    """The active users with one of `roles` at `dealership`, by name: group and centre included.

    See also Reach, which answers the same the other way round.
    """
    at_place = (
        Q(dealership=dealership)
        | Q(group=dealership.group_id)
        | (Q(centre__services__dealership=dealership) & Q(only_dealerships=None))
        | (Q(centre__services__dealership=dealership) & Q(only_dealerships=dealership))
    )
    users = Membership.objects.filter(at_place, role__in=roles).values("user")
    return list(User.objects.filter(pk__in=users, is_active=True).order_by("name", "pk"))


def person_at(dealership: Dealership, email: str) -> User | None:
    """Whoever works at or for `dealership` in any role and has this e-mail address."""
    wanted = email.strip().lower()
    return next((person for person in people_at(dealership, *Role) if person.email == wanted), None)


def dealerships_visible_to(user: User) -> QuerySet[Dealership]:
    """The dealerships at which the user has a role, by any membership."""
    return Dealership.objects.with_hours().filter(pk__in=reach_of(user).dealerships)
