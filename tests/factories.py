"""Rows for tests. Each function makes one valid thing; pass only what matters.

Leads come in through the domain, so that they are as whole as in real life.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, time
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from bdc.accounts.models import User
from dealers.domain.signing import Delivery, secret_of, sign
from dealers.models import (
    CentreService,
    ContactCentre,
    DealerGroup,
    Dealership,
    Exchange,
    Extension,
    Membership,
    OpeningBlock,
    PostcodeArea,
    Role,
)
from leads.domain.intake import ConsentIn, LeadIn, receive_lead
from leads.models import Campaign, Lead

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# A Tuesday morning, in calling hours and opening hours.
TUESDAY_10 = datetime(2026, 11, 24, 10, 0, tzinfo=AMSTERDAM)
_numbers = count(1)


def at(day: int, hour: int, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    """A moment on Amsterdam's clock; November 2026 unless said otherwise."""
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM)


def create_group(**fields: Any) -> DealerGroup:
    number = next(_numbers)
    return DealerGroup.objects.create(
        **{"slug": f"group-{number}", "name": f"Group {number}", **fields}
    )


def create_dealership(**fields: Any) -> Dealership:
    """Open Monday to Friday 8:30-18:00 and Saturday 9:00-17:00, with own area 5600-5658."""
    number = next(_numbers)
    if "group" not in fields:
        fields["group"] = create_group()
    dealership = Dealership.objects.create(
        **{
            "slug": f"dealership-{number}",
            "name": f"Dealership {number}",
            "brands": ["Volkswagen", "Škoda"],
            **fields,
        }
    )
    OpeningBlock.objects.bulk_create(
        [
            OpeningBlock(
                dealership=dealership,
                weekday=weekday,
                opens=time(9) if weekday == 5 else time(8, 30),
                closes=time(17) if weekday == 5 else time(18),
            )
            for weekday in range(6)
        ]
    )
    PostcodeArea.objects.create(dealership=dealership, first=5600, last=5658)
    return dealership


def create_user(**fields: Any) -> User:
    number = next(_numbers)
    return User.objects.create_user(
        **{"email": f"person{number}@example.com", "name": f"Person {number}", **fields}
    )


def create_salesperson(dealership: Dealership, *, kind: str = "internet", **fields: Any) -> User:
    user = create_user(**fields)
    Membership.objects.create(
        user=user, role=Role.SALESPERSON, dealership=dealership, sales_role=kind
    )
    return user


def create_member(
    role: Role, place: Dealership | DealerGroup | ContactCentre, **fields: Any
) -> User:
    """A user with a role at a dealership, a group or a centre."""
    user = create_user(**fields)
    where = {Dealership: "dealership", DealerGroup: "group", ContactCentre: "centre"}[type(place)]
    Membership.objects.create(user=user, role=role, **{where: place})
    return user


def create_centre(*dealerships: Dealership) -> ContactCentre:
    number = next(_numbers)
    centre = ContactCentre.objects.create(slug=f"centre-{number}", name=f"Centre {number}")
    CentreService.objects.bulk_create(
        [CentreService(centre=centre, dealership=dealership) for dealership in dealerships]
    )
    return centre


def create_agent(*dealerships: Dealership, **fields: Any) -> User:
    return create_member(Role.AGENT, create_centre(*dealerships), **fields)


def create_exchange(place: DealerGroup | ContactCentre, **fields: Any) -> Exchange:
    """A telephone exchange of a group or a centre."""
    number = next(_numbers)
    where = {DealerGroup: "group", ContactCentre: "centre"}[type(place)]
    return Exchange.objects.create(
        **{
            "name": f"Exchange {number}",
            "slug": f"exchange-{number}",
            "salt": f"salt-{number}",
            "salted_at": TUESDAY_10,
            where: place,
            **fields,
        }
    )


def create_extension(exchange: Exchange, user: User, name: str = "201") -> Extension:
    return Extension.objects.create(exchange=exchange, user=user, name=name)


def call_told(kind: str = "ringing", *, now: datetime = TUESDAY_10, **fields: Any) -> bytes:
    """What an exchange sends of an inbound call to extension 201, as JSON."""
    told = {
        "kind": kind,
        "direction": "inbound",
        "call_id": "c-1",
        "number": "+31612345678",
        "extension": "201",
        "at": now.isoformat(),
        **({"seconds": 0} if kind == "ended" else {}),
        **fields,
    }
    return json.dumps(told).encode()


def signed(
    exchange: Exchange, body: bytes, *, now: datetime = TUESDAY_10, event_id: str = ""
) -> Delivery:
    """A delivery as the exchange signs it, each with an id of its own unless one is given."""
    named = event_id or f"event-{next(_numbers)}"
    unsigned = Delivery(id=named, timestamp=f"{now.timestamp():.0f}", signature="", body=body)
    return replace(unsigned, signature=sign(unsigned, secret_of(exchange.salt)))


def create_campaign(dealership: Dealership, **fields: Any) -> Campaign:
    number = next(_numbers)
    campaign = Campaign.objects.create(
        group=dealership.group,
        **{"slug": f"campaign-{number}", "name": f"Campaign {number}", **fields},
    )
    campaign.dealerships.add(dealership)
    return campaign


def phone_number() -> str:
    """A number that nobody else in the test has."""
    return f"06-12{next(_numbers):06d}"


def consent(given_at: datetime = TUESDAY_10, **fields: Any) -> ConsentIn:
    return ConsentIn(
        **{
            "purpose": "all",
            "given_at": given_at,
            "words": "Ja, u mag mij bellen over aanbiedingen.",
            "proof": "row 1",
            **fields,
        }
    )


def receive(
    dealership: Dealership,
    *,
    now: datetime = TUESDAY_10,
    by: User | None = None,
    **fields: Any,
) -> Lead:
    """An active online lead with a phone number, taken in and routed."""
    asked = LeadIn(
        **{
            "kind": "active",
            "channel": "online",
            "dealership": dealership,
            "name": f"Sander de Proef{next(_numbers)}",
            "phones": (phone_number(),),
            "interest": "new",
            "make": "Volkswagen",
            **fields,
        }
    )
    return receive_lead(asked, raw=None, by=by, now=now)


def receive_passive(dealership: Dealership, *, now: datetime = TUESDAY_10, **fields: Any) -> Lead:
    """A passive lead whose customer consented to calls."""
    return receive(
        dealership,
        now=now,
        **{
            "kind": "passive",
            "channel": "data_mining",
            "consents": (consent(now),),
            **fields,
        },
    )
