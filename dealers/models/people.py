"""What people do where: memberships and roles, presence with its history, and absence."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from bdc.triggers import only_added
from dealers.models.centre import ContactCentre
from dealers.models.dealership import DealerGroup, Dealership


class Role(models.TextChoices):
    AGENT = "agent", _("BDC agent")
    TEAM_LEAD = "team_lead", _("team lead")
    SALESPERSON = "salesperson", _("salesperson")
    SALES_MANAGER = "sales_manager", _("sales manager")
    MARKETER = "marketer", _("marketer")
    RECEPTIONIST = "receptionist", _("receptionist")
    ADMINISTRATOR = "administrator", _("administrator")


CENTRE_ROLES = (Role.AGENT, Role.TEAM_LEAD)


class SalesRole(models.TextChoices):
    """What kind of salesperson (product.md, Roles of salespeople; seed R-023 to R-032)."""

    INTERNET = "internet", _("internet")
    SHOWROOM = "showroom", _("showroom")
    HYBRID = "hybrid", _("hybrid")


class Membership(models.Model):
    """A role of a user at exactly one dealership, dealer group or contact centre."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    dealership = models.ForeignKey(
        Dealership, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    group = models.ForeignKey(
        DealerGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    centre = models.ForeignKey(
        ContactCentre, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    # A centre's agent may be narrowed to some of the dealerships that the centre serves.
    only_dealerships: models.ManyToManyField[Dealership, models.Model] = models.ManyToManyField(
        Dealership, blank=True, related_name="+"
    )
    # A team lead chose what this agent is given to call; without it, that is everything here.
    has_chosen_work = models.BooleanField(default=False)
    sales_role = models.CharField(
        _("kind of salesperson"), max_length=10, choices=SalesRole, blank=True
    )

    class Meta:
        verbose_name = _("membership")
        constraints = [
            models.CheckConstraint(
                name="membership_at_exactly_one_place",
                condition=(
                    Q(dealership__isnull=False, group=None, centre=None)
                    | Q(dealership=None, group__isnull=False, centre=None)
                    | Q(dealership=None, group=None, centre__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="membership_of_agents_is_at_a_centre",
                condition=Q(role__in=CENTRE_ROLES, centre__isnull=False)
                | (~Q(role__in=CENTRE_ROLES) & Q(centre=None)),
            ),
            models.CheckConstraint(
                name="membership_of_salespeople_says_which_kind",
                condition=Q(role=Role.SALESPERSON, sales_role__in=SalesRole.values)
                | (~Q(role=Role.SALESPERSON) & Q(sales_role="")),
            ),
            models.CheckConstraint(
                name="membership_with_chosen_work_is_at_a_centre",
                condition=Q(has_chosen_work=False) | Q(centre__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "dealership", "group", "centre"],
                nulls_distinct=False,
                name="membership_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} ({self.place})"

    @property
    def place(self) -> DealerGroup | Dealership | ContactCentre:
        place = self.dealership or self.group or self.centre
        assert place is not None, "membership_at_exactly_one_place"  # noqa: S101 -- a constraint
        return place


class PauseReason(models.TextChoices):
    """Why somebody on shift takes no calls: what contact centres plan and account for apart."""

    BREAK = "break", _("short break")
    LUNCH = "lunch", _("lunch")
    COACHING = "coaching", _("coaching")
    MEETING = "meeting", _("meeting")
    ADMINISTRATION = "administration", _("administrative work")
    TECHNICAL = "technical", _("technical fault")


class Presence(models.Model):
    """Whether a user works right now; without a row a salesperson is there in opening hours."""

    class State(models.TextChoices):
        AVAILABLE = "available", _("available")
        PAUSE = "pause", _("pause")
        AWAY = "away", _("away")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presence"
    )
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=14, choices=PauseReason, blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="presence_reason_is_of_a_pause",
                condition=Q(reason="") | Q(state="pause", reason__in=PauseReason.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_state_display()}"


class PresenceChange(models.Model):
    """What somebody said about being at work, true from `since` on. Rows are only ever added."""

    class Door(models.TextChoices):
        PAGE = "page", _("page")
        PROGRAM = "program", _("program")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="presence_changes"
    )
    state = models.CharField(max_length=10, choices=Presence.State)
    reason = models.CharField(max_length=14, choices=PauseReason, blank=True)
    since = models.DateTimeField()
    # A program may say "pause" and no more (contract.md); on a page the reason is chosen.
    door = models.CharField(max_length=7, choices=Door)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="presence_change_reason_is_of_a_pause",
                condition=Q(reason="") | Q(state="pause", reason__in=PauseReason.values),
            ),
            models.CheckConstraint(
                name="presence_change_by_page_says_why",
                condition=~Q(state="pause", reason="", door="page"),
            ),
        ]
        triggers = [only_added("presence_change")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_state_display()}, {self.since:%Y-%m-%d %H:%M}"


class Absence(models.Model):
    """A recorded absence; one of a day or more routes the user's leads again."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences"
    )
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        verbose_name = _("absence")
        constraints = [
            models.CheckConstraint(
                name="absence_begins_before_it_ends", condition=Q(begins_at__lt=F("ends_at"))
            ),
            ExclusionConstraint(
                name="absence_never_twice_at_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (
                        Func("begins_at", "ends_at", function="tstzrange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.begins_at:%Y-%m-%d}"
