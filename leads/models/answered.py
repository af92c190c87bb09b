"""A single lead as an answer of the API shows it, by statements that are written once."""

from __future__ import annotations

from bdc.prepared import Given, Prepared
from leads.models.lead import Lead
from leads.models.round import Round

_LEAD = Prepared(lambda: Lead.objects.with_what_answers_show().filter(pk=Given("pk")))
_ROUNDS = Prepared(
    lambda: Round.objects.with_who_closed().filter(lead=Given("lead")).order_by("number")
)


def lead_for_answer(acted_on: int) -> Lead:
    """The lead as it is now. What only some leads need, as a proposal, is left to be asked.

    See also LeadQuerySet.for_answers(), for many.
    """
    lead = _LEAD.get(pk=acted_on)
    _ROUNDS.attach(lead, "rounds", lead=lead.pk)
    return lead
