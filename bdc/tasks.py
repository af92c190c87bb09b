"""Jobs of the ground itself."""

from celery import shared_task

from bdc import clock
from bdc.housekeeping import tidy_up


@shared_task
def tidy() -> None:
    tidy_up(clock.now())
