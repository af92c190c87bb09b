"""To whom a lead is given by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from dealers.domain.access import people_at
from dealers.models import Role
from leads.domain.handing_over import assigning_problem
from leads.models import Kind, Lead, Proposal, Queue

CHOOSE = _("Choose to whom the lead goes.")


class AssignForm(forms.Form):
    """A salesperson, or a queue; only where the lead may go."""

    to = forms.ChoiceField(
        label=_("To whom?"),
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: dict[str, User] = {
            f"user:{person.pk}": person
            for person in people_at(lead.dealership, Role.SALESPERSON, Role.SALES_MANAGER)
            if person.pk != lead.owner_id and assigning_problem(lead, user=person, queue="") is None
        }
        self.queues: dict[str, Queue] = {
            f"queue:{queue}": queue
            for queue in Queue
            if queue != lead.queue
            and (queue != Queue.PASSIVE or lead.kind == Kind.PASSIVE)
            and assigning_problem(lead, user=None, queue=queue) is None
        }
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101 -- it is, above
        to.choices = [
            *((key, str(person)) for key, person in self.people.items()),
            *((key, str(queue.label)) for key, queue in self.queues.items()),
        ]

    def destination(self) -> dict[str, Any]:
        """The arguments of assign()."""
        to = self.cleaned_data["to"]
        if to in self.people:
            return {"user": self.people[to]}
        return {"queue": self.queues[to]}


class SendBackForm(forms.Form):
    """What has to happen before the lead may be closed."""

    instruction = forms.ChoiceField(
        label=_("Instruction"),
        choices=Proposal.Instruction.choices,
        error_messages={"required": _("Choose one of the instructions.")},
    )
