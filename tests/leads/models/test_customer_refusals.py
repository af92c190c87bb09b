"""What may not be with customers, merges and objections, the database refuses, whoever asks."""

import pytest
from django.db import IntegrityError, connection, transaction

from dealers.models import Role
from leads.domain.contacting import record_attempt, start_call
from leads.domain.merging import merge_customers, merge_problem, undo_merge
from leads.domain.objecting import record_objection, withdraw_objection
from leads.domain.queue import next_lead
from leads.models import Attempt, Consent, Customer, CustomerMerge, Lead, Objection
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)


def refused(constraint: str):
    return pytest.raises(IntegrityError, match=constraint)


def check_keys(constraint: str = "ALL") -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {constraint} IMMEDIATE")


def change(rows, **fields) -> None:
    """Write past the domain, as a shell or a careless script would, and check all keys."""
    with transaction.atomic():
        rows.update(**fields)
        check_keys()


def this(customer: Customer):
    return Customer.objects.filter(pk=customer.pk)


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def jan(dealership):
    return receive_passive(dealership)


@pytest.fixture
def other(dealership):
    return receive_passive(dealership)


def write_merge(survivor: Customer, other: Customer, **fields) -> CustomerMerge:
    return CustomerMerge.objects.create(
        **{
            "group_id": survivor.group_id,
            "survivor": survivor,
            "other": other,
            "at": TUESDAY_10,
            "moved": {},
            **fields,
        }
    )


def merge_past_the_policy(survivor: Lead, other: Lead) -> None:
    """The rows of a merge, as the domain writes them, without asking whether it may happen."""
    with transaction.atomic():
        write_merge(survivor.customer, other.customer)
        this(other.customer).update(merged_into=survivor.customer)
        Lead.objects.filter(customer=other.customer).update(customer=survivor.customer)
        check_keys()


# --- Merges ---------------------------------------------------------------------------------


def prepare(case: str, jan: Lead, other: Lead) -> tuple[Lead, Lead]:
    place = jan.dealership
    if case == "held":
        next_lead(create_agent(place), now=TUESDAY_10)
    elif case == "in a call":
        other = receive(place)
        salesperson = create_salesperson(place)
        Lead.objects.filter(pk=other.pk).update(owner=salesperson, queue="")
        start_call(Lead.objects.get(pk=other.pk), by=salesperson, now=TUESDAY_10)
    elif case == "of another group":
        other = receive_passive(create_dealership())
    elif case == "himself":
        other = jan
    elif case == "merged before":
        merge_customers(receive(place).customer, other.customer, by=None, now=TUESDAY_10)
    elif case == "survivor merged before":
        merge_customers(receive(place).customer, jan.customer, by=None, now=TUESDAY_10)
    return jan, other


@pytest.mark.parametrize(
    "case",
    [
        "free",
        "held",
        "in a call",
        "of another group",
        "himself",
        "merged before",
        "survivor merged before",
    ],
)
def test_policy_and_database_agree_on_who_may_be_merged(jan, other, case):
    one, two = prepare(case, jan, other)
    survivor, gone = (Customer.objects.get(pk=lead.customer_id) for lead in (one, two))
    problem = merge_problem(survivor, gone, now=TUESDAY_10)

    if problem is None:
        merge_past_the_policy(one, two)
    else:
        with pytest.raises(IntegrityError):
            merge_past_the_policy(one, two)
    assert (problem is None) == (case == "free")


@pytest.mark.parametrize(
    "key",
    [
        "merge_in_the_group_of_the_other",
        "customer_merged_within_its_group",
    ],
)
def test_nobody_is_merged_into_somebody_of_another_group(jan, key):
    stranger = receive(create_dealership()).customer

    with refused(key), transaction.atomic():
        write_merge(stranger, jan.customer)
        this(jan.customer).update(merged_into=stranger)
        check_keys(key)


def test_a_merge_belongs_to_the_group_of_its_survivor(jan):
    stranger = receive(create_dealership()).customer

    with refused("merge_in_the_group_of_its_survivor"), transaction.atomic():
        write_merge(stranger, jan.customer, group_id=jan.group_id)
        check_keys("merge_in_the_group_of_its_survivor")


