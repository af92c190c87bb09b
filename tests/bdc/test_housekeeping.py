"""What has served its time is forgotten, and nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bdc.housekeeping import tidy_up
from bdc.models import ActionAnswer, IdempotentAnswer, JobRun
from bdc.outbox.models import Effect

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.mark.django_db
def test_old_job_runs_are_forgotten():
    for slot in [NOON - 2 * DAY - SECOND, NOON - 2 * DAY]:
        JobRun.objects.create(job="sweep", slot=slot, started_at=slot)

    tidy_up(NOON)

    assert [run.slot for run in JobRun.objects.filter(job="sweep")] == [NOON - 2 * DAY]
    assert JobRun.objects.get(job="tidy up").detail == {"job runs": 1, "answers": 0, "effects": 0}


@pytest.mark.django_db
def test_answers_are_kept_for_a_day():
    for key, created_at in {"old": NOON - DAY - SECOND, "new": NOON - DAY}.items():
        IdempotentAnswer.objects.create(
            token_id=1, key=key, body_digest="", status=201, body={}, created_at=created_at
        )

    tidy_up(NOON)

    assert [answer.key for answer in IdempotentAnswer.objects.all()] == ["new"]


@pytest.mark.django_db
def test_so_are_answers_to_pages():
    for said, created_at in {"old": NOON - DAY - SECOND, "new": NOON - DAY}.items():
        ActionAnswer.objects.create(
            user_id=1, action_id=uuid4(), digest="", said=said, created_at=created_at
        )

    tidy_up(NOON)

    assert [answer.said for answer in ActionAnswer.objects.all()] == ["new"]


@pytest.mark.django_db
def test_done_effects_are_forgotten_and_open_and_dead_ones_never():
    ages_ago = NOON - 365 * DAY
    fates = {"done": {"done_at": ages_ago}, "dead": {"dead_at": ages_ago}, "open": {}}
    for key, fate in fates.items():
        Effect.objects.create(kind="letter", key=key, created_at=ages_ago, due_at=ages_ago, **fate)

    tidy_up(NOON)

    assert {effect.key for effect in Effect.objects.all()} == {"dead", "open"}
