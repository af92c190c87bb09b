"""Statements that are written and planned once, for what is asked all day.

Django writes the SQL of a query anew each time, and PostgreSQL plans it anew: to find a row by its
number, that takes several times as long as finding it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, OperationalError, connection
from django.db.models import AutoField, BigIntegerField, Expression, Field, Model, QuerySet
from django.db.models import query as of_django
from django.db.transaction import TransactionManagementError
from psycopg import RawCursor

PLAN_IS_OUTDATED = "0A000"  # "cached plan must not change result type"
PLACE = re.compile(r"%(?:\((\w+)\)s|s|%)")
Rows = Sequence[tuple[Any, ...]]
Params = Mapping[str, Any] | Sequence[Any]
M = TypeVar("M", bound=Model)


def fetch_prepared(sql: str, params: Params) -> Rows:
    """Run `sql` on the connection of the moment, in its transaction, and return every row.

    The text is planned on its first use and from then on only run, where planning takes longer
    than running: so it must be the same text each time, with whatever differs in `params`, each
    of which needs a cast (`%(now)s::timestamptz`).

    A release that is put in place may change the type of a column that was planned with: it is
    planned anew. In a transaction, which has failed by then, that is for who begins it anew:
    OperationalError, as for a deadlock (see bdc/transactions.py).
    """
    text, names = _numbered(sql)
    given = [params[name] for name in names] if isinstance(params, Mapping) else params
    connection.ensure_connection()
    cursor: Any = RawCursor(connection.connection)
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with closing(wrap(cursor)) as wrapped:
        try:
            wrapped.execute(text, given)
        except NotSupportedError as problem:
            if getattr(problem.__cause__, "sqlstate", None) != PLAN_IS_OUTDATED:
                raise
            if connection.in_atomic_block:  # whose end, by a rollback, forgets what was planned
                raise OperationalError("A column has changed its type.") from problem.__cause__
            wrapped.execute("DEALLOCATE ALL")
            wrapped.execute(text, given)
        rows: Rows = wrapped.fetchall()
    return rows


@cache
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """The text with its places as PostgreSQL numbers them, and what is named in their order.

    psycopg would find them anew for each use of a long text.
    """
    names: dict[str, int] = {}
    count = 0

    def number(place: re.Match[str]) -> str:
        nonlocal count
        if place[0] == "%%":
            return "%"
        if place[1] is not None:
            return f"${names.setdefault(place[1], len(names) + 1)}"
        count += 1
        return f"${count}"

    return PLACE.sub(number, sql), tuple(names)


class Given(Expression):
    """Where a prepared query is given a value each time it is run: what `field` holds, or the
    number of a row."""

    def __init__(self, name: str, field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=field or BigIntegerField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return f"%s::{self.output_field.db_type(connection)}", [self]


class Each(Given):
    """The same for a list, of which a column holds one: `filter(pk__in=Each("pks"))`."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        sql, params = super().as_sql(compiler, connection)
        return f"(SELECT unnest({sql}[]))", params


class Prepared(Generic[M]):
    """A query whose SQL is written once, with a `Given` wherever a value differs.

    `queryset` is called at the first use, when all models are known; where it is long, this
    decorates it. The rows are as the queryset gives them, with what it selects along and its
    annotations. It prefetches nothing: each statement is one of these, see `attach`.
    """

    def __init__(self, queryset: Callable[[], QuerySet[M]]) -> None:
        self.queryset = queryset

    def all(self, **given: object) -> list[M]:
        """Every row, with the values of its `Given`s by name."""
        return list(self._written.rows(given))

    def first(self, **given: object) -> M | None:
        """The first row, or None."""
        return next(self._written.rows(given), None)

    def get(self, **given: object) -> M:
        """The first row; raises DoesNotExist where there is none."""
        found = self.first(**given)
        if found is None:
            raise self._written.model.DoesNotExist
        return found

    def attach(self, owner: Model, name: str, **given: object) -> None:
        """Read the rows that hang on `owner` as its `name`, as prefetch_related() would: from now
        on `owner.name.all()` gives them and asks the database no more."""
        rows = self.all(**given)
        relation: Any = owner._meta.get_field(name)
        for row in rows:
            relation.field.set_cached_value(row, owner)
        known: Any = QuerySet(self._written.model)
        known._result_cache, known._prefetch_done = rows, True
        loaded_with(owner)[name] = known

    def of(self, owner: Model, name: str, **given: object) -> Sequence[M]:
        """The rows that hang on `owner` as its `name`: those loaded with it, else read now."""
        known: Sequence[M] | None = loaded_with(owner).get(name)
        return self.all(**given) if known is None else known

    @cached_property
    def _written(self) -> _Written[M]:
        return _Written(self.queryset())


