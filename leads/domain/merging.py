"""Two customers of a dealer group turn out to be one: they are merged, and can be parted again.

The survivor keeps his name; leads, numbers, addresses, cars, consents and objections of the
other go over to him. Attempts stay with the customer they were made to, so the limits of a day
are counted over both. Nobody is merged with a customer of another group.

An objection of one holds for both and works at once, as any: it ends the open leads of the other,
but for a later own request. Whoever turns out to be another person gets back everything as it
was, the leads that ended too; a proposal to close that was withdrawn is made again by hand.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Max, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import RuleBroken
from bdc.transactions import retrying_atomic
from dealers.domain.hours import next_callable
from leads.domain.access import require_for_customer
from leads.domain.locking import lock_customers, lock_lead
from leads.domain.objecting import customers_visible_to
from leads.domain.permission import stands_against
from leads.domain.rechecking import open_leads_of, recheck_open_leads
from leads.domain.rounds import go_on_with, leave_time_to_act, refresh_ground, round_of
from leads.domain.searching import find
from leads.domain.timeline import record
from leads.domain.writing_off import end_for_objection, leave_alone
from leads.models import (
    Attempt,
    Call,
    CallBack,
    Consent,
    Customer,
    CustomerEmail,
    CustomerMerge,
    CustomerPhone,
    CustomerVehicle,
    Hold,
    Lead,
    Objection,
    Status,
)

MOST_HINTS = 5
MOST_ALIKE = 50
MOST_FOUND = 10
ADDRESS = ("street", "postcode", "city")


# --- Who may be one -----------------------------------------------------------------------


class Likeness(NamedTuple):
    """Another customer who may be the same, and what they share: phone, email or plate."""

    customer: Customer
    shared: str


def likely_doubles(customer: Customer, *, by: User) -> list[Likeness]:
    """Customers with a number, an address or a plate of this one, whom `by` may see."""
    numbers = list(customer.phones.values_list("number", flat=True))
    addresses = list(customer.emails.values_list("address", flat=True))
    plates = list(customer.vehicles.exclude(plate="").values_list("plate", flat=True))
    # Numbers and addresses say more than a plate, which is only a hint.
    alike: dict[str, QuerySet[Any]] = {
        "phone": CustomerPhone.objects.filter(number__in=numbers),
        "email": CustomerEmail.objects.filter(address__in=addresses),
        "plate": CustomerVehicle.objects.filter(plate__in=plates),
    }
    found: dict[int, str] = {}
    for shared, rows in alike.items():
        others = rows.filter(group=customer.group_id).exclude(customer=customer)
        for other in others.order_by("customer").values_list("customer", flat=True)[:MOST_ALIKE]:
            found.setdefault(other, shared)
    visible = customers_visible_to(by).in_bulk(list(found))
    seen = [Likeness(visible[pk], shared) for pk, shared in found.items() if pk in visible]
    return seen[:MOST_HINTS]


def customers_found(customer: Customer, text: str, *, by: User) -> list[Customer]:
    """Other customers of the group whom `text` finds, among those whom `by` may see."""
    leads = find(Lead.objects.visible_to(by).filter(group=customer.group_id), text)
    others = Customer.objects.filter(pk__in=leads.values("customer")).exclude(pk=customer.pk)
    return list(others.prefetch_related("phones", "emails").order_by("pk")[:MOST_FOUND])


def merge_problem(survivor: Customer, other: Customer, *, now: datetime) -> RuleBroken | None:
    """Return why the two cannot be merged now, or None."""
    if survivor.pk == other.pk:
        return RuleBroken("same_customer", _("This is one and the same customer."))
    if survivor.group_id != other.group_id:
        return RuleBroken("other_group", _("These customers are of two dealer groups."))
    if survivor.is_merged or other.is_merged:
        return RuleBroken(
            "already_merged",
            _("One of these customers was merged meanwhile. Look at the customer again."),
        )
    return _somebody_is_with(survivor, other, now=now)


def _somebody_is_with(*customers: Customer, now: datetime) -> RuleBroken | None:
    ids = [customer.pk for customer in customers]
    is_held = Hold.objects.filter(customer__in=ids, until__gt=now).exists()
    if is_held or Call.objects.filter(lead__customer__in=ids, ended_at=None).exists():
        return RuleBroken(
            "held_by_other",
            _("A colleague is with this customer right now. Try again after the call."),
        )
    return None


# --- Merging ------------------------------------------------------------------------------


@retrying_atomic
def merge_customers(
    survivor: Customer, other: Customer, *, by: User | None, now: datetime
) -> Customer:
    """Merge `other` into `survivor` and return the survivor.

    Both are locked in the order of their ids, and then all their leads, so that of two merges
    that cross one waits and is refused, and nobody is given one of them to call meanwhile.
    """
    for customer in (survivor, other):
        require_for_customer(by, "merge_customers", customer)
    survivor, other = _held(survivor, other)
    problem = merge_problem(survivor, other, now=now)
    if problem is not None:
        raise problem
    Hold.objects.filter(customer__in=(survivor.pk, other.pk), until__lte=now).delete()

    objected_before = {one.pk: one.objected_at for one in (survivor, other)}
    moved = _move_what_hangs_on(other, survivor)
    moved["last_objection"] = _last_objection()
    moved["parked_until"] = _iso(survivor.parked_until)
    moved["filled"] = _fill_address(survivor, other)
    Customer.objects.filter(pk__in=[other.pk, *moved["merged"]]).update(merged_into=survivor)
    Lead.objects.filter(pk__in=moved["leads"]).update(customer=survivor)
    survivor.parked_until = _later(survivor.parked_until, other.parked_until)
    _copy_objections(survivor)
    survivor.save()
    other = Customer.objects.get(pk=other.pk)
    _copy_objections(other)
    other.save()
    moved["ended"] = _end_objected(survivor, other, moved, objected_before, by=by, now=now)
    recheck_open_leads(survivor, now=now)
    postponed = leave_alone(survivor, now=now)
    moved["postponed"] = {str(pk): _iso(due) for pk, due in postponed.items()}
    CustomerMerge.objects.create(
        group_id=survivor.group_id, survivor=survivor, other=other, at=now, by=by, moved=moved
    )
    for lead in Lead.objects.filter(customer=survivor).order_by("pk"):
        record(lead, "customer_merged", by=by, now=now)
    _say_possible_duplicates(survivor, now=now)
    return survivor


def _held(*customers: Customer) -> list[Customer]:
    """Lock customers and all their leads."""
    locked = lock_customers(*(customer.pk for customer in customers))
    leads = Lead.objects.select_for_update(of=("self",)).order_by("pk")
    list(leads.filter(customer__in=[customer.pk for customer in locked]).values_list("pk"))
    return locked


def _move_what_hangs_on(other: Customer, survivor: Customer) -> dict[str, Any]:
    """Give the survivor what the other has and he has not; return the ids of what moved."""
    numbers = CustomerPhone.objects.filter(customer=survivor).values("number")
    addresses = CustomerEmail.objects.filter(customer=survivor).values("address")
    plates = CustomerVehicle.objects.filter(customer=survivor).exclude(plate="").values("plate")
    last = CustomerPhone.objects.filter(customer=survivor).aggregate(Max("position"))
    moved: dict[str, Any] = {
        "leads": _ids(Lead.objects.filter(customer=other)),
        "merged": _ids(Customer.objects.filter(merged_into=other)),
        "phones": _ids(CustomerPhone.objects.filter(customer=other).exclude(number__in=numbers)),
        "emails": _ids(CustomerEmail.objects.filter(customer=other).exclude(address__in=addresses)),
        "vehicles": _ids(CustomerVehicle.objects.filter(customer=other).exclude(plate__in=plates)),
        "objections": _ids(Objection.objects.filter(customer=other)),
    }
    moved["consents"], moved["consents_withdrawn"] = _unite_consents(other, survivor)
    behind = (last["position__max"] or 0) + 1
    CustomerPhone.objects.filter(pk__in=moved["phones"]).update(
        customer=survivor, position=F("position") + behind
    )
    for model, kind in _MOVED_ROWS[1:]:
        model.objects.filter(pk__in=moved[kind]).update(customer=survivor)
    return moved


# In the order in which they move; every one has its customer in a column of that name.
_MOVED_ROWS: tuple[tuple[Any, str], ...] = (
    (CustomerPhone, "phones"),
    (CustomerEmail, "emails"),
    (CustomerVehicle, "vehicles"),
    (Consent, "consents"),
    (Objection, "objections"),
)


def _unite_consents(other: Customer, survivor: Customer) -> tuple[list[int], list[int]]:
    """The consents that go over, and those of the survivor that the other had withdrawn.

    The same consent on both sides is one; when one of them is withdrawn, it is withdrawn.
    """
    has = {_proof_of(consent): consent for consent in survivor.consents.all()}
    going, withdrawn = [], []
    for consent in other.consents.all():
        same = has.get(_proof_of(consent))
        if same is None:
            going.append(consent.pk)
        elif consent.withdrawn_at is not None and same.withdrawn_at is None:
            same.withdrawn_at, same.withdrawn_by = consent.withdrawn_at, consent.withdrawn_by
            same.save(update_fields=["withdrawn_at", "withdrawn_by"])
            withdrawn.append(same.pk)
    return going, withdrawn


def _proof_of(consent: Consent) -> tuple[str, datetime, str]:
    return consent.purpose, consent.given_at, consent.proof


def _fill_address(survivor: Customer, other: Customer) -> list[str]:
    """Where the survivor has no address at all the other's is his; return what was filled."""
    if any(getattr(survivor, name) for name in ADDRESS):
        return []
    filled = [name for name in ADDRESS if getattr(other, name)]
    for name in filled:
        setattr(survivor, name, getattr(other, name))
    return filled


