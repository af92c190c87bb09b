"""What exchanges send, read by the adapter of their kind."""

from __future__ import annotations

import json

import pytest

from bdc.errors import Malformed
from dealers.formats.exchanges import ADAPTERS, SpitsJson
from dealers.models import Exchange
from tests.factories import TUESDAY_10, call_told


def read(body: bytes):
    [told] = SpitsJson().read(body, delivery_id="event-1")
    return told


def test_every_kind_of_exchange_has_its_adapter():
    assert set(ADAPTERS) == set(Exchange.Adapter.values)


def test_an_event_is_read_as_it_is_told():
    told = read(call_told("ended", seconds=134, call_id=" c-7 ", more="passed over"))

    assert (told.external_id, told.call_reference, told.extension) == ("event-1", "c-7", "201")
    assert (told.kind, told.direction, told.seconds) == ("ended", "inbound", 134)
    assert (told.number, told.at) == ("+31612345678", TUESDAY_10)


def test_null_is_a_number_that_is_withheld():
    assert read(call_told(number=None)).number == ""


def test_only_an_end_has_a_duration():
    assert read(call_told("answered", seconds=12)).seconds is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "hold"),
        ("kind", None),
        ("kind", ["ringing"]),
        ("direction", "internal"),
        ("call_id", ""),
        ("call_id", "  "),
        ("call_id", 7),
        ("call_id", "x" * 201),
        ("number", "06 12345678"),
        ("number", "+31612345678\n"),
        ("number", "+٣١٦١٢٣٤٥٦٧٨"),
        ("number", ""),
        ("number", 31612345678),
        ("extension", None),
        ("extension", "x" * 41),
        ("at", "2026-11-24T10:00:00"),
        ("at", "soon"),
        ("at", 1795511600),
        ("seconds", -1),
        ("seconds", 86_401),
        ("seconds", 1.5),
        ("seconds", True),
        ("seconds", None),
    ],
)
def test_a_field_that_is_wrong_is_named(field, value):
    with pytest.raises(Malformed) as wrong:
        read(call_told(**{"kind": "ended", field: value}))

    assert [problem.field for problem in wrong.value.problems] == [field]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"kind": "ringing", "kind": "ended"}', b"[" * 100_000],
)
def test_what_is_no_object_is_refused_as_a_whole(body):
    with pytest.raises(Malformed) as wrong:
        read(body)

    assert [problem.field for problem in wrong.value.problems] == ["body"]


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(Malformed) as wrong:
        read(json.dumps({"kind": "ringing"}).encode())

    assert {problem.field for problem in wrong.value.problems} == {
        "direction", "call_id", "number", "extension", "at",
    }  # fmt: skip
