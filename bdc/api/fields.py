"""Fields that take exactly the JSON type they are for, and nothing that merely looks like it."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

LARGEST_ID = 2**63 - 1
AMOUNT = r"\d+(\.\d+)?"


class BodyIn(serializers.Serializer[Any]):
    """What is asked of us. An optional field that is null is one that was not given."""

    @classmethod
    def read(cls, data: Any) -> Self:
        """Read `data`, or raise what is wrong with its fields."""
        body = cls(data=data)
        body.is_valid(raise_exception=True)
        return body

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            fields = self.fields
            data = {
                name: value
                for name, value in data.items()
                if value is not None or (name in fields and fields[name].required)
            }
        return super().to_internal_value(data)


class QuestionIn(BodyIn):
    """What is asked in a query string, where nothing can be null; an empty filter is none."""


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.IntegerField):
    """A whole number, which JSON may write as 435 and as 435.0."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, float) and data.is_integer():
            return int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Id(Number):
    """The id of a row; whether there is one is for the domain to say."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


@extend_schema_field(
    {
        "type": ["string", "number"],
        "pattern": r"^\d{1,8}(\.\d{1,2})?$",
        "minimum": 0,
        "maximum": 99_999_999.99,
        "multipleOf": 0.01,
    }
)
class Euros(serializers.DecimalField):
    """An amount of money, which is never negative: as text, or as a number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=10, decimal_places=2, **{"min_value": 0, **kwargs})

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, str) and not re.fullmatch(AMOUNT, data, re.ASCII):
            self.fail("invalid")
        return super().to_internal_value(data)


class Truth(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Day(serializers.DateField):
    """A date without a time, as 2026-11-24."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(value)
        return day


class Moment(serializers.DateTimeField):
    """A time with its offset: without one nobody knows when it is."""

    default_error_messages = {
        "offset": _("Give the time with its offset, as in 2026-11-24T10:00:00+01:00.")
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("offset")
        return super().enforce_timezone(value)
