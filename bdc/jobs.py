"""Jobs of the timetable: each slot of time is worked once, whoever rings."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from bdc import clock
from bdc.models import JobRun

logger = logging.getLogger(__name__)

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def slot_of(now: datetime, *, every: timedelta) -> datetime:
    """Return when the slot began that `now` is in."""
    return now - (now - EPOCH) % every


def run_job(
    job: str,
    *,
    slot: datetime,
    now: datetime,
    work: Callable[[], Mapping[str, object]],
) -> bool:
    """Do `work` unless the slot has had its run; say whether it was done.

    A run that fails keeps its slot: the next slot is the next try, since jobs look for what
    has to be done and never trust that they ran before.
    """
    run, is_first = JobRun.objects.get_or_create(job=job, slot=slot, defaults={"started_at": now})
    if not is_first:
        return False
    try:
        run.detail = dict(work())
    except Exception as problem:
        run.detail = {"error": f"{type(problem).__name__}: {problem}"}
        run.save(update_fields=["detail"])
        raise
    run.finished_at = clock.now()
    run.save(update_fields=["detail", "finished_at"])
    did = {name: count for name, count in run.detail.items() if count}
    logger.info("done", extra={"facts": {"job": job, "did": did}})
    return True
