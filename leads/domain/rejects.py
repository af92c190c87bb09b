"""What could not become a lead by itself waits here for a person (design.md, Raw input first)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import NotAllowed, RuleBroken
from bdc.transactions import retrying_atomic
from dealers.models import DealerGroup, Dealership
from leads.domain.access import everywhere, require
from leads.domain.contact_details import ConsentIn
from leads.domain.intake import LeadIn, receive_lead
from leads.formats.adf import read_adf
from leads.models import Campaign, Channel, Kind, Lead, RawInput, Reject

MOST_BYTES_SHOWN = 20_000
# What a row of a file says beside the fields of the form; it stays with the lead.
KEPT_OF_A_FILE = ("customer_number", "street", "postcode", "city", "plate", "year")


def rejects_visible_to(user: User) -> QuerySet[Reject]:
    """The rejects of the user's dealerships and groups, and those that the user sent in.

    A reject whose group nobody knows is seen by its sender, and by who may see every group:
    it can be anybody's, and it must be seen by somebody.
    """
    places = everywhere(user, "correct_rejects")
    groups = Dealership.objects.filter(pk__in=places).values("group")
    of_nobody = Q(dealership=None, group=None)
    if not _sees_every_group(user, places):
        of_nobody &= Q(raw__received_by=user)
    return Reject.objects.filter(
        Q(dealership__in=places) | Q(dealership=None, group__in=groups) | of_nobody
    )


def _sees_every_group(user: User, places: frozenset[int]) -> bool:
    if user.is_active and user.is_superuser:
        return True
    return bool(places) and not DealerGroup.objects.exclude(dealerships__in=places).exists()


def text_as_it_came(reject: Reject, user: User) -> str | None:
    """What came in, for who may see all of it; None where it holds somebody else's leads too.

    A row of a file is shown alone: the rest of the file is not this reject's matter.
    """
    if reject.cells:
        return "\n".join(f"{title}: {cell}" for title, cell in reject.cells)
    body = bytes(reject.raw.body)
    if not _sees_every_part(reject.raw, body, user):
        return None
    return body[:MOST_BYTES_SHOWN].decode("utf-8", errors="replace")


def _sees_every_part(raw: RawInput, body: bytes, user: User) -> bool:
    """Whether all that the document held became a lead or reject that the user sees.

    A prospect that joined an open lead left no row here, so it counts as somebody else's.
    """
    document = read_adf(body)
    rejects = rejects_visible_to(user).filter(raw=raw)
    corrected = raw.rejects.filter(lead__isnull=False).values("lead")
    leads = Lead.objects.visible_to(user).filter(raw=raw).exclude(pk__in=corrected)
    return rejects.count() + leads.count() == len(document.prospects) + len(document.rejects)


def deciding_problem(reject: Reject) -> RuleBroken | None:
    """Return why nobody may decide on this reject any more, or None."""
    if reject.state == Reject.State.WAITING:
        return None
    return RuleBroken("already_worked", _("A colleague already dealt with this one."))


@retrying_atomic
def correct_reject(reject: Reject, asked: LeadIn, *, by: User, now: datetime) -> Lead:
    """Make the lead that the reject was meant to be."""
    require(by, "correct_rejects", asked.dealership.pk)
    reject = _locked(reject, by=by)
    if reject.raw.door == RawInput.Door.FILE:
        asked = _of_a_file(reject, asked)
    lead = receive_lead(asked, raw=reject.raw, by=by, now=now)
    reject.state = Reject.State.CORRECTED
    reject.lead = lead
    reject.decided_by = by
    reject.decided_at = now
    reject.save(update_fields=["state", "lead", "decided_by", "decided_at"])
    return lead


def _of_a_file(reject: Reject, asked: LeadIn) -> LeadIn:
    """A row of a file asked for nothing: its lead is passive, in the campaign of the file.

    It is called only on the consent that the row reports, as its neighbours are.
    """
    filled = reject.prefill
    campaigns = Campaign.objects.filter(group=asked.dealership.group_id)
    return replace(
        asked,
        kind=Kind.PASSIVE,
        channel=Channel.DATA_MINING,
        campaign=campaigns.filter(slug=filled.get("campaign", "")).first(),
        consents=tuple(
            ConsentIn(**one | {"given_at": datetime.fromisoformat(one["given_at"])})
            for one in filled.get("consents", [])
        ),
        **{name: value for name, value in filled.get("kept", {}).items() if name in KEPT_OF_A_FILE},
    )


@retrying_atomic
def dismiss_reject(reject: Reject, *, by: User, now: datetime) -> Reject:
    """Put a reject aside that holds no lead; its bytes stay."""
    reject = _locked(reject, by=by)
    reject.state = Reject.State.DISMISSED
    reject.decided_by = by
    reject.decided_at = now
    reject.save(update_fields=["state", "decided_by", "decided_at"])
    return reject


def _locked(reject: Reject, *, by: User) -> Reject:
    if not rejects_visible_to(by).filter(pk=reject.pk).exists():
        raise NotAllowed(_("Your role does not include this. Ask your team lead or sales manager."))
    locked = Reject.objects.select_for_update(of=("self",)).select_related("raw").get(pk=reject.pk)
    problem = deciding_problem(locked)
    if problem is not None:
        raise problem
    return locked
