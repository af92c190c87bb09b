"""Search: customers, leads and commands, as rows of the palette or as a page of its own."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from bdc.http import SignedInRequest
from leads.domain.looking_up import FEWEST_CHARACTERS, asked_for, look_up
from leads.formats.plates import printed_plate
from leads.models import Customer, Lead
from leads.views.commands import commands_for

TEMPLATE = "leads/looking_up.html"
MOST_ROWS = 8
MOST_CUSTOMERS = 4  # of these rows
MOST_LEADS = 3
MOST_ON_THE_PAGE = 25


@dataclass(frozen=True)
class CustomerRow:
    """One customer as a row: the name, and the car or the number to know him by."""

    customer: Customer

    @property
    def url(self) -> str:
        return reverse("leads:customer", args=[self.customer.pk])

    @property
    def car(self) -> str:
        vehicle = next(iter(self.customer.vehicles.all()), None)
        if vehicle is None:
            return ""
        named = (vehicle.make, vehicle.model, printed_plate(vehicle.plate))
        return " ".join(part for part in named if part)

    @property
    def phone(self) -> str:
        return next((phone.number for phone in self.customer.phones.all()), "")


@dataclass(frozen=True)
class LeadRow:
    """One lead as a row: its number, why there is one, and how it stands."""

    lead: Lead

    @property
    def url(self) -> str:
        return reverse("leads:detail", args=[self.lead.pk])

    @property
    def why(self) -> str:
        lead = self.lead
        car = " ".join(part for part in (lead.make, lead.model) if part)
        return car or (lead.campaign.name if lead.campaign else str(lead.get_interest_display()))


@require_safe
def search(request: SignedInRequest) -> HttpResponse:
    """Show what the text in the address finds."""
    text = asked_for(request.GET.get("q", ""))
    return _palette(request, text) if request.htmx else _page(request, text)


def _palette(request: SignedInRequest, text: str) -> HttpResponse:
    """Eight rows at most; without the frame of a page, and so without what that asks."""
    found = look_up(request.user, text, most_customers=MOST_CUSTOMERS, most_leads=MOST_LEADS)
    room = MOST_ROWS - len(found.customers) - len(found.leads) - found.has_more
    context = {
        "text": text,
        "customers": [CustomerRow(customer) for customer in found.customers],
        "leads": [LeadRow(lead) for lead in found.leads],
        "commands": commands_for(request.user, text)[:room],
        "has_more": found.has_more,
    }
    response = HttpResponse(render_to_string(f"{TEMPLATE}#rows", context))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(request: SignedInRequest, text: str) -> HttpResponse:
    """The same as a page, for who has no JavaScript or wants to see more."""
    found = look_up(
        request.user, text, most_customers=MOST_ON_THE_PAGE, most_leads=MOST_ON_THE_PAGE
    )
    context = {
        "text": text,
        "customers": [CustomerRow(customer) for customer in found.customers],
        "leads": [LeadRow(lead) for lead in found.leads],
        "commands": commands_for(request.user, text),
        "has_more": found.has_more,
        "is_too_short": 0 < len(text) < FEWEST_CHARACTERS,
    }
    response = render(request, TEMPLATE, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
