"""What is typed about appointments and quotes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from dealers.domain.access import people_at
from dealers.models import Role
from leads.domain.moments import visit_at
from leads.formats.moment_words import NotUnderstoodError
from leads.forms.contacting import read_moment
from leads.forms.fields import EurosField, SaidMomentField
from leads.models import Appointment, AppointmentKind, AppointmentOutcome, Lead

LENGTHS = [(30, "0:30"), (60, "1:00"), (90, "1:30"), (120, "2:00")]


class VisitForm(forms.Form):
    """When and with whom: one of the free moments with one press, or an own moment."""

    # A free moment and who is free then, as our own buttons send it: moment|person.
    slot = forms.CharField(required=False, max_length=60)
    starts_at = SaidMomentField(label=_("Another day"), required=False)
    minutes = forms.TypedChoiceField(
        label=_("How long?"), choices=LENGTHS, coerce=int, empty_value="60", required=False
    )
    salesperson = forms.ModelChoiceField(
        label=_("With whom?"), queryset=User.objects.none(), required=False
    )

    def __init__(self, *args: Any, lead: Lead, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.dealership = lead.dealership
        people = people_at(lead.dealership, Role.SALESPERSON)
        self.people = {person.pk: person for person in people}
        salesperson = self.fields["salesperson"]
        assert isinstance(salesperson, forms.ModelChoiceField)  # noqa: S101 -- it is, above
        salesperson.queryset = User.objects.filter(pk__in=self.people).order_by("name", "pk")
        salesperson.empty_label = str(lead.owner or _("Whoever is free"))
        self.fields["starts_at"].initial = None

    def clean_starts_at(self) -> datetime | None:
        """The moment that was typed; what is not understood stays as it was typed."""
        text = self.cleaned_data["starts_at"]
        if not text or self.cleaned_data.get("slot"):
            return None
        try:
            return read_moment(text) or visit_at(self.dealership, text, now=self.now)
        except NotUnderstoodError as problem:
            raise ValidationError(problem.message, code="invalid") from problem

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        moment, _bar, person = asked.get("slot", "").partition("|")
        if (slot := read_moment(moment)) is not None:
            asked["starts_at"] = slot
            asked["salesperson"] = self.people.get(int(person)) if person.isdecimal() else None
            if person and asked["salesperson"] is None:
                self.add_error("salesperson", _("This person does not sell here."))
        elif "starts_at" not in self.errors and asked.get("starts_at") is None:
            self.add_error("starts_at", ValidationError(_("Choose a moment."), code="required"))
        starts_at = asked.get("starts_at")
        if starts_at is not None and starts_at <= self.now:
            self.add_error(
                "starts_at",
                ValidationError(_("This moment has passed. Choose a later one."), code="passed"),
            )
        return asked


class AppointmentForm(VisitForm):
    """A visit that is booked."""

    kind = forms.ChoiceField(
        label=_("What for?"), choices=AppointmentKind.choices, widget=forms.HiddenInput
    )
    vehicle = forms.CharField(
        label=_("Which car?"),
        help_text=_("Plate or stock number; a car is in one test drive at a time."),
        max_length=80,
        required=False,
    )
    field_order = ("kind", "slot", "starts_at", "minutes", "salesperson", "vehicle")

    def appointment(self) -> dict[str, Any]:
        """The arguments of book_appointment()."""
        asked = self.cleaned_data
        is_workshop = asked["kind"] == AppointmentKind.WORKSHOP
        return {
            "kind": asked["kind"],
            "starts_at": asked["starts_at"],
            "minutes": int(asked["minutes"]),
            "salesperson": None if is_workshop else asked["salesperson"],
            "vehicle": asked["vehicle"],
        }


class MoveForm(VisitForm):
    """Another time for a visit that stands; what it is for and which car stay."""

    minutes = forms.TypedChoiceField(
        label=_("How long?"),
        choices=[("", _("As it was")), *LENGTHS],
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, visit: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, lead=visit.lead, **kwargs)
        salesperson = self.fields["salesperson"]
        assert isinstance(salesperson, forms.ModelChoiceField)  # noqa: S101 -- it is, above
        salesperson.empty_label = str(visit.salesperson or _("Whoever is free"))

    def move(self) -> dict[str, Any]:
        """The arguments of move_appointment()."""
        return {name: self.cleaned_data[name] for name in ("starts_at", "minutes", "salesperson")}


class OutcomeForm(forms.Form):
    """How an appointment ended."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[pair for pair in AppointmentOutcome.choices if pair[0] != "moved"],
        error_messages={"required": _("Choose one of the outcomes.")},
    )


class QuoteForm(forms.Form):
    """A quote that the customer asks for."""

    amount = EurosField(
        label=_("Amount"), help_text=_("Only when you know it already."), required=False
    )
