"""A single lead by its number, by statements that are written once: as somebody acts on it, and as
an answer of the API shows it."""

from __future__ import annotations

from django.db.models import BigIntegerField

from bdc.accounts.models import User
from bdc.prepared import Each, Given, Prepared
from dealers.domain.access import reach_of
from leads.models.lead import Lead
from leads.models.round import Round

_SEEN = Prepared(
    lambda: (
        Lead.objects.visible_at(
            more_than_sales=Each("more_than_sales"), only_sales=Each("only_sales")
        )
        .select_related("customer", "dealership__group")
        .filter(pk=Given("pk"))
    )
)
_SHOWN = Prepared(lambda: Lead.objects.with_what_answers_show().filter(pk=Given("pk")))
_ROUNDS = Prepared(
    lambda: Round.objects.with_who_closed().filter(lead=Given("lead")).order_by("number")
)


def lead_seen_by(user: User, pk: int) -> Lead | None:
    """The lead, if `user` may see it, with its customer and where it is worked.

    See also LeadQuerySet.visible_to(), for many.
    """
    if pk > BigIntegerField.MAX_BIGINT:  # no row has such a number, and PostgreSQL refuses it
        return None
    reach = reach_of(user)
    return _SEEN.first(
        pk=pk,
        more_than_sales=list(reach.more_than_sales),
        only_sales=list(reach.only_sales),
    )


def lead_for_answer(acted_on: int) -> Lead:
    """The lead as it is now. What only some leads need, as a proposal, is left to be asked.

    See also LeadQuerySet.for_answers(), for many.
    """
    lead = _SHOWN.get(pk=acted_on)
    _ROUNDS.attach(lead, "rounds", lead=lead.pk)
    return lead
