"""The facts that somebody gives with a close-out, as each reason needs them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime


@dataclass(frozen=True)
class SaleIn:
    """A sold car as it is reported; the price in euros where it is known."""

    make: str
    model: str
    condition: str
    new_customer: bool
    fleet: bool
    price: Decimal | None = None


@dataclass(frozen=True)
class Facts:
    """What is told with a reason; attempts, appointments and quotes are looked up on the lead."""

    original: int | None = None
    destination: str = ""
    purchase_make: str = ""
    purchase_model: str = ""
    purchase_dealer: str = ""
    purchase_postcode: str = ""
    preferred_make: str = ""
    preferred_model: str = ""
    dealer: str = ""
    follow_up_at: datetime | None = None
    sale: SaleIn | None = None
    objection: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is kept with a proposal."""
        kept = asdict(self)
        if self.follow_up_at is not None:
            kept["follow_up_at"] = self.follow_up_at.isoformat()
        if self.sale is not None and self.sale.price is not None:
            kept["sale"]["price"] = str(self.sale.price)
        return {name: fact for name, fact in kept.items() if fact not in (None, "", False)}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Facts:
        """Read what as_json() kept."""
        facts = cls(**{**kept, "follow_up_at": None, "sale": None})
        if kept.get("follow_up_at"):
            facts = replace(facts, follow_up_at=parse_datetime(kept["follow_up_at"]))
        if kept.get("sale"):
            price = kept["sale"].get("price")
            sale = SaleIn(**{**kept["sale"], "price": Decimal(price) if price else None})
            facts = replace(facts, sale=sale)
        return facts
