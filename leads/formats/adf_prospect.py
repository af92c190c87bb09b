"""One ADF prospect as plain facts: who asks, for which car, at which dealership."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from leads.formats.adf_rest import JsonObject
from leads.formats.mails import EmailRead
from leads.formats.names import NameRead
from leads.formats.phones import PhoneKind, PhoneRead
from leads.formats.plates import PlateRead

WISHES = ("buy", "lease", "test-drive")


@dataclass(frozen=True, slots=True)
class ExternalId:
    """How another system calls this; the (source, value) pair is the key."""

    sequence: str
    source: str
    value: str


@dataclass(frozen=True, slots=True)
class AdfPhone:
    read: PhoneRead
    stated_kind: str
    time: str
    is_preferred: bool
    duplicate_of: str | None


@dataclass(frozen=True, slots=True)
class AdfVehicle:
    """A car wished for or traded in; `status` is "unknown" unless the sender says it."""

    interest: str = "buy"
    status: str = "unknown"
    year: int | None = None
    make: str = ""
    model: str = ""
    trim: str = ""
    vin: str = ""
    stock: str = ""
    mileage_km: int | None = None
    price: Decimal | None = None
    currency: str = ""
    plate: PlateRead | None = None
    plate_from: str = ""
    comments: str = ""
    ids: tuple[ExternalId, ...] = ()


@dataclass(frozen=True, slots=True)
class AdfAddress:
    street: str = ""
    apartment: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Timeframe:
    description: str
    earliest_on: date | None
    latest_on: date | None


@dataclass(frozen=True, slots=True)
class AdfVendor:
    """The dealership that the sender means; every id and name may be its slug or alias."""

    ids: tuple[ExternalId, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AdfProvider:
    ids: tuple[ExternalId, ...] = ()
    name: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class AdfProspect:
    position: int
    ids: tuple[ExternalId, ...]
    status: str
    requested_at: datetime | None
    vehicles: tuple[AdfVehicle, ...]
    name: NameRead
    phones: tuple[AdfPhone, ...]
    emails: tuple[EmailRead, ...]
    address: AdfAddress
    comments: str
    plates_mentioned: tuple[PlateRead, ...]
    timeframe: Timeframe | None
    vendor: AdfVendor
    provider: AdfProvider
    time_preference: str
    channel_preference: str
    rest: JsonObject
    warnings: tuple[str, ...]

    @property
    def wish(self) -> AdfVehicle | None:
        """The car asked for: the first to buy, lease or drive."""
        return next((each for each in self.vehicles if each.interest in WISHES), None)

    @property
    def trade_in(self) -> AdfVehicle | None:
        return next((each for each in self.vehicles if each.interest not in WISHES), None)

    @property
    def source(self) -> str | None:
        first = self.ids[0].source if self.ids else ""
        return first or self.provider.name or None

    @property
    def external_key(self) -> tuple[str, str] | None:
        """(source, id) of the first id: the same key again is the same lead."""
        return (self.source or "", self.ids[0].value) if self.ids else None

    @property
    def primary_phone(self) -> PhoneRead | None:
        """The number to call first: the preferred one, else a mobile, else any."""
        phones = [phone for phone in self.phones if phone.read.dialable]
        phones.sort(key=lambda phone: (not phone.is_preferred, phone.read.kind != PhoneKind.MOBILE))
        return phones[0].read if phones else None