def _copy_objections(customer: Customer) -> None:
    """The newest objection that stands, on the customer's own row; the caller saves it."""
    standing = Objection.objects.filter(customer=customer, withdrawn_at=None)
    customer.objected_at = standing.aggregate(Max("at"))["at__max"]


def _end_objected(
    survivor: Customer,
    other: Customer,
    moved: dict[str, Any],
    objected_before: dict[int, datetime | None],
    *,
    by: User | None,
    now: datetime,
) -> dict[str, Any]:
    """End the leads that an objection of the other one now stands against.

    Returns each as it was, so that the undo of the merge can give it back.
    """
    ended: dict[str, Any] = {}
    for found in open_leads_of(survivor):
        lead = lock_lead(found)
        own = objected_before[other.pk if lead.pk in moved["leads"] else survivor.pk]
        if own == survivor.objected_at or not stands_against(lead, survivor.objected_at):
            continue
        promise = CallBack.objects.filter(lead=lead, done_at=None).first()
        ended[str(lead.pk)] = {
            "round": round_of(lead).pk,
            "owner": lead.owner_id,
            "queue": lead.queue,
            "promise": promise.pk if promise else None,
            **{name: _iso(getattr(lead, name)) for name in _MOMENTS},
        }
        record(lead, "objected", by=by, now=now)
        refresh_ground(lead, now=now)
        lead.save(update_fields=["callable_until", "without_ground_since"])
        end_for_objection(lead, now=now)
    return ended


