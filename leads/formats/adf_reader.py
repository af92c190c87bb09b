"""Reading one ADF prospect from its element, whatever the order and the odd parts."""

from collections.abc import Iterator
from datetime import datetime

from leads.formats.adf_elements import MOST_REPEATED, ElementReader, attribute
from leads.formats.adf_prospect import (
    AdfAddress,
    AdfPhone,
    AdfProspect,
    AdfProvider,
    AdfVehicle,
    AdfVendor,
    Timeframe,
)
from leads.formats.adf_vehicle import VehicleReader
from leads.formats.dates import has_whole_zone, read_date, read_moment
from leads.formats.mails import EmailRead, read_emails
from leads.formats.markup import Element
from leads.formats.names import NameRead, read_name
from leads.formats.phones import read_phones
from leads.formats.plates import find_plates
from leads.formats.postcodes import read_postcode

MOST_VEHICLES = 10

_PHONE_TYPES = frozenset(("", "voice", "phone", "fax", "cellphone", "pager"))


class ProspectReader:
    """Reads one prospect and collects what was odd about it."""

    def __init__(self, prospect: Element, *, position: int) -> None:
        self._prospect = prospect
        self._position = position
        self._elements = ElementReader()

    def read(self) -> AdfProspect:
        prospect = self._prospect
        ids = self._elements.ids(prospect)
        if not ids:
            self._elements.warn("ID_MISSING")
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
            rest=self._elements.rest.content,
            warnings=self._elements.warnings,
        )

    def _status(self) -> str:
        self._elements.check_attributes(self._prospect)
        status = attribute(self._prospect, "status")
        if status not in ("", "new", "resend"):
            self._elements.warn(f"PROSPECT_STATUS_UNKNOWN:{status}")
        return "resend" if status == "resend" else "new"

    def _requested_at(self) -> datetime | None:
        text = self._elements.value(self._prospect.first("requestdate"), limit=60)
        if not text:
            self._elements.warn("REQUESTDATE_MISSING")
            return None
        requested_at = read_moment(text)
        if requested_at is None:
            self._elements.warn("REQUESTDATE_UNREADABLE")
        elif not has_whole_zone(text):
            self._elements.warn("REQUESTDATE_ZONE_ASSUMED")
        return requested_at

    def _contact(self, customer: Element, *, fallback: Element) -> Element:
        """Return the contact of the customer, or whatever carries the name and numbers."""
        contacts = customer.all("contact") or fallback.all("contact")
        contacts.sort(key=lambda contact: attribute(contact, "primarycontact") != "1")
        if contacts:
            self._elements.check_attributes(contacts[0])
            return contacts[0]
        return customer

    def _name(self, contact: Element) -> NameRead:
        parts: dict[str, str] = {}
        is_company = False
        for element in contact.all("name")[:MOST_REPEATED]:
            part = attribute(element, "part") or "full"
            part = "last" if part == "surname" else part
            value = self._elements.value(element, limit=240)
            if value and part not in parts:
                parts[part] = value
                is_company = is_company or attribute(element, "type") == "business"
        name = read_name(
            full="" if parts.get("last") else parts.get("full", ""),
            first=parts.get("first", ""),
            infix=parts.get("middle", ""),
            last=parts.get("last", ""),
            is_company=is_company,
        )
        self._elements.warn(*name.warnings)
        if not parts:
            self._elements.warn("NAME_MISSING")
        elif set(parts) == {"full"}:
            self._elements.warn("NAME_FULL_ONLY")
        self._elements.rest.keep_text("name_suffix", parts.get("suffix", ""))
        return name

    def _phones(self, contact: Element) -> tuple[AdfPhone, ...]:
        phones: list[AdfPhone] = []
        elements = contact.all("phone")
        if len(elements) > MOST_REPEATED:
            self._elements.warn("PHONE_TOO_MANY")
        for element in elements[:MOST_REPEATED]:
            phones += self._numbers(element, {phone.read.e164 for phone in phones})
            if len(phones) >= MOST_REPEATED:
                break
        if not phones:
            self._elements.warn("PHONE_MISSING")
        elif not any(phone.read.dialable for phone in phones):
            self._elements.warn("PHONE_NOT_DIALABLE")
        return tuple(phones)

    def _numbers(self, element: Element, known: set[str | None]) -> Iterator[AdfPhone]:
        stated_kind = attribute(element, "type")
        if stated_kind not in _PHONE_TYPES:
            self._elements.warn(f"PHONE_TYPE_UNKNOWN:{stated_kind}")
        for read in read_phones(self._elements.value(element, limit=250), stated_kind=stated_kind):
            is_duplicate = read.e164 is not None and read.e164 in known
            known.add(read.e164)
            self._elements.warn(*read.warnings, *(["PHONE_DUPLICATE"] if is_duplicate else []))
            yield AdfPhone(
                read=read,
                stated_kind=stated_kind,
                time=attribute(element, "time"),
                is_preferred=attribute(element, "preferredcontact") == "1",
                duplicate_of=read.e164 if is_duplicate else None,
            )

    def _emails(self, contact: Element) -> tuple[EmailRead, ...]:
        reads: dict[EmailRead, None] = {}
        for element in contact.all("email")[:MOST_REPEATED]:
            for read in read_emails(self._elements.value(element, limit=1000)):
                self._elements.warn(*read.warnings)
                reads[read] = None
        return tuple(reads)

    def _address(self, contact: Element) -> AdfAddress:
        address = contact.first("address")
        if address is None:
            return AdfAddress()
        self._elements.check_attributes(address)
        streets = (self._elements.value(street, limit=160) for street in address.all("street")[:5])
        typed = self._elements.value(address.first("postalcode"), limit=20)
        postcode = read_postcode(typed)
        if typed and postcode is None:
            self._elements.warn("POSTCODE_UNREADABLE")
            self._elements.rest.keep_text("postalcode", typed)
        return AdfAddress(
            street=" ".join(street for street in streets if street)[:160],
            apartment=self._elements.value(address.first("apartment"), limit=40),
            city=self._elements.value(address.first("city"), limit=80),
            region=self._elements.value(address.first("regioncode"), limit=40),
            postcode=postcode.text if postcode else "",
            country=self._elements.value(address.first("country"), limit=40),
        )

    def _comments(self, customer: Element) -> str:
        elements = [
            *customer.all("comments", "comment"),
            *self._prospect.all("comments", "comment"),
        ]
        return self._elements.remarks(elements)

    def _timeframe(self, customer: Element) -> Timeframe | None:
        element = customer.first("timeframe")
        if element is None:
            return None
        described = element.first("description") or element
        frame = Timeframe(
            description=self._elements.value(described, limit=200),
            earliest_on=read_date(self._elements.value(element.first("earliestdate"), limit=60)),
            latest_on=read_date(self._elements.value(element.first("latestdate"), limit=60)),
        )
        return frame if frame.description or frame.earliest_on or frame.latest_on else None

    def _vendor(self) -> AdfVendor:
        vendor = self._prospect.first("vendor")
        loose = self._elements.ids(
            Element("prospect", children=self._prospect.all("vendorid")), "vendorid"
        )
        if vendor is None:
            self._elements.warn("VENDOR_MISSING")
            return AdfVendor(ids=loose)
        contacts = vendor.all("contact")
        elements = [*vendor.all("vendorname"), *vendor.all("name")]
        elements += [name for contact in contacts for name in contact.all("name")]
        names = (self._elements.value(element, limit=160) for element in elements[:MOST_REPEATED])
        return AdfVendor(
            ids=(*self._elements.ids(vendor, "vendorid"), *loose),
            names=tuple(dict.fromkeys(name for name in names if name)),
        )

    def _provider(self) -> AdfProvider:
        provider = self._prospect.first("provider")
        if provider is None:
            self._elements.warn("PROVIDER_MISSING")
            return AdfProvider()
        self._elements.rest.keep("provider", provider, read=("id", "name", "service"))
        return AdfProvider(
            ids=self._elements.ids(provider),
            name=self._elements.value(provider.first("name"), limit=120),
            service=self._elements.value(provider.first("service"), limit=120),
        )

    def _vehicles(self) -> tuple[AdfVehicle, ...]:
        elements = self._prospect.all("vehicle")
        if not elements:
            self._elements.warn("VEHICLE_MISSING")
        if len(elements) > MOST_VEHICLES:
            self._elements.warn("VEHICLE_TOO_MANY")
        reader = VehicleReader(self._elements)
        vehicles = tuple(reader.read(element) for element in elements[:MOST_VEHICLES])
        if len(vehicles) > 1 and vehicles[0].interest not in ("buy", "lease"):
            self._elements.warn("VEHICLE_ORDER_NONSTANDARD")
        return vehicles

    def _keep_the_rest(self, prospect: Element, customer: Element, contact: Element) -> None:
        self._elements.rest.keep("prospect", prospect, read=_READ_OF_A_PROSPECT)
        self._elements.rest.keep("customer", customer, read=_READ_OF_A_CUSTOMER)
        if contact is not customer:
            self._elements.rest.keep("contact", contact, read=_READ_OF_A_CONTACT)
        vendor = prospect.first("vendor")
        if vendor is not None:
            self._elements.rest.keep(
                "vendor", vendor, read=("id", "vendorid", "vendorname", "name")
            )
        unknown = [each.name for each in prospect.children if each.name not in _IN_A_PROSPECT]
        self._elements.warn(*(f"UNKNOWN_ELEMENT:{name}" for name in unknown[:MOST_REPEATED]))
        if self._elements.rest.is_cut:
            self._elements.warn("REST_CUT")


_READ_OF_A_CONTACT = ("name", "phone", "email", "address")
_READ_OF_A_CUSTOMER = ("contact", "timeframe", "comments", "comment", *_READ_OF_A_CONTACT)
_IN_A_PROSPECT = ("id", "requestdate", "vehicle", "customer", "vendor", "provider")
_READ_OF_A_PROSPECT = (*_IN_A_PROSPECT, "contact", "comments", "comment", "vendorid")


def _time_preference(phones: tuple[AdfPhone, ...]) -> str:
    in_order = sorted(phones, key=lambda phone: not phone.is_preferred)
    times = (phone.time for phone in in_order if phone.time not in ("", "nopreference"))
    return next(times, "")


def _channel_preference(contact: Element) -> str:
    for channel in ("phone", "email"):
        if any(attribute(each, "preferredcontact") == "1" for each in contact.all(channel)):
            return channel
    return ""
