"""What is typed about contact: results of calls, conversations, call-backs and notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dealers.models import Dealership
from leads.domain.moments import call_back_at
from leads.formats.moment_words import NotUnderstoodError
from leads.forms.fields import NoteField, SaidMomentField
from leads.models import ConversationChannel, Result

# The customer spoke and objects to calls: a result and an objection with one press.
OBJECTED = "objected"
# The customer spoke, and what was agreed is recorded next: "spoken:appointment".
NEXT_STEPS = ("appointment", "call-back", "quote", "close")
CHOOSE_RESULT = _("Choose how the call went.")


class AttemptForm(forms.Form):
    """How a call went, with one press of a button."""

    result = forms.ChoiceField(
        label=_("Result"),
        choices=[
            *Result.choices,
            (OBJECTED, _("Does not want to be called again")),
            *((f"{Result.SPOKEN}:{step}", step) for step in NEXT_STEPS),
        ],
        error_messages={"required": CHOOSE_RESULT, "invalid_choice": CHOOSE_RESULT},
    )
    note = NoteField()
    call = forms.IntegerField(required=False, widget=forms.HiddenInput)
    happened = forms.BooleanField(
        label=_("I did make this call, although it was not allowed"),
        help_text=_("The team lead sees it as a breach."),
        required=False,
    )

    @property
    def next_step(self) -> str:
        """What is recorded next, as the name of its address; empty for nothing."""
        return str(self.cleaned_data["result"]).partition(":")[2]

    def attempt(self) -> dict[str, Any]:
        """The arguments of record_attempt()."""
        asked = self.cleaned_data
        objected = asked["result"] == OBJECTED
        return {
            "result": Result.SPOKEN if objected else asked["result"].partition(":")[0],
            "objection": objected,
            "note": asked["note"],
            "call_id": asked["call"],
            "happened": asked["happened"],
        }


class ConversationForm(forms.Form):
    """A conversation that was no outbound call."""

    channel = forms.ChoiceField(
        label=_("How did you speak?"),
        choices=[pair for pair in ConversationChannel.choices if pair[0] != "outbound"],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you spoke with the customer.")},
    )
    note = NoteField()


class NoteForm(forms.Form):
    """Something to remember about the lead."""

    body = NoteField(required=True, error_messages={"required": _("Write the note first.")})


class CallBackForm(forms.Form):
    """A promise to call back: a proposed moment with one press, or an own one."""

    moment = forms.CharField(required=False, max_length=40)
    due_at = SaidMomentField(label=_("Own day and time"), required=False)
    note = NoteField()

    def __init__(self, *args: Any, dealership: Dealership, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dealership = dealership
        self.now = now

    def clean_due_at(self) -> datetime | None:
        """The moment that was typed; what is not understood stays as it was typed."""
        text, pressed = self.cleaned_data["due_at"], self.cleaned_data.get("moment")
        if not text or pressed:
            return None
        try:
            return read_moment(text) or call_back_at(self.dealership, text, now=self.now)
        except NotUnderstoodError as problem:
            raise ValidationError(problem.message, code="invalid") from problem

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if "due_at" in self.errors:
            return asked
        asked["due_at"] = read_moment(asked.get("moment", "")) or asked.get("due_at")
        if asked["due_at"] is None:
            self.add_error("due_at", ValidationError(_("Choose a moment."), code="required"))
        elif asked["due_at"] <= self.now:
            self.add_error(
                "due_at",
                ValidationError(_("This moment has passed. Choose a later one."), code="passed"),
            )
        return asked


def read_moment(text: str) -> datetime | None:
    """A moment with its offset, as our own buttons and programs send it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
