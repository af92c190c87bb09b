"""Effects to be carried out, one row each, written with the change that asks for them."""

from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from django.conf import settings
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
        """Return the effects that failed too often."""
        return self.exclude(dead_at=None)

    def for_a_person(self) -> "EffectQuerySet":
        """Return the dead ones that nobody has set aside, longest dead first."""
        return self.dead().filter(set_aside_at=None).order_by("dead_at", "pk")


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
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = EffectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="effect_is_not_done_and_dead", condition=Q(done_at=None) | Q(dead_at=None)
            ),
            models.CheckConstraint(
                name="effect_set_aside_is_dead_and_says_by_whom",
                condition=Q(set_aside_at=None, set_aside_by=None)
                | Q(set_aside_at__isnull=False, set_aside_by__isnull=False, dead_at__isnull=False),
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
            # The page of what stays undone, and its number in the navigation.
            models.Index(
                name="effect_for_a_person",
                fields=["dead_at", "id"],
                condition=Q(dead_at__isnull=False, set_aside_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def reference(self) -> str:
        """By what others know a second try from a second effect, in this database or the next."""
        return str(uuid5(NAMESPACE_OID, f"{self.pk} {self.key} {self.created_at.isoformat()}"))
