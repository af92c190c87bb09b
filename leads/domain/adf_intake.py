"""ADF documents come in: every prospect becomes a lead, or a reject that a person sees.

Source: contract.md, POST leads/adf/ and ADF; reference/domain.md 2.1 to 2.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bdc.accounts.models import User
from bdc.errors import Malformed, NotAllowed, RuleBroken
from bdc.transactions import retrying_atomic
from dealers.domain.access import reach_of
from dealers.models import DealerGroup, Dealership
from leads.domain.intake import LeadIn, keep_raw, receive_lead
from leads.formats.adf import AdfReject, read_adf
from leads.formats.adf_prospect import AdfProspect, AdfVehicle
from leads.models import Channel, Interest, Kind, Lead, RawInput, Reject

UNKNOWN_DEALERSHIP = "unknown_dealership"


@dataclass
class AdfReceipt:
    """What became of a document: the leads, and what waits for a person."""

    leads: list[Lead] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


@retrying_atomic
def receive_adf(
    body: bytes,
    *,
    content_type: str,
    dealership: Dealership | None,
    by: User | None,
    now: datetime,
    door: str = RawInput.Door.ADF,
) -> AdfReceipt:
    """Keep the bytes, then take in each prospect in a savepoint of its own.

    The dealership is the one that the vendor names, else `dealership`, else the only one of
    the user; else the prospect is kept and rejected as unknown_dealership.
    """
    raw = keep_raw(door, body, content_type, by=by, now=now)
    receipt = AdfReceipt()
    candidates = _reachable(by)
    group = _group_of(candidates, dealership)
    document = read_adf(body)
    position = 0
    for unread in document.rejects:
        position += 1
        receipt.rejects.append(
            _keep_unread(unread, position, raw=raw, group=group, dealership=dealership)
        )
    for prospect in document.prospects:
        position += 1
        place = _dealership_of(prospect, candidates) or dealership or _only(candidates)
        if place is None:
            receipt.rejects.append(
                _reject(
                    prospect,
                    position,
                    raw=raw,
                    code=UNKNOWN_DEALERSHIP,
                    detail=_("No dealership of yours has this name: %(names)s.")
                    % {"names": ", ".join(prospect.vendor.names) or "–"},
                    group=group,
                    dealership=None,
                )
            )
            continue
        try:
            with transaction.atomic():
                receipt.leads.append(
                    receive_lead(lead_in_of(prospect, place), raw=raw, by=by, now=now)
                )
        except (RuleBroken, NotAllowed, Malformed) as error:
            receipt.rejects.append(
                _reject(
                    prospect,
                    position,
                    raw=raw,
                    code=getattr(error, "code", "not_accepted"),
                    detail=str(getattr(error, "message", error)),
                    group=place.group,
                    dealership=place,
                )
            )
    return receipt


def lead_in_of(prospect: AdfProspect, dealership: Dealership) -> LeadIn:
    """A prospect as an active lead of `dealership`."""
    wish = prospect.wish
    source, external_id = prospect.external_key or (prospect.source or "", "")
    name = prospect.name
    phones = sorted(prospect.phones, key=lambda phone: not phone.is_preferred)
    return LeadIn(
        kind=Kind.ACTIVE,
        channel=_channel(prospect),
        dealership=dealership,
        first_name=name.first_name,
        infix=name.infix,
        last_name=name.last_name,
        initials=name.initials,
        salutation=name.salutation,
        company=name.company_name,
        phones=tuple(phone.read.raw for phone in phones if phone.read.dialable),
        emails=tuple(email.address for email in prospect.emails if email.address),
        postcode=prospect.address.postcode,
        street=prospect.address.street,
        city=prospect.address.city,
        interest=_interest(prospect, wish),
        source=source,
        make=wish.make if wish else "",
        model=wish.model if wish else "",
        plate=_plate(wish),
        year=wish.year if wish else None,
        message=prospect.comments,
        external_id=external_id,
        requested_at=prospect.requested_at,
        extra=_extra(prospect),
        warnings=prospect.warnings,
    )


def _channel(prospect: AdfProspect) -> str:
    return Channel.EMAIL if prospect.channel_preference == "email" else Channel.ONLINE


def _interest(prospect: AdfProspect, wish: AdfVehicle | None) -> str:
    """New or used as the document says; the default "new" of ADF says nothing by itself."""
    if wish is None:
        return Interest.OTHER
    if wish.status == "used" or (wish.stock and wish.status != "new"):
        return Interest.USED
    return Interest.NEW


def _plate(wish: AdfVehicle | None) -> str:
    return wish.plate.normal if wish and wish.plate else ""


def _extra(prospect: AdfProspect) -> dict[str, Any]:
    """What a page shows beside the lead: the trade-in, the time preference, the rest."""
    extra: dict[str, Any] = {
        "ids": [[one.sequence, one.source, one.value] for one in prospect.ids],
        "time_preference": prospect.time_preference,
        "channel_preference": prospect.channel_preference,
        "rest": prospect.rest,
    }
    trade_in = prospect.trade_in
    if trade_in is not None:
        extra["trade_in"] = {
            "make": trade_in.make,
            "model": trade_in.model,
            "year": trade_in.year,
            "plate": trade_in.plate.printed if trade_in.plate else "",
            "mileage_km": trade_in.mileage_km,
            "comments": trade_in.comments,
        }
    return {name: fact for name, fact in extra.items() if fact}


def _reachable(by: User | None) -> list[Dealership]:
    places = Dealership.objects.select_related("group").order_by("pk")
    return list(places if by is None else places.filter(pk__in=reach_of(by).dealerships))


def _dealership_of(prospect: AdfProspect, candidates: list[Dealership]) -> Dealership | None:
    """The dealership whose slug, else name, else alias stands in the vendor's ids or names.

    A name of its own goes before an alias that somebody else chose; what fits several fits none.
    """
    told = {one.value.strip().casefold() for one in prospect.vendor.ids}
    told |= {name.strip().casefold() for name in prospect.vendor.names}
    for names_of in (
        lambda place: [place.slug],
        lambda place: [place.name],
        lambda place: place.aliases,
    ):
        fitting = [
            place for place in candidates if told & {name.casefold() for name in names_of(place)}
        ]
        if fitting:
            return _only(fitting)
    return None


def _only(candidates: list[Dealership]) -> Dealership | None:
    return candidates[0] if len(candidates) == 1 else None


def _group_of(candidates: list[Dealership], dealership: Dealership | None) -> DealerGroup | None:
    """The group whose people see the rejects: the only one that the sender can mean."""
    if dealership is not None:
        return dealership.group
    groups = {place.group for place in candidates}
    return groups.pop() if len(groups) == 1 else None


def _keep_unread(
    unread: AdfReject,
    position: int,
    *,
    raw: RawInput,
    group: DealerGroup | None,
    dealership: Dealership | None,
) -> Reject:
    filled = unread.prefill
    return Reject.objects.create(
        raw=raw,
        group=group,
        dealership=dealership,
        position=position,
        code=unread.code,
        detail=str(unread.detail),
        prefill={
            "name": filled.name,
            "phone": filled.phone,
            "email": filled.email,
            "make": filled.make,
            "model": filled.model,
            "external_id": filled.external_id,
        },
    )


def _reject(
    prospect: AdfProspect,
    position: int,
    *,
    raw: RawInput,
    code: str,
    detail: str,
    group: DealerGroup | None,
    dealership: Dealership | None,
) -> Reject:
    wish = prospect.wish
    phone = prospect.primary_phone
    return Reject.objects.create(
        raw=raw,
        group=group,
        dealership=dealership,
        position=position,
        code=code,
        detail=detail,
        prefill={
            "name": prospect.name.display,
            "phone": (phone.e164 if phone else "") or "",
            "email": next((mail.address for mail in prospect.emails if mail.address), ""),
            "make": wish.make if wish else "",
            "model": wish.model if wish else "",
            "message": prospect.comments,
            "external_id": prospect.external_key[1] if prospect.external_key else "",
            "source": prospect.source or "",
        },
    )
