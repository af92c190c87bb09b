"""The right of objection (*recht van verzet*): one key, at once, for all leads of a customer.

An objection is never undone; a manager withdraws it, with a reason of a fixed list.
Source: product.md, right of objection and Undo; reference/domain.md section 4 row 8.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, RuleBroken
from bdc.transactions import retrying_atomic
from leads.domain.access import require_for_customer
from leads.domain.locking import lock_customer
from leads.domain.rechecking import recheck_open_leads
from leads.domain.timeline import record
from leads.domain.writing_off import object_to_calls
from leads.formats.text import clean_lines
from leads.models import Customer, Lead, Objection

LONGEST_NOTE = 2_000


def customers_visible_to(user: User) -> QuerySet[Customer]:
    """The customers of leads that the user may see."""
    return Customer.objects.filter(pk__in=Lead.objects.visible_to(user).values("customer"))


def customer_visible_to(user: User, customer_id: int) -> Customer | None:
    """The customer with this id, or who he was merged into, if the user may see a lead of him."""
    found = Customer.objects.filter(pk=customer_id).values_list("pk", "merged_into").first()
    if found is None:
        return None
    return customers_visible_to(user).filter(pk=found[1] or found[0]).first()


@retrying_atomic
def record_objection(customer: Customer, *, by: User | None, now: datetime) -> Customer:
    """Record that the customer objects to calls: no more calls, for all leads, at once."""
    require_for_customer(by, "object", customer)
    return object_to_calls(customer.pk, by=by, now=now)


def withdrawal_problem(customer: Customer) -> RuleBroken | None:
    """Return why no objection can be withdrawn, or None."""
    if customer.objected_at is None:
        return RuleBroken("objection_missing", _("This customer does not object to calls."))
    return None


@retrying_atomic
def withdraw_objection(
    customer: Customer, *, reason: str, by: User, now: datetime, note: str = ""
) -> Customer:
    """Withdraw every objection of the customer that stands.

    Closed leads stay closed. The customer may be called again only on a ground that still
    holds, which the open leads are judged on anew.
    """
    require_for_customer(by, "withdraw_objection", customer)
    if reason not in Objection.WhyWithdrawn.values:
        raise Malformed(
            FieldProblem("reason", "unknown_reason", _("Choose why the objection is withdrawn."))
        )
    customer = lock_customer(customer.pk)
    problem = withdrawal_problem(customer)
    if problem is not None:
        raise problem
    Objection.objects.filter(customer=customer, withdrawn_at=None).update(
        withdrawn_at=now,
        withdrawn_by=by,
        why_withdrawn=reason,
        note=clean_lines(note, limit=LONGEST_NOTE),
    )
    customer.objected_at = None
    customer.save(update_fields=["objected_at"])
    recheck_open_leads(customer, now=now)
    for lead in Lead.objects.filter(customer=customer).order_by("pk"):
        record(lead, "objection_withdrawn", by=by, now=now, why_withdrawn=reason)
    return customer
