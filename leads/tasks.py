"""What the timetable does with leads. Each task loads, calls one function, and ends."""

from celery import shared_task


@shared_task
def sweep() -> bool:
    from datetime import timedelta

    from bdc import clock
    from bdc.jobs import run_job, slot_of
    from leads.domain.sweeping import sweep as sweep_leads

    now = clock.now()
    return run_job(
        "sweep_leads",
        slot=slot_of(now, every=timedelta(seconds=10)),
        now=now,
        work=lambda: sweep_leads(now),
    )
