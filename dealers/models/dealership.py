"""Dealer groups and their dealerships: brands, own postcode areas, hours and policy."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    """Who works a round: a salesperson, or one of the queues of the BDC (product.md, A lead)."""

    SALESPERSON = "salesperson", _("salesperson")
    INBOUND = "inbound", _("inbound")
    SECOND_VOICE = "second_voice", _("second voice")
    UNREACHED = "unreached", _("unreached")
    PASSIVE = "passive", _("passive")


class DealerGroup(models.Model):
    """A dealer group: the tenant. Customers belong to it, and nobody sees past its edge."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    # The limits that no dealership's policy may pass (product.md, Attempts and conversations).
    limit_salesperson = models.PositiveSmallIntegerField(default=10)
    limit_passive = models.PositiveSmallIntegerField(default=20)
    limit_second_voice = models.PositiveSmallIntegerField(default=6)
    limit_unreached = models.PositiveSmallIntegerField(default=12)
    limit_inbound = models.PositiveSmallIntegerField(default=10)

    class Meta:
        verbose_name = _("dealer group")

    def __str__(self) -> str:
        return self.name

    def limit(self, side: str) -> int:
        """The most counted attempts that any dealership of the group may allow for `side`."""
        return int(getattr(self, f"limit_{side}"))


class Routing(models.TextChoices):
    SALESPEOPLE_FIRST = "salespeople_first", _("salespeople first")
    BDC_FIRST = "bdc_first", _("BDC first")


class DealershipQuerySet(models.QuerySet["Dealership"]):
    def with_hours(self) -> DealershipQuerySet:
        """Load with what says when the dealership is open."""
        return self.select_related("group").prefetch_related("opening_blocks", "closing_days")


class Dealership(models.Model):
    """One location of a dealer group, with its policy."""

    Routing = Routing

    group = models.ForeignKey(DealerGroup, on_delete=models.PROTECT, related_name="dealerships")
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    aliases = ArrayField(
        models.CharField(max_length=120),
        default=list,
        blank=True,
        verbose_name=_("other names in lead documents"),
    )
    brands = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("brands")
    )
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    timezone = models.CharField(max_length=60, default="Europe/Amsterdam")

    # Policy: how this dealership works, within the limits of the group.
    routing = models.CharField(
        _("active leads go to"),
        max_length=20,
        choices=Routing,
        default=Routing.SALESPEOPLE_FIRST,
    )
    attempts_salesperson = models.PositiveSmallIntegerField(
        _("attempts by a salesperson"), default=5, validators=[MinValueValidator(1)]
    )
    attempts_passive = models.PositiveSmallIntegerField(
        _("attempts on passive leads"), default=20, validators=[MinValueValidator(1)]
    )
    attempts_second_voice = models.PositiveSmallIntegerField(
        _("attempts by the second voice"), default=3, validators=[MinValueValidator(1)]
    )
    attempts_unreached = models.PositiveSmallIntegerField(
        _("attempts on unreached leads"), default=12, validators=[MinValueValidator(1)]
    )
    attempts_inbound = models.PositiveSmallIntegerField(
        _("attempts on inbound leads"), default=5, validators=[MinValueValidator(1)]
    )
    open_lead_cap = models.PositiveSmallIntegerField(
        _("most open leads of a salesperson"), null=True, blank=True
    )
    own_request_days = models.PositiveSmallIntegerField(
        _("days that an own request is a ground to call"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    bdc_close_needs_approval = models.BooleanField(
        _("a team lead approves what the BDC closes"), default=False
    )
    # Narrow the legal calling hours; they can never widen them.
    calls_from = models.TimeField(_("calls from"), null=True, blank=True)
    calls_until = models.TimeField(_("calls until"), null=True, blank=True)
    workshop_slots = models.PositiveSmallIntegerField(_("workshop slots a day"), default=12)

    objects = DealershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("dealership")
        constraints = [
            # The target of composite foreign keys: a row can never point into another group.
            models.UniqueConstraint(fields=["group", "id"], name="dealership_within_its_group"),
            models.CheckConstraint(
                name="dealership_allows_at_least_one_attempt",
                condition=Q(
                    attempts_salesperson__gte=1,
                    attempts_passive__gte=1,
                    attempts_second_voice__gte=1,
                    attempts_unreached__gte=1,
                    attempts_inbound__gte=1,
                ),
            ),
            models.CheckConstraint(
                name="dealership_calls_from_before_until",
                condition=Q(calls_from=None)
                | Q(calls_until=None)
                | Q(calls_from__lt=F("calls_until")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def attempts_allowed(self, side: str) -> int:
        """The counted attempts that this dealership's policy gives a round of `side`.

        Never above the group's limit (product.md, Attempts and conversations).
        """
        return min(int(getattr(self, f"attempts_{side}")), self.group.limit(side))


class PostcodeArea(models.Model):
    """A range of four-digit areas that a dealership calls its own (*eigen postcode*)."""

    dealership = models.ForeignKey(
        Dealership, on_delete=models.CASCADE, related_name="postcode_areas"
    )
    first = models.PositiveSmallIntegerField()
    last = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="postcode_area_from_first_to_last",
                condition=Q(first__gte=1000, last__lte=9999, first__lte=F("last")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


class OpeningBlock(models.Model):
    """One block of opening hours on a weekday (0 is Monday); a day may have several."""

    dealership = models.ForeignKey(
        Dealership, on_delete=models.CASCADE, related_name="opening_blocks"
    )
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                name="opening_block_opens_before_it_closes",
                condition=Q(weekday__lte=6, opens__lt=F("closes")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class ClosingDay(models.Model):
    """A day on which the dealership is closed besides Sundays and public holidays."""

    dealership = models.ForeignKey(
        Dealership, on_delete=models.CASCADE, related_name="closing_days"
    )
    on = models.DateField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dealership", "on"], name="closing_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dealership} {self.on}"
