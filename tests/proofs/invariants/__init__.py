"""What must hold whatever happened, each as a query that returns no rows.

They look at rows alone and ask no code of ours: evidence is sought in the attempts and
conversations themselves, hours in a calendar written out here. Source: product.md; the ids are
those of the invariants that trusted systems promise (no lead lost, no customer offered twice, ...).
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from tests.proofs.invariants.arriving import ARRIVING
from tests.proofs.invariants.calling import CALLING, PUBLIC_HOLIDAYS
from tests.proofs.invariants.closing import CLOSING
from tests.proofs.invariants.going_on import AFTER_A_SWEEP, GOING_ON
from tests.proofs.invariants.groups import tenant_keys
from tests.proofs.invariants.invariant import Invariant, Violation
from tests.proofs.invariants.moments import MOMENTS
from tests.proofs.invariants.telling import TELLING
from tests.proofs.invariants.working import WORKING

__all__ = [
    "AFTER_A_SWEEP",
    "INVARIANTS",
    "PUBLIC_HOLIDAYS",
    "broken",
    "every_invariant",
    "tenant_keys",
    "violations",
]

INVARIANTS: tuple[Invariant, ...] = (
    *ARRIVING,
    *WORKING,
    *CLOSING,
    *CALLING,
    *TELLING,
    *MOMENTS,
    *GOING_ON,
)


def every_invariant() -> tuple[Invariant, ...]:
    return (*INVARIANTS, *tenant_keys())


def broken(invariant: Invariant, *, now: datetime | None = None) -> list[str]:
    """The rows that break one invariant."""
    with connection.cursor() as cursor:
        if now is None:
            cursor.execute(invariant.sql)
        else:
            cursor.execute(invariant.sql.replace("%s", "%(now)s::timestamptz"), {"now": now})
        return [str(row[0]) for row in cursor.fetchall()]


def violations(*, now: datetime | None = None) -> list[Violation]:
    """What breaks any invariant; with `now` also those that hold after a sweep."""
    found = [
        Violation(f"{invariant.id} {invariant.name}", row)
        for invariant in every_invariant()
        for row in broken(invariant)
    ]
    if now is not None:
        found += [
            Violation(f"{invariant.id} {invariant.name}", row)
            for invariant in AFTER_A_SWEEP
            for row in broken(invariant, now=now)
        ]
    return found
