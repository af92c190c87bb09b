"""What we know of a customer is corrected by hand, and what follows is done at once.

Names, numbers, addresses, cars, and consent with its proof. The timeline says who corrected
what, never the words themselves. Source: product.md, May we call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed
from bdc.transactions import retrying_atomic
from leads.domain.access import everywhere, require_for_customer
from leads.domain.contact_details import MOST_EMAILS, MOST_PHONES, ConsentIn
from leads.domain.locking import lock_customer
from leads.domain.rechecking import recheck_open_leads, record_on_open_leads
from leads.formats.mails import mail_key, to_address
from leads.formats.names import NameRead, legal_form_of
from leads.formats.phones import PhoneRead, read_phones
from leads.formats.plates import normalise_plate
from leads.formats.postcodes import read_postcode
from leads.formats.text import clean_lines, clean_text
from leads.models import (
    Consent,
    ConsentPurpose,
    Customer,
    CustomerEmail,
    CustomerKind,
    CustomerPhone,
    CustomerVehicle,
    Lead,
    LegalForm,
)

MOST_VEHICLES = 20
LENGTHS = {
    "salutation": 20,
    "initials": 20,
    "first_name": 80,
    "infix": 20,
    "last_name": 120,
    "company_name": 160,
    "street": 160,
    "city": 80,
}
NAME = ("salutation", "initials", "first_name", "infix", "last_name")


@dataclass(frozen=True)
class VehicleIn:
    """A car as somebody reports it; with `id` it is one that we know and that changes."""

    id: int | None = None
    plate: str = ""
    make: str = ""
    model: str = ""
    year: int | None = None
    apk_expires_on: date | None = None


@dataclass(frozen=True)
class Correction:
    """What is corrected; None, or an empty tuple, leaves as it is."""

    salutation: str | None = None
    initials: str | None = None
    first_name: str | None = None
    infix: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    legal_form: str | None = None
    street: str | None = None
    postcode: str | None = None
    city: str | None = None
    add_phones: tuple[str, ...] = ()
    remove_phones: tuple[str, ...] = ()
    # Numbers that are somebody else's or dead: kept, and not called.
    wrong_phones: tuple[str, ...] = ()
    right_phones: tuple[str, ...] = ()
    add_emails: tuple[str, ...] = ()
    remove_emails: tuple[str, ...] = ()
    vehicles: tuple[VehicleIn, ...] = ()
    remove_vehicles: tuple[int, ...] = ()
    consents: tuple[ConsentIn, ...] = ()
    withdraw_consents: tuple[int, ...] = ()


@retrying_atomic
def correct_customer(
    customer: Customer, correction: Correction, *, by: User | None, now: datetime
) -> Customer:
    """Correct what we know of a customer, and judge every open lead anew.

    Raises Malformed with everything that cannot be read; then nothing is changed.
    """
    require_for_customer(by, "correct_customer", customer)
    customer = lock_customer(customer.pk)
    work = _Corrected(customer, by=by, now=now)
    was_legal_person = customer.is_legal_person
    work.correct_names(correction)
    work.correct_address(correction)
    work.correct_phones(correction)
    work.correct_emails(correction)
    work.correct_vehicles(correction)
    work.correct_consents(correction)
    if work.problems:
        raise Malformed(*work.problems)
    customer.search_name = _search_name(customer)
    customer.save()
    recheck_open_leads(customer, now=now)
    for verb, facts in work.told(was_legal_person=was_legal_person):
        record_on_open_leads(customer, verb, by=by, now=now, **facts)
    return customer


@dataclass
class _Corrected:
    """A correction at work on a locked customer: what changed, and what could not be read."""

    customer: Customer
    by: User | None
    now: datetime
    changed: list[str] = field(default_factory=list)
    problems: list[FieldProblem] = field(default_factory=list)
    consents_added: int = 0
    consents_withdrawn: int = 0

    def told(self, *, was_legal_person: bool) -> list[tuple[str, dict[str, Any]]]:
        """The entries for the timeline: codes alone, nothing personal."""
        entries: list[tuple[str, dict[str, Any]]] = []
        if self.changed:
            entries.append(("customer_corrected", {"fields": self.changed}))
        if self.customer.is_legal_person != was_legal_person:
            verb = "is_no_legal_person" if was_legal_person else "became_legal_person"
            form = self.customer.legal_form or LegalForm.UNKNOWN
            entries.append((verb, {"legal_form": str(form)}))
        entries += [("consent_recorded", {})] * self.consents_added
        entries += [("consent_withdrawn", {})] * self.consents_withdrawn
        return entries

    def correct_names(self, asked: Correction) -> None:
        self._set(asked, NAME, "name")
        self._set(asked, ("company_name",), "company")
        customer = self.customer
        form = customer.legal_form if asked.legal_form is None else asked.legal_form
        if asked.legal_form is None and "company" in self.changed:
            form = _form_of(customer)
        if form not in {*LegalForm.values, ""}:
            self._wrong("legal_form", "unknown_legal_form", _("There is no such legal form."))
            return
        if form != customer.legal_form:
            customer.legal_form = form
            self.changed.append("legal_form")
        customer.kind = CustomerKind.COMPANY if customer.company_name else CustomerKind.PERSON
        if customer.company_name:
            self._check_legal_form()
        elif form not in ("", LegalForm.UNKNOWN):
            self._wrong(
                "legal_form",
                "company_missing",
                _("A legal form belongs to a company. Give the name of the company first."),
            )
        if self.changed and not any(
            getattr(customer, name) for name in (*NAME[1:], "company_name")
        ):
            self._wrong("last_name", "required", _("A customer keeps a name, or a company."))

    def _check_legal_form(self) -> None:
        """A form that gives a ground to call does not contradict the name of the company."""
        said = legal_form_of(self.customer.company_name)
        if (
            "legal_form" in self.changed
            and self.customer.is_legal_person
            and said not in ("", LegalForm.UNKNOWN, self.customer.legal_form)
        ):
            self._wrong(
                "legal_form",
                "contradicts_name",
                _("The name of the company says another legal form. Correct one of the two."),
            )

    def correct_address(self, asked: Correction) -> None:
        self._set(asked, ("street", "city"), "address")
        if asked.postcode is None:
            return
        read = read_postcode(asked.postcode)
        if read is None and asked.postcode.strip():
            self._wrong(
                "postcode", "unreadable", _("This is no Dutch postcode. Write it as 5611 AB.")
            )
        elif self.customer.postcode != (text := read.text if read else ""):
            self.customer.postcode = text
            self._note("address")

    def correct_phones(self, asked: Correction) -> None:
        phones = CustomerPhone.objects.filter(customer=self.customer)
        known = set(phones.values_list("number", flat=True))
        for name in ("remove_phones", "wrong_phones", "right_phones"):
            if not known.issuperset(getattr(asked, name)):
                self._wrong(
                    name, "unknown_phone", _("The customer does not have this number any more.")
                )
        new = self._numbers(asked.add_phones)
        if len(known | {phone.e164 for phone in new}) - len(asked.remove_phones) > MOST_PHONES:
            self._wrong("add_phones", "too_many", _("A customer has ten phone numbers at most."))
        if self.problems:
            return
        changes = phones.filter(number__in=asked.remove_phones).delete()[0]
        changes += phones.filter(number__in=asked.wrong_phones, is_dialable=True).update(
            is_dialable=False
        )
        changes += phones.filter(number__in=asked.right_phones, is_dialable=False).update(
            is_dialable=True
        )
        last = phones.aggregate(Max("position"))["position__max"]
        for position, phone in enumerate(new, start=0 if last is None else last + 1):
            changes += self._keep_phone(phone, position)
        if changes:
            self._note("phones")

    def _keep_phone(self, phone: PhoneRead, position: int) -> bool:
        kept, is_new = CustomerPhone.objects.get_or_create(
            group_id=self.customer.group_id,
            customer=self.customer,
            number=phone.e164,
            defaults={
                "kind": phone.kind,
                "extension": phone.extension[:10],
                "is_dialable": phone.dialable,
                "position": position,
            },
        )
        if is_new or kept.is_dialable == phone.dialable:
            return is_new
        kept.is_dialable = phone.dialable
        kept.save(update_fields=["is_dialable"])
        return True

    def _numbers(self, texts: tuple[str, ...]) -> list[PhoneRead]:
        read = [phone for text in texts for phone in read_phones(text)]
        found = {phone.e164: phone for phone in read if phone.e164 is not None}
        if any(phone.e164 is None for phone in read) or any(
            text.strip() and not read_phones(text) for text in texts
        ):
            self._wrong(
                "add_phones",
                "unreadable",
                _("This is no phone number. Write it as 06 12345678, or from abroad with +."),
            )
        return list(found.values())

    def correct_emails(self, asked: Correction) -> None:
        emails = CustomerEmail.objects.filter(customer=self.customer)
        known = set(emails.values_list("address", flat=True))
        gone = {mail_key(text.strip()) for text in asked.remove_emails}
        if not gone <= known:
            self._wrong(
                "remove_emails",
                "unknown_email",
                _("The customer does not have this e-mail address any more."),
            )
        new = [to_address(text) for text in asked.add_emails if text.strip()]
        keys = {mail_key(address) for address in new if address is not None}
        if None in new:
            self._wrong("add_emails", "unreadable", _("This is no e-mail address."))
        if len((known | keys) - gone) > MOST_EMAILS:
            self._wrong("add_emails", "too_many", _("A customer has ten e-mail addresses at most."))
        if self.problems:
            return
        emails.filter(address__in=gone).delete()
        CustomerEmail.objects.bulk_create(
            [
                CustomerEmail(
                    group_id=self.customer.group_id, customer=self.customer, address=address
                )
                for address in sorted(keys - known)
            ]
        )
        if gone or keys - known:
            self._note("emails")

    def correct_vehicles(self, asked: Correction) -> None:
        cars = CustomerVehicle.objects.filter(customer=self.customer)
        known = {car.pk: car for car in cars}
        named = {car.id for car in asked.vehicles if car.id is not None}
        if not known.keys() >= named | set(asked.remove_vehicles):
            self._wrong(
                "vehicles", "unknown_vehicle", _("The customer does not have this car any more.")
            )
        new = [car for car in asked.vehicles if car.id is None]
        if len(known) + len(new) - len(asked.remove_vehicles) > MOST_VEHICLES:
            self._wrong("vehicles", "too_many", _("A customer has twenty cars at most."))
        if self.problems:
            return
        cars.filter(pk__in=asked.remove_vehicles).delete()
        for told in asked.vehicles:
            self._keep_car(known[told.id] if told.id is not None else CustomerVehicle(), told)
        if asked.vehicles or asked.remove_vehicles:
            self._note("vehicles")

    def _keep_car(self, car: CustomerVehicle, told: VehicleIn) -> None:
        car.group_id, car.customer = self.customer.group_id, self.customer
        car.plate = normalise_plate(told.plate)
        car.make = clean_text(told.make, limit=60)
        car.model = clean_text(told.model, limit=80)
        car.year, car.apk_expires_on = told.year, told.apk_expires_on
        if not (car.plate or car.make):
            self._wrong("vehicles", "required", _("Give the plate of the car, or its brand."))
            return
        same = CustomerVehicle.objects.filter(customer=self.customer, plate=car.plate)
        if car.plate and same.exclude(pk=car.pk).exists():
            self._wrong("vehicles", "known_plate", _("The customer has a car with this plate."))
            return
        car.save()

    def correct_consents(self, asked: Correction) -> None:
        consents = Consent.objects.filter(customer=self.customer)
        if self.by is not None:
            consents = consents.visible_to(self.by)
        if consents.filter(pk__in=asked.withdraw_consents).count() < len(asked.withdraw_consents):
            self._wrong(
                "withdraw_consents", "unknown_consent", _("The customer has no such consent.")
            )
        for told in asked.consents:
            self._check_consent(told)
        if self.problems:
            return
        self.consents_withdrawn = consents.filter(
            pk__in=asked.withdraw_consents, withdrawn_at=None
        ).update(withdrawn_at=self.now, withdrawn_by=self.by)
        for told in asked.consents:
            _kept, is_new = Consent.objects.get_or_create(
                group_id=self.customer.group_id,
                customer=self.customer,
                purpose=told.purpose,
                given_at=told.given_at,
                proof=clean_lines(told.proof, limit=500),
                defaults={
                    "words": clean_lines(told.words, limit=2_000),
                    "dealership_id": self._place_of_consent(),
                    "recorded_at": self.now,
                    "recorded_by": self.by,
                },
            )
            self.consents_added += is_new

    def _check_consent(self, told: ConsentIn) -> None:
        """Consent that is written down by hand needs all that makes it proof."""
        if told.purpose not in ConsentPurpose.values:
            self._wrong("consent.purpose", "unknown_purpose", _("Choose what was consented to."))
        if told.given_at > self.now:
            self._wrong("consent.given_at", "in_the_future", _("This moment has yet to come."))
        if not clean_lines(told.words, limit=2_000):
            self._wrong(
                "consent.words", "required", _("Write the words that the customer agreed to.")
            )
        if not clean_lines(told.proof, limit=500):
            self._wrong(
                "consent.proof", "required", _("Say what proves it: a form, a mail, a recording.")
            )

    def _place_of_consent(self) -> int | None:
        """The dealership for which it is written down: where `by` works a lead of the customer."""
        leads = Lead.objects.filter(customer=self.customer).order_by("-received_at", "-pk")
        if self.by is not None:
            leads = leads.filter(dealership__in=everywhere(self.by, "correct_customer"))
        return leads.values_list("dealership", flat=True).first()

    def _set(self, asked: Correction, names: tuple[str, ...], what: str) -> None:
        for name in names:
            told = getattr(asked, name)
            if told is None:
                continue
            text = clean_text(told, limit=LENGTHS[name])
            if text != getattr(self.customer, name):
                setattr(self.customer, name, text)
                self._note(what)

    def _note(self, what: str) -> None:
        if what not in self.changed:
            self.changed.append(what)

    def _wrong(self, name: str, code: str, message: Any) -> None:
        self.problems.append(FieldProblem(name, code, message))


def _form_of(customer: Customer) -> str:
    return str(legal_form_of(customer.company_name)) if customer.company_name else ""


def _search_name(customer: Customer) -> str:
    """As new customers get it, so that a corrected name is found in the same way."""
    name = NameRead(
        initials=customer.initials,
        first_name=customer.first_name,
        infix=customer.infix,
        last_name=customer.last_name,
        company_name=customer.company_name,
    )
    return name.search_text[:400]
