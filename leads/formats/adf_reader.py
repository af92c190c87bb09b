"""Reading one ADF prospect from its element, whatever the order and the odd parts."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from leads.formats.adf_prospect import (
    AdfAddress,
    AdfPhone,
    AdfProspect,
    AdfProvider,
    AdfVehicle,
    AdfVendor,
    ExternalId,
    Timeframe,
)
from leads.formats.adf_rest import Rest
from leads.formats.amounts import read_amount, read_kilometres, read_year
from leads.formats.dates import has_whole_zone, read_date, read_moment
from leads.formats.mails import EmailRead, read_emails
from leads.formats.markup import Element
from leads.formats.names import NameRead, read_name
from leads.formats.phones import read_phones
from leads.formats.plates import PlateRead, find_plates, read_plate
from leads.formats.postcodes import read_postcode
from leads.formats.text import clean_lines, clean_text

MOST_PHONES = 20
MOST_VEHICLES = 10
MOST_WARNINGS = 40

_INTERESTS = {
    "": "buy",
    "buy": "buy",
    "lease": "lease",
    "sell": "sell",
    "tradein": "trade-in",
    "testdrive": "test-drive",
}
_STATUSES = {"": "unknown", "new": "new", "used": "used"}
_PHONE_TYPES = frozenset(("", "voice", "phone", "fax", "cellphone", "pager"))
_PLATE_SOURCES = frozenset(
    ("kenteken", "plate", "licenseplate", "licenceplate", "numberplate", "registration")
)
_PLATE_ELEMENTS = ("licenseplate", "licenceplate", "license_plate", "kenteken", "plate")
# "[name]", "{{ phone }}", "${model}", "%EMAIL%", "<<city>>"
_UNFILLED = re.compile(
    r"(?:\[[\w .:\-]{1,60}\]|\{\{?[\w .:\-]{1,60}\}?\}|\$\{[\w .:\-]{1,60}\}"
    r"|%{1,2}[\w.\-]{1,60}%{1,2}|<<[\w .\-]{1,60}>>)"
)
_KILOMETRES_IN_A_MILE = Decimal("1.609344")

# Source of the lists: the tables of the specification, reference/domain.md 2.1.
_KNOWN_ATTRIBUTES = {
    "prospect": {"status"},
    "id": {"sequence", "source"},
    "vehicle": {"interest", "status"},
    "name": {"part", "type"},
    "email": {"preferredcontact"},
    "phone": {"type", "time", "preferredcontact"},
    "address": {"type"},
    "contact": {"primarycontact"},
    "street": {"line"},
    "odometer": {"status", "units"},
}


class ProspectReader:
    """Reads one prospect and collects what was odd about it."""

    def __init__(self, prospect: Element, *, position: int) -> None:
        self._prospect = prospect
        self._position = position
        self._warnings: dict[str, None] = {}
        self._rest = Rest()

    def read(self) -> AdfProspect:
        prospect = self._prospect
        ids = self._ids(prospect)
        if not ids:
            self._warn("ID_MISSING")
        customer = prospect.first("customer") or Element("customer")
        contact = self._contact(customer, fallback=prospect)
        vehicles = self._vehicles()
        name = self._name(contact)
        phones = self._phones(contact)
        emails = self._emails(contact)
        comments = self._comments(customer)
        provider = self._provider()
        vendor = self._vendor()
        address = self._address(contact)
        timeframe = self._timeframe(customer)
        requested_at = self._requested_at()
        status = self._status()
        self._keep_the_rest(prospect, customer, contact)
        return AdfProspect(
            position=self._position,
            ids=ids,
            status=status,
            requested_at=requested_at,
            vehicles=vehicles,
            name=name,
            phones=phones,
            emails=emails,
            address=address,
            comments=comments,
            plates_mentioned=tuple(find_plates(comments)),
            timeframe=timeframe,
            vendor=vendor,
            provider=provider,
            time_preference=_time_preference(phones),
            channel_preference=_channel_preference(contact),
            rest=self._rest.content,
            warnings=tuple(self._warnings)[:MOST_WARNINGS],
        )

    def _warn(self, *codes: str) -> None:
        self._warnings.update(dict.fromkeys(code[:80] for code in codes))

    def _value(self, element: Element | None, *, limit: int) -> str:
        """Return the text of `element`; a template field that nobody filled in is empty."""
        if element is None:
            return ""
        self._check_attributes(element)
        text = clean_text(element.text[: limit * 4 + 1000], limit=limit)
        if _UNFILLED.fullmatch(text):
            self._warn(f"TEMPLATE_UNFILLED:{element.name}")
            return ""
        return text

    def _check_attributes(self, element: Element) -> None:
        known = _KNOWN_ATTRIBUTES.get(element.name)
        if known is not None:
            self._warn(
                *(f"UNKNOWN_ATTRIBUTE:{name}" for name in element.attributes if name not in known)
            )

    def _status(self) -> str:
        self._check_attributes(self._prospect)
        status = _attribute(self._prospect, "status")
        if status not in ("", "new", "resend"):
            self._warn(f"PROSPECT_STATUS_UNKNOWN:{status}")
        return "resend" if status == "resend" else "new"

    def _requested_at(self) -> datetime | None:
        text = self._value(self._prospect.first("requestdate"), limit=60)
        if not text:
            self._warn("REQUESTDATE_MISSING")
            return None
        requested_at = read_moment(text)
        if requested_at is None:
            self._warn("REQUESTDATE_UNREADABLE")
        elif not has_whole_zone(text):
            self._warn("REQUESTDATE_ZONE_ASSUMED")
        return requested_at

    def _ids(self, parent: Element, *extra: str) -> tuple[ExternalId, ...]:
        ids = []
        for element in parent.all("id", *extra)[:MOST_PHONES]:
            if value := self._value(element, limit=200):
                source = clean_text(element.attributes.get("source", ""), limit=120)
                sequence = clean_text(element.attributes.get("sequence", ""), limit=10)
                ids.append(ExternalId(sequence, source, value))
        return tuple(sorted(ids, key=_sequence))

    def _contact(self, customer: Element, *, fallback: Element) -> Element:
        """Return the contact of the customer, or whatever carries the name and numbers."""
        contacts = customer.all("contact") or fallback.all("contact")
        contacts.sort(key=lambda contact: _attribute(contact, "primarycontact") != "1")
        if contacts:
            self._check_attributes(contacts[0])
            return contacts[0]
        return customer

    def _name(self, contact: Element) -> NameRead:
        parts: dict[str, str] = {}
        is_company = False
        for element in contact.all("name")[:MOST_PHONES]:
            part = _attribute(element, "part") or "full"
            part = "last" if part == "surname" else part
            value = self._value(element, limit=240)
            if value and part not in parts:
                parts[part] = value
                is_company = is_company or _attribute(element, "type") == "business"
        name = read_name(
            full="" if parts.get("last") else parts.get("full", ""),
            first=parts.get("first", ""),
            infix=parts.get("middle", ""),
            last=parts.get("last", ""),
            is_company=is_company,
        )
        self._warn(*name.warnings)
        if not parts:
            self._warn("NAME_MISSING")
        elif set(parts) == {"full"}:
            self._warn("NAME_FULL_ONLY")
        self._rest.keep_text("name_suffix", parts.get("suffix", ""))
        return name

    def _phones(self, contact: Element) -> tuple[AdfPhone, ...]:
        phones: list[AdfPhone] = []
        elements = contact.all("phone")
        if len(elements) > MOST_PHONES:
            self._warn("PHONE_TOO_MANY")
        for element in elements[:MOST_PHONES]:
            phones += self._numbers(element, {phone.read.e164 for phone in phones})
            if len(phones) >= MOST_PHONES:
                break
        if not phones:
            self._warn("PHONE_MISSING")
        elif not any(phone.read.dialable for phone in phones):
            self._warn("PHONE_NOT_DIALABLE")
        return tuple(phones)

    def _numbers(self, element: Element, known: set[str | None]) -> Iterator[AdfPhone]:
        stated_kind = _attribute(element, "type")
        if stated_kind not in _PHONE_TYPES:
            self._warn(f"PHONE_TYPE_UNKNOWN:{stated_kind}")
        for read in read_phones(self._value(element, limit=250), stated_kind=stated_kind):
            is_duplicate = read.e164 is not None and read.e164 in known
            known.add(read.e164)
            self._warn(*read.warnings, *(["PHONE_DUPLICATE"] if is_duplicate else []))
            yield AdfPhone(
                read=read,
                stated_kind=stated_kind,
                time=_attribute(element, "time"),
                is_preferred=_attribute(element, "preferredcontact") == "1",
                duplicate_of=read.e164 if is_duplicate else None,
            )

    def _emails(self, contact: Element) -> tuple[EmailRead, ...]:
        reads: dict[EmailRead, None] = {}
        for element in contact.all("email")[:MOST_PHONES]:
            for read in read_emails(self._value(element, limit=1000)):
                self._warn(*read.warnings)
                reads[read] = None
        return tuple(reads)

    def _address(self, contact: Element) -> AdfAddress:
        address = contact.first("address")
        if address is None:
            return AdfAddress()
        self._check_attributes(address)
        streets = (self._value(street, limit=160) for street in address.all("street")[:5])
        typed = self._value(address.first("postalcode"), limit=20)
        postcode = read_postcode(typed)
        if typed and postcode is None:
            self._warn("POSTCODE_UNREADABLE")
            self._rest.keep_text("postalcode", typed)
        return AdfAddress(
            street=" ".join(street for street in streets if street)[:160],
            apartment=self._value(address.first("apartment"), limit=40),
            city=self._value(address.first("city"), limit=80),
            region=self._value(address.first("regioncode"), limit=40),
            postcode=postcode.text if postcode else "",
            country=self._value(address.first("country"), limit=40),
        )

    def _comments(self, customer: Element) -> str:
        elements = [
            *customer.all("comments", "comment"),
            *self._prospect.all("comments", "comment"),
        ]
        return self._remarks(elements)

    def _remarks(self, elements: list[Element]) -> str:
        texts = [clean_lines(element.text, limit=5000) for element in elements]
        filled = [text for text in texts if text and not _UNFILLED.fullmatch(text)]
        if sum(len(element.text) for element in elements) > 5000:
            self._warn("COMMENTS_CUT")
        return "\n".join(filled)[:5000]

    def _timeframe(self, customer: Element) -> Timeframe | None:
        element = customer.first("timeframe")
        if element is None:
            return None
        described = element.first("description") or element
        frame = Timeframe(
            description=self._value(described, limit=200),
            earliest_on=read_date(self._value(element.first("earliestdate"), limit=60)),
            latest_on=read_date(self._value(element.first("latestdate"), limit=60)),
        )
        return frame if frame.description or frame.earliest_on or frame.latest_on else None

    def _vendor(self) -> AdfVendor:
        vendor = self._prospect.first("vendor")
        loose = self._ids(Element("prospect", children=self._prospect.all("vendorid")), "vendorid")
        if vendor is None:
            self._warn("VENDOR_MISSING")
            return AdfVendor(ids=loose)
        contacts = vendor.all("contact")
        elements = [*vendor.all("vendorname"), *vendor.all("name")]
        elements += [name for contact in contacts for name in contact.all("name")]
        names = (self._value(element, limit=160) for element in elements[:MOST_PHONES])
        return AdfVendor(
            ids=(*self._ids(vendor, "vendorid"), *loose),
            names=tuple(dict.fromkeys(name for name in names if name)),
        )

    def _provider(self) -> AdfProvider:
        provider = self._prospect.first("provider")
        if provider is None:
            self._warn("PROVIDER_MISSING")
            return AdfProvider()
        self._rest.keep("provider", provider, read=("id", "name", "service"))
        return AdfProvider(
            ids=self._ids(provider),
            name=self._value(provider.first("name"), limit=120),
            service=self._value(provider.first("service"), limit=120),
        )

    def _vehicles(self) -> tuple[AdfVehicle, ...]:
        elements = self._prospect.all("vehicle")
        if not elements:
            self._warn("VEHICLE_MISSING")
        if len(elements) > MOST_VEHICLES:
            self._warn("VEHICLE_TOO_MANY")
        vehicles = tuple(self._vehicle(element) for element in elements[:MOST_VEHICLES])
        if len(vehicles) > 1 and vehicles[0].interest not in ("buy", "lease"):
            self._warn("VEHICLE_ORDER_NONSTANDARD")
        return vehicles

    def _vehicle(self, element: Element) -> AdfVehicle:
        self._check_attributes(element)
        year = self._value(element.first("year"), limit=40)
        if year and read_year(year) is None:
            self._warn("YEAR_UNREADABLE")
        price = element.first("price")
        comments = self._remarks(element.all("comments", "comment"))
        ids = self._ids(element)
        stock = self._value(element.first("stock"), limit=60)
        plate, plate_from = self._plate(element, ids, stock, comments)
        self._rest.keep("vehicle", element, read=_READ_OF_A_VEHICLE)
        return AdfVehicle(
            interest=self._interest(element),
            status=self._vehicle_status(element),
            year=read_year(year),
            make=self._value(element.first("make"), limit=60),
            model=self._value(element.first("model"), limit=80),
            trim=self._value(element.first("trim"), limit=120),
            vin=self._value(element.first("vin"), limit=30),
            stock=stock,
            mileage_km=self._mileage(element.first("odometer")),
            price=read_amount(self._value(price, limit=60)),
            currency=_attribute(price, "currency").upper()[:3] if price else "",
            plate=plate,
            plate_from=plate_from,
            comments=comments,
            ids=ids,
        )

    def _interest(self, element: Element) -> str:
        stated = _attribute(element, "interest")
        interest = _INTERESTS.get(re.sub(r"[\s_-]", "", stated))
        if interest is None:
            self._warn(f"VEHICLE_INTEREST_UNKNOWN:{stated}")
        return interest or "buy"

    def _vehicle_status(self, element: Element) -> str:
        stated = _attribute(element, "status")
        status = _STATUSES.get(stated)
        if status is None:  # "cpo", "demo", "occasion": all used
            self._warn(f"VEHICLE_STATUS_UNKNOWN:{stated}")
        return status or "used"

    def _mileage(self, odometer: Element | None) -> int | None:
        text = self._value(odometer, limit=40)
        kilometres = read_kilometres(text)
        if text and kilometres is None:
            self._warn("ODOMETER_UNREADABLE")
        if kilometres and odometer and _attribute(odometer, "units") in ("mi", "miles"):
            return int(kilometres * _KILOMETRES_IN_A_MILE)
        return kilometres

    def _plate(
        self, element: Element, ids: tuple[ExternalId, ...], stock: str, comments: str
    ) -> tuple[PlateRead | None, str]:
        """Look for a plate, which ADF has no place for. Source: reference/domain.md 2.3."""
        for each in ids:
            if re.sub(r"[\s_-]", "", each.source.lower()) in _PLATE_SOURCES:
                return self._noted(read_plate(each.value)), "id"
        if typed := self._value(element.first(*_PLATE_ELEMENTS), limit=40):
            return self._noted(read_plate(typed)), "licenseplate"
        if plates := find_plates(stock):
            return plates[0], "stock"
        if plates := find_plates(comments):
            self._warn("KENTEKEN_ONLY_IN_COMMENTS")
            return plates[0], "comments"
        return None, ""

    def _noted(self, plate: PlateRead | None) -> PlateRead | None:
        self._warn(*(plate.warnings if plate else ()))
        return plate

    def _keep_the_rest(self, prospect: Element, customer: Element, contact: Element) -> None:
        self._rest.keep("prospect", prospect, read=_READ_OF_A_PROSPECT)
        self._rest.keep("customer", customer, read=_READ_OF_A_CUSTOMER)
        if contact is not customer:
            self._rest.keep("contact", contact, read=_READ_OF_A_CONTACT)
        vendor = prospect.first("vendor")
        if vendor is not None:
            self._rest.keep("vendor", vendor, read=("id", "vendorid", "vendorname", "name"))
        unknown = [each.name for each in prospect.children if each.name not in _IN_A_PROSPECT]
        self._warn(*(f"UNKNOWN_ELEMENT:{name}" for name in unknown[:MOST_PHONES]))
        if self._rest.is_cut:
            self._warn("REST_CUT")


_READ_OF_A_VEHICLE = (
    *("id", "year", "make", "model", "trim", "vin", "stock", "comments", "comment"),
    *("odometer", "price"),
    *_PLATE_ELEMENTS,
)
_READ_OF_A_CONTACT = ("name", "phone", "email", "address")
_READ_OF_A_CUSTOMER = ("contact", "timeframe", "comments", "comment", *_READ_OF_A_CONTACT)
_IN_A_PROSPECT = ("id", "requestdate", "vehicle", "customer", "vendor", "provider")
_READ_OF_A_PROSPECT = (*_IN_A_PROSPECT, "contact", "comments", "comment", "vendorid")


def _attribute(element: Element, name: str) -> str:
    return clean_text(element.attributes.get(name, "")[:200], limit=40).lower()


def _sequence(each: ExternalId) -> int:
    return int(each.sequence) if each.sequence.isascii() and each.sequence.isdigit() else 1


def _time_preference(phones: tuple[AdfPhone, ...]) -> str:
    in_order = sorted(phones, key=lambda phone: not phone.is_preferred)
    times = (phone.time for phone in in_order if phone.time not in ("", "nopreference"))
    return next(times, "")


def _channel_preference(contact: Element) -> str:
    for channel in ("phone", "email"):
        if any(_attribute(each, "preferredcontact") == "1" for each in contact.all(channel)):
            return channel
    return ""
