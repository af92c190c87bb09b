"""What a user reaches: which roles at which dealerships. Every door loads through this.

Nobody sees a row outside their memberships (product.md, Organisation).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, Q, QuerySet

from bdc.accounts.models import User
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


def _read_reach(user: User) -> Reach:
    if not user.is_active:
        return Reach({})
    roles_at: defaultdict[int, set[Role]] = defaultdict(set)
    rows = Membership.objects.filter(user=user).values_list(
        "role",
        "dealership",
        "group__dealerships",
        "centre__services__dealership",
        "only_dealerships",
        "has_chosen_work",
        Exists(Extension.objects.filter(user=user, exchange__is_active=True)),
    )
    has_extension = has_chosen_work = False
    for role, at_place, of_group, served, narrowed_to, is_chosen, has_one in rows:
        has_extension = has_one
        has_chosen_work |= is_chosen
        place = at_place or of_group or served
        is_left_out = served is not None and narrowed_to not in (None, served)
        if place is not None and not is_left_out:
            roles_at[place].add(Role(role))
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
