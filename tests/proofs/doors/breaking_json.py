"""Requests for every operation of the API that have something wrong with them."""

from __future__ import annotations

import copy
import gzip
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.proofs.doors.asking import Asking

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    body: Any  # a good one; None where none is taken
    asks: tuple[str, ...]  # names in the query string


def operations(document: Document) -> list[Operation]:
    """Every operation of the description that takes JSON or nothing."""
    return list(_operations(document))


def _operations(document: Document) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            content = described.get("requestBody", {}).get("content", {})
            if content and "application/json" not in content:
                continue
            schema = content.get("application/json", {}).get("schema")
            names = [one["name"] for one in described.get("parameters", []) if one["in"] == "query"]
            body = None if schema is None else good(document, schema)
            yield Operation(method.upper(), path, body, tuple(names))


def good(document: Document, schema: Mapping[str, Any]) -> Any:
    """A value that fits the schema, with every field that there is."""
    if "$ref" in schema:
        return good(document, document["components"]["schemas"][schema["$ref"].split("/")[-1]])
    for word in ("oneOf", "anyOf", "allOf"):
        if word in schema:
            return good(document, schema[word][0])
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        fields = schema.get("properties", {})
        return {name: good(document, inner) for name, inner in fields.items()}
    if kind == "array":
        return [good(document, schema["items"])]
    if kind == "string":
        return _text_of(schema)
    return True if kind == "boolean" else schema.get("minimum", 1)


def _text_of(schema: Mapping[str, Any]) -> str:
    words = {
        "date-time": "2026-11-26T11:00:00+01:00",
        "date": "2026-11-26",
        "email": "jan@voorbeeld.example",
    }
    return "12.50" if "pattern" in schema else words.get(schema.get("format", ""), "woord")


# --- What is put in the place of a value -----------------------------------------------------

NOT_JSON = object()  # stands for what json.dumps does not write
VALUES: Sequence[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 1.5, -0.0, 1e308,
    "", " ", "0", "1", "-1", "nan", "\u0000", "a\u0000b", "\ud800", "\udfffx", "\uffff", "\u202e",
    "\u200b", "\ufeff", "é" * 200, "x" * 300, "x" * 20_000, "🚗" * 500, "' OR 1=1 --",
    "%s%(x)s", "{{7*7}}", "../../etc/passwd", "2026-02-30T10:00:00+01:00", "2026-11-24T10:00:00",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-24T10:00:00+99:99",
    "24-11-2026", "1e400", "٣٤٥", "+31612345678", "a@b", [], [[]], [None], {}, {"": ""}, [{}] * 40,
    {"id": 1}, ["x"] * 500,
]  # fmt: skip


def _somewhere(value: Any, rng: random.Random) -> list[Any]:
    """The way to a random value within `value`."""
    way: list[Any] = []
    while isinstance(value, dict | list) and value and (not way or rng.random() < 0.6):
        key = rng.choice(list(value) if isinstance(value, dict) else range(len(value)))
        way.append(key)
        value = value[key]
    return way


def _with(value: Any, way: Sequence[Any], new: Any) -> Any:
    if not way:
        return new
    whole = copy.deepcopy(value)
    inner = whole
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = new
    return whole


def _another_value(body: Any, rng: random.Random) -> bytes:
    """One value, or two, that do not belong there; all else as it should be."""
    for _ in range(rng.choice([1, 1, 1, 2])):
        body = _with(body, _somewhere(body, rng), rng.choice(VALUES))
    return _written(body)


def _without(body: Any, rng: random.Random) -> bytes:
    if isinstance(body, dict) and body:
        left_out = rng.choice(list(body))
        body = {name: value for name, value in body.items() if name != left_out}
    return _written(body)


def _unknown_fields(body: Any, rng: random.Random) -> bytes:
    """Names of columns and the like, which a request may not set."""
    names = ["id", "pk", "owner_id", "dealership_id", "group_id", "status", "closed_at", "attempts",
             "is_staff", "role", "created_at", "__class__", "_state", "customer__id", "$where",
             "constructor", "__proto__", "x" * 300]  # fmt: skip
    added = {rng.choice(names): rng.choice(VALUES) for _ in range(3)}
    return _written({**(body if isinstance(body, dict) else {}), **added})


def _written(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=True).encode()


def _cut(body: Any, rng: random.Random) -> bytes:
    whole = _written(body)
    return whole[: rng.randrange(len(whole))]


def _flipped(body: Any, rng: random.Random) -> bytes:
    whole = bytearray(_written(body))
    for _ in range(rng.randint(1, 4)):
        whole[rng.randrange(len(whole))] = rng.randrange(256)
    return bytes(whole)


