"""The page of one customer, and everything that is done there. Works without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bdc import clock
from bdc.errors import Malformed, RuleBroken
from bdc.http import SignedInRequest, number_in
from bdc.paging import page_of
from bdc.repeating import say_once
from leads.domain.access import require_for_customer
from leads.domain.correcting import Correction, correct_customer
from leads.domain.merging import customers_found, merge_customers, merge_problem, undo_merge
from leads.domain.objecting import customer_visible_to, record_objection, withdraw_objection
from leads.forms.customer import (
    ConsentForm,
    DetailsForm,
    ReachForm,
    VehicleForm,
    WithdrawForm,
)
from leads.models import Customer, Lead
from leads.views.customer_page import CustomerPage

TEMPLATE = "leads/customer.html"
LEADS_ON_A_PAGE = 20
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One customer. The address of who was merged leads to the survivor."""
    customer = _visible(request, pk)
    if customer.pk != pk:
        return redirect("leads:customer", customer.pk)
    return _show(request, customer)


# --- Correcting ---------------------------------------------------------------------------


@get_or_post
def details(request: SignedInRequest, pk: int) -> HttpResponse:
    """Name, company and address."""
    customer = _visible(request, pk)
    form = DetailsForm(_posted(request), customer=customer)
    return _correct(request, customer, "details", form)


@get_or_post
def reach(request: SignedInRequest, pk: int) -> HttpResponse:
    """Phone numbers and e-mail addresses."""
    return _correct(request, _visible(request, pk), "reach", ReachForm(_posted(request)))


@get_or_post
def vehicle(request: SignedInRequest, pk: int) -> HttpResponse:
    """A car: a new one, or the one that the address names."""
    customer = _visible(request, pk)
    named = request.POST.get("car") or request.GET.get("car") or ""
    if named and number_in(named) is None:
        raise Http404
    car = get_object_or_404(customer.vehicles.all(), pk=named) if named else None
    form = VehicleForm(_posted(request), car=car)
    return _correct(request, customer, "vehicle", form, car=car)


@require_POST
def remove_vehicle(request: SignedInRequest, pk: int, car_pk: int) -> HttpResponse:
    """A car that the customer does not drive any more."""
    customer = _visible(request, pk)
    return _corrected(request, customer, Correction(remove_vehicles=(car_pk,)))


@get_or_post
def consent(request: SignedInRequest, pk: int) -> HttpResponse:
    """Consent that is written down by hand, with its words and its proof."""
    customer = _visible(request, pk)
    form = ConsentForm(_posted(request), now=clock.now())
    return _correct(request, customer, "consent", form)


@require_POST
def withdraw_consent(request: SignedInRequest, pk: int, consent_pk: int) -> HttpResponse:
    """The customer takes a consent back: at once."""
    customer = _visible(request, pk)
    return _corrected(request, customer, Correction(withdraw_consents=(consent_pk,)))


def _correct(
    request: SignedInRequest,
    customer: Customer,
    panel: str,
    form: DetailsForm | ReachForm | VehicleForm | ConsentForm,
    **extra: Any,
) -> HttpResponse:
    require_for_customer(request.user, "correct_customer", customer)

    def act() -> str:
        corrected = correct_customer(customer, form.correction(), by=request.user, now=clock.now())
        return _("%(name)s: saved.") % {"name": corrected.name}

    return _answer(request, customer, panel, form, act, **extra)


def _corrected(
    request: SignedInRequest, customer: Customer, correction: Correction
) -> HttpResponse:
    """Do a correction that one press asks for; what is gone meanwhile is said in the bar."""

    def act() -> str:
        correct_customer(customer, correction, by=request.user, now=clock.now())
        return _("%(name)s: saved.") % {"name": customer.name}

    try:
        say_once(request, act, now=clock.now())
    except Malformed as wrong:
        for problem in wrong.problems:
            messages.error(request, str(problem.message))
    return redirect("leads:customer", customer.pk)


# --- The right of objection ----------------------------------------------------------------


