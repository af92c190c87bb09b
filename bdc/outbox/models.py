"""Effects to be carried out, one row each, written with the change that asks for them."""

from datetime import datetime

from django.db import models
from django.db.models import Q


class EffectQuerySet(models.QuerySet["Effect"]):
    def open(self) -> "EffectQuerySet":
        """Return the effects that are neither done nor given up."""
        return self.filter(done_at=None, dead_at=None)

    def due(self, now: datetime) -> "EffectQuerySet":
        """Return the open effects whose time has come and that nobody is working on."""
        is_free = Q(leased_until=None) | Q(leased_until__lt=now)
        return self.open().filter(is_free, due_at__lte=now)

    def dead(self) -> "EffectQuerySet":
        """Return the effects that failed too often and wait for a person."""
        return self.exclude(dead_at=None)


class Effect(models.Model):
    """Something to do after a change: a notification, a mail, a message to another system."""

    kind = models.CharField(max_length=100)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)  # ids only
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    objects = EffectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="effect_is_not_done_and_dead", condition=Q(done_at=None) | Q(dead_at=None)
            ),
        ]
        indexes = [
            # carry_out_due looks for the open ones that have waited longest.
            models.Index(
                name="effect_open_by_due",
                fields=["due_at"],
                condition=Q(done_at=None, dead_at=None),
            ),
            # The clearing of done ones.
            models.Index(
                name="effect_done_by_age", fields=["done_at"], condition=Q(done_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
