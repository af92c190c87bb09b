"""Forgets what has served its time: job runs, answers to repeated requests, done effects."""

from datetime import datetime, timedelta

from django.db.models import Q

from bdc.jobs import run_job, slot_of
from bdc.models import ActionAnswer, IdempotentAnswer, JobRun
from bdc.outbox.models import Effect

EVERY = timedelta(seconds=30)  # often, since /healthz takes it as the worker's pulse
KEEP_JOB_RUNS = timedelta(days=2)
KEEP_ANSWERS = timedelta(hours=24)
KEEP_DONE_EFFECTS = timedelta(days=30)


def tidy_up(now: datetime) -> None:
    run_job("tidy up", slot=slot_of(now, every=EVERY), now=now, work=lambda: _forget(now))


def _forget(now: datetime) -> dict[str, object]:
    old_runs = JobRun.objects.filter(slot__lt=now - KEEP_JOB_RUNS)
    old = {"created_at__lt": now - KEEP_ANSWERS}
    to_programs, to_pages = (
        model.objects.filter(**old) for model in (IdempotentAnswer, ActionAnswer)
    )
    since = now - KEEP_DONE_EFFECTS
    old_effects = Effect.objects.filter(Q(done_at__lt=since) | Q(set_aside_at__lt=since))
    return {
        "job runs": old_runs.delete()[0],
        "answers": to_programs.delete()[0] + to_pages.delete()[0],
        "effects": old_effects.delete()[0],
    }
