"""Reading a vehicle of a prospect: what it is, and its plate, for which ADF has no place."""

import re
from decimal import Decimal

from leads.formats.adf_elements import ElementReader, attribute
from leads.formats.adf_prospect import AdfVehicle, ExternalId
from leads.formats.amounts import read_amount, read_kilometres, read_year
from leads.formats.markup import Element
from leads.formats.plates import PlateRead, find_plates, read_plate

_INTERESTS = {
    "": "buy",
    "buy": "buy",
    "lease": "lease",
    "sell": "sell",
    "tradein": "trade-in",
    "testdrive": "test-drive",
}
_STATUSES = {"": "unknown", "new": "new", "used": "used"}
_PLATE_SOURCES = frozenset(
    ("kenteken", "plate", "licenseplate", "licenceplate", "numberplate", "registration")
)
_PLATE_ELEMENTS = ("licenseplate", "licenceplate", "license_plate", "kenteken", "plate")
_KILOMETRES_IN_A_MILE = Decimal("1.609344")

_READ_OF_A_VEHICLE = (
    *("id", "year", "make", "model", "trim", "vin", "stock", "comments", "comment"),
    *("odometer", "price"),
    *_PLATE_ELEMENTS,
)


class VehicleReader:
    def __init__(self, elements: ElementReader) -> None:
        self._elements = elements

    def read(self, element: Element) -> AdfVehicle:
        self._elements.check_attributes(element)
        year = self._elements.value(element.first("year"), limit=40)
        if year and read_year(year) is None:
            self._elements.warn("YEAR_UNREADABLE")
        price = element.first("price")
        comments = self._elements.remarks(element.all("comments", "comment"))
        ids = self._elements.ids(element)
        stock = self._elements.value(element.first("stock"), limit=60)
        plate, plate_from = self._plate(element, ids, stock, comments)
        self._elements.rest.keep("vehicle", element, read=_READ_OF_A_VEHICLE)
        return AdfVehicle(
            interest=self._interest(element),
            status=self._vehicle_status(element),
            year=read_year(year),
            make=self._elements.value(element.first("make"), limit=60),
            model=self._elements.value(element.first("model"), limit=80),
            trim=self._elements.value(element.first("trim"), limit=120),
            vin=self._elements.value(element.first("vin"), limit=30),
            stock=stock,
            mileage_km=self._mileage(element.first("odometer")),
            price=read_amount(self._elements.value(price, limit=60)),
            currency=attribute(price, "currency").upper()[:3] if price else "",
            plate=plate,
            plate_from=plate_from,
            comments=comments,
            ids=ids,
        )

    def _interest(self, element: Element) -> str:
        stated = attribute(element, "interest")
        interest = _INTERESTS.get(re.sub(r"[\s_-]", "", stated))
        if interest is None:
            self._elements.warn(f"VEHICLE_INTEREST_UNKNOWN:{stated}")
        return interest or "buy"

    def _vehicle_status(self, element: Element) -> str:
        stated = attribute(element, "status")
        status = _STATUSES.get(stated)
        if status is None:  # "cpo", "demo", "occasion": all used
            self._elements.warn(f"VEHICLE_STATUS_UNKNOWN:{stated}")
        return status or "used"

    def _mileage(self, odometer: Element | None) -> int | None:
        text = self._elements.value(odometer, limit=40)
        kilometres = read_kilometres(text)
        if text and kilometres is None:
            self._elements.warn("ODOMETER_UNREADABLE")
        if kilometres and odometer and attribute(odometer, "units") in ("mi", "miles"):
            return int(kilometres * _KILOMETRES_IN_A_MILE)
        return kilometres

    def _plate(
        self, element: Element, ids: tuple[ExternalId, ...], stock: str, comments: str
    ) -> tuple[PlateRead | None, str]:
        """Look for a plate, which ADF has no place for. Source: reference/domain.md 2.3."""
        for each in ids:
            if re.sub(r"[\s_-]", "", each.source.lower()) in _PLATE_SOURCES:
                return self._noted(read_plate(each.value)), "id"
        if typed := self._elements.value(element.first(*_PLATE_ELEMENTS), limit=40):
            return self._noted(read_plate(typed)), "licenseplate"
        if plates := find_plates(stock):
            return plates[0], "stock"
        if plates := find_plates(comments):
            self._elements.warn("KENTEKEN_ONLY_IN_COMMENTS")
            return plates[0], "comments"
        return None, ""

    def _noted(self, plate: PlateRead | None) -> PlateRead | None:
        self._elements.warn(*(plate.warnings if plate else ()))
        return plate
