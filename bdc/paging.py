"""Long lists on pages, a page at a time, by key; programs get theirs from bdc/api/paging.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest

from bdc.api.paging import Cursor
from bdc.errors import Malformed

ROWS = 50
PLACE = "from"
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class KeyPage(Generic[Row]):
    """One page of a list, with the addresses of the pages beside it."""

    rows: list[Row]
    previous_url: str = ""
    next_url: str = ""

    @property
    def is_first(self) -> bool:
        return not self.previous_url


def page_of(
    rows: QuerySet[Row],
    request: HttpRequest,
    *,
    moment: str,
    size: int = ROWS,
    oldest_first: bool = False,
) -> KeyPage[Row]:
    """The page of `rows` that the address names; newest first by `moment` and the id, or oldest."""
    text = request.GET.get(PLACE, "")
    try:
        cursor = Cursor.read(text) if text else None
    except Malformed:
        raise Http404 from None
    forward = cursor is None or cursor.forward
    found = list(_from(rows, cursor, moment=moment, rising=forward == oldest_first)[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if not forward:
        found.reverse()
    has_next = has_more or not forward
    has_previous = (cursor is not None and forward) or (has_more and not forward)
    return KeyPage(
        found,
        previous_url=_url(request, found, 0, moment, forward=False) if has_previous else "",
        next_url=_url(request, found, -1, moment, forward=True) if has_next else "",
    )


def _from(
    rows: QuerySet[Row], cursor: Cursor | None, *, moment: str, rising: bool
) -> QuerySet[Row]:
    side = "gt" if rising else "lt"
    if cursor is not None:
        beyond = Q(**{f"{moment}__{side}": cursor.at}) | Q(**{f"pk__{side}": cursor.pk})
        # The first condition follows from the second, and lets an index begin there.
        rows = rows.filter(Q(**{f"{moment}__{side}e": cursor.at}), beyond)
    sign = "-" if side == "lt" else ""
    return rows.order_by(f"{sign}{moment}", f"{sign}pk")


def _url(request: HttpRequest, rows: list[Any], place: int, moment: str, *, forward: bool) -> str:
    if not rows:
        return request.path
    asked = request.GET.copy()
    asked[PLACE] = str(Cursor(forward, getattr(rows[place], moment), rows[place].pk))
    return f"{request.path}?{asked.urlencode()}"