# The moments of a lead that come back with it; the two-minute clock does not run again.
_MOMENTS = ("next_call_at", "system_close_at", "without_ground_since")


def _say_possible_duplicates(survivor: Customer, *, now: datetime) -> None:
    """Two open leads at one dealership for the same interest stay two, and say so."""
    for leads in possible_duplicates(open_leads_of(survivor)):
        for lead in leads:
            record(lead, "possible_duplicate", by=None, now=now)


def possible_duplicates(leads: list[Lead]) -> list[list[Lead]]:
    """Open leads of one customer that ask the same of the same dealership, put together."""
    alike: dict[tuple[int, str], list[Lead]] = {}
    for lead in leads:
        if not lead.is_closed:
            alike.setdefault((lead.dealership_id, lead.interest), []).append(lead)
    return [together for together in alike.values() if len(together) > 1]


# --- Undoing ------------------------------------------------------------------------------


def last_merge(survivor: Customer) -> CustomerMerge | None:
    """The newest merge into this customer that stands: the one that can be undone."""
    return (
        CustomerMerge.objects.filter(survivor=survivor, undone_at=None)
        .select_related("other", "by")
        .order_by("-pk")
        .first()
    )


def undo_problem(
    survivor: Customer, merge: CustomerMerge | None, *, now: datetime
) -> RuleBroken | None:
    """Return why the last merge cannot be undone now, or None."""
    if survivor.is_merged:
        return RuleBroken(
            "already_merged",
            _("This customer was merged into another since. Undo that merge first."),
        )
    if merge is None:
        return RuleBroken("not_merged", _("Nobody was merged into this customer."))
    since = Attempt.objects.filter(lead__in=merge.moved["leads"], customer=survivor)
    if since.exists():
        return RuleBroken(
            "already_worked",
            _("A lead that came over was called since. Attempts cannot go to another customer."),
        )
    return _somebody_is_with(survivor, now=now)


