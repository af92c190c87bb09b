"""Customers who turn out to be one, or two after all, and objections that are withdrawn."""

from __future__ import annotations

from datetime import timedelta

from tests.proofs.histories.chronicle import Chronicle
from tests.proofs.histories.customers import CustomerModel

MERGERS = {"sales_manager", "team_lead", "administrator"}


class Correcting(Chronicle):
    """The steps by which it is put right who somebody is, and what he wants."""

    def merge(self, who: str, survivor: CustomerModel, other: CustomerModel) -> None:
        model, at = self.model, self.now + timedelta(seconds=1)
        both = (survivor, other)
        allowed = (
            survivor is not other
            and survivor.group == other.group
            and all(model.may_for(who, MERGERS, one) for one in both)
            and not any(model.somebody_is_with(one, at) for one in both)
        )
        answer = self.step("merge", who, allowed=allowed, customer=survivor.pk, other=other.pk)
        if not answer.refused:
            model.merge(survivor, other)
        self.check()

    def undo_merge(self, who: str, survivor: CustomerModel) -> None:
        model = self.model
        merge = model.customers.last_merge(survivor)
        allowed = (
            merge is not None
            and not merge.is_worked
            and model.may_for(who, MERGERS, survivor)
            and not model.somebody_is_with(survivor, self.now + timedelta(seconds=1))
        )
        answer = self.step("unmerge", who, allowed=allowed, customer=survivor.pk)
        if not answer.refused and merge is not None:
            model.part(merge, self.now)
        self.check()

    def withdraw_objection(self, who: str, customer: CustomerModel, reason: str) -> None:
        allowed = customer.objected_at is not None and self.model.may_for(
            who, {"sales_manager"}, customer
        )
        answer = self.step(
            "withdraw_objection", who, allowed=allowed, customer=customer.pk, reason=reason
        )
        if not answer.refused:
            customer.objections.clear()
        self.check()
