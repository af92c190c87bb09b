"""What somebody tells with a close-out, so that the facts support its reason."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from random import Random

from leads.demo.names import OTHER_MAKES
from leads.domain.facts import Facts, SaleIn
from leads.models import Destination, Interest, Lead, OwnOrOther, Sale


def facts_of(
    code: str,
    *,
    lead: Lead,
    make: str,
    original: int | None,
    follow_up_at: datetime,
    random: Random,
) -> Facts:
    """The facts that `code` needs; `make` is the car that was bought elsewhere."""
    other_make, other_model = random.choice(OTHER_MAKES)
    match code:
        case "BDC-02":
            return Facts(original=original)
        case "BDC-04":
            is_service = lead.interest == Interest.SERVICE
            return Facts(
                destination=Destination.SERVICE if is_service else Destination.ADMINISTRATION
            )
        case "BDC-09" | "VK-02" | "VK-03" | "VK-04":
            is_other = not make or code == "VK-04"
            return Facts(
                purchase_make=make or other_make,
                purchase_model=other_model if is_other else lead.model,
                purchase_dealer=random.choice(("", "dealer in Tilburg", "dealer in Nijmegen")),
            )
        case "BDC-11" | "VK-06":
            return Facts(preferred_make=other_make, preferred_model=other_model)
        case "BDC-13":
            return Facts(dealer=random.choice((OwnOrOther.OWN, OwnOrOther.OTHER)))
        case "BDC-16":
            return Facts(follow_up_at=follow_up_at)
        case "VK-01":
            return Facts(sale=sale_of(lead, random))
        case _:
            return Facts()


def sale_of(lead: Lead, random: Random) -> SaleIn:
    """The car that was asked for, sold."""
    is_new = lead.interest == Interest.NEW
    price = random.randrange(24_500, 49_000, 50) if is_new else random.randrange(9_950, 27_500, 50)
    return SaleIn(
        make=lead.make,
        model=lead.model,
        condition=Sale.Condition.NEW if is_new else Sale.Condition.USED,
        new_customer=random.random() < 0.7,
        fleet=random.random() < 0.08,
        price=Decimal(price),
    )
