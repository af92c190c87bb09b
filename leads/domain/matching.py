"""Is this somebody we know? Customers match on phone or e-mail within their dealer group.

A plate alone is a hint, and nobody is ever matched across groups (product.md, Routing).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from leads.models import Customer

NAMESPACE = "customer"


def hold_contact_keys(group_id: int, keys: Iterable[str]) -> None:
    """Let parallel arrivals of one unknown person meet: the second waits for the first.

    Locks are taken in one order, and end with the transaction.
    """
    names = sorted({f"{NAMESPACE}:{group_id}:{key}" for key in keys})
    if not names:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS keys(name, position) ORDER BY position",
            [names],
        )


def known_customer(group_id: int, *, phones: list[str], emails: list[str]) -> Customer | None:
    """The customer of the group with one of these contact details, or None.

    Who matches on the phone goes before who matches on e-mail, then who was known first. Who
    was merged is found as his survivor, who has all that is known of him.
    """
    if not phones and not emails:
        return None
    by_phone = Q(phones__group=group_id, phones__number__in=phones, phones__is_dialable=True)
    by_email = Q(emails__group=group_id, emails__address__in=emails)
    for matches in ([by_phone] if phones else []) + ([by_email] if emails else []):
        found = (
            Customer.objects.filter(matches, group=group_id, merged_into=None)
            .order_by("pk")
            .first()
        )
        if found is not None:
            return found
    return None
