"""What leads somebody looks for, read from an address and shown as filters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from dealers.domain.access import dealerships_visible_to, reach_of
from dealers.models import Dealership, Membership, Role
from leads.domain.access import may_anywhere
from leads.domain.agenda import late_leads, promised_leads, uncalled_leads
from leads.domain.searching import LONGEST_SEARCH, find
from leads.models import Campaign, CloseReason, Kind, LeadQuerySet, Queue, Status

MOST_IN_A_LIST = 300
DAY_PROBLEM = _("Write the day as 24-11-2026.")
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


class Attention(models.TextChoices):
    """What asks for somebody's attention now."""

    LATE = "late", _("late")
    CALL_BACK = "call_back", _("call-back past its time")
    UNCALLED = "uncalled", _("not called yet")


class DayField(forms.DateField):
    """A day, chosen in the browser or typed."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d", "%d-%m-%Y"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            validators=[
                MinValueValidator(EARLIEST, DAY_PROBLEM),
                MaxValueValidator(LATEST, DAY_PROBLEM),
            ],
            error_messages={"invalid": DAY_PROBLEM},
        )


def _choice(label: Any, choices: Iterable[tuple[Any, Any]] = ()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", _("All")), *choices])


class LeadFilterForm(forms.Form):
    """The filters of the list; each names only what the reader may see."""

    search = forms.CharField(label=_("Search"), required=False, max_length=LONGEST_SEARCH)
    status = _choice(_("Status"), Status.choices)
    attention = _choice(_("Attention"), Attention.choices)
    kind = _choice(_("Kind"), Kind.choices)
    dealership = _choice(_("Dealership"))
    owner = _choice(_("Owner"))
    queue = _choice(_("Queue"), Queue.choices)
    campaign = _choice(_("Campaign"))
    reason = _choice(_("Reason"))
    received_from = DayField(_("Received from"))
    received_until = DayField(_("Up to and including"))

    # Always on the screen; the others fold away until they are used.
    SHOWN = ("status", "owner", "dealership")

    def __init__(self, *args: Any, user: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self._lists: dict[str, list[tuple[str, Any]]] = {}
        self._offer("dealership", _dealerships(user))
        self._offer("owner", _owners(user))
        self._offer("campaign", _campaigns(user))
        if may_anywhere_but_reception(user):
            self._offer("reason", _reasons())
        else:
            del self.fields["reason"]
        if reach_of(user).roles == {Role.SALESPERSON}:
            del self.fields["kind"]  # passive leads are not his to see

    def _offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- it is, above
        self._lists[name] = [("", _("All")), *choices]
        field.choices = self._lists[name]

    @property
    def shown(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SHOWN if self._says_something(name)]

    @property
    def folded(self) -> list[forms.BoundField]:
        names = (name for name in self.fields if name not in (*self.SHOWN, "search"))
        return [self[name] for name in names if self._says_something(name)]

    def _says_something(self, name: str) -> bool:
        """A list with a single choice is left out."""
        two_and_all = 3
        return len(self._lists.get(name, range(two_and_all))) >= two_and_all

    @property
    def asked(self) -> dict[str, Any]:
        """The filters that are set, by name."""
        if not self.is_valid():
            return {}
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def unfolds(self) -> bool:
        """Whether a filter is set that would be folded away."""
        return any(field.name in self.asked or field.errors for field in self.folded)

    def narrow(self, leads: LeadQuerySet) -> LeadQuerySet:
        """Narrow `leads` to those that are asked for; nothing when the filters make no sense."""
        if not self.is_valid():
            return leads.none()
        asked = self.asked
        lookups = {
            "status": "status",
            "kind": "kind",
            "queue": "queue",
            "owner": "owner__email",
            "dealership": "dealership__slug",
            "campaign": "campaign__slug",
        }
        leads = leads.filter(
            **{lookup: asked[name] for name, lookup in lookups.items() if name in asked}
        )
        if "reason" in asked:
            leads = leads.filter(close_reason=asked["reason"])
        if "received_from" in asked:
            leads = leads.filter(received_at__gte=_midnight(asked["received_from"]))
        if "received_until" in asked:
            ends = _midnight(asked["received_until"] + timedelta(days=1))
            leads = leads.filter(received_at__lt=ends)
        if "attention" in asked:
            leads = leads.filter(self._attention(asked["attention"]))
        return find(leads, asked.get("search", ""))

    def _attention(self, which: str) -> Q:
        if which == Attention.LATE:
            return late_leads(self.now)
        return promised_leads(self.now) if which == Attention.CALL_BACK else uncalled_leads()


def may_anywhere_but_reception(user: User) -> bool:
    """A receptionist sees no drop-outs (contract.md, Who may)."""
    return reach_of(user).roles != {Role.RECEPTIONIST} and may_anywhere(user, "see")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=ZoneInfo(settings.TIME_ZONE))


def _dealerships(user: User) -> Iterable[tuple[str, str]]:
    places = dealerships_visible_to(user).order_by("name")
    return list(places.values_list("slug", "name")[:MOST_IN_A_LIST])


def _owners(user: User) -> list[tuple[str, str]]:
    """Who sells at the dealerships that the reader sees."""
    places = reach_of(user).dealerships
    groups = Dealership.objects.filter(pk__in=places).values("group")
    at_place = Q(dealership__in=places) | Q(group__in=groups)
    members = Membership.objects.filter(
        at_place, role__in=[Role.SALESPERSON, Role.SALES_MANAGER], user__is_active=True
    )
    people = User.objects.filter(pk__in=members.values("user")).order_by("name", "pk")
    return list(people.values_list("email", "name")[:MOST_IN_A_LIST])


def _campaigns(user: User) -> list[tuple[str, str]]:
    campaigns = Campaign.objects.filter(dealerships__in=reach_of(user).dealerships).distinct()
    return list(campaigns.order_by("name", "pk").values_list("slug", "name")[:MOST_IN_A_LIST])


def _reasons() -> list[tuple[str, str]]:
    return [(reason.code, str(reason)) for reason in CloseReason.objects.all()]
