"""How telephone exchanges tell of calls: one adapter for each kind of exchange.

Source: issue "Bellen", telephony by adapter; docs/telephony.md has the format with examples. An
adapter reads the bytes of one delivery and nothing else: that they are signed was seen before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Protocol, TypeVar

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError

from bdc.api.bodies import JSONBody
from bdc.errors import FieldProblem, Malformed, Sentence
from dealers.models import CallEvent, Exchange
from dealers.models.exchange import LONGEST_CALL_TOLD

E164 = re.compile(r"\+[1-9][0-9]{4,14}", re.ASCII)
LONGEST_REFERENCE = 200
LONGEST_EXTENSION = 40
NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)

Read = TypeVar("Read", str, int, datetime)


@dataclass(frozen=True)
class CallTold:
    """One event of a call, as an exchange tells it; `number` is empty when it is withheld."""

    external_id: str
    call_reference: str
    kind: str
    direction: str
    number: str
    extension: str
    at: datetime
    seconds: int | None


class ExchangeAdapter(Protocol):
    """Reads what one kind of exchange sends. Raises Malformed, with every field that is wrong."""

    def read(self, body: bytes, *, delivery_id: str) -> list[CallTold]: ...


class SpitsJson:
    """Our own format: one event in one JSON object, named by the id of its delivery."""

    def read(self, body: bytes, *, delivery_id: str) -> list[CallTold]:
        fields = _Fields(body)
        kind = fields.choice("kind", CallEvent.Kind.values)
        is_end = kind == CallEvent.Kind.ENDED
        told = CallTold(
            external_id=delivery_id,
            call_reference=fields.text("call_id", longest=LONGEST_REFERENCE),
            kind=kind,
            direction=fields.choice("direction", CallEvent.Direction.values),
            number=fields.phone("number"),
            extension=fields.text("extension", longest=LONGEST_EXTENSION),
            at=fields.moment("at"),
            seconds=fields.duration("seconds") if is_end else None,
        )
        if fields.problems:
            raise Malformed(*fields.problems)
        return [told]


ADAPTERS: dict[str, ExchangeAdapter] = {Exchange.Adapter.SPITS: SpitsJson()}


class _Fields:
    """The fields of a JSON object; what is wrong with each is kept, so that all is told at once."""

    def __init__(self, body: bytes) -> None:
        self.problems: list[FieldProblem] = []
        try:
            read = JSONBody().parse(BytesIO(body))
        except ParseError as problem:
            raise Malformed(FieldProblem("body", "parse_error", str(problem.detail))) from None
        if not isinstance(read, dict):
            raise Malformed(FieldProblem("body", "invalid", _("Send one JSON object.")))
        self.read: dict[str, Any] = read

    def text(self, name: str, *, longest: int) -> str:
        value = self.read.get(name)
        if isinstance(value, str) and value.strip() and len(value) <= longest:
            return value.strip()
        return self._wrong(
            name, _("Write a text of 1 to %(longest)s characters.") % {"longest": longest}, ""
        )

    def choice(self, name: str, choices: Sequence[str]) -> str:
        value = self.read.get(name)
        if isinstance(value, str) and value in choices:
            return value
        return self._wrong(
            name, _("Write one of: %(choices)s.") % {"choices": ", ".join(choices)}, ""
        )

    def phone(self, name: str) -> str:
        """A number in E.164; null is withheld, and so has to be said."""
        value = self.read.get(name, "")
        if value is None:
            return ""
        if isinstance(value, str) and E164.fullmatch(value):
            return value
        return self._wrong(
            name, _("Write the number as +31612345678, or null when it is withheld."), ""
        )

    def moment(self, name: str) -> datetime:
        try:
            moment = datetime.fromisoformat(self.read.get(name, ""))
        except (TypeError, ValueError):
            moment = None
        if moment is not None and moment.tzinfo is not None:
            return moment
        return self._wrong(
            name,
            _("Give the time with its offset, as in 2026-11-24T10:00:00+01:00."),
            NO_MOMENT,
        )

    def duration(self, name: str) -> int:
        value: Any = self.read.get(name)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if is_number and value in range(LONGEST_CALL_TOLD + 1):
            return int(value)
        return self._wrong(name, _("Write how many seconds was spoken, 0 when nobody answered."), 0)

    def _wrong(self, name: str, message: Sentence, instead: Read) -> Read:
        self.problems.append(FieldProblem(name, "invalid", message))
        return instead
