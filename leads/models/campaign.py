"""A campaign as the queue knows it: who it is, how urgent, which consent words it carries.

Its money, scripts, imports and triggers live in the campaigns app.
"""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from dealers.models import DealerGroup, Dealership
from leads.models.customer import ConsentPurpose


class Campaign(models.Model):
    """Why leads of a group are called or came in."""

    group = models.ForeignKey(DealerGroup, on_delete=models.PROTECT, related_name="campaigns")
    slug = models.SlugField(max_length=60)
    name = models.CharField(_("name"), max_length=120)
    dealerships: "models.ManyToManyField[Dealership, models.Model]" = models.ManyToManyField(
        Dealership, related_name="campaigns"
    )
    # The call queue works higher priorities first.
    priority = models.SmallIntegerField(_("priority"), default=0)
    # Purpose and words of the consent that a file of this campaign proves, where it has none.
    consent_purpose = models.CharField(max_length=8, choices=ConsentPurpose, blank=True)
    consent_words = models.TextField(blank=True)
    cost_per_lead = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal("15.00"))

    class Meta:
        verbose_name = _("campaign")
        constraints = [
            models.UniqueConstraint(fields=["group", "slug"], name="campaign_slug_once_in_a_group"),
            models.UniqueConstraint(fields=["group", "id"], name="campaign_within_its_group"),
        ]

    def __str__(self) -> str:
        return self.name
