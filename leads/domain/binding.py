"""What binds people to a lead: who is with its customer, and what was promised to him.

An action asks for it several times: may somebody else be calling, is there a ground, what is the
state before, what follows. Once it has locked the lead nobody else changes these rows until its
transaction ends, so `read_once` reads them and they go along with the lead and its customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bdc.prepared import Given, Prepared
from leads.models import CallBack, Customer, Hold, Lead

_CALL_BACKS = Prepared(lambda: CallBack.objects.filter(lead=Given("lead")).order_by("pk"))
_HOLD = Prepared(lambda: Hold.objects.filter(customer=Given("customer")))
_HOLD_OF_CUSTOMER: Any = Customer._meta.get_field("hold")


def read_once(lead: Lead) -> None:
    """Read what binds people to a locked lead, for all that the action asks from here on.

    Who changes it in the database alone says so: see `forget_holder`.
    """
    _CALL_BACKS.attach(lead, "call_backs", lead=lead.pk)
    _HOLD_OF_CUSTOMER.set_cached_value(lead.customer, _HOLD.first(customer=lead.customer_id))


def call_backs_of(lead: Lead) -> Sequence[CallBack]:
    """The call-backs of a lead, made or not: those that were loaded with it, else read now."""
    return _CALL_BACKS.of(lead, "call_backs", lead=lead.pk) if lead.pk else ()


def open_promise(lead: Lead) -> CallBack | None:
    """The call-back that was promised to the customer and not made yet."""
    return next((one for one in call_backs_of(lead) if one.done_at is None), None)


def holder(customer: Customer) -> Hold | None:
    """The hold on a customer, lapsed or not: the one that was read before, else read now."""
    if _HOLD_OF_CUSTOMER.is_cached(customer):
        known: Hold | None = _HOLD_OF_CUSTOMER.get_cached_value(customer)
        return known
    return _HOLD.first(customer=customer.pk)


def forget_holder(customer: Customer) -> None:
    """A hold on the customer begins or ends: who is asked next reads it anew."""
    if _HOLD_OF_CUSTOMER.is_cached(customer):
        _HOLD_OF_CUSTOMER.delete_cached_value(customer)
