"""Every column that holds words, and a way to write other words into all of them.

Words come from outside: whoever fills in a form, sends a document or a file. Here they are
written past every rule, since what once came in may be shown for years.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection, models, transaction

from dealers.models import Membership
from leads.models import Lead
from tests.access_world import OUR_APPS

# Columns of letters that are no words: another text there is another address, rule or key.
NO_WORDS = {
    "key", "slug", "timezone", "password", "digest", "body_digest", "kind", "verb", "code", "why",
    "field", "job", "content_type", "number", "search_name", "detail", "problem", "postcode",
    "plate", "external_id",
}  # fmt: skip
# Tables that are one and the same for everybody, or hold what one key was answered.
OF_NOBODY = {"leads_closereason", "bdc_jobrun", "bdc_idempotentanswer", "outbox_effect"}
# JSON whose texts people wrote; in others they are names of rules.
WORDS_IN_JSON = {("leads_lead", "extra"), ("leads_reject", "prefill")}

Ids = Mapping[str, list[int]]
Word = Callable[["Column", int], str]


@dataclass(frozen=True)
class Column:
    table: str
    name: str
    longest: int  # letters
    is_list: bool = False
    is_json: bool = False
    is_address: bool = False

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


def columns() -> Iterator[Column]:
    """Every column of ours that holds words."""
    for model in apps.get_models():
        table = model._meta.db_table
        if not table.startswith(OUR_APPS) or table in OF_NOBODY:
            continue
        for field in model._meta.local_fields:
            if field.choices or field.column in NO_WORDS:
                continue
            if isinstance(field, models.CharField | models.TextField):
                is_address = isinstance(field, models.EmailField)
                yield Column(table, field.column, field.max_length or 200, is_address=is_address)
            elif isinstance(field, ArrayField):
                yield Column(table, field.column, 60, is_list=True)
            elif (table, field.column) in WORDS_IN_JSON:
                yield Column(table, field.column, 200, is_json=True)


def ids_of(dealerships: Iterable[Any], people: Iterable[Any]) -> Ids:
    """By which keys the rows of these dealerships and people are found."""
    places = list(dealerships)
    leads = Lead.objects.filter(dealership__in=places)
    users = [person.pk for person in people]
    return {
        "group_id": [place.group_id for place in places],
        "dealership_id": [place.pk for place in places],
        "lead_id": [*leads.values_list("pk", flat=True)],
        "customer_id": [*leads.values_list("customer", flat=True)],
        "user_id": users,
        "centre_id": [
            *Membership.objects.filter(user__in=users)
            .exclude(centre=None)
            .values_list("centre", flat=True)
        ],
    }


OWN_KEYS = {
    "dealers_dealergroup": "group_id",
    "dealers_dealership": "dealership_id",
    "dealers_contactcentre": "centre_id",
    "accounts_user": "user_id",
    "leads_lead": "lead_id",
    "leads_customer": "customer_id",
}


def write_words(ids: Ids, word: Word) -> list[Column]:
    """Write `word` into every column of every row that is found; return what the database refuses.

    Triggers are off meanwhile, so that rows that are only added to can be written as well.
    """
    refused = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for column in columns():
            keys = _keys(cursor, column.table, ids)
            cursor.execute(f"SELECT id, {column.name} FROM {column.table} WHERE {keys}", ids)
            for pk, known in cursor.fetchall():
                try:
                    with transaction.atomic():
                        _write(cursor, column, pk, known, word(column, pk))
                except IntegrityError:
                    refused.append(column)
        cursor.execute("SET LOCAL session_replication_role = origin")
    return list(dict.fromkeys(refused))


def _keys(cursor: Any, table: str, ids: Ids) -> str:
    described = connection.introspection.get_table_description(cursor, table)
    found = [f"{one.name} = ANY(%({one.name})s)" for one in described if one.name in ids]
    if table in OWN_KEYS:
        found.append(f"id = ANY(%({OWN_KEYS[table]})s)")
    return " OR ".join(found) or "false"


def _write(cursor: Any, column: Column, pk: int, known: Any, text: str) -> None:
    new: Any = [text] if column.is_list else text
    if column.is_json:
        new = json.dumps(_with_words(json.loads(known), text))
    statement = f"UPDATE {column.table} SET {column.name} = %s WHERE id = %s"
    cursor.execute(statement, [new, pk])


def _with_words(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {name: _with_words(inner, text) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_words(inner, text) for inner in value]
    return text if isinstance(value, str) and value else value
