"""What is typed to rename a close-out reason."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import CloseReason


class ReasonForm(forms.ModelForm):
    """The names of a reason in both languages; its code, needs and effect are fixed."""

    class Meta:
        model = CloseReason
        fields = ("label_nl", "label_en")
        error_messages = {
            name: {"required": _("A reason needs a name in both languages.")} for name in fields
        }