@get_or_post
def objection(request: SignedInRequest, pk: int) -> HttpResponse:
    """The customer objects to calls: at once, for all leads. Asked once more."""
    customer = _visible(request, pk)
    require_for_customer(request.user, "object", customer)

    def act() -> str:
        record_objection(customer, by=request.user, now=clock.now())
        return _("Noted: do not call any more. Every campaign skips this number.")

    return _answer(request, customer, "objection", forms.Form(_posted(request)), act)


@get_or_post
def withdrawal(request: SignedInRequest, pk: int) -> HttpResponse:
    """A manager withdraws the objection, with a reason."""
    customer = _visible(request, pk)
    require_for_customer(request.user, "withdraw_objection", customer)
    form = WithdrawForm(_posted(request))

    def act() -> str:
        withdraw_objection(customer, by=request.user, now=clock.now(), **form.cleaned_data)
        return _("The objection is withdrawn. Closed leads stay closed.")

    return _answer(request, customer, "withdrawal", form, act)


# --- Merging --------------------------------------------------------------------------------


@get_or_post
def merge(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose the double, see both side by side, and merge."""
    customer, now = _visible(request, pk), clock.now()
    require_for_customer(request.user, "merge_customers", customer)
    other = _other(request)
    if request.method == "POST" and other is None:
        raise Http404
    search = request.GET.get("search", "").strip()[:100]
    found = customers_found(customer, search, by=request.user) if search else []

    def act() -> str:
        if other is not None:
            merge_customers(customer, other, by=request.user, now=now)
        return _("Merged. %(name)s keeps everything of both.") % {"name": customer.name}

    return _answer(
        request,
        customer,
        "merge",
        forms.Form(_posted(request)),
        act,
        search=search,
        found=found,
        sides=[CustomerPage(one, request.user, now) for one in (customer, other) if one],
        other=other,
        problem=merge_problem(customer, other, now=now) if other else None,
    )


def _other(request: SignedInRequest) -> Customer | None:
    named = request.POST.get("other") or request.GET.get("other") or ""
    if not named:
        return None
    number = number_in(named)
    other = customer_visible_to(request.user, number) if number is not None else None
    if other is None:
        raise Http404
    return other


@require_POST
def unmerge(request: SignedInRequest, pk: int) -> HttpResponse:
    """Part the last who was merged into this customer."""
    customer = _visible(request, pk)

    def act() -> str:
        undo_merge(customer, by=request.user, now=clock.now())
        return _("Undone. They are two customers again.")

    say_once(request, act, now=clock.now())
    return redirect("leads:customer", customer.pk)


# --- Answers --------------------------------------------------------------------------------


def _visible(request: SignedInRequest, pk: int) -> Customer:
    customer = customer_visible_to(request.user, pk)
    if customer is None:
        raise Http404
    return customer


def _posted(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _answer(
    request: SignedInRequest,
    customer: Customer,
    panel: str,
    form: forms.Form,
    act: Callable[[], str],
    **extra: Any,
) -> HttpResponse:
    """Show a panel, or do what its form asks; a refusal keeps the panel and what was typed."""
    if request.method != "POST":
        return _show(request, customer, panel=panel, form=form, **extra)
    status = 422
    if form.is_valid():
        try:
            say_once(request, act, now=clock.now())
        except Malformed as wrong:
            for problem in wrong.problems:
                name = problem.field.removeprefix("consent.")
                form.add_error(name if name in form.fields else None, str(problem.message))
        except RuleBroken as problem:
            status = 409
            form.add_error(None, str(problem.message))
        else:
            return redirect("leads:customer", customer.pk)
    return _show(request, customer, panel=panel, form=form, status=status, **extra)


def _show(
    request: SignedInRequest, customer: Customer, *, status: int = 200, **extra: Any
) -> HttpResponse:
    page = CustomerPage(customer, request.user, clock.now())
    seen = Lead.objects.visible_to(request.user).filter(customer=customer).for_page()
    leads = page_of(seen, request, moment="received_at", size=LEADS_ON_A_PAGE)
    panel = extra.get("panel", "")
    context = {
        "page": page,
        "customer": customer,
        "leads": leads,
        "lines": page.lines(leads.rows),
        "panel_template": f"leads/customer/_{panel}.html" if panel else "",
        **extra,
    }
    return render(request, TEMPLATE, context, status=status)
