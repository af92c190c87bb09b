"""Locks, always in one order: the customer, the lead, the calendar, then what hangs on a lead.

They are FOR NO KEY UPDATE: two of them exclude each other, while a row that only points to the
customer or lead (a hold, an entry of the timeline) can be added meanwhile without a deadlock.
"""

from __future__ import annotations

from django.db import connection

from bdc.prepared import Given, Prepared
from dealers.models import Dealership
from leads.models import Customer, Lead

_CUSTOMER = Prepared(lambda: Customer.objects.select_for_update(no_key=True).filter(pk=Given("pk")))
_LEAD = Prepared(lambda: Lead.objects.select_for_update(no_key=True).filter(pk=Given("pk")))


def lock_customer(customer_id: int) -> Customer:
    """Hold a customer's row until the transaction ends, and read it anew.

    Who was merged into another meanwhile gives that one: leads hang on the survivor alone.
    """
    while True:
        customer = _CUSTOMER.get(pk=customer_id)
        if customer.merged_into_id is None:
            return customer
        customer_id = customer.merged_into_id


def lock_customers(*customer_ids: int) -> list[Customer]:
    """Hold several rows, in the order of their ids whoever asks, and return them as asked."""
    rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=customer_ids)
    held = {customer.pk: customer for customer in rows.order_by("pk")}
    return [held[customer_id] for customer_id in customer_ids]


def lock_lead(lead: Lead) -> Lead:
    """Hold a lead and its customer until the transaction ends, and read them anew.

    The customer comes first: day limits, holds and objections reach over all leads of one.
    The dealership with its hours and policy is read once for all that a caller does with it.
    """
    customer = lock_customer(lead.customer_id)
    locked = _LEAD.get(pk=lead.pk)
    if locked.customer_id != customer.pk:  # the undo of a merge took it elsewhere meanwhile
        customer = lock_customer(locked.customer_id)
    locked.customer = customer
    locked.dealership = lead.dealership
    return locked


def lock_calendar(dealership: Dealership) -> None:
    """Let bookings within a dealer group wait for each other until the transaction ends.

    Two that would exclude each other otherwise each add their row, and then wait for the other
    to go: a deadlock, which costs whoever clashes a second. People work across dealerships of
    their group, so that is as far as it reaches.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('calendar ' || %s::bigint, 0))",
            [dealership.group_id],
        )