def test_nobody_is_merged_into_who_is_merged_himself(dealership, jan, other):
    third = receive_passive(dealership).customer
    gone = other.customer
    merge_customers(jan.customer, gone, by=None, now=TUESDAY_10)

    with refused("customer_merged_into_one_who_is_current"), transaction.atomic():
        this(third).update(merged_into=gone)
        check_keys("customer_merged_into_one_who_is_current")


def test_nobody_is_merged_without_a_merge(jan, other):
    with refused("customer_is_merged_by_a_merge|lead_of_a_customer_who_is_current"):
        change(this(other.customer), merged_into=jan.customer)


def test_a_merge_says_nothing_that_is_not_so(jan, other):
    with refused("customer_is_merged_by_a_merge"), transaction.atomic():
        write_merge(jan.customer, other.customer)
        check_keys()


def test_who_is_merged_keeps_no_lead(jan, other):
    with refused("lead_of_a_customer_who_is_current"), transaction.atomic():
        write_merge(jan.customer, other.customer)
        this(other.customer).update(merged_into=jan.customer)
        check_keys()


def test_who_is_merged_gets_no_lead(jan, other):
    gone = other.customer
    merge_customers(jan.customer, gone, by=None, now=TUESDAY_10)

    with refused("lead_of_a_customer_who_is_current"), transaction.atomic():
        jan.pk, jan.customer = None, gone
        jan.save()
        check_keys()


def test_a_merge_is_of_two_and_of_one_only_once(jan, other):
    with refused("merge_of_two_customers"), transaction.atomic():
        write_merge(jan.customer, jan.customer)
    merge_customers(jan.customer, other.customer, by=None, now=TUESDAY_10)

    with refused("merge_of_a_customer_once"), transaction.atomic():
        write_merge(jan.customer, Customer.objects.get(pk=other.customer_id))
    with refused("customer_not_merged_into_itself"):
        change(this(jan.customer), merged_into=jan.customer)


def test_a_lead_goes_to_nobody_but_by_a_merge(jan, other):
    with refused("lead_changes_customer_only_by_a_merge"):
        change(Lead.objects.filter(pk=jan.pk), customer=other.customer)


def test_a_merge_is_never_removed_and_undone_once(jan, other):
    merge_customers(jan.customer, other.customer, by=None, now=TUESDAY_10)
    with refused("merge_is_never_removed"), transaction.atomic():
        CustomerMerge.objects.all().delete()
    with refused("merge_is_undone_once"):
        change(CustomerMerge.objects.all(), moved={"leads": []})
    with refused("customer_is_merged_by_a_merge"):
        change(CustomerMerge.objects.all(), undone_at=TUESDAY_10)
    undo_merge(jan.customer, by=None, now=TUESDAY_10)

    with refused("merge_is_undone_once"):
        change(CustomerMerge.objects.all(), undone_at=None)


# --- Attempts over a merge ------------------------------------------------------------------


def write_attempt(like: Attempt, **fields) -> None:
    with transaction.atomic():
        like.pk = None
        for name, value in fields.items():
            setattr(like, name, value)
        like.save(force_insert=True)
        check_keys()


def test_an_attempt_is_on_the_customer_of_its_lead(dealership, jan, other):
    attempt = record_attempt(jan, result="no_answer", by=create_agent(dealership), now=TUESDAY_10)

    with refused("attempt_on_the_customer_of_its_lead"):
        write_attempt(attempt, customer=other.customer, day_part="evening", nth_of_day=2)


