"""The right of objection (*recht van verzet*): one key, at once, for all leads of a customer.

Source: product.md, right of objection; reference/domain.md section 4 row 8.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import NotAllowed
from bdc.transactions import retrying_atomic
from leads.domain.access import everywhere
from leads.domain.writing_off import object_to_calls
from leads.models import Customer, Lead


def customers_visible_to(user: User) -> QuerySet[Customer]:
    """The customers of leads that the user may see."""
    return Customer.objects.filter(pk__in=Lead.objects.visible_to(user).values("customer"))


@retrying_atomic
def record_objection(customer: Customer, *, by: User | None, now: datetime) -> Customer:
    """Record that the customer objects to calls: no more calls, for all leads, at once."""
    if by is not None:
        places = everywhere(by, "object")
        if not Lead.objects.filter(customer=customer, dealership__in=places).exists():
            raise NotAllowed(
                _("Your role does not include this. Ask your team lead or sales manager.")
            )
    return object_to_calls(customer.pk, by=by, now=now)
