"""The doorbell of the outbox."""

from celery import shared_task

from bdc import clock


@shared_task
def relay() -> None:
    from bdc.outbox.effects import carry_out_due

    carry_out_due(clock.now())