def test_the_limits_of_a_day_reach_over_a_merge(dealership, jan, other):
    agent = create_agent(dealership)
    made = record_attempt(other, result="no_answer", by=agent, now=TUESDAY_10)
    merge_customers(jan.customer, other.customer, by=None, now=at(24, 11))
    on_jan = {"lead_id": jan.pk, "customer_id": jan.customer_id, "round": jan.rounds.get()}

    with refused("attempt_counts_once_per_day_part"):
        write_attempt(made, **on_jan)
    second = record_attempt(
        Lead.objects.get(pk=jan.pk), result="no_answer", by=agent, now=at(24, 14)
    )
    assert second.nth_of_day == 2
    with refused("attempt_counts_twice_a_day_at_most"):
        write_attempt(second, day_part="evening", nth_of_day=1)


def test_a_merge_ends_what_an_objection_of_the_other_stands_against(jan, other):
    record_objection(other.customer, by=None, now=TUESDAY_10)
    objections = other.customer.objections.all()

    with refused("merge_ends_what_was_objected_to"), transaction.atomic():
        moved = {"leads": [other.pk], "objections": [one.pk for one in objections]}
        write_merge(jan.customer, other.customer, moved=moved)
        objections.update(customer=jan.customer)
        this(other.customer).update(merged_into=jan.customer, objected_at=None)
        this(jan.customer).update(objected_at=TUESDAY_10)
        Lead.objects.filter(pk=other.pk).update(customer=jan.customer)
        check_keys()


# --- Objections -----------------------------------------------------------------------------


def test_an_objection_is_not_wiped_out(jan):
    record_objection(jan.customer, by=None, now=TUESDAY_10)

    with refused("customer_objection_is_withdrawn_not_undone"):
        change(this(jan.customer), objected_at=None)
    with refused("objection_is_never_removed"), transaction.atomic():
        Objection.objects.all().delete()
    with refused("objection_is_withdrawn_once"):
        change(Objection.objects.all(), at=at(24, 9))


def test_an_objection_is_not_made_up(jan):
    with refused("customer_objection_is_withdrawn_not_undone"):
        change(this(jan.customer), objected_at=TUESDAY_10)


def test_an_objection_is_withdrawn_with_a_name_and_a_reason_once(dealership, jan):
    manager = create_member(Role.SALES_MANAGER, dealership)
    record_objection(jan.customer, by=None, now=TUESDAY_10)
    with refused("objection_withdrawn_by_somebody_with_a_reason"):
        change(Objection.objects.all(), withdrawn_at=TUESDAY_10)
    with refused("objection_withdrawn_after_it_was_made"):
        change(
            Objection.objects.all(),
            withdrawn_at=at(24, 9),
            withdrawn_by=manager,
            why_withdrawn="by_mistake",
        )
    with refused("customer_objection_is_withdrawn_not_undone"):
        change(
            Objection.objects.all(),
            withdrawn_at=TUESDAY_10,
            withdrawn_by=manager,
            why_withdrawn="by_mistake",
        )
    withdraw_objection(jan.customer, reason="by_mistake", by=manager, now=at(24, 11))

    with refused("objection_is_withdrawn_once"):
        change(Objection.objects.all(), why_withdrawn="another_person")
    change(Objection.objects.all(), note="")  # personal words may be cleared


def test_an_objection_of_another_group_is_refused(jan):
    with refused("objection_in_the_group_of_its_customer"), transaction.atomic():
        elsewhere = create_dealership().group
        Objection.objects.create(group=elsewhere, customer=jan.customer, at=TUESDAY_10)
        check_keys("objection_in_the_group_of_its_customer")


# --- Customers and consents -----------------------------------------------------------------


@pytest.mark.parametrize(
    "fields", [{"legal_form": "bv"}, {"legal_form": "bv", "company_name": "Deeg"}]
)
def test_a_person_is_no_legal_person(jan, fields):
    with refused("customer_legal_person_is_a_company_with_a_name"):
        change(this(jan.customer), **fields)


def test_a_consent_is_of_a_dealership_of_the_group(jan):
    with refused("consent_in_the_group_of_its_dealership"):
        change(Consent.objects.all(), dealership=create_dealership())


def test_a_consent_is_withdrawn_at_a_time(dealership, jan):
    with refused("consent_withdrawn_by_somebody_at_a_time"):
        change(Consent.objects.all(), withdrawn_by=create_agent(dealership))
