"""Who is due in the call queue, in its order, as the database finds them.

The rules of product.md (The queue, May we call, Calling hours, Cadence) as SQL, since this is
asked several thousand times an hour. Each has its policy function besides, and
tests/leads/domain/test_due.py sees that both say the same: `is_open` and `may_call_at`
(dealers/domain/hours.py), `day_part` (cadence.py), `may_call` (permission.py), `works_on`
(agents_work.py) and `next_lead_problem` (queue.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from bdc.prepared import fetch_prepared
from dealers.domain.hours import is_public_holiday, legal_calling_hours
from leads.domain.agents_work import Scope
from leads.domain.cadence import EVENING, MOST_A_DAY, NOON
from leads.domain.changes import hold_changed
from leads.domain.holding import HOLD_LASTS, KEPT_FROM_THIS_AGENT
from leads.domain.permission import PROMISE_MAY_BE_EARLY
from leads.models import LEGAL_PERSONS, QUEUE_ORDER, Hold

# An agent's own promise is the team's from a quarter of an hour after its time.
PROMISE_IS_OVERDUE = timedelta(minutes=15)
MOST_COUNTED = 100
# How many leads to judge before the best is taken: more than other transactions are busy with at
# this very moment, over all parts of the work together; and how many of each part if those were.
NEAR, LEAST_OF_A_PART, FAR = 48, 2, 200

_NOW = "%(now)s::timestamptz"

# The dealerships whose queues are worked, with their clock, and whether they may be called now.
_PLACES = f"""
places AS MATERIALIZED (
    SELECT d.id, d.own_request_days, here.clock::date AS day,
        CASE WHEN here.clock::time < %(noon)s::time THEN 'morning'
            WHEN here.clock::time < %(evening)s::time THEN 'afternoon'
            ELSE 'evening' END AS day_part,
        legal.day IS NOT NULL AND here.clock::time >= GREATEST(legal.begins, d.calls_from)
            AND here.clock::time < LEAST(legal.ends, d.calls_until) AS in_calling_hours,
        here.clock::date <> ALL (%(holidays)s::date[])
            AND NOT EXISTS (SELECT 1 FROM dealers_closingday s
                WHERE s.dealership_id = d.id AND s."on" = here.clock::date)
            AND EXISTS (SELECT 1 FROM dealers_openingblock o
                WHERE o.dealership_id = d.id AND here.clock::time >= o.opens
                    AND here.clock::time < o.closes
                    AND o.weekday = extract(isodow FROM here.clock) - 1) AS is_open
    FROM dealers_dealership d
    CROSS JOIN LATERAL (SELECT {_NOW} AT TIME ZONE d.timezone AS clock) here
    LEFT JOIN unnest(%(days)s::date[], %(begins)s::time[], %(ends)s::time[])
        AS legal (day, begins, ends) ON legal.day = here.clock::date
    WHERE d.id = ANY (%(places)s::bigint[])
        AND (%(dealership)s::text = '' OR d.slug = %(dealership)s::text)
)"""

# Open queue leads with a number, whose customer is free and that `agent` did not just let go.
_AT_WORK = f"""
    l.status = 'open' AND l.has_dialable_number AND NOT l.queue = '' AND l.queue <> 'catch_all'
    AND l.id <> ALL (%(without)s::bigint[])
    AND (%(campaigns)s::bigint[] IS NULL OR l.campaign_id = ANY (%(campaigns)s::bigint[]))
    AND NOT EXISTS (SELECT 1 FROM leads_hold h
        WHERE h.customer_id = l.customer_id AND h.until > {_NOW})
    AND NOT EXISTS (SELECT 1 FROM leads_release r
        WHERE r.agent_id = %(agent)s::bigint AND r.lead_id = l.id
            AND r.at > %(let_go_since)s::timestamptz AND NOT r.is_undone)"""

# A ground for a call (permission.py). A call-back and a follow-up date are for their own call.
_GROUND = f"""
    (c.objected_at IS NULL OR l.requested_at > c.objected_at)
    AND (
        l.requested_at + p.own_request_days * interval '1 day' > {_NOW}
        OR (c.objected_at IS NULL AND (
            (c.kind = 'company' AND c.legal_form = ANY (%(legal_persons)s::text[]))
            OR EXISTS (SELECT 1 FROM leads_consent s
                WHERE s.customer_id = c.id AND s.withdrawn_at IS NULL AND s.words <> ''
                    AND s.given_at <= {_NOW}
                    AND s.purpose IN ('all',
                        CASE l.interest WHEN 'service' THEN 'service' ELSE 'sales' END))
            OR (l.interest = 'service' AND EXISTS (SELECT 1 FROM leads_appointment a
                WHERE a.lead_id = l.id AND a.kind = 'workshop' AND a.outcome = ''
                    AND a.starts_at > {_NOW}))
            OR EXISTS (SELECT 1 FROM leads_callback b
                WHERE b.lead_id = l.id AND b.done_at IS NULL
                    AND b.due_at <= %(promise_from)s::timestamptz)
            OR (SELECT e.reason_id = 'BDC-16' AND f.attempts = 0
                    AND e.follow_up_at <= %(promise_from)s::timestamptz
                FROM leads_round f JOIN leads_round e ON e.lead_id = f.lead_id
                    AND e.number < f.number AND NOT e.is_undone
                WHERE f.lead_id = l.id AND f.number = l.round_number
                ORDER BY e.number DESC LIMIT 1)
        ))
    )"""

# A customer is offered twice a day at most and once per day part, over all leads together, also
# those of who was merged into him; the first call on a fresh own request is exempt.
_NOT_CALLED_ENOUGH = """
    (l.kind = 'active' AND l.requested_at IS NOT NULL AND l.first_attempt_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM leads_attempt a WHERE a.lead_id = l.id)
    OR NOT EXISTS (SELECT 1 FROM leads_attempt a
        WHERE a.customer_id = c.id AND a.local_date = p.day
            AND (a.day_part = p.day_part OR (a.counts AND a.nth_of_day = %(most_a_day)s::int)))
    AND NOT EXISTS (SELECT 1 FROM leads_customer m JOIN leads_attempt a ON a.customer_id = m.id
        WHERE m.merged_into_id = c.id AND a.local_date = p.day
            AND (a.day_part = p.day_part OR a.nth_of_day = %(most_a_day)s::int
                OR (a.counts AND EXISTS (SELECT 1 FROM leads_attempt o
                    WHERE o.customer_id = c.id AND o.local_date = p.day AND o.counts)))))"""

# A planned call whose time has come. `callable_until` says beforehand who has a ground that lasts,
# so that those without one cost nothing; a follow-up date, for its own call, has a later round.
_IS_PLANNED = f"""
    l.next_call_at <= {_NOW}
    AND (p.in_calling_hours OR (p.is_open AND l.kind = 'active' AND l.requested_at IS NOT NULL))
    AND (l.callable_until > {_NOW} OR l.round_number > 1)"""

# Without a promise that says when instead.
_MAY_BE_OFFERED = f"""
    NOT EXISTS (SELECT 1 FROM leads_callback b WHERE b.lead_id = l.id AND b.done_at IS NULL)
    AND {_NOT_CALLED_ENOUGH} AND {_GROUND}"""

# A promise whose time has come: an own one, the team's, or a colleague's that is overdue.
_PROMISE_IS_DUE = f"""
    b.done_at IS NULL AND b.due_at <= {_NOW}
    AND (b.owner_id = %(agent)s::bigint OR b.owner_id IS NULL
        OR GREATEST(b.due_at, b.taken_over_at) <= %(overdue_since)s::timestamptz)
    AND (p.in_calling_hours OR p.is_open)"""

# What the agent works on, a row for each dealership, queue and campaign; these two are no campaign.
EVERY_CAMPAIGN, WITHOUT_CAMPAIGN = -1, 0
_ROWS_OF_WORK = (
    "unnest(%(work_places)s::bigint[], %(work_queues)s::text[], %(work_campaigns)s::bigint[])"
    " AS w (place, queue, campaign)"
)
_IS_WORKED = f"""
    EXISTS (SELECT 1 FROM {_ROWS_OF_WORK} WHERE w.place = l.dealership_id AND w.queue = l.queue
        AND w.campaign IN ({EVERY_CAMPAIGN}, COALESCE(l.campaign_id, {WITHOUT_CAMPAIGN})))"""

# Whose promise this is, of a lead that is not among it: an agent's own is always his, and an
# overdue one everybody's, so that none falls into a hole (product.md, Call-back).
_PROMISE_IS_THEIRS = f"""
    (b.owner_id = %(agent)s::bigint
        OR GREATEST(b.due_at, b.taken_over_at) <= %(overdue_since)s::timestamptz
        OR {_IS_WORKED})"""

# Each lead is judged by a subquery of its own, one after another in the order of an index, until
# there are enough: joined, the planner may rather judge all of them and sort.
_PROMISES = f"""
promises AS (
    SELECT 0::bigint AS rank, 0 AS priority, b.due_at AS at, b.lead_id
    FROM places p
    CROSS JOIN LATERAL (SELECT b.due_at, b.lead_id
        FROM leads_callback b
        WHERE b.dealership_id = p.id AND {_PROMISE_IS_DUE} AND (
            SELECT l.queue = ANY (%(queues)s::text[]) AND {_AT_WORK} AND {_GROUND}
                AND {_PROMISE_IS_THEIRS}
            FROM leads_lead l JOIN leads_customer c ON c.id = l.customer_id WHERE l.id = b.lead_id)
        ORDER BY b.due_at, b.lead_id LIMIT %(most)s::int) b
)"""

# The order of the queue, within one of its parts.
_ORDER_IN_QUEUE = "ORDER BY l.priority DESC, l.next_call_at, l.id"


def _in_queue(more: str = "") -> str:
    """The planned calls of a queue `q` at a place `p`, from the first on.

    What is judged lead by lead is kept out of the inner query: the planner takes each condition
    for one that few pass, and would rather find those few at once than read in order and stop.
    """
    return f"""
        FROM (SELECT l.* FROM leads_lead l
            WHERE l.dealership_id = p.id AND l.queue = q.queue AND NOT l.queue = ''
                AND l.status = 'open' AND l.has_dialable_number AND l.next_call_at <= {_NOW} {more}
            {_ORDER_IN_QUEUE} OFFSET 0) l
        WHERE {_IS_PLANNED} AND (
            SELECT {_AT_WORK} AND {_MAY_BE_OFFERED}
            FROM leads_customer c WHERE c.id = l.customer_id)
        {_ORDER_IN_QUEUE} LIMIT %(most)s::int"""


_QUEUES = "unnest(%(queues)s::text[]) WITH ORDINALITY AS q (queue, rank)"

_WORK = f"""
work AS MATERIALIZED (
    SELECT w.place, w.campaign, q.queue, q.rank
    FROM {_ROWS_OF_WORK} JOIN {_QUEUES} ON q.queue = w.queue
)"""

# Place by place and queue by queue, and campaign by campaign where an agent works on some, so
# that each reads its index and stops.
_OF_WORK = (
    (f"q.campaign = {EVERY_CAMPAIGN}", ""),
    (f"q.campaign = {WITHOUT_CAMPAIGN}", "AND l.campaign_id IS NULL"),
    (f"q.campaign > {WITHOUT_CAMPAIGN}", "AND l.campaign_id = q.campaign"),
)


def _each_of_work(columns: str, of_lead: str, *, more: str = "") -> str:
    """Select `columns` of the planned calls that the agent works on, up to `most` of each part."""
    return " UNION ALL ".join(
        f"""
    SELECT {columns}
    FROM work q JOIN places p ON p.id = q.place
    CROSS JOIN LATERAL (SELECT {of_lead} {_in_queue(of_campaign)}) l
    WHERE {part} {more}"""
        for part, of_campaign in _OF_WORK
    )


_PLANNED = _each_of_work(
    "q.rank, l.priority, l.next_call_at, l.id", "l.priority, l.next_call_at, l.id"
)
_DUE = f"""
due AS (
    SELECT * FROM promises
    UNION ALL {_PLANNED}
)"""

_ORDER = "due.rank, due.priority DESC, due.at, due.lead_id"

# Who said to be on a pause or away gets nobody; asked once, before anything is looked for.
_IS_AVAILABLE = """
    NOT EXISTS (SELECT 1 FROM dealers_presence a
        WHERE a.user_id = %(agent)s::bigint AND a.state <> 'available')"""

# Who asks twice at once waits for the first answer, to be given the same customer: to pass him by,
# since he is locked, would be to say that there is nobody. Asked before anything is locked.
_ONE_AT_A_TIME = """
    (SELECT pg_advisory_xact_lock(hashtextextended('claim ' || %(agent)s::bigint, 0)))
        IS NOT NULL"""

_LOCK_BEST = f"""
WITH {_PLACES}, {_WORK}, {_PROMISES}, {_DUE}
SELECT l.id, c.id,
    EXISTS (SELECT 1 FROM leads_hold h
        WHERE h.customer_id = c.id OR h.agent_id = %(agent)s::bigint) AS is_in_the_way
