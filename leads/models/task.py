"""What another department is to do about a lead that was not the desk's: its task."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.models.base import OfLead
from leads.models.round import Destination, Round


class Task(OfLead):
    """A lead that was meant for another department (BDC-04), until somebody there did it."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="task")
    destination = models.CharField(max_length=15, choices=Destination)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        verbose_name = _("task")
        constraints = [
            models.CheckConstraint(
                name="task_done_by_somebody",
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]
        indexes = [
            # The page of tasks: the open ones of a dealership, the oldest first.
            models.Index(
                fields=["dealership", "made_at"], name="task_open", condition=Q(done_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_destination_display()}: lead {self.lead_id}"
