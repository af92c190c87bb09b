"""The reasons to close a lead with, in groups, and what follows from each."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bdc.errors import Sentence
from leads.domain.closing import SOLD, ReasonOffer, needs_approval
from leads.models import CloseReason, Lead, Round

# The groups of the fixed list in the order in which people look for them.
GROUPS: dict[str, Promise] = {
    "Verkocht": gettext_lazy("Sold"),
    "Sale Conversie Succesvol": gettext_lazy("To sales"),
    "After-sales Conversie": gettext_lazy("After-sales"),
    "Onverkocht": gettext_lazy("Not sold"),
    "Geen Interesse": gettext_lazy("No interest"),
    "Uitval Niet bereikt": gettext_lazy("Not reached or refused"),
    "Uitval Vervuiling": gettext_lazy("No real lead"),
}
NOT_FOR_THIS_SIDE = ("wrong_track", "reason_retired")


@dataclass(frozen=True)
class OfferedReason:
    """One reason as the page offers it, or keeps it locked with what is missing."""

    reason: CloseReason
    missing: list[Sentence]
    key: str

    @property
    def is_locked(self) -> bool:
        return bool(self.missing)


@dataclass(frozen=True)
class ReasonGroup:
    label: Sentence
    offers: list[OfferedReason]


def reason_groups(offers: list[ReasonOffer]) -> list[ReasonGroup]:
    """The reasons of this side in groups; what can be chosen gets a digit."""
    shown = [
        offer
        for offer in offers
        if offer.problem is None or offer.problem.code not in NOT_FOR_THIS_SIDE
    ]
    ranks = {name: rank for rank, name in enumerate(GROUPS)}
    shown.sort(key=lambda o: (ranks.get(o.reason.group, len(ranks)), o.reason.position))
    digits = iter("123456789")
    groups: dict[str, ReasonGroup] = {}
    for offer in shown:
        name = offer.reason.group
        group = groups.setdefault(name, ReasonGroup(GROUPS.get(name, name), []))
        key = next(digits, "") if offer.available else ""
        group.offers.append(OfferedReason(offer.reason, _missing(offer), key))
    return list(groups.values())


def _missing(offer: ReasonOffer) -> list[Sentence]:
    if offer.problem is None:
        return []
    return [one.message for one in offer.problem.problems] or [offer.problem.message]


def what_follows(reason: CloseReason, lead: Lead, round_: Round) -> list[str]:
    """What the system does once the lead is closed with this reason."""
    said = []
    if reason.effect == "stop_calling":
        said.append(_("Nobody calls this customer any more, from now on, for all leads."))
    if needs_approval(reason, lead, round_):
        if round_.side == "salesperson":
            said.append(_("Then the sales manager looks at it. Until then the lead stays open."))
        else:
            said.append(_("Then the team lead looks at it. Until then the lead stays open."))
    said.append(
        {
            "second_voice": _("After that the BDC calls once more, as a second voice."),
            "to_sales": _("The lead goes to the salesperson of the appointment, or by the rule."),
            "follow_up": _("A new round begins, and the first call is on the agreed date."),
            "park_long_term": _("The customer is left alone for 90 days."),
            "ask_contact_details": _("A customer with an e-mail address is asked for details."),
            "forward": _("The department gets the lead by e-mail."),
            "link_to_original": _("Work goes on with the original lead."),
        }.get(reason.effect, "")
    )
    if reason.code == SOLD:
        said.append(_("The lead closes as sold."))
    return [sentence for sentence in said if sentence]
