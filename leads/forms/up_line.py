"""What a sales manager says of the up line: whom to put at the end, for how long, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from leads.domain.dropping import HowLong
from leads.models import UpLineDrop


class DropForm(forms.Form):
    """Somebody of the row, a while of a fixed list, and a reason of a fixed list."""

    user = forms.ChoiceField(label=_("Who"))
    how_long = forms.ChoiceField(label=_("For how long"), choices=HowLong.choices)
    reason = forms.ChoiceField(label=_("Why"), choices=UpLineDrop.Reason.choices)

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(person.pk): person for person in people}
        who = self.fields["user"]
        if isinstance(who, forms.ChoiceField):
            who.choices = [(pk, person.name) for pk, person in self._people.items()]

    def asked(self) -> dict[str, Any]:
        """The arguments of drop_in_up_line()."""
        return {
            "person": self._people[self.cleaned_data["user"]],
            "how_long": HowLong(self.cleaned_data["how_long"]),
            "reason": UpLineDrop.Reason(self.cleaned_data["reason"]),
        }
