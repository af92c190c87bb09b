"""Prepared queries: what the ORM gives, by SQL that is written once."""

from datetime import date, time

import pytest
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.db.models import Exists, F
from django.db.transaction import TransactionManagementError

from bdc.prepared import Each, Given, Prepared, add_prepared, fetch_prepared
from bdc.transactions import retrying_atomic
from dealers.models import ClosingDay, DealerGroup, Dealership, OpeningBlock
from leads.models import Lead
from tests.factories import create_dealership

BY_NUMBER = Prepared(
    lambda: (
        Dealership.objects.select_related("group")
        .annotate(
            of_group=F("group__slug"),
            opens=Exists(OpeningBlock.objects.filter(dealership=Given("pk"))),
        )
        .filter(pk=Given("pk"))
    )
)
BLOCKS = Prepared(lambda: OpeningBlock.objects.filter(dealership=Given("place")).order_by("-pk"))


def test_rows_are_as_the_queryset_gives_them(db, django_assert_num_queries):
    dealership = create_dealership(brands=["Škoda", "50 %"])
    create_dealership()

    with django_assert_num_queries(1):
        found = BY_NUMBER.get(pk=dealership.pk)
        assert found.group == dealership.group

    same = Dealership.objects.get(pk=dealership.pk)
    assert {
        field.attname: getattr(found, field.attname) for field in found._meta.concrete_fields
    } == {field.attname: getattr(same, field.attname) for field in same._meta.concrete_fields}
    assert (found.of_group, found.opens) == (dealership.group.slug, True)
    assert not found._state.adding
    assert BY_NUMBER.first(pk=0) is None
    with pytest.raises(Dealership.DoesNotExist):
        BY_NUMBER.get(pk=0)


def test_each_use_has_its_own_values(db):
    first, second = create_dealership(), create_dealership()

    assert [BY_NUMBER.get(pk=one.pk) for one in (first, second, first)] == [first, second, first]


def test_a_list_of_numbers_may_be_given(db):
    among = Prepared(lambda: Dealership.objects.filter(pk__in=Each("pks")).order_by("pk"))
    first, _second, third = (create_dealership() for _ in range(3))

    assert among.all(pks=[third.pk, first.pk]) == [first, third]
    assert among.all(pks=[]) == []


def test_what_is_attached_is_asked_no_more(db, django_assert_num_queries):
    dealership = create_dealership()
    expected = list(dealership.opening_blocks.order_by("-pk"))
    assert len(expected) > 1

    BLOCKS.attach(dealership, "opening_blocks", place=dealership.pk)

    with django_assert_num_queries(0):
        assert list(dealership.opening_blocks.all()) == expected
        assert dealership.opening_blocks.all()[0].dealership is dealership
        assert list(BLOCKS.of(dealership, "opening_blocks", place=dealership.pk)) == expected


def test_what_was_not_loaded_is_read_each_time(db):
    dealership = create_dealership()

    before = BLOCKS.of(dealership, "opening_blocks", place=dealership.pk)
    dealership.opening_blocks.all().delete()

    assert before
    assert BLOCKS.of(dealership, "opening_blocks", place=dealership.pk) == []


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_within_a_transaction_only():
    lock = Prepared(lambda: DealerGroup.objects.select_for_update().filter(pk=Given("pk")))
    group = create_dealership().group
    with transaction.atomic():
        assert lock.get(pk=group.pk) == group

    with pytest.raises(TransactionManagementError):
        lock.get(pk=group.pk)


def test_a_query_that_would_give_something_else_is_refused(db):
    with pytest.raises(TypeError, match="gives objects"):
        Prepared(lambda: Dealership.objects.values_list("pk")).all()
    with pytest.raises(TypeError, match="prefetches nothing"):
        Prepared(lambda: Dealership.objects.prefetch_related("opening_blocks")).all()


def test_values_stand_where_the_text_names_them(db):
    text = """SELECT %(word)s::text || '%%', %(number)s::int + %(more)s::int, %(word)s::text"""

    assert fetch_prepared(text, {"more": 2, "word": "50", "number": 1, "other": 0}) == [
        ("50%", 3, "50")
    ]
    assert fetch_prepared("SELECT %s::text, '%%', %s::int", ["a", 1]) == [("a", "%", 1)]


def test_a_row_is_added_as_it_would_be_saved(db, django_assert_num_queries):
    dealership = create_dealership()
    facts = {"dealership": dealership, "weekday": 6, "opens": time(9), "closes": time(17, 30)}
    dealership.opening_blocks.all().delete()
    block = OpeningBlock(**facts)

    with django_assert_num_queries(1):
        add_prepared(block)

    saved = OpeningBlock.objects.get(**facts)
    assert (block.pk, block._state.adding, block._state.db) == (saved.pk, False, "default")


def test_a_row_that_breaks_a_constraint_or_is_too_long_is_refused(db):
    dealership = create_dealership()
    for wrong, error in (
        ({"dealership_id": None}, IntegrityError),
        ({"reason": "x" * 500}, DataError),
    ):
        day = ClosingDay(**{"dealership": dealership, "on": date(2026, 12, 25), **wrong})
        with pytest.raises(error), transaction.atomic():
            add_prepared(day)


def test_a_row_of_which_the_database_fills_a_column_is_refused(db):
    with pytest.raises(TypeError, match="fills a column"):
        add_prepared(Lead())


def test_it_is_planned_on_its_first_use(db):
    first = Prepared(lambda: DealerGroup.objects.filter(slug=Given("slug", DealerGroup.slug.field)))

    first.all(slug="noord")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%slug%'")
        assert cursor.fetchone()[0] == 1


@pytest.fixture
def upgraded(transactional_db):
    """A function that says what is in a table, planned before a release changes the table."""
    other = connections["default"].copy()

    def change(statement):
        with other.cursor() as cursor:
            cursor.execute(statement)

    def words():
        return fetch_prepared("SELECT word FROM upgraded", ())

    change("CREATE TABLE upgraded AS SELECT 'kort'::varchar(4) AS word")
    try:
        words()
        change("ALTER TABLE upgraded ALTER word TYPE varchar(40), ADD later int DEFAULT 1")
        yield words
    finally:
        connection.close()
        change("DROP TABLE upgraded")
        other.close()


def test_it_is_planned_anew_when_a_release_has_changed_a_column(upgraded):
    assert [upgraded(), upgraded()] == [[("kort",)], [("kort",)]]


def test_a_transaction_begins_anew_when_a_release_has_changed_a_column(upgraded):
    assert retrying_atomic(upgraded)() == [("kort",)]


def test_a_transaction_that_cannot_begin_anew_ends_as_by_a_busy_database(upgraded):
    with pytest.raises(OperationalError), transaction.atomic():
        upgraded()

    with transaction.atomic():
        assert upgraded() == [("kort",)]