def add_prepared(row: Model) -> None:
    """Add a new row by a statement that is written once for its model; its number is set.

    Each column gets what its field holds: what the `save` of a model fills in is given already,
    and no signal is sent. Raises TypeError for a model of which the database fills a column, and
    IntegrityError as `save` does.
    """
    sql, fields = _insertion(type(row))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    [[row.pk]] = fetch_prepared(sql, values)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _insertion(model: type[Model]) -> tuple[str, list[Any]]:
    meta: Any = model._meta
    fields = [field for field in meta.local_concrete_fields if field is not meta.pk]
    number: Any = meta.pk
    if (
        not isinstance(number, AutoField)
        or meta.parents
        or any(field.generated or field.has_db_default() for field in fields)
    ):
        raise TypeError("the database fills a column of this model")
    name = connection.ops.quote_name
    columns = ", ".join(name(field.column) for field in fields)
    places = ", ".join(f"%s::{_cast(field)}" for field in fields)
    return (
        f"INSERT INTO {name(meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
        f" RETURNING {name(number.attname)}",
        fields,
    )


def _cast(field: Any) -> str:
    """The type of its column; a text that is too long is refused by the column, and not cut."""
    kind: str = field.db_type(connection)
    return "text" if kind.startswith("varchar") else kind


def loaded_with(owner: Any) -> dict[str, Any]:
    """What was prefetched with an object, by the name of the relation."""
    known: dict[str, Any] = owner.__dict__.setdefault("_prefetched_objects_cache", {})
    return known


class _Written(Generic[M]):
    """The SQL of a queryset, and how its rows become objects: all that ModelIterable would find
    out anew for each query."""

    def __init__(self, queryset: Any) -> None:
        if queryset._iterable_class is not of_django.ModelIterable:
            raise TypeError("a prepared query gives objects")
        if queryset._prefetch_related_lookups:
            raise TypeError("a prepared query is one statement, and prefetches nothing")
        self.model: Any = queryset.model
        self._locks = queryset.query.select_for_update
        compiler = self._compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, self._params = compiler.as_sql()
        columns, found = compiler.select, compiler.klass_info
        own = found["select_fields"]
        self._own = slice(own[0], own[-1] + 1)
        self._names = [column[0].target.attname for column in columns[self._own]]
        self._annotations = list(compiler.annotation_col_map.items())
        populators: Any = of_django.get_related_populators
        self._related = populators(found, columns, DEFAULT_DB_ALIAS)
        self._converters = compiler.get_converters([column[0] for column in columns])

    def rows(self, given: Mapping[str, object]) -> Iterator[M]:
        if self._locks and connection.get_autocommit():
            raise TransactionManagementError("a row is locked within a transaction only")
        params = [given[one.name] if isinstance(one, Given) else one for one in self._params]
        fetched = fetch_prepared(self._sql, params)
        return map(self._object, self._compiler.apply_converters(fetched, self._converters))

    def _object(self, row: list[Any]) -> M:
        found: M = self.model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
        for related in self._related:
            related.populate(row, found)
        for name, position in self._annotations:
            setattr(found, name, row[position])
        return found
