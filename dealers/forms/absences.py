"""What is typed about an absence: who, from which day until which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


class AbsenceForm(forms.Form):
    """Whole days; the last one is a day of absence too."""

    user = forms.ChoiceField(label=_("Who"))
    first = forms.DateField(label=_("First day"), widget=DAY)
    last = forms.DateField(label=_("Last day"), widget=DAY)

    # Which field of the form says what the domain asks.
    FIELD_OF = {"begins_at": "first", "ends_at": "last"}

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(person.pk): person for person in people}
        who = self.fields["user"]
        if isinstance(who, forms.ChoiceField):
            who.choices = [(pk, person.name) for pk, person in self._people.items()]

    def clean_user(self) -> User:
        return self._people[self.cleaned_data["user"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day comes after the first."))
        return cleaned

    def asked(self) -> dict[str, Any]:
        """The absence as the domain records it."""
        return {
            "user": self.cleaned_data["user"],
            "begins_at": _midnight(self.cleaned_data["first"]),
            "ends_at": _midnight(self.cleaned_data["last"] + timedelta(days=1)),
        }
