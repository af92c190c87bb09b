"""What the ground remembers: the demo's clock, jobs that ran, and answers given before."""

from datetime import timedelta

from django.db import models
from django.db.models import Q


class DemoClock(models.Model):
    """How far a demo's clock is ahead of the real one. There is one row, in a demo alone."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    offset_seconds = models.BigIntegerField()
    demo_loaded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="demo_clock_is_only_one", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return f"ahead by {self.offset}"

    @property
    def offset(self) -> timedelta:
        return timedelta(seconds=self.offset_seconds)


class JobRun(models.Model):
    """A job of the timetable that ran, or runs, for one slot of time."""

    job = models.CharField(max_length=100)
    slot = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [
            # Two timetables may run; a slot is worked once all the same.
            models.UniqueConstraint(name="job_runs_once_a_slot", fields=["job", "slot"]),
        ]
        indexes = [
            # /healthz asks for one that ended lately, the clearing of old runs for old ones.
            models.Index(name="job_run_by_finish", fields=["finished_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.slot:%Y-%m-%d %H:%M:%S}"


class IdempotentAnswer(models.Model):
    """What was answered to a request with an idempotency key, to be answered again."""

    token_id = models.BigIntegerField()  # of accounts, which stands on this app
    key = models.CharField(max_length=200)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="idempotency_key_is_used_once_a_token", fields=["token_id", "key"]
            ),
        ]
        indexes = [
            # Answers are forgotten after a day.
            models.Index(name="idempotent_answer_by_age", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.status} for {self.key}"


class ActionAnswer(models.Model):
    """What was said to an action of a page, to be said again when it is sent again."""

    user_id = models.BigIntegerField()  # of accounts, which stands on this app
    action_id = models.UUIDField()
    digest = models.CharField(max_length=64)  # of what was asked
    said = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="action_is_answered_once", fields=["user_id", "action_id", "digest"]
            ),
        ]
        indexes = [
            # Answers are forgotten after a day.
            models.Index(name="action_answer_by_age", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return f"answer to action {self.action_id}"
