"""A single lead by its number, by statements that are written once: as somebody acts on it, as an
answer of the API shows it, and as its page does."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, prefetch_related_objects

from bdc.accounts.models import User
from bdc.prepared import Given, Prepared
from leads.models import beside
from leads.models.lead import REACH_LATER, Lead, LeadQuerySet, reach_given
from leads.models.round import Round

MOST_OTHER_LEADS = 20
LARGEST = BigIntegerField.MAX_BIGINT  # an address may name a larger number than any lead has


def _seen() -> LeadQuerySet:
    """The lead with the number that is given, for whoever reaches what is given."""
    leads = Lead.objects.visible_at(**REACH_LATER)
    return leads.select_related("customer", "dealership__group").filter(pk=Given("pk"))


_SEEN = Prepared(_seen)
_ON_PAGE = Prepared(lambda: _seen().select_related("owner", "campaign"))
_OF_CUSTOMER_TOO = Prepared(
    lambda: (
        Lead.objects.visible_at(**REACH_LATER)
        .filter(customer=Given("customer"))
        .exclude(pk=Given("pk"))
        .with_whose()
        .newest_first()[:MOST_OTHER_LEADS]
    )
)
_SHOWN = Prepared(lambda: Lead.objects.with_what_answers_show().filter(pk=Given("pk")))
_ROUNDS = Prepared(
    lambda: Round.objects.with_who_closed().filter(lead=Given("lead")).order_by("number")
)


def _of(owner: str, beside_it: beside.Rows) -> dict[str, Prepared[Any]]:
    def asked(rows: beside.Row) -> Prepared[Any]:
        return Prepared(lambda: rows().filter(**{owner: Given("of")}))

    return {name: asked(rows) for name, rows in beside_it.items()}


_OF_LEAD = _of("lead", beside.OF_LEAD)
_OF_CUSTOMER = _of("customer", beside.OF_CUSTOMER)
_OF_DEALERSHIP = _of("dealership", beside.OF_DEALERSHIP)


def lead_seen_by(user: User, pk: int) -> Lead | None:
    """The lead, if `user` may see it, with its customer and where it is worked.

    See also LeadQuerySet.visible_to(), for many.
    """
    return _SEEN.first(pk=pk, **reach_given(user)) if pk <= LARGEST else None


def lead_for_page(user: User, pk: int) -> Lead | None:
    """The lead, if `user` may see it, with what its page shows.

    See also LeadQuerySet.for_page(), for many.
    """
    lead = _ON_PAGE.first(pk=pk, **reach_given(user)) if pk <= LARGEST else None
    if lead is not None:
        for owner, related in (
            (lead, _OF_LEAD),
            (lead.customer, _OF_CUSTOMER),
            (lead.dealership, _OF_DEALERSHIP),
        ):
            for name, rows in related.items():
                rows.attach(owner, name, of=owner.pk)
    return lead


def other_leads_of(lead: Lead, user: User) -> list[Lead]:
    """The newest of the customer's other leads that `user` may see, as rows of a list."""
    others = _OF_CUSTOMER_TOO.all(customer=lead.customer_id, pk=lead.pk, **reach_given(user))
    prefetch_related_objects(others, *beside.IN_A_ROW)
    return others


def lead_for_answer(acted_on: int) -> Lead:
    """The lead as it is now. What only some leads need, as a proposal, is left to be asked.

    See also LeadQuerySet.for_answers(), for many.
    """
    lead = _SHOWN.get(pk=acted_on)
    _ROUNDS.attach(lead, "rounds", lead=lead.pk)
    return lead
