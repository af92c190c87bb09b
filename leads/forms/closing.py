"""What is told with a close-out: exactly the facts that its reason needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem
from leads.domain.closing import closing_problem
from leads.domain.evidence import Evidence, missing_evidence
from leads.domain.facts import Facts, SaleIn
from leads.domain.rounds import round_of
from leads.formats.postcodes import read_postcode
from leads.forms.fields import EurosField, MomentField
from leads.models import CloseReason, Destination, Interest, Lead, OwnOrOther, Sale

YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]
LONGEST_MAKE, LONGEST_MODEL, LONGEST_DEALER = 60, 80, 120
LARGEST_NUMBER = 2**63 - 1

FIELDS_OF_NEED = {
    "original_lead": ("original",),
    "destination": ("destination",),
    "objection": ("objection",),
    "purchase": ("purchase_make", "purchase_model", "purchase_dealer", "purchase_postcode"),
    "preferred_car": ("preferred_make", "preferred_model"),
    "own_or_other_dealer": ("dealer",),
    "follow_up_date": ("follow_up_at",),
    "sale": (
        "sale_make",
        "sale_model",
        "sale_condition",
        "sale_new_customer",
        "sale_fleet",
        "sale_price",
    ),
}
# Where a missing fact is typed, by the field that the policy names.
FIELD_OF_PROBLEM = {
    "original": "original",
    "destination": "destination",
    "objection": "objection",
    "purchase": "purchase_make",
    "purchase.postcode": "purchase_postcode",
    "preferred_car": "preferred_make",
    "dealer": "dealer",
    "follow_up_at": "follow_up_at",
    "sale": "sale_make",
}


class LeadNumberField(forms.IntegerField):
    """The number of a lead, with or without its #."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=1,
            max_value=LARGEST_NUMBER,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "list": "leads-of-customer"}),
            error_messages={"invalid": _("Write the number of the lead, for example #10482.")},
            **kwargs,
        )

    def to_python(self, value: Any) -> int | None:
        return super().to_python(str(value or "").strip().lstrip("#"))


class CloseForm(forms.Form):
    """The facts of one reason; asks the policy, so that a refusal stands beside its field.

    `met` are the codes of what is not there yet and is recorded together with the close-out.
    """

    original = LeadNumberField(
        label=_("Number of the original lead"),
        help_text=_("This one counts no more; work goes on there."),
        required=False,
    )
    destination = forms.ChoiceField(
        label=_("For which department?"),
        choices=Destination.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    objection = forms.BooleanField(
        label=_("The customer objects to calls (or is in the do-not-call register)"),
        required=False,
    )
    purchase_make = forms.CharField(
        label=_("Which brand was bought?"), max_length=LONGEST_MAKE, required=False
    )
    purchase_model = forms.CharField(label=_("Model"), max_length=LONGEST_MODEL, required=False)
    purchase_dealer = forms.CharField(
        label=_("At which dealer?"), max_length=LONGEST_DEALER, required=False
    )
    purchase_postcode = forms.CharField(
        label=_("Postcode of the customer"),
        help_text=_("The four digits are enough."),
        max_length=12,
        required=False,
    )
    preferred_make = forms.CharField(
        label=_("Which brand does the customer want?"), max_length=LONGEST_MAKE, required=False
    )
    preferred_model = forms.CharField(label=_("Model"), max_length=LONGEST_MODEL, required=False)
    dealer = forms.ChoiceField(
        label=_("With whom is the contact?"),
        choices=OwnOrOther.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    follow_up_at = MomentField(label=_("When may the customer be called again?"), required=False)
    sale_make = forms.CharField(label=_("Brand"), max_length=LONGEST_MAKE)
    sale_model = forms.CharField(label=_("Model"), max_length=LONGEST_MODEL)
    sale_condition = forms.ChoiceField(
        label=_("New or used?"), choices=Sale.Condition.choices, widget=forms.RadioSelect
    )
    sale_new_customer = forms.ChoiceField(
        label=_("New customer?"), choices=YES_OR_NO, widget=forms.RadioSelect
    )
    sale_fleet = forms.BooleanField(label=_("Fleet sale"), required=False)
    sale_price = EurosField(label=_("Price"), required=False)

    def __init__(
        self,
        posted: Mapping[str, Any] | None = None,
        *,
        lead: Lead,
        reason: CloseReason,
        by: User,
        now: datetime,
        met: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(posted, initial=_known(lead))
        self.lead, self.reason, self.by, self.now = lead, reason, by, now
        self.met = met
        wanted = {name for need in reason.needs for name in FIELDS_OF_NEED.get(need, ())}
        for name in set(self.fields) - wanted:
            del self.fields[name]
        self._require_what_is_missing()

    def _require_what_is_missing(self) -> None:
        """What the policy misses is asked in its own words."""
        for problem in missing_evidence(self.reason, self._evidence, Facts()):
            field = self.fields.get(FIELD_OF_PROBLEM.get(problem.field, ""))
            if field is not None:
                field.required = True
                field.error_messages["required"] = str(problem.message)

    @cached_property
    def _evidence(self) -> Evidence:
        return Evidence(self.lead, round_of(self.lead), self.by)

    def clean_purchase_postcode(self) -> str:
        text: str = self.cleaned_data["purchase_postcode"]
        if text and read_postcode(text) is None:
            raise ValidationError(_("Write a Dutch postcode, for example 5611 AB or 5611."))
        return text

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if self.errors:
            return asked
        problem = closing_problem(
            self.reason,
            self._evidence,
            self.facts(),
            by=self.by,
            now=self.now,
        )
        if problem is not None:
            missing = problem.problems or (FieldProblem("", problem.code, problem.message),)
            for one in missing:
                if one.code in self.met:
                    continue
                field = FIELD_OF_PROBLEM.get(one.field, "")
                self.add_error(
                    field if field in self.fields else None,
                    ValidationError(str(one.message), code=one.code),
                )
        return asked

    def facts(self) -> Facts:
        """What was told, as close_lead() takes it."""
        told = {name: fact for name, fact in self.cleaned_data.items() if fact is not None}
        sale = {name: told.pop(name, None) for name in FIELDS_OF_NEED["sale"]}
        if sale["sale_make"]:
            told["sale"] = SaleIn(
                make=sale["sale_make"],
                model=sale["sale_model"],
                condition=sale["sale_condition"],
                new_customer=sale["sale_new_customer"] == "yes",
                fleet=bool(sale["sale_fleet"]),
                price=sale["sale_price"],
            )
        return Facts(**told)


def _known(lead: Lead) -> dict[str, Any]:
    """What the lead says already, so that nobody types it again."""
    condition = {Interest.NEW: Sale.Condition.NEW, Interest.USED: Sale.Condition.USED}
    return {
        "purchase_postcode": lead.customer.postcode,
        "sale_make": lead.make,
        "sale_model": lead.model,
        "sale_condition": condition.get(Interest(lead.interest), ""),
    }
