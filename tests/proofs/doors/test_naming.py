"""Every field that can name a thing of somebody else is asked with one.

The requests stand in REACHINGS of tests/access_table.py, and test_access sends them: naming what
is another's is as naming what is not there, and no row is written. Here all fields of bodies,
questions and forms are walked, so that a new one cannot be forgotten.
"""

from collections.abc import Iterator

from django import forms
from django.urls import get_resolver
from rest_framework import serializers

from bdc.api.fields import BodyIn, Id, QuestionIn
from leads.forms.fields import EurosField, SaidMomentField
from tests.access_table import API, CUSTOMER, IT, POLICIES, REACHINGS

OUR_APPS = {"bdc", "dealers", "leads", "campaigns", "reporting"}

# Words, numbers and marks of people: whatever they say, they name no row.
SAYS = {
    "add_emails", "add_phones", "address", "aliases", "areas", "attempts_inbound",
    "attempts_passive", "attempts_salesperson", "attempts_second_voice", "attempts_unreached",
    "body", "brands", "city", "closing_days", "code", "company", "company_name", "dealer",
    "external_id", "first_name", "infix", "initials", "label_en", "label_nl", "last_name",
    "make", "message", "model", "moment", "name", "note", "open_lead_cap", "own_request_days",
    "phone", "phones", "plate", "postcode", "preferred_make", "preferred_model", "priority",
    "proof", "purchase_dealer", "purchase_make", "purchase_model", "purchase_postcode", "reason",
    "remove_emails", "remove_phones", "right_phones", "sale_make", "sale_model", "salutation",
    "script", "search", "source", "street", "vehicle", "words", "workshop_slots", "wrong_phones",
    "year",
}  # fmt: skip
SAYS_HERE = {
    ("CustomerVehicleIn", "id"): "asked as a whole, by CorrectCustomerIn.vehicles",
    ("CustomerIn", "email"): "of a customer, matched within the dealer group",
    ("RejectForm", "email"): "of a customer, as above",
    ("PolicyForm", "email"): "of the dealership itself",
    ("PersonForm", "email"): "whoever has it is added; nothing of theirs is shown or changed",
}

# Where a field is asked with what is another's: the address, and the name it has there.
NAMES = {
    ("LeadFilterIn", "owner"): f"{API}leads/",
    ("LeadFilterIn", "dealership"): f"{API}leads/",
    ("LeadFilterIn", "campaign"): f"{API}leads/",
    ("ReceiveLeadIn", "dealership"): f"{API}leads/",
    ("ReceiveLeadIn", "campaign"): f"{API}leads/",
    ("LeadFilterIn", "customer"): f"{API}leads/",
    ("MergeIn", "other"): f"{API}customers/{{of_waiting}}/merge/",
    ("CorrectCustomerIn", "vehicles"): CUSTOMER,
    ("CorrectCustomerIn", "remove_vehicles"): CUSTOMER,
    ("CorrectCustomerIn", "withdraw_consents"): CUSTOMER,
    ("RecordAttemptIn", "call"): f"{API}leads/{{own}}/attempts/",
    ("BookAppointmentIn", "with"): f"{API}leads/{{own}}/appointments/",
    ("MoveAppointmentIn", "with"): f"{API}appointments/{{visit}}/move/",
    ("PromiseCallBackIn", "for"): f"{API}leads/{{own}}/callbacks/",
    ("CloseLeadIn", "original"): f"{API}leads/{{own}}/close/",
    ("AssignIn", "user"): f"{API}leads/{{own}}/assign/",
    ("NextLeadIn", "campaign"): f"{API}queue/next/",
    ("NextLeadIn", "dealership"): f"{API}queue/next/",
    ("UpLineIn", "dealership"): f"{API}up-line/",
    ("OverrideIn", "dealership"): f"{API}up-line/override/",
    ("OverrideIn", "user"): f"{API}up-line/override/",
    ("AbsenceIn", "user"): f"{API}absences/",
    ("AttemptForm", "call"): "/leads/{own}/belpoging/",
    ("AppointmentForm", "salesperson"): "/leads/{own}/afspraak/",
    ("AppointmentForm", "slot"): "/leads/{own}/afspraak/",
    # What both forms of a visit have; the one that books stands for it.
    ("VisitForm", "salesperson"): "/leads/{own}/afspraak/",
    ("VisitForm", "slot"): "/leads/{own}/afspraak/",
    ("MoveForm", "salesperson"): "/leads/{own}/afspraken/{visit}/verzetten/",
    ("MoveForm", "slot"): "/leads/{own}/afspraken/{visit}/verzetten/",
    ("CloseForm", "original"): "/leads/{own}/afboeken/",
    ("AssignForm", "to"): "/leads/{waiting}/toewijzen/",
    ("LeadFilterForm", "owner"): "/leads/",
    ("LeadFilterForm", "dealership"): "/leads/",
    ("LeadFilterForm", "campaign"): "/leads/",
    ("RejectForm", "dealership"): "/leads/afgekeurd/{reject}/",
    ("AbsenceForm", "user"): "/afwezig/",
    ("WorkForm", "campaigns"): "/wachtrijen/medewerkers/{agent}/",
    ("DropForm", "user"): "/beurt/zuid-breda/achteraan/",
    ("PersonForm", "place"): "/beheer/",
    ("ExchangeForm", "place"): "/beheer/telefonie/",
    ("ExtensionForm", "user"): "/beheer/telefonie/{exchange}/toestellen/",
    ("FiguresForm", "dealership"): f"{API}reports/map/",
    ("FiguresForm", "salesperson"): f"{API}reports/map/",
    ("FiguresForm", "campaign"): f"{API}reports/map/",
    ("FiguresFilter", "dealership"): "/cijfers/",
    ("FiguresFilter", "salesperson"): "/cijfers/",
    ("FiguresFilter", "campaign"): "/cijfers/",
}
# Beside a document, which is no form: the table of policies asks it with another's dealership.
BESIDE_A_DOCUMENT = {("DealershipFilterIn", "dealership"): ("api-lead-adf", "POST")}