@retrying_atomic
def undo_merge(survivor: Customer, *, by: User | None, now: datetime) -> Customer:
    """Part the last one who was merged into `survivor` again, and return the survivor.

    What moved goes back, as far as it is still there. Whatever came since stays, except that
    an objection made since then holds for both: who made it is not known.
    """
    require_for_customer(by, "merge_customers", survivor)
    merge = last_merge(survivor)
    if merge is not None:
        survivor, other = _held(survivor, merge.other)
        merge = CustomerMerge.objects.filter(pk=merge.pk, undone_at=None).first()
    problem = undo_problem(survivor, merge, now=now)
    if problem is not None or merge is None:
        raise problem or LookupError("no merge to undo")
    moved = merge.moved
    Hold.objects.filter(customer=survivor, until__lte=now).delete()

    for model, kind in _MOVED_ROWS:
        model.objects.filter(pk__in=moved[kind], customer=survivor).update(customer=other)
    Consent.objects.filter(pk__in=moved["consents_withdrawn"]).update(
        withdrawn_at=None, withdrawn_by=None
    )
    _object_for_both(survivor, other, since=moved["last_objection"])
    Lead.objects.filter(pk__in=moved["leads"], customer=survivor).update(customer=other)
    merge.undone_at, merge.undone_by = now, by
    merge.save(update_fields=["undone_at", "undone_by"])
    Customer.objects.filter(pk=other.pk).update(merged_into=None)
    Customer.objects.filter(pk__in=moved["merged"]).update(merged_into=other)
    _give_back_own(survivor, other, moved, now=now)
    other = Customer.objects.get(pk=other.pk)
    for customer in (survivor, other):
        _copy_objections(customer)
        customer.save()
        _give_back_ended(customer, moved, now=now)
        recheck_open_leads(customer, now=now)
        for lead in Lead.objects.filter(customer=customer).order_by("pk"):
            record(lead, "merge_undone", by=by, now=now)
    return survivor


def _last_objection() -> int:
    """The newest objection of anybody: what comes later was made after the merge."""
    return Objection.objects.aggregate(Max("pk"))["pk__max"] or 0


def _object_for_both(survivor: Customer, other: Customer, *, since: int) -> None:
    """Write an objection that was made since the merge down for the other as well."""
    for made in Objection.objects.filter(customer=survivor, pk__gt=since, withdrawn_at=None):
        Objection.objects.create(
            group_id=other.group_id, customer=other, at=made.at, by_id=made.by_id
        )


def _give_back_own(
    survivor: Customer, other: Customer, moved: dict[str, Any], *, now: datetime
) -> None:
    """Take from the survivor what only came with the other and was not changed since."""
    for name in moved["filled"]:
        if getattr(survivor, name) == getattr(other, name):
            setattr(survivor, name, "")
    before = parse_datetime(moved["parked_until"]) if moved["parked_until"] else None
    parked_until = _later(before, other.parked_until)
    if parked_until is None or survivor.parked_until != parked_until:
        return
    survivor.parked_until = before
    alone = survivor if before == parked_until else other
    for lead in Lead.objects.filter(pk__in=moved["postponed"]).exclude(customer=alone):
        if lead.next_call_at == next_callable(lead.dealership, parked_until):
            lead.next_call_at = max(now, parse_datetime(moved["postponed"][str(lead.pk)]) or now)
            lead.save(update_fields=["next_call_at"])
            record(lead, "call_planned", by=None, now=now, at=lead.next_call_at.isoformat())


def _give_back_ended(customer: Customer, moved: dict[str, Any], *, now: datetime) -> None:
    """Open the leads again that ended with the merge, unless an objection still stands."""
    ended = moved.get("ended", {})
    for found in Lead.objects.filter(pk__in=ended, customer=customer).order_by("pk"):
        lead, was = lock_lead(found), ended[str(found.pk)]
        round_ = round_of(lead)
        is_as_ended = lead.is_closed and round_.pk == was["round"]
        if not is_as_ended or stands_against(lead, customer.objected_at):
            continue
        lead.status, lead.close_reason = Status.OPEN, None
        lead.owner_id, lead.queue = was["owner"], was["queue"]
        for name in _MOMENTS:
            setattr(lead, name, parse_datetime(was[name]) if was[name] else None)
        go_on_with(lead, round_, now=now)
        CallBack.objects.filter(pk=was["promise"], done_at=round_.ended_at).update(
            done_at=None, was_kept=None
        )
        leave_time_to_act(lead, now=now)
        lead.save()


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _later(one: datetime | None, two: datetime | None) -> datetime | None:
    return max((at for at in (one, two) if at is not None), default=None)
