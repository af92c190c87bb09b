"""A campaign as the queue knows it: who it is, how urgent, what agents say, which consent words
it carries.

Its money, imports and triggers live in the campaigns app.
"""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dealers.models import DealerGroup, Dealership
from leads.models.customer import ConsentPurpose

HIGHEST_PRIORITY = 99
LONGEST_SCRIPT = 2000


class ScriptField(models.TextChoices):
    """What a script may name in braces, in the words of either language."""

    NAME = "name", _("the customer's name")
    CAR = "car", _("the car that it is about")
    FIRST_FREE = "first_free", _("the first free moment")
    DEALERSHIP = "dealership", _("the dealership")
    AGENT = "agent", _("the agent's name")


# A script is typed in the language of its writer, so each field has a word in both.
SCRIPT_WORDS = {
    "name": ScriptField.NAME,
    "naam": ScriptField.NAME,
    "car": ScriptField.CAR,
    "auto": ScriptField.CAR,
    "first_free": ScriptField.FIRST_FREE,
    "eerste_plek": ScriptField.FIRST_FREE,
    "dealership": ScriptField.DEALERSHIP,
    "vestiging": ScriptField.DEALERSHIP,
    "agent": ScriptField.AGENT,
    "medewerker": ScriptField.AGENT,
}


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
    # Since when open leads are given a new priority; None once all of them have it.
    priority_changed_at = models.DateTimeField(null=True, blank=True)
    # What an agent says, with fields in braces; empty is the words that Spits chooses itself.
    script = models.TextField(_("script"), max_length=LONGEST_SCRIPT, blank=True)
    # Purpose and words of the consent that a file of this campaign proves, where it has none.
    consent_purpose = models.CharField(max_length=8, choices=ConsentPurpose, blank=True)
    consent_words = models.TextField(blank=True)
    cost_per_lead = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal("15.00"))

    class Meta:
        verbose_name = _("campaign")
        indexes = [
            # The sweep that gives open leads the new priority of their campaign.
            models.Index(
                fields=["priority_changed_at"],
                name="campaign_priority_changed",
                condition=Q(priority_changed_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["group", "slug"], name="campaign_slug_once_in_a_group"),
            models.UniqueConstraint(fields=["group", "id"], name="campaign_within_its_group"),
            models.CheckConstraint(
                name="campaign_priority_from_0_to_99",
                condition=Q(priority__gte=0, priority__lte=HIGHEST_PRIORITY),
            ),
            models.CheckConstraint(
                name="campaign_script_names_fields_that_exist",
                condition=Q(script__regex=rf"^([^{{}}]|\{{({'|'.join(SCRIPT_WORDS)})\}})*$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