FROM due JOIN leads_lead l ON l.id = due.lead_id JOIN leads_customer c ON c.id = l.customer_id
WHERE {_IS_AVAILABLE} AND {_ONE_AT_A_TIME}
ORDER BY {_ORDER}
LIMIT 1 FOR NO KEY UPDATE OF l, c SKIP LOCKED"""

_HOLD_COLUMNS = ("id", "lead_id", "dealership_id", "customer_id", "agent_id", "taken_at", "until")

_HOLD_IF_DUE = f"""
WITH {_PLACES}
INSERT INTO leads_hold (lead_id, dealership_id, customer_id, agent_id, taken_at, until)
SELECT l.id, l.dealership_id, l.customer_id, %(agent)s::bigint, {_NOW}, %(until)s::timestamptz
FROM leads_lead l
JOIN leads_customer c ON c.id = l.customer_id
JOIN places p ON p.id = l.dealership_id
WHERE l.id = %(lead)s::bigint AND {_AT_WORK}
    AND (({_IS_PLANNED} AND {_MAY_BE_OFFERED} AND {_IS_WORKED})
        OR ({_GROUND} AND EXISTS (SELECT 1 FROM leads_callback b
            WHERE b.lead_id = l.id AND {_PROMISE_IS_DUE} AND {_PROMISE_IS_THEIRS})))
