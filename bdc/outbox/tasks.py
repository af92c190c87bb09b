"""The doorbell of the outbox."""

from celery import shared_task

from bdc import clock

LONGEST = 40  # seconds; whoever works longer is ended, and the try is lost


@shared_task(time_limit=LONGEST)
def relay() -> None:
    from bdc.outbox.effects import carry_out_due

    carry_out_due(clock.now())