PLAIN_ON_PAGES = (
    forms.BooleanField,
    forms.DateField,
    forms.TimeField,
    forms.DateTimeField,
    EurosField,
    SaidMomentField,
)
# Values of their own kind, or of a fixed list.
PLAIN = (
    serializers.ChoiceField,
    serializers.IntegerField,
    serializers.BooleanField,
    serializers.DateTimeField,
    serializers.DateField,
    serializers.DecimalField,
    serializers.Serializer,
)


def subclasses(of: type) -> Iterator[type]:
    for one in of.__subclasses__():
        yield one
        yield from subclasses(one)


def fields() -> Iterator[tuple[str, str, object]]:
    """Every field that somebody outside can fill in: its class, its name, itself."""
    assert get_resolver().url_patterns  # what has an address has been imported
    for body in dict.fromkeys(subclasses(BodyIn)):
        if body is not QuestionIn:
            for name, field in body().fields.items():
                yield body.__name__, name, field
    for form in dict.fromkeys(subclasses(forms.BaseForm)):
        if form.__module__.partition(".")[0] in OUR_APPS:
            for name, field in form.base_fields.items():
                yield form.__name__, name, field


def can_name(field: object) -> bool:
    """Whether its value can be any text or number, or comes from a list made for the asker."""
    if isinstance(field, Id | forms.ModelChoiceField):
        return True
    if isinstance(field, PLAIN):
        return False
    if isinstance(field, forms.ChoiceField):
        return not list(field.choices)
    return not isinstance(field, PLAIN_ON_PAGES)


def asked_with_anothers() -> set[tuple[str, str]]:
    return {
        (reaching.path, name)
        for reaching in REACHINGS
        for name, text in reaching.sent.items()
        if IT in text
    }


def test_every_field_that_can_name_a_thing_is_asked_with_one_of_somebody_else(tally):
    tally.what, tally.unit = "fields that can name a thing of others", "fields"
    asked, found = asked_with_anothers(), []
    for owner, name, field in fields():
        known = (owner, name)
        if not can_name(field) or (name in SAYS and known not in NAMES) or known in SAYS_HERE:
            continue
        tally.count()
        if known in BESIDE_A_DOCUMENT:
            assert BESIDE_A_DOCUMENT[known] in POLICIES
        elif known not in NAMES:
            found.append(
                f"{owner}.{name}: does it name a thing? Then add a Reaching to "
                "tests/access_table.py and its address to NAMES here; else add it to SAYS."
            )
        elif (NAMES[known], name) not in asked:
            found.append(f"{owner}.{name}: no Reaching asks {NAMES[known]} with another's {name}")
    walked = {(owner, name) for owner, name, _ in fields()}
    found += [f"no field is called {owner}.{name}" for owner, name in {*NAMES} - walked]

    tally.violations = len(found)
    assert not found, "\n".join(["", *found])