ON CONFLICT DO NOTHING
RETURNING {", ".join(_HOLD_COLUMNS)}"""

_IN_ORDER = f"""
WITH {_PLACES}, {_WORK}, {_PROMISES}, {_DUE}
SELECT due.lead_id FROM due ORDER BY {_ORDER} LIMIT %(most)s::int"""

# Leads of the same work without a number to call, the oldest first.
_BY_MAIL = f"""
SELECT l.id FROM leads_lead l
WHERE l.dealership_id = ANY (%(places)s::bigint[]) AND l.status = 'open'
    AND NOT l.has_dialable_number AND NOT l.queue = '' AND {_IS_WORKED}
ORDER BY l.received_at, l.id LIMIT %(most)s::int"""

_COUNTED = _each_of_work("1", "1", more="AND q.queue = k.queue")
_COUNTS = f"""
WITH {_PLACES}, {_WORK}, {_PROMISES}
SELECT '', count(*) FROM (SELECT 1 FROM promises LIMIT %(most)s::int) promised
UNION ALL
SELECT k.queue, (SELECT count(*) FROM (SELECT * FROM ({_COUNTED}) l LIMIT %(most)s::int) l)
FROM unnest(%(queues)s::text[]) AS k (queue)"""


# The same for who leads the team: promises of everybody, and how long the first of each wait.
_WAITING = f"""
WITH {_PLACES}, {_PROMISES}
SELECT '' AS queue, count(*) AS due,
    count(*) FILTER (WHERE w.at <= %(late_since)s::timestamptz) AS overdue, min(w.at) AS oldest
