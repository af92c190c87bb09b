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
from dealers.models.exchange import CallEvent, DeliveryRefusal, Exchange, Extension
from dealers.models.history import PolicyChange
from dealers.models.people import (
    Absence,
    Membership,
    PauseReason,
    Presence,
    PresenceChange,
    Role,
    SalesRole,
)

__all__ = [
    "Absence",
    "CallEvent",
    "CentreService",
    "ClosingDay",
    "ContactCentre",
    "DealerGroup",
    "Dealership",
    "DealershipQuerySet",
    "DeliveryRefusal",
    "Exchange",
    "Extension",
    "Membership",
    "OpeningBlock",
    "PauseReason",
    "PolicyChange",
    "PostcodeArea",
    "Presence",
    "PresenceChange",
    "Role",
    "SalesRole",
    "Side",
]
