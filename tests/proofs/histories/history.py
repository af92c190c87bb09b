"""A history of leads: all that can be done to them, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction

from tests.proofs.histories.arriving import Arriving
from tests.proofs.histories.chronicle import Driver, Violation
from tests.proofs.histories.closing import Closing
from tests.proofs.histories.contact import Contact
from tests.proofs.histories.correcting import Correcting
from tests.proofs.histories.passing import Passing
from tests.proofs.histories.queue import AtTheQueue
from tests.proofs.histories.world import World


class History(Arriving, AtTheQueue, Contact, Correcting, Closing, Passing):
    """One history in one transaction, which is rolled back when it ends."""


@contextmanager
def history(
    world: World, driver: Driver, now: datetime, steps: Counter[str] | None = None
) -> Iterator[History]:
    """A history in a transaction of its own; what went before is told with what failed."""
    with transaction.atomic():
        told = History(world, driver, now, steps)
        try:
            yield told
        except (Violation, IntegrityError) as problem:
            problem.add_note("\n".join(told.done))
            raise
        finally:
            transaction.set_rollback(True)
