"""Long lists, a page at a time, by key: the next page begins after the last row of this one."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from bdc.errors import FieldProblem, Malformed

PAGE = 50
LARGEST_PAGE = 200
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Cursor:
    """A place in a list: before or after the row of this moment and id."""

    forward: bool
    at: datetime
    pk: int

    @classmethod
    def read(cls, text: str) -> Self:
        try:
            way, at, pk = base64.urlsafe_b64decode(text.encode()).decode("ascii").split("|")
            cursor = cls(way == "n", datetime.fromisoformat(at), int(pk))
        except (ValueError, binascii.Error):
            raise _malformed("cursor") from None
        if way not in ("n", "p") or cursor.at.tzinfo is None or not 0 <= cursor.pk <= LARGEST_ID:
            raise _malformed("cursor")
        return cursor

    def __str__(self) -> str:
        way = "n" if self.forward else "p"
        text = f"{way}|{self.at.isoformat()}|{self.pk}"
        return base64.urlsafe_b64encode(text.encode()).decode()


def _malformed(field: str) -> Malformed:
    wrong = _("Follow `next` and `previous` as they are given; a page has 1 to 200 rows.")
    return Malformed(FieldProblem(field, "invalid", wrong))


class KeyPagination(BasePagination):
    """Newest first, by a moment and the id. A view names the moment with `paged_by`.

    The framework's own cursor counts rows of the same moment with an offset, which an
    import of thousands in one moment would break.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.moment: str = view.paged_by
        size = self._page_size(request)
        text = request.query_params.get("cursor")
        cursor = Cursor.read(text) if text else None
        forward = cursor is None or cursor.forward
        rows = list(self._rows(queryset, cursor, forward=forward)[: size + 1])
        has_more, page = len(rows) > size, rows[:size]
        if not forward:
            page.reverse()
        self.next = self._link(page, -1, forward=True) if has_more or not forward else None
        came_from_before = cursor is not None and forward
        has_previous = came_from_before or (has_more and not forward)
        self.previous = self._link(page, 0, forward=False) if has_previous else None
        return page

    def _rows(
        self, queryset: QuerySet[Any], cursor: Cursor | None, *, forward: bool
    ) -> QuerySet[Any]:
        side = "lt" if forward else "gt"
        if cursor is not None:
            at, pk = {f"{self.moment}__{side}": cursor.at}, {f"pk__{side}": cursor.pk}
            # The first condition follows from the second, and lets an index begin there.
            queryset = queryset.filter(
                Q(**{f"{self.moment}__{side}e": cursor.at}), Q(**at) | Q(**pk)
            )
        sign = "-" if forward else ""
        return queryset.order_by(f"{sign}{self.moment}", f"{sign}pk")

    def _link(self, page: Sequence[Model], position: int, *, forward: bool) -> str | None:
        if not page:
            return None
        row = page[position]
        cursor = Cursor(forward, getattr(row, self.moment), row.pk)
        return replace_query_param(self.request.build_absolute_uri(), "cursor", str(cursor))

    @staticmethod
    def _page_size(request: Request) -> int:
        text = request.query_params.get("page_size", str(PAGE))
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= LARGEST_PAGE):
            raise _malformed("page_size")
        return int(text)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next, "previous": self.previous})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        example = "https://spits.example/api/v1/leads/?cursor=bnwyMDI2LTExLTI0VDA5OjAwOjAwfDE="
        link = {"type": ["string", "null"], "format": "uri", "example": example}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": schema,
                "next": {**link, "description": "The page of older rows."},
                "previous": {**link, "description": "The page of newer rows."},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "A place in the list, from `next` or `previous`.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "description": "Rows on a page.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": LARGEST_PAGE,
                    "default": PAGE,
                },
            },
        ]
