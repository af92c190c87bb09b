"""Time passes, the system acts, and people come and go."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from bdc.outbox import effects
from bdc.outbox.models import Effect
from dealers.models import Dealership
from leads.domain.sweeping import sweep
from leads.models import Lead
from tests.proofs.histories.chronicle import Chronicle, Violation
from tests.proofs.histories.closing import REASONS
from tests.proofs.histories.rows import due, fingerprint
from tests.proofs.histories.through_the_domain import Domain
from tests.proofs.histories.world import local


class _SweepErrors(logging.Handler):
    """A sweep goes on after a row that fails; here that is a failure."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        problem = record.exc_info[1] if record.exc_info else ""
        self.told.append(f"{record.getMessage()}: {problem!r}")


@contextmanager
def _failing_aloud() -> Iterator[None]:
    handler = _SweepErrors()
    logger = logging.getLogger("leads.domain.sweeping")
    logger.addHandler(handler)
    propagates, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates
    if handler.told:
        raise Violation("; ".join(handler.told))


class Passing(Chronicle):
    """What time and the system do, and what changes around the leads."""

    def presence(self, who: str, state: str) -> None:
        answer = self.step("presence", who, allowed=None, state=state)
        if not answer.refused:
            (self.model.absentees.discard if state == "available" else self.model.absentees.add)(
                who
            )
        self.user(who).__dict__.get("_state").fields_cache.pop("presence", None)
        self.check()

    def tick(self, passed: timedelta) -> None:
        self.now += passed
        self.done.append(f"{local(self.now):%a %d %b %H:%M:%S} time passes: {passed}")
        self.steps["tick done"] += 1

    def sweep(self) -> None:
        """The timetable; a second time at once it finds nothing to do."""
        with _failing_aloud():
            self.system("sweep", lambda: sweep(self.now))
        self.model.sweep(self.now, REASONS["BDC-06"])
        self._ended_without_ground()
        self._compare_leads()
        found = due(self.now)
        if found:
            raise Violation(f"after a sweep: {', '.join(found)}")
        before = fingerprint()
        with _failing_aloud():
            sweep(self.now)
        if fingerprint() != before:
            raise Violation("a second sweep at the same moment changed rows")
        self.check()

    def _ended_without_ground(self) -> None:
        """SYS-01 is taken over where it may be."""
        ended = Lead.objects.filter(close_reason="SYS-01", status="closed", closed_at__isnull=False)
        for pk in ended.values_list("pk", flat=True):
            lead = self.model.leads[pk]
            if lead.status == "closed":
                continue
            if not self.model.may_end_without_ground(lead, self.now):
                raise Violation(f"lead {pk} was ended for want of a ground that it has")
            self.model.let_go(lead)
            lead.round.end, lead.status, lead.system_at = "SYS-01", "closed", None

    def change_policy(self, place: int, side: str, most: int) -> None:
        """Maximums go up and down; rounds that run keep theirs."""
        where = self.world.places[place]

        def change() -> None:
            Dealership.objects.filter(pk=where.pk).update(**{f"attempts_{side}": most})

        self.system(f"policy {where.slug} {side} {most}", change)
        self._places = self._read_places()
        self.model.places[where.pk].policy[side] = most
        self.check()

    def deactivate(self, who: str, *, active: bool) -> None:
        """Somebody's account is closed, or opened again."""
        user = self.user(who)

        def change() -> None:
            user.is_active = active
            user.save(update_fields=["is_active"])
            user.__dict__.pop("_reach", None)

        self.system(f"account {who} {'opened' if active else 'closed'}", change)
        (self.model.inactive.discard if active else self.model.inactive.add)(who)
        self.check()

    def absence(self, who: str, days: float) -> None:
        begins_at, ends_at = self.now, self.now + timedelta(days=days)
        manager = "breda-manager" if who.startswith("breda") else "manager"
        taken = any(one == who and until > begins_at for one, until in self.absences)
        given = {"user": who, "begins_at": begins_at, "ends_at": ends_at}
        self.driver, driver = Domain(), self.driver
        try:
            answer = self.step("absence", manager, allowed=days >= 1 and not taken, **given)
        finally:
            self.driver = driver
        if not answer.refused:
            self.absences.append((who, ends_at))
        self.check()

    def deliver_again(self, number: int) -> None:
        """An effect is delivered, and once more; no row of a lead changes by it."""
        rows = list(Effect.objects.order_by("pk"))
        if not rows:
            return
        effect = rows[number % len(rows)]
        before = fingerprint()
        for _time in range(2):
            self.system(
                f"effect {effect.kind}",
                lambda: effects._handlers[effect.kind](
                    effect.payload, now=self.now, reference=effect.reference
                ),
            )
        if fingerprint() != before:
            raise Violation(f"delivering {effect} changed rows")
        self.check()