def _no_json(body: Any, rng: random.Random) -> bytes:
    whole = _written(body)
    inner = rng.choice(
        [
            b"NaN",
            b"-Infinity",
            b"01",
            b"9" * 5_000,
            b"0x1",
            b"'x'",
            b"undefined",
            b"1e999",
            b'"\\x"',
            b'"\\ud800"',
            b'"\\u0000"',
            b'"\xff"',
            b'"\t"',
        ]
    )
    choices = [
        b"", b" \n ", b"null", b"[]", b"5", b'"x"', b"kind=active", b"<xml/>",
        b"\xef\xbb\xbf" + whole,
        whole + whole, whole + b",", b"/*x*/" + whole, whole.replace(b":", b"=", 1),
        b'{"a":' * 33 + b"1" + b"}" * 33, b"[" * 50_000, b'{"a":' * 5_000, b'{"a":1,"a":2}',
        b'{"kind":' + inner + b"}", whole[:-1] + b',"note":' + inner + b"}",
        whole.decode().encode("utf-16"), whole.decode().encode("utf-32"),
        b'{"note": "' + bytes(rng.randrange(128, 256) for _ in range(8)) + b'"}',
        b" " * 1_048_577, b'{"note": "' + b"x" * 1_048_600 + b'"}', gzip.compress(whole),
    ]  # fmt: skip
    return rng.choice(choices)


BREAKS: Sequence[Callable[[Any, random.Random], bytes]] = [
    _another_value, _another_value, _another_value, _without, _unknown_fields, _cut,
    _flipped, _no_json,
]  # fmt: skip

CONTENT_TYPES = [
    "", "text/plain", "application/xml", "text/html; charset=utf-8", "multipart/form-data",
    "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json;",
    "application/json; charset=utf-16", "application/json; charset=nonsense", "APPLICATION/JSON",
    "application/json, text/xml", "application/*", "*/*", ";", "é/ü", "application/json\x00",
    "application/problem+json", "x" * 400,
]  # fmt: skip
HEADERS: Sequence[Mapping[str, str]] = [
    {"Idempotency-Key": ""}, {"Idempotency-Key": " "}, {"Idempotency-Key": "x" * 200},
    {"Idempotency-Key": "x" * 201}, {"Idempotency-Key": "a\x00b"}, {"Idempotency-Key": "é\xff"},
    {"Idempotency-Key": "🚗".encode().decode("latin-1")}, {"Idempotency-Key": "\xed\xa0\x80"},
    {"Idempotency-Key": "%00"},
    {"Accept": "text/html"}, {"Accept": ""}, {"Accept": "a/b/c;;;q=x"}, {"Accept": "*/*;q=0"},
    {"Accept": "application/json; indent=99999999999999999999"}, {"Accept-Language": "xx-\x00"},
    {"Accept-Language": "nl;q=" + "9" * 500}, {"Content-Encoding": "gzip"},
    {"Content-Length": "-1"},
    {"Content-Length": "x"}, {"Content-Length": "99999999999999999999"}, {"Range": "bytes=0-"},
    {"If-None-Match": "*"}, {"X-HTTP-Method-Override": "DELETE"}, {"X-Forwarded-For": "'; --"},
    {"Cookie": "spits_session=\x01; a=b; =;;"}, {"HX-Request": "true"}, {"Expect": "100-continue"},
    {"Transfer-Encoding": "chunked"}, {"Time-Zone": "Mars"},
]  # fmt: skip
QUERIES = [
    "", "format=html", "format=json", "page_size=0", "page_size=99999", "page_size=%D9%A3",
    "page_size=1e2", "cursor=x", "cursor=bnwyMDI2", "cursor=%00", "cursor=" + "A" * 3_000, "%",
    "%ff",
    "%00=%00", "&&&=&", "a" * 5_000, "search=%00", "search=%ED%A0%80", "search=" + "%25" * 60,
    "search=__x__", "customer__id=1", "_connector=OR", "limit=-1", "ordering=-id", "status[]=open",
    "status=open&status=closed", "net=maybe", "from=2026-13-01", "from=9999-12-31&to=0001-01-01",
]  # fmt: skip


def broken_requests(
    document: Document, ids: Sequence[str], keys: Sequence[str], rng: random.Random
) -> Iterator[Asking]:
    """Without end, each operation in turn; `ids` stand in addresses, `keys` are good tokens."""
    known = operations(document)
    while True:
        for operation in known:
            yield _broken(operation, ids, keys, rng)


def _broken(
    operation: Operation, ids: Sequence[str], keys: Sequence[str], rng: random.Random
) -> Asking:
    path = operation.path
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + rng.choice(ids) + rest.partition("}")[2]
    headers = {"Authorization": f"Token {rng.choice(keys)}"}
    content_type = "application/json"
    break_body = rng.choice(BREAKS)
    told = [break_body.__name__.strip("_").replace("_", " ")]
    body = b"" if operation.method == "GET" else break_body(operation.body or {}, rng)
    if rng.random() < 0.12:
        content_type = rng.choice(CONTENT_TYPES)
        told.append(f"as {content_type[:40]!r}")
    if rng.random() < (0.5 if operation.method == "GET" else 0.15):
        headers |= rng.choice(HEADERS)
        told.append(f"with {str(headers)[-60:]}")
    if rng.random() < (0.9 if operation.method == "GET" else 0.1):
        path += "?" + _query(operation, rng)
    return Asking(", ".join(told), operation.method, path, body, content_type, headers)


def _query(operation: Operation, rng: random.Random) -> str:
    if not operation.asks or rng.random() < 0.4:
        return rng.choice(QUERIES)
    texts = [value for value in VALUES if isinstance(value, str)]
    return "&".join(
        f"{quote(rng.choice(operation.asks))}="
        + quote(rng.choice(texts)[:2_000].encode(errors="surrogatepass"))
        for _ in range(rng.randint(1, 3))
    )
