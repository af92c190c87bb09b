from dealers.models.centre import CentreService, ContactCentre
from dealers.models.dealership import (
    ClosingDay,
    DealerGroup,
    Dealership,
    DealershipQuerySet,
    OpeningBlock,
    PostcodeArea,
    Side,
)
from dealers.models.history import PolicyChange
from dealers.models.people import Absence, Membership, Presence, Role, SalesRole

__all__ = [
    "Absence",
    "CentreService",
    "ClosingDay",
    "ContactCentre",
    "DealerGroup",
    "Dealership",
    "DealershipQuerySet",
    "Membership",
    "OpeningBlock",
    "PolicyChange",
    "PostcodeArea",
    "Presence",
    "Role",
    "SalesRole",
    "Side",
]
