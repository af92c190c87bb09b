"""What a team lead types about the queues: who works on what, and how a campaign is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from leads.domain.scripts import script_problem, tidy_script
from leads.models import QUEUE_ORDER, Campaign, WorkAssignment
from leads.models.campaign import HIGHEST_PRIORITY, LONGEST_SCRIPT


class WorkForm(forms.Form):
    """The queues and campaigns of one agent; nothing ticked is everything."""

    queues = forms.MultipleChoiceField(
        label=_("Queues"),
        choices=[(queue.value, queue.label) for queue in QUEUE_ORDER],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    campaigns = forms.MultipleChoiceField(
        label=_("Campaigns"), widget=forms.CheckboxSelectMultiple, required=False
    )
    without_campaign = forms.BooleanField(label=_("Leads without a campaign"), required=False)

    def __init__(self, *args: Any, campaigns: Sequence[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._campaigns = {str(campaign.pk): campaign for campaign in campaigns}
        queues, offered = self.fields["queues"], self.fields["campaigns"]
        if isinstance(queues, forms.ChoiceField):
            queues.choices = [(queue.value, capfirst(queue.label)) for queue in QUEUE_ORDER]
        if isinstance(offered, forms.ChoiceField):
            offered.choices = [
                (pk, f"{campaign.name} · {campaign.group.name}")
                for pk, campaign in self._campaigns.items()
            ]

    @staticmethod
    def of(assignment: WorkAssignment | None) -> dict[str, Any]:
        """What is ticked when the page opens."""
        if assignment is None:
            return {}
        return {
            "queues": assignment.queues,
            "campaigns": [str(one.pk) for one in assignment.campaigns.all()],
            "without_campaign": assignment.without_campaign,
        }

    def asked(self) -> dict[str, Any]:
        """The arguments of assign_work()."""
        chosen = self.cleaned_data
        return {**chosen, "campaigns": [self._campaigns[pk] for pk in chosen["campaigns"]]}


class CampaignForm(forms.Form):
    """How urgent a campaign is, and what agents say for it."""

    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=0,
        max_value=HIGHEST_PRIORITY,
        help_text=_("0 to 99. Within a queue the highest goes first."),
    )
    script = forms.CharField(
        label=_("Script"),
        widget=forms.Textarea(attrs={"rows": 7}),
        max_length=LONGEST_SCRIPT,
        required=False,
        help_text=_("Empty: the words that Spits chooses itself from the lead."),
    )

    def clean_script(self) -> str:
        script = tidy_script(self.cleaned_data["script"])
        problem = script_problem(script)
        if problem is not None:
            raise forms.ValidationError(str(problem.message))
        return script
