"""Telephone exchanges of dealer groups and contact centres, and the calls that they tell of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bdc.triggers import only_added
from dealers.models.centre import ContactCentre
from dealers.models.dealership import DealerGroup

LONGEST_CALL_TOLD = 86_400  # seconds


class Exchange(models.Model):
    """A telephone exchange that tells of calls by a signed webhook (docs/telephony.md).

    Its secrets are not kept: each is made of SECRET_KEY and a salt, so that whoever reads the
    database can sign nothing. Two are valid at once while the exchange gets a new one, and never
    more, since there is room for two salts.
    """

    class Adapter(models.TextChoices):
        SPITS = "spits", _("Spits JSON")

    group = models.ForeignKey(
        DealerGroup, on_delete=models.PROTECT, related_name="exchanges", null=True, blank=True
    )
    centre = models.ForeignKey(
        ContactCentre, on_delete=models.PROTECT, related_name="exchanges", null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=120)
    # Ends the address of the webhook; nobody guesses it.
    slug = models.SlugField(max_length=32, unique=True, editable=False)
    adapter = models.CharField(max_length=20, choices=Adapter, default=Adapter.SPITS)
    is_active = models.BooleanField(default=True)
    salt = models.CharField(max_length=64, editable=False)
    salted_at = models.DateTimeField(editable=False)
    previous_salt = models.CharField(max_length=64, blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("telephone exchange")
        constraints = [
            models.CheckConstraint(
                name="exchange_of_a_group_or_a_centre",
                condition=Q(group__isnull=False, centre=None) | Q(group=None, centre__isnull=False),
            ),
            models.CheckConstraint(
                name="exchange_previous_secret_ends",
                condition=Q(previous_salt="", previous_until=None)
                | (~Q(previous_salt="") & Q(previous_until__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> DealerGroup | ContactCentre:
        place = self.group or self.centre
        assert place is not None, "exchange_of_a_group_or_a_centre"  # noqa: S101 -- a constraint
        return place


class Extension(models.Model):
    """Whose telephone it is, by the name that the exchange has for it: "201", "noor.bakker"."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="extensions")
    name = models.CharField(_("extension"), max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="extensions"
    )

    class Meta:
        verbose_name = _("extension")
        constraints = [
            models.UniqueConstraint(fields=["exchange", "name"], name="extension_is_of_one_person"),
        ]

    def __str__(self) -> str:
        return self.name


class CallEvent(models.Model):
    """What an exchange told of a call. Rows are only ever added.

    A fact about a line and no more: whether somebody spoke with the right person, and what came
    of it, is for people to say (product.md, Attempts and conversations).
    """

    class Kind(models.TextChoices):
        RINGING = "ringing", _("ringing")
        ANSWERED = "answered", _("answered")
        ENDED = "ended", _("ended")

    class Direction(models.TextChoices):
        INBOUND = "inbound", _("inbound")
        OUTBOUND = "outbound", _("outbound")

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="events")
    # Of the event, and of the call, as the exchange names them.
    external_id = models.CharField(max_length=200)
    call_reference = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind)
    direction = models.CharField(max_length=10, choices=Direction)
    # Of the other side, E.164; empty when it is withheld.
    number = models.CharField(max_length=20, blank=True)
    extension = models.CharField(max_length=40)
    # Whose extension it was then.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    # How long was spoken; 0 when nobody answered.
    seconds = models.PositiveIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64)  # of the body that told it

    class Meta:
        constraints = [
            # Delivered three times is told once.
            models.UniqueConstraint(
                fields=["exchange", "external_id"], name="call_event_is_told_once"
            ),
            models.CheckConstraint(
                name="call_event_number_is_e164_or_withheld",
                condition=Q(number="") | Q(number__regex=r"^\+[1-9][0-9]{4,14}$"),
            ),
            models.CheckConstraint(
                name="call_event_lasts_when_it_ended",
                condition=Q(kind="ended", seconds__isnull=False, seconds__lte=LONGEST_CALL_TOLD)
                | (~Q(kind="ended") & Q(seconds=None)),
            ),
        ]
        indexes = [
            # The card of who is called, asked every few seconds.
            models.Index(fields=["user", "received_at"], name="call_event_of_a_person"),
            # What else was told of a call.
            models.Index(fields=["exchange", "call_reference"], name="call_event_of_a_call"),
            # The page of administration: the latest.
            models.Index(fields=["exchange", "-id"], name="call_event_latest"),
        ]
        triggers = [only_added("call_event")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.extension}"


class DeliveryRefusal(models.Model):
    """How often an exchange was refused on a day, and why; nothing of what was sent."""

    class Why(models.TextChoices):
        UNSIGNED = "unsigned", _("no signature, or no moment")
        STALE = "stale", _("signed more than five minutes ago, or ahead of time")
        FORGED = "forged", _("the signature does not fit")
        UNREADABLE = "unreadable", _("signed, but it tells of no call")
        CONFLICT = "conflict", _("told before under this id, with another body")

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="refusals")
    on = models.DateField()
    why = models.CharField(max_length=12, choices=Why)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "on", "why"], name="delivery_refusal_counted_by_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.get_why_display()}"
