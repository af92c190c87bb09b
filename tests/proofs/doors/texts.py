"""Every column that holds words, and a way to write other words into all of them.

Words come from outside: whoever fills in a form, sends a document or a file. Here they are
written past every rule, since what once came in may be shown for years.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import DataError, IntegrityError, connection, models, transaction

from dealers.models import Exchange, Membership
from leads.models import Lead, Reject
from tests.access_world import OUR_APPS

# Letters that nobody can be shown as another's: another text there breaks what reads it.
NO_WORDS = {
    "password": "a session is for one password: whoever is asked would be signed out",
    "digest": "of a key, by which programs sign in, or of a row, which is compared and not shown",
    "salt": "of a secret of an exchange: with another one the secret is another",
    "previous_salt": "as above; empty when there is no secret before",
    "timezone": "the clock of the dealership: it has to be one that there is",
    "kind": "what sort of number it is: a name of ours, the same for everybody",
    "field": "which field of a policy: a name of ours, by which its words are found",
    "queues": "which queues an agent works on: names of ours, of a fixed list",
    "verb": "which sentence of a timeline: as above",
    "code": "which rule: as above",
    "why": "why an attempt does not count: as above",
    "problem": "why an import failed: as above",
}
# Not free text, but somebody's all the same: a mark by which a thing is known, or raw input.
MARKS = {
    "slug", "content_type", "number", "search_name", "detail", "postcode", "plate", "external_id",
}  # fmt: skip
UNIQUE = {"slug", "external_id"}  # within a group or a source
# Tables that are one and the same for everybody, that hold what one key or press was answered, or
# that who runs Spits sees of every group.
OF_NOBODY = {
    "leads_closereason", "bdc_jobrun", "bdc_idempotentanswer", "bdc_actionanswer", "outbox_effect",
}  # fmt: skip
# JSON whose texts people wrote; in others they are names of rules.
WORDS_IN_JSON = {("leads_lead", "extra"), ("leads_reject", "prefill")}
# JSON with names of rules and people's words side by side: under which names the words stand.
WORDS_BY_NAME = {
    ("leads_event", "facts"): {"owner", "owner_name"},
    ("leads_proposal", "facts"): {
        "purchase_make", "purchase_model", "purchase_dealer", "preferred_make", "preferred_model",
    },
}  # fmt: skip
BYTES = {("leads_rawinput", "body")}
# The database takes numbers in E.164 alone.
PHONES = {
    ("leads_customerphone", "number"), ("leads_attempt", "phone"), ("leads_call", "phone"),
    ("dealers_callevent", "number"),
}  # fmt: skip

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
    is_phone: bool = False
    is_unique: bool = False
    is_bytes: bool = False

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


def columns(*, with_marks: bool = False) -> Iterator[Column]:
    """Every column of ours that holds words; those of MARKS, BYTES and WORDS_BY_NAME if asked."""
    for model in apps.get_models():
        table = model._meta.db_table
        if not table.startswith(OUR_APPS) or table in OF_NOBODY:
            continue
        for field in model._meta.local_fields:
            place = (table, field.column)
            if with_marks and place in WORDS_BY_NAME:
                yield Column(table, field.column, 200, is_json=True)
            elif with_marks and place in BYTES:
                yield Column(table, field.column, 200, is_bytes=True)
            if field.choices or field.column in NO_WORDS:
                continue
            if field.column in MARKS and not with_marks:
                continue
            if isinstance(field, models.CharField | models.TextField):
                is_address = isinstance(field, models.EmailField)
                yield Column(
                    table,
                    field.column,
                    field.max_length or 200,
                    is_address=is_address,
                    is_phone=place in PHONES,
                    is_unique=field.unique or field.column in UNIQUE,
                )
            elif isinstance(field, ArrayField):
                yield Column(table, field.column, 60, is_list=True)
            elif place in WORDS_IN_JSON:
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
        "exchange_id": [
            *Exchange.objects.filter(group__dealerships__in=places).values_list("pk", flat=True)
        ],
        "raw_id": [
            *Reject.objects.filter(dealership__in=places).values_list("raw", flat=True),
        ],
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
    "dealers_exchange": "exchange_id",
    "accounts_user": "user_id",
    "leads_lead": "lead_id",
    "leads_rawinput": "raw_id",
    "leads_customer": "customer_id",
}


def write_words(ids: Ids, word: Word, *, with_marks: bool = False) -> list[Column]:
    """Write `word` into every column of every row that is found; return what the database refuses.

    Triggers are off meanwhile, so that rows that are only added to can be written as well.
    """
    refused = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for column in columns(with_marks=with_marks):
            keys = _keys(cursor, column.table, ids)
            cursor.execute(f"SELECT id, {column.name} FROM {column.table} WHERE {keys}", ids)
            for pk, known in cursor.fetchall():
                try:
                    with transaction.atomic():
                        _write(cursor, column, pk, known, word(column, pk))
                except (IntegrityError, DataError):
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
        names = WORDS_BY_NAME.get((column.table, column.name))
        new = json.dumps(_with_words(json.loads(known), text, names))
    elif column.is_bytes:
        new = text.encode()
    statement = f"UPDATE {column.table} SET {column.name} = %s WHERE id = %s"
    cursor.execute(statement, [new, pk])


def _with_words(value: Any, text: str, names: Collection[str] | None) -> Any:
    """The same with `text` for every text, or for those alone that stand under one of `names`."""
    if isinstance(value, dict):
        return {
            name: inner
            if names is not None and name not in names
            else _with_words(inner, text, names)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_with_words(inner, text, names) for inner in value]
    return text if isinstance(value, str) and value else value
