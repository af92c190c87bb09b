"""What somebody sends twice happens once: a double press, a page that is sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from psycopg.types.json import Jsonb

from bdc.accounts.models import User
from bdc.prepared import fetch_prepared
from bdc.transactions import retrying_atomic
from leads.domain.locking import lock_lead
from leads.models import Lead

T = TypeVar("T")

_SINCE = """
SELECT 1 FROM leads_event
WHERE lead_id = %(lead)s::bigint AND by_id = %(by)s::bigint AND id > %(seen)s::bigint
    AND verb = ANY (%(verbs)s::text[]) AND facts @> %(facts)s::jsonb
LIMIT 1"""


@retrying_atomic
def once(
    lead: Lead,
    act: Callable[[], T],
    *,
    verbs: tuple[str, ...],
    by: User,
    seen: int | None,
    **facts: str,
) -> T | None:
    """Do `act`, unless `by` did the same after entry `seen` of the timeline; then return None.

    `seen` is the newest entry that the page knew when it was drawn. The same means: an entry
    with one of `verbs` and with `facts`. A second request waits for the end of the first.
    """
    lock_lead(lead)
    if done_before(lead, verbs=verbs, by=by, seen=seen, **facts):
        return None
    return act()


def done_before(
    lead: Lead, *, verbs: tuple[str, ...], by: User, seen: int | None, **facts: str
) -> bool:
    """Whether `by` did this after entry `seen`; for a page that would judge it a second time."""
    if seen is None:
        return False
    asked = {"lead": lead.pk, "by": by.pk, "seen": seen, "verbs": [*verbs], "facts": Jsonb(facts)}
    return bool(fetch_prepared(_SINCE, asked))
