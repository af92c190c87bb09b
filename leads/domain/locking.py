"""Locks, always in one order: the customer, then the lead, then what hangs on it."""

from __future__ import annotations

from leads.models import Customer, Lead


def lock_customer(customer_id: int) -> Customer:
    """Hold a customer's row until the transaction ends, and read it anew."""
    return Customer.objects.select_for_update().get(pk=customer_id)


def lock_lead(lead: Lead) -> Lead:
    """Hold a lead and its customer until the transaction ends, and read them anew.

    The customer comes first: day limits, holds and objections reach over all leads of one.
    """
    lock_customer(lead.customer_id)
    return (
        Lead.objects.select_for_update(of=("self",))
        .select_related("customer", "dealership__group", "owner", "campaign")
        .get(pk=lead.pk)
    )