FROM (SELECT at FROM promises ORDER BY at LIMIT %(most)s::int) w
UNION ALL
SELECT q.queue, w.due, w.overdue, w.oldest
FROM {_QUEUES} CROSS JOIN LATERAL (
    SELECT count(*) AS due, min(l.next_call_at) AS oldest,
        count(*) FILTER (WHERE l.next_call_at < %(today_began)s::timestamptz) AS overdue
    FROM (SELECT l.next_call_at
        FROM places p CROSS JOIN LATERAL (SELECT l.next_call_at {_in_queue()}) l
        LIMIT %(most)s::int) l) w"""


@dataclass(frozen=True)
class Waiting:
    """What is due in one queue, or promised (""): the first of it, in the order of the queue.

    Overdue is a promise a quarter of an hour after its time, and a call that was planned for an
    earlier day.
    """

    queue: str
    due: int
    overdue: int
    oldest: datetime | None


@dataclass(frozen=True)
class Best:
    """The lead that comes first, locked, and whether a lapsed hold is in the way of a new one."""

    lead_id: int
    customer_id: int
    is_in_the_way: bool


@dataclass(frozen=True)
class Search:
    """Whose queues are looked through, when, and for what; everything when nothing is named."""

    agent_id: int
    scopes: tuple[Scope, ...]
    now: datetime
    queue: str = ""
    campaigns: frozenset[int] | None = None
    dealership: str = ""

    def lock_best(self, *, without: Iterable[int] = ()) -> Best | None:
        """Lock the best due lead and its customer until the end of the transaction.

        None when nothing is due. What other transactions have locked is passed over.
        """
        params = self._params(without=list(without))
        for most in (self._near, FAR):
            rows = fetch_prepared(_LOCK_BEST, {**params, "most": most})
            if rows:
                return Best(*rows[0])
        return None

    def hold_if_due(self, lead_id: int) -> Hold | None:
        """Hold the customer of a locked lead; None when it is not due any more.

        Judged anew, now that its locks are had: a colleague may have called the customer since.
        """
        until = self.now + HOLD_LASTS
        rows = fetch_prepared(_HOLD_IF_DUE, self._params(lead=lead_id, until=until))
        if not rows:
            return None
        hold: Hold = Hold.from_db(None, _HOLD_COLUMNS, rows[0])
        hold_changed(hold.dealership_id)
        return hold

    def in_order(self, count: int) -> list[int]:
        """The numbers of the first `count` due leads, in the order of the queue."""
        return [row[0] for row in fetch_prepared(_IN_ORDER, self._params(most=count))]

    def by_mail(self, count: int) -> list[int]:
        """The numbers of the first `count` leads that can only be worked by e-mail."""
        return [row[0] for row in fetch_prepared(_BY_MAIL, self._params(most=count))]

    def counts(self) -> dict[str, int]:
        """How many are due in each queue, and promised (""), each counted to MOST_COUNTED."""
        rows = fetch_prepared(_COUNTS, self._params(most=MOST_COUNTED))
        return {queue: min(count, MOST_COUNTED) for queue, count in rows}

    def waiting(self, *, today_began: datetime) -> list[Waiting]:
        """What is due, each counted to MOST_COUNTED: promises first, then queue by queue.

        A colleague's promise is here from its time on, not only once the team has it.
        """
        params = self._params(
            most=MOST_COUNTED,
            overdue_since=self.now,
            late_since=self.now - PROMISE_IS_OVERDUE,
            today_began=today_began,
        )
        found = {row[0]: Waiting(*row) for row in fetch_prepared(_WAITING, params)}
        return [found[queue] for queue in ("", *(queue.value for queue in QUEUE_ORDER))]

    @property
    def places(self) -> frozenset[int]:
        """The dealerships whose queues the agent works, whatever there."""
        return frozenset[int]().union(*(scope.places for scope in self.scopes))

    @property
    def _near(self) -> int:
        """How many leads of each part of the work are judged at first."""
        return max(LEAST_OF_A_PART, NEAR // max(len(self._work), 1))

    @property
    def _queues(self) -> list[str]:
        return [self.queue] if self.queue else [queue.value for queue in QUEUE_ORDER]

    @cached_property
    def _work(self) -> list[tuple[int, str, int]]:
        """A row for each dealership, queue and campaign that the agent works on, each lead once."""
        rows = {
            (place, queue, campaign)
            for scope in self.scopes
            for place in scope.places
            for queue in self._queues
            if not scope.queues or queue in scope.queues
            for campaign in self._campaigns_of(scope)
        }
        return sorted(
            (place, queue, campaign)
            for place, queue, campaign in rows
            if campaign == EVERY_CAMPAIGN or (place, queue, EVERY_CAMPAIGN) not in rows
        )

    def _params(self, **more: object) -> dict[str, object]:
        return {**self._params_of_all, **more}

    @cached_property
    def _params_of_all(self) -> dict[str, object]:
        days, work = _days_around(self.now), self._work
        windows = [(day, *hours) for day in days if (hours := legal_calling_hours(day))]
        return {
            "agent": self.agent_id,
            "places": list(self.places),
            "now": self.now,
            "queues": self._queues,
            "work_places": [place for place, _queue, _campaign in work],
            "work_queues": [queue for _place, queue, _campaign in work],
            "work_campaigns": [campaign for _place, _queue, campaign in work],
            "campaigns": None if self.campaigns is None else list(self.campaigns),
            "dealership": self.dealership,
            "without": [],
            "let_go_since": self.now - KEPT_FROM_THIS_AGENT,
            "promise_from": self.now + PROMISE_MAY_BE_EARLY,
            "overdue_since": self.now - PROMISE_IS_OVERDUE,
            "most_a_day": MOST_A_DAY,
            "noon": NOON,
            "evening": EVENING,
            "legal_persons": [form.value for form in LEGAL_PERSONS],
            "holidays": [day for day in days if is_public_holiday(day)],
            "days": [day for day, _begins, _ends in windows],
            "begins": [begins for _day, begins, _ends in windows],
            "ends": [ends for _day, _begins, ends in windows],
        }

    def _campaigns_of(self, scope: Scope) -> Iterable[int]:
        """What a scope reads of the index, campaign by campaign unless it is all of them."""
        if scope.is_of_every_campaign:
            return [EVERY_CAMPAIGN] if self.campaigns is None else self.campaigns
        if self.campaigns is not None:
            return scope.campaigns & self.campaigns
        return [*scope.campaigns, *([WITHOUT_CAMPAIGN] if scope.without_campaign else [])]


def _days_around(now: datetime) -> list[date]:
    """The dates that it may be now, wherever a dealership is."""
    today = now.astimezone(UTC).date()
    return [today + timedelta(days=offset) for offset in (-1, 0, 1)]
