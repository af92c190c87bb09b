"""What was changed in how a dealership works, by whom and when; rows are only ever added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bdc.triggers import only_added
from dealers.models.dealership import Dealership


class PolicyChange(models.Model):
    """One field of a policy, or the hours of one weekday, as it was and as it is from `at` on."""

    dealership = models.ForeignKey(
        Dealership, on_delete=models.PROTECT, related_name="policy_changes"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    field = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        verbose_name = _("change of policy")
        constraints = [
            models.CheckConstraint(
                name="policy_change_changes_something", condition=~Q(before=F("after"))
            ),
        ]
        indexes = [
            # The page of a dealership: its latest changes.
            models.Index(fields=["dealership", "-id"], name="policy_change_latest"),
        ]
        triggers = [only_added("policy_change")]

    def __str__(self) -> str:
        return f"{self.dealership}: {self.field}"
