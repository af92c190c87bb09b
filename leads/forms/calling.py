"""What is typed on the work screen, beside the forms that the page of a lead has too."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.forms.fields import NoteField
from leads.models import Release

CHOOSE_RELEASE = _("Choose why you let the customer go.")


class NoteBesideForm(forms.Form):
    """A note that goes along with whatever is done next."""

    note = NoteField()


class ReleaseForm(forms.Form):
    """Why the customer is let go; one of a fixed list."""

    release = forms.ChoiceField(
        label=_("Why?"),
        choices=Release.Reason.choices,
        error_messages={"required": CHOOSE_RELEASE, "invalid_choice": CHOOSE_RELEASE},
    )
