"""Who the customers of a history are, who was merged into whom, and what each of them had.

As product.md tells it: customers match on phone or e-mail within their group, and a merge can be
undone: what moved goes back, but an objection that was made since then holds for both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(eq=False)
class CustomerModel:
    group: int
    is_company: bool = False
    pk: int = 0  # taken over from the rows, once
    phones: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    consents: set[int] = field(default_factory=set)
    objections: dict[int, datetime] = field(default_factory=dict)  # those that stand
    last_objected_at: datetime | None = None  # withdrawn or not
    parked_until: datetime | None = None
    counted: dict[date, list[str]] = field(default_factory=dict)
    made: dict[date, list[str]] = field(default_factory=dict)
    merged: list[CustomerModel] = field(default_factory=list)  # into this one
    is_merged: bool = False

    @property
    def has_number(self) -> bool:
        return bool(self.phones)

    @property
    def consented(self) -> bool:
        return bool(self.consents)

    @property
    def objected_at(self) -> datetime | None:
        return max(self.objections.values(), default=None)

    def counted_on(self, day: date) -> list[str]:
        """The parts of the day of attempts that count, also to who was merged into him."""
        return [part for one in (self, *self.merged) for part in one.counted.get(day, [])]

    def called_on(self, day: date) -> list[str]:
        return [part for one in (self, *self.merged) for part in one.made.get(day, [])]


@dataclass(eq=False)
class MergeModel:
    survivor: CustomerModel
    other: CustomerModel
    leads: set[int]
    phones: set[str]
    emails: set[str]
    consents: set[int]
    objections: set[int]
    newest_objection: int
    parked_until: datetime | None  # of the survivor, before
    merged: list[CustomerModel]  # into the other, before
    is_worked: bool = False  # a lead that came over was called since
    is_undone: bool = False
    ended: dict[int, Any] = field(default_factory=dict)  # each lead that ended, as it was


class Customers:
    """All customers of one history, in the order in which they were first heard of."""

    def __init__(self) -> None:
        self.everyone: list[CustomerModel] = []
        self.merges: list[MergeModel] = []
        self._consents = 0
        self._objections = 0

    def arrives(
        self,
        group: int,
        *,
        phones: Iterable[str],
        emails: Iterable[str],
        consents: bool,
        is_company: bool,
    ) -> CustomerModel:
        """Who has one of these numbers or addresses, else somebody new; all is kept of him."""
        phones, emails = set(phones), set(emails)
        customer = self._known(group, phones, emails)
        if customer is None:
            customer = CustomerModel(group, is_company)
            self.everyone.append(customer)
        customer.phones |= phones
        customer.emails |= emails
        if consents:
            self._consents += 1
            customer.consents.add(self._consents)
        return customer

    def _known(self, group: int, phones: set[str], emails: set[str]) -> CustomerModel | None:
        here = [one for one in self.everyone if one.group == group and not one.is_merged]
        by_phone = [one for one in here if one.phones & phones]
        by_email = [one for one in here if one.emails & emails]
        return next(iter(by_phone + by_email), None)

    def object(self, customer: CustomerModel, at: datetime) -> None:
        self._objections += 1
        customer.objections[self._objections] = at
        customer.last_objected_at = at

    def last_merge(self, survivor: CustomerModel) -> MergeModel | None:
        standing = [one for one in self.merges if one.survivor is survivor and not one.is_undone]
        return standing[-1] if standing else None

    def merge(self, survivor: CustomerModel, other: CustomerModel, leads: set[int]) -> MergeModel:
        merge = MergeModel(
            survivor,
            other,
            leads,
            phones=other.phones - survivor.phones,
            emails=other.emails - survivor.emails,
            consents=set(other.consents),
            objections=set(other.objections),
            newest_objection=self._objections,
            parked_until=survivor.parked_until,
            merged=list(other.merged),
        )
        self.merges.append(merge)
        self._move(merge, other, survivor)
        survivor.merged += [other, *other.merged]
        other.merged, other.is_merged = [], True
        survivor.parked_until = _later(survivor.parked_until, other.parked_until)
        survivor.last_objected_at = _later(survivor.last_objected_at, other.last_objected_at)
        return merge

    def part(self, merge: MergeModel) -> None:
        survivor, other = merge.survivor, merge.other
        self._move(merge, survivor, other)
        for number, at in list(survivor.objections.items()):
            if number > merge.newest_objection:
                self.object(other, at)
        other.last_objected_at = survivor.last_objected_at
        other.merged, other.is_merged = merge.merged, False
        survivor.merged = [
            one for one in survivor.merged if one is not other and one not in merge.merged
        ]
        parked_until = _later(merge.parked_until, other.parked_until)
        if parked_until is not None and survivor.parked_until == parked_until:
            survivor.parked_until = merge.parked_until
        merge.is_undone = True

    @staticmethod
    def _move(merge: MergeModel, giver: CustomerModel, taker: CustomerModel) -> None:
        """What moves with a merge, as far as the giver still has it."""
        for name in ("phones", "emails", "consents"):
            moved = getattr(merge, name) & getattr(giver, name)
            getattr(giver, name).difference_update(moved)
            getattr(taker, name).update(moved)
        for number in merge.objections & giver.objections.keys():
            taker.objections[number] = giver.objections.pop(number)


def _later(one: datetime | None, two: datetime | None) -> datetime | None:
    return max((at for at in (one, two) if at is not None), default=None)
