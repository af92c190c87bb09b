"""The facts of a close-out in words: of a proposal that waits, or of a round that ended."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bdc.templatetags.shell import money
from leads.domain.facts import Facts, SaleIn
from leads.models import Destination, OwnOrOther, Proposal, Round, Sale
from leads.views.saying import at_moment

Line = tuple[str, str]


def told_with(proposal: Proposal) -> list[Line]:
    """What the proposer told, each with its name."""
    facts = Facts.from_json(proposal.facts)
    return [
        *_line(_("Duplicate of"), f"#{facts.original}" if facts.original else ""),
        *_line(_("Meant for"), _label(Destination, facts.destination)),
        *_line(_("Bought"), _car(facts.purchase_make, facts.purchase_model)),
        *_line(_("At"), facts.purchase_dealer),
        *_line(_("Postcode"), facts.purchase_postcode),
        *_line(_("Wants"), _car(facts.preferred_make, facts.preferred_model)),
        *_line(_("Contact with"), _label(OwnOrOther, facts.dealer)),
        *_line(_("Call again"), at_moment(facts.follow_up_at) if facts.follow_up_at else ""),
        *_line(_("Sold"), _sale(facts.sale) if facts.sale else ""),
        *_line(_("Objection"), _("the customer objects to calls") if facts.objection else ""),
    ]


def facts_of(round_: Round) -> list[Line]:
    """What a round holds of its close-out, each with its name."""
    return [
        *_line(_("Duplicate of"), f"#{round_.original_id}" if round_.original_id else ""),
        *_line(_("Meant for"), _label(Destination, round_.destination)),
        *_line(_("Bought"), _car(round_.purchase_make, round_.purchase_model)),
        *_line(_("At"), round_.purchase_dealer),
        *_line(_("Wants"), _car(round_.preferred_make, round_.preferred_model)),
        *_line(_("Contact with"), _label(OwnOrOther, round_.dealer)),
        *_line(_("Call again"), at_moment(round_.follow_up_at) if round_.follow_up_at else ""),
    ]


def _line(name: str, text: str) -> list[Line]:
    return [(name, text)] if text else []


def _car(make: str, model: str) -> str:
    return " ".join(part for part in (make, model) if part)


def _label(choices: type[Destination] | type[OwnOrOther], value: str) -> str:
    return str(choices(value).label) if value else ""


def _sale(sale: SaleIn) -> str:
    said = [_car(sale.make, sale.model), str(Sale.Condition(sale.condition).label)]
    if sale.price is not None:
        said.append(str(money(sale.price)))
    return ", ".join(said)
