"""What must hold whatever happened, each as a query that returns no rows.

They look at rows alone and ask no code of ours: evidence is sought in the attempts and
conversations themselves, hours in a calendar written out here. Source: product.md; the ids are
those of the invariants that trusted systems promise (no lead lost, no customer offered twice, ...).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

# Sundays aside, when nobody may be called at all; written out, so that they check the library.
PUBLIC_HOLIDAYS = (
    *("2025-01-01", "2025-04-21", "2025-04-26", "2025-05-29", "2025-06-09"),
    *("2025-12-25", "2025-12-26"),
    *("2026-01-01", "2026-04-06", "2026-04-27", "2026-05-14", "2026-05-25"),
    *("2026-12-25", "2026-12-26"),
    *("2027-01-01", "2027-03-29", "2027-04-27", "2027-05-06", "2027-05-17"),
    *("2027-12-25", "2027-12-26"),
    *("2028-01-01", "2028-04-17", "2028-04-27", "2028-05-25", "2028-06-05"),
    *("2028-12-25", "2028-12-26"),
)
REASONS = Path(settings.BASE_DIR) / "leads" / "reference" / "close_out_reasons.csv"


@dataclass(frozen=True)
class Invariant:
    """A rule, and the query for what breaks it; its first column names the row."""

    id: str
    name: str
    rule: str
    sql: str
    plant: str = ""  # breaks it, where that follows from how it was made


@dataclass(frozen=True)
class Violation:
    """A row that breaks an invariant."""

    invariant: str
    row: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.row}"


def _list(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)


with REASONS.open(encoding="utf-8", newline="") as _file:
    _NEEDS = {row["code"]: row["needs"].split(";") for row in csv.DictReader(_file)}


def _codes(need: str) -> str:
    return _list(code for code, needs in _NEEDS.items() if need in needs)


# A round whose end was undone goes on in the next one, with all that was counted in it.
_ITS_ROUNDS = (
    "(WITH RECURSIVE its(id, continues_id) AS (SELECT r.id, r.continues_id UNION ALL"
    " SELECT b.id, b.continues_id FROM leads_round b JOIN its ON b.id = its.continues_id)"
    " SELECT id FROM its)"
)
# How the rows of a round show each need of a reason.
_EVIDENCE = {
    "original_lead": "EXISTS (SELECT FROM leads_lead o JOIN leads_lead l ON l.id = r.lead_id"
    " WHERE o.id = r.original_id AND o.id <> l.id AND o.group_id = l.group_id)",
    "no_dialable_number": "r.without_dialable_number",
    "destination": "r.destination <> ''",
    "wrong_details_attempt": "EXISTS (SELECT FROM leads_attempt a"
    f" WHERE a.round_id IN {_ITS_ROUNDS} AND a.result = 'wrong_number')",
    "maximum_attempts": "r.maximum <="
    f" (SELECT count(*) FROM leads_attempt a WHERE a.round_id IN {_ITS_ROUNDS} AND a.counts)",
    "refused_attempt": "EXISTS (SELECT FROM leads_attempt a"
    f" WHERE a.round_id IN {_ITS_ROUNDS} AND a.result = 'refused')",
    "objection": "r.objected",
    "spoken": "(r.reason_id = 'VK-08' AND r.objected AND r.closed_by_id IS NULL)"
    f" OR EXISTS (SELECT FROM leads_conversation c WHERE c.round_id IN {_ITS_ROUNDS})",
    "purchase": "r.purchase_make <> ''",
    "preferred_car": "r.preferred_make <> ''",
    "own_or_other_dealer": "r.dealer IN ('own', 'other')",
    "follow_up_date": "r.follow_up_at IS NOT NULL",
    "appointment_showroom": "EXISTS (SELECT FROM leads_appointment p WHERE p.id = r.appointment_id"
    " AND p.lead_id = r.lead_id AND p.kind = 'showroom')",
    "appointment_test_drive": "EXISTS (SELECT FROM leads_appointment p"
    " WHERE p.id = r.appointment_id AND p.lead_id = r.lead_id AND p.kind = 'test_drive')",
    "appointment_workshop": "EXISTS (SELECT FROM leads_appointment p"
    " WHERE p.id = r.appointment_id AND p.lead_id = r.lead_id AND p.kind = 'workshop')",
    "quote_request": "EXISTS (SELECT FROM leads_quote q"
    " WHERE q.id = r.quote_id AND q.lead_id = r.lead_id)",
    "quote": "EXISTS (SELECT FROM leads_quote q WHERE q.id = r.quote_id AND q.lead_id = r.lead_id)",
    "sale": "EXISTS (SELECT FROM leads_sale s WHERE s.id = r.sale_id AND s.round_id = r.id)",
    "no_ground_for_30_days": "coalesce(r.without_ground_days, 0) >= 30 AND r.closed_by_id IS NULL",
}

# Calling hours by law, and opening hours, of the dealership `d` at `{at}`.
_IN_CALLING_HOURS = f"""(
    extract(isodow FROM {{at}} AT TIME ZONE d.timezone) <= 6
    AND ({{at}} AT TIME ZONE d.timezone)::date::text NOT IN ({_list(PUBLIC_HOLIDAYS)})
    AND ({{at}} AT TIME ZONE d.timezone)::time
        >= CASE WHEN extract(isodow FROM {{at}} AT TIME ZONE d.timezone) = 6
           THEN time '10:00' ELSE time '09:00' END
    AND ({{at}} AT TIME ZONE d.timezone)::time
        < CASE WHEN extract(isodow FROM {{at}} AT TIME ZONE d.timezone) = 6 THEN time '16:00'
               WHEN to_char({{at}} AT TIME ZONE d.timezone, 'MM-DD')
                    IN ('05-04', '12-05', '12-24') THEN time '18:30'
               ELSE time '21:00' END)"""
_IN_OPENING_HOURS = f"""(
    ({{at}} AT TIME ZONE d.timezone)::date::text NOT IN ({_list(PUBLIC_HOLIDAYS)})
    AND EXISTS (SELECT FROM dealers_openingblock b WHERE b.dealership_id = d.id
        AND b.weekday = extract(isodow FROM {{at}} AT TIME ZONE d.timezone) - 1
        AND ({{at}} AT TIME ZONE d.timezone)::time >= b.opens
        AND ({{at}} AT TIME ZONE d.timezone)::time < b.closes))"""


def _allowed_hours(at: str, ground: str) -> str:
    """Calling hours; opening hours too for who asked to be called."""
    return (
        f"({_IN_CALLING_HOURS.format(at=at)}"
        f" OR ({ground} IN ('own_request', 'call_back') AND {_IN_OPENING_HOURS.format(at=at)}))"
    )


def _with_evidence() -> tuple[Invariant, ...]:
    """One invariant for each need of a reason: its rows are there."""
    return tuple(
        Invariant(
            "I9",
            f"reason_has_its_{need}",
            f"a round closed with a reason that needs {need} has it in its rows",
            f"SELECT r.id FROM leads_round r WHERE r.reason_id IN ({_codes(need)})"
            f" AND ({evidence}) IS NOT TRUE",
        )
        for need, evidence in _EVIDENCE.items()
    )


# Each kind of row of a lead, the verbs that tell of it, and the column with its moment.
_TOLD = (
    ("leads_attempt", "attempted", "at"),
    ("leads_conversation", "conversed", "at"),
    ("leads_call", "call_started", "started_at"),
    ("leads_quote", "quote_asked", "at"),
    ("leads_sale", "sold", "at"),
    ("leads_release", "released", "at"),
    ("leads_callback", "call_back_promised", "made_at"),
    ("leads_proposal", "close_proposed", "proposed_at"),
    ("(SELECT * FROM leads_round WHERE continues_id IS NULL)", "round_began", "began_at"),
)
# Rows that are written once, by the statement before their entry: one transaction wrote both.
_WRITTEN_ONCE = ("leads_attempt", "leads_conversation", "leads_quote", "leads_sale")


def _told() -> tuple[Invariant, ...]:
    """Each row has its entry in the timeline, of its moment and as many of them."""
    return tuple(
        Invariant(
            "I12",
            f"{verb}_is_told",
            f"each row of {table} has one entry of its moment in the timeline, and no more",
            f"""SELECT coalesce(t.lead_id, e.lead_id)
            FROM (SELECT lead_id, {at} AS at, count(*) AS rows FROM {table} GROUP BY 1, 2) t
            FULL JOIN (SELECT lead_id, at, count(*) AS rows FROM leads_event
                WHERE verb = '{verb}' GROUP BY 1, 2) e ON e.lead_id = t.lead_id AND e.at = t.at
            WHERE t.rows IS DISTINCT FROM e.rows""",
        )
        for table, verb, at in _TOLD
    ) + tuple(
        Invariant(
            "I12",
            f"{verb}_is_told_in_its_transaction",
            f"a row of {table} and its entry were written in one transaction",
            f"""SELECT t.id FROM {table} t
            WHERE NOT EXISTS (SELECT FROM leads_event e WHERE e.lead_id = t.lead_id
                AND e.verb = '{verb}' AND e.at = t.at AND e.xmin = t.xmin)
            -- What goes on in another round since an end was undone was written anew.
            AND NOT EXISTS (SELECT FROM leads_round r
                WHERE r.id = t.round_id AND r.continues_id IS NOT NULL)""",
        )
        for table, verb, _at in _TOLD
        if table in _WRITTEN_ONCE
    )


INVARIANTS: tuple[Invariant, ...] = (
    # -- I1: no lead lost ---------------------------------------------------------------------
    Invariant(
        "I1",
        "input_ends_somewhere",
        "every raw input ends as a lead (new, joined or made before), an import, or a reject",
        """SELECT i.id FROM leads_rawinput i
        WHERE NOT EXISTS (SELECT FROM leads_lead l WHERE l.raw_id = i.id)
        AND NOT EXISTS (SELECT FROM leads_reject j WHERE j.raw_id = i.id)
        AND NOT EXISTS (SELECT FROM campaigns_import m WHERE m.raw_id = i.id)
        AND NOT EXISTS (SELECT FROM leads_event e WHERE e.verb = 'joined_by_repeat_enquiry'
            AND (e.facts ->> 'input')::bigint = i.id)
        AND NOT EXISTS (SELECT FROM leads_lead l WHERE l.external_id <> ''
            AND l.received_at <= i.received_at
            AND position(convert_to(l.external_id, 'UTF8') IN i.body) > 0)
        AND NOT EXISTS (SELECT FROM leads_event e WHERE e.verb = 'joined_by_repeat_enquiry'
            AND e.at <= i.received_at AND e.facts ->> 'external_id' <> ''
            AND position(convert_to(e.facts ->> 'external_id', 'UTF8') IN i.body) > 0)""",
    ),
    Invariant(
        "I1",
        "reject_is_seen_by_somebody",
        "a waiting reject belongs to a group, or to who sent it in",
        """SELECT j.id FROM leads_reject j JOIN leads_rawinput i ON i.id = j.raw_id
        WHERE j.state = 'waiting' AND j.group_id IS NULL AND j.dealership_id IS NULL
        AND i.received_by_id IS NULL AND i.door <> 'command'""",
    ),
    Invariant(
        "I1",
        "rows_of_a_file_are_counted_once",
        "rows of an import are imported, duplicate or rejected, and are there",
        """SELECT m.id FROM campaigns_import m
        WHERE m.rows <> m.imported + m.duplicates + m.rejected
        OR m.imported <> (SELECT count(*) FROM campaigns_importrow w
            WHERE w.import_of_id = m.id AND w.outcome = 'imported' AND w.lead_id IS NOT NULL)
        OR m.rejected < (SELECT count(*) FROM leads_reject j WHERE j.raw_id = m.raw_id)""",
    ),
    # -- I3: no duplicate ---------------------------------------------------------------------
    Invariant(
        "I3",
        "document_makes_one_lead",
        "one source and external id make one lead",
        """SELECT min(id) FROM leads_lead WHERE external_id <> ''
        GROUP BY dealership_id, source, external_id HAVING count(*) > 1""",
    ),
    Invariant(
        "I3",
        "key_is_answered_once",
        "one idempotency key of one token has one answer",
        """SELECT min(id) FROM bdc_idempotentanswer
        GROUP BY token_id, key HAVING count(*) > 1""",
    ),
    Invariant(
        "I3",
        "repeat_enquiry_joins",
        "an own request within 90 days joins the lead of this interest that is open",
        """SELECT later.id FROM leads_lead later
        JOIN leads_lead earlier ON earlier.customer_id = later.customer_id
            AND earlier.dealership_id = later.dealership_id
            AND earlier.interest = later.interest AND earlier.id < later.id
            AND earlier.received_at >= later.received_at - interval '90 days'
        WHERE later.kind_at_receipt = 'active' AND earlier.closed_at IS NULL
        AND NOT EXISTS (SELECT FROM leads_event e WHERE e.verb = 'customer_merged'
            AND e.lead_id IN (earlier.id, later.id))""",
    ),
    # -- I5, I6: holds ------------------------------------------------------------------------
    Invariant(
        "I5",
        "customer_is_held_once",
        "no customer is held by two agents",
        "SELECT customer_id FROM leads_hold GROUP BY 1 HAVING count(*) > 1",
    ),
    Invariant(
        "I6",
        "agent_holds_once",
        "no agent holds two customers",
        "SELECT agent_id FROM leads_hold GROUP BY 1 HAVING count(*) > 1",
    ),
    Invariant(
        "I5",
        "hold_is_on_a_lead_of_a_queue",
        "a hold is on a lead that a queue has, not on one that is closed or with a salesperson",
        """SELECT h.id FROM leads_hold h JOIN leads_lead l ON l.id = h.lead_id
        WHERE l.status = 'closed' OR l.queue IN ('', 'catch_all')
        OR l.customer_id <> h.customer_id""",
    ),
    # -- I7: attempts -------------------------------------------------------------------------
    Invariant(
        "I7",
        "attempts_are_their_rows",
        "attempts of a round are its rows that count; refusals and the like are theirs",
        f"""SELECT r.id FROM leads_round r
        LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE counts) AS counted,
            count(*) FILTER (WHERE result = 'refused') AS refused,
            count(*) FILTER (WHERE result = 'wrong_number') AS wrong
            FROM leads_attempt WHERE round_id IN {_ITS_ROUNDS}) a ON true
        LEFT JOIN LATERAL (SELECT count(*) AS spoken FROM leads_conversation
            WHERE round_id IN {_ITS_ROUNDS}) c ON true
        WHERE r.attempts <> coalesce(a.counted, 0) OR r.refusals <> coalesce(a.refused, 0)
        OR r.wrong_numbers <> coalesce(a.wrong, 0)
        OR r.conversations <> coalesce(c.spoken, 0)""",
    ),
    Invariant(
        "I7",
        "attempts_within_the_maximum",
        "attempts never pass the maximum",
        "SELECT id FROM leads_round WHERE attempts > maximum",
    ),
    Invariant(
        "I7",
        "maximum_is_explained",
        "only a conversation or a promise raises the maximum, to the attempts made and the"
        " policy's maximum at most; the group's limit stands above the policy",
        f"""SELECT r.id FROM leads_round r
        WHERE r.policy_maximum > r.group_limit OR r.maximum < r.policy_maximum
        OR r.maximum > r.attempts + r.policy_maximum
        OR (r.maximum > r.policy_maximum
            AND NOT EXISTS (SELECT FROM leads_conversation c WHERE c.round_id IN {_ITS_ROUNDS})
            AND NOT EXISTS (SELECT FROM leads_callback b WHERE b.lead_id = r.lead_id))""",
    ),
    Invariant(
        "I7",
        "attempts_count_once_a_day_part",
        "of a customer one attempt per day part counts, and two a day",
        """SELECT min(id) FROM leads_attempt WHERE counts GROUP BY customer_id, local_date
        HAVING count(*) > 2 OR count(*) <> count(DISTINCT day_part)""",
    ),
    Invariant(
        "I7",
        "attempt_is_left_out_for_a_reason",
        "an attempt that does not count comes after those that do",
        """SELECT a.id FROM leads_attempt a WHERE NOT a.counts AND NOT EXISTS (
            SELECT FROM leads_attempt b WHERE b.customer_id = a.customer_id AND b.counts
            AND b.local_date = a.local_date AND b.id < a.id
            AND (a.why <> 'same_day_part' OR b.day_part = a.day_part)
            HAVING count(*) >= CASE a.why WHEN 'day_limit' THEN 2 ELSE 1 END)
        AND NOT EXISTS (SELECT FROM leads_customermerge m
            WHERE m.survivor_id = a.customer_id AND m.at <= a.at)""",
    ),
    # -- I8: owners and rounds ----------------------------------------------------------------
    Invariant(
        "I8",
        "open_lead_has_one_owner",
        "a lead that is not closed has exactly one owner, and a closed one none",
        """SELECT id FROM leads_lead
        WHERE (owner_id IS NOT NULL)::int + (queue <> '')::int <> (status <> 'closed')::int""",
    ),
    Invariant(
        "I8",
        "owner_agrees_with_the_round",
        "an open lead has one open round, its last, of the side that owns it",
        """SELECT l.id FROM leads_lead l
        LEFT JOIN leads_round r ON r.lead_id = l.id AND r.number = l.round_number
        WHERE r.id IS NULL
        OR (SELECT count(*) FROM leads_round o WHERE o.lead_id = l.id AND o.ended_at IS NULL)
            <> (l.status <> 'closed')::int
        OR (l.status <> 'closed' AND (r.ended_at IS NOT NULL OR r.side <>
            CASE WHEN l.owner_id IS NOT NULL OR l.queue = 'catch_all' THEN 'salesperson'
            ELSE l.queue END))""",
    ),
    Invariant(
        "I8",
        "rounds_follow_each_other",
        "rounds are numbered from one, and each begins when the one before has ended",
        """SELECT r.id FROM leads_round r
        LEFT JOIN leads_round b ON b.lead_id = r.lead_id AND b.number = r.number - 1
        JOIN leads_lead l ON l.id = r.lead_id
        WHERE r.number > l.round_number OR (r.number > 1 AND b.id IS NULL) OR r.number < 1
        OR (b.ended_at > r.began_at AND r.continues_id IS NULL)
        OR (b.id IS NOT NULL AND b.ended_at IS NULL)
        OR r.ended_at < r.began_at OR r.began_at < l.received_at""",
    ),
    Invariant(
        "I8",
        "passive_lead_is_with_the_bdc",
        "a passive lead is never with a salesperson, and the passive queue has no active one",
        """SELECT id FROM leads_lead
        WHERE (kind = 'passive' AND (owner_id IS NOT NULL OR queue NOT IN ('', 'passive')))
        OR (kind = 'active' AND queue = 'passive')""",
    ),
    Invariant(
        "I8",
        "proposed_lead_waits_for_a_decision",
        "a proposed lead has one undecided proposal, of its round; any other lead has none",
        """SELECT l.id FROM leads_lead l WHERE (l.status = 'proposed')::int <>
            (SELECT count(*) FROM leads_proposal p WHERE p.lead_id = l.id AND p.decided_at IS NULL)
        OR EXISTS (SELECT FROM leads_proposal p JOIN leads_round r ON r.id = p.round_id
            WHERE p.lead_id = l.id AND p.decided_at IS NULL AND r.number <> l.round_number)""",
    ),
    # -- I9: close-outs -----------------------------------------------------------------------
    Invariant(
        "I9",
        "closed_lead_has_a_reason",
        "a closed lead has the reason of its last round, and an open one none",
        """SELECT l.id FROM leads_lead l
        LEFT JOIN leads_round r ON r.lead_id = l.id AND r.number = l.round_number
        LEFT JOIN leads_closereason c ON c.code = l.close_reason_id
        WHERE (l.status = 'closed') <> (l.close_reason_id IS NOT NULL)
        OR (l.status = 'closed' AND (r.reason_id IS DISTINCT FROM l.close_reason_id
            OR r.ended_at IS NULL OR l.closed_at IS NULL OR c.code IS NULL))""",
    ),
    Invariant(
        "I9",
        "round_ends_with_a_reason_or_a_hand_over",
        "an ended round has a reason of its side's list, or was handed over",
        """SELECT r.id FROM leads_round r LEFT JOIN leads_closereason c ON c.code = r.reason_id
        WHERE (r.ended_at IS NULL) <> (r.ending = '')
        OR (r.ending = 'closed') <> (c.code IS NOT NULL)
        OR (c.track = 'sales' AND r.side <> 'salesperson')
        OR (c.track = 'bdc' AND r.side = 'salesperson')""",
    ),
    Invariant(
        "I9",
        "close_out_has_its_second_pair_of_eyes",
        "what sales closes without a sale, and test or duplicate, somebody else approved",
        """SELECT r.id FROM leads_round r WHERE r.reason_id IS NOT NULL
        AND ((r.side = 'salesperson' AND r.reason_id NOT IN ('VK-01', 'SYS-01')
              AND NOT (r.reason_id = 'VK-08' AND r.objected AND r.closed_by_id IS NULL))
             OR r.reason_id IN ('BDC-01', 'BDC-02'))
        AND NOT EXISTS (SELECT FROM leads_proposal p WHERE p.round_id = r.id
            AND p.decision = 'approved' AND p.reason_id = r.reason_id
            AND p.decided_by_id = r.approved_by_id AND p.decided_by_id <> p.proposed_by_id
            AND p.proposed_by_id = r.closed_by_id)""",
    ),
    Invariant(
        "I9",
        "system_closes_with_few_reasons",
        "without a person only maximum, objection and no ground close a round",
        """SELECT r.id FROM leads_round r WHERE r.reason_id IS NOT NULL AND r.closed_by_id IS NULL
        AND r.reason_id NOT IN ('BDC-06', 'SYS-01')
        AND NOT (r.reason_id IN ('BDC-08', 'VK-08') AND r.objected)""",
    ),
    Invariant(
        "I9",
        "purchase_agrees_with_its_reason",
        "own brand and own area follow from the facts",
        """SELECT r.id FROM leads_round r WHERE (r.reason_id = 'VK-02'
            AND (r.purchase_own_brand AND r.purchase_own_area) IS NOT TRUE)
        OR (r.reason_id = 'VK-03' AND (r.purchase_own_brand AND NOT r.purchase_own_area)
            IS NOT TRUE)
        OR (r.reason_id = 'VK-04' AND r.purchase_own_brand IS DISTINCT FROM false)""",
    ),
    Invariant(
        "I9",
        "reason_starts_its_next_round",
        "a sale conversion goes on in sales, a lost sale with the second voice",
        """SELECT r.id FROM leads_round r
        LEFT JOIN leads_round n ON n.lead_id = r.lead_id AND n.number = r.number + 1
        WHERE (r.reason_id IN ('BDC-17', 'BDC-18', 'BDC-19')
            AND n.side IS DISTINCT FROM 'salesperson')
        OR (r.reason_id IN ('VK-02', 'VK-03', 'VK-04', 'VK-05', 'VK-06', 'VK-07')
            AND n.side IS DISTINCT FROM 'second_voice')
        OR (r.reason_id = 'BDC-16' AND n.side IS DISTINCT FROM r.side)""",
    ),
    *_with_evidence(),
    # -- I10: who may be called, and when -----------------------------------------------------
    Invariant(
        "I10",
        "call_in_calling_hours",
        "a call is started in calling hours, or in opening hours for who asked to be called",
        f"""SELECT c.id FROM leads_call c JOIN dealers_dealership d ON d.id = c.dealership_id
        WHERE NOT {_allowed_hours("c.started_at", "c.ground")}""",
    ),
    Invariant(
        "I10",
        "attempt_in_calling_hours_or_a_breach",
        "an attempt without a started call is made in those hours, or is shown as a breach",
        f"""SELECT a.id FROM leads_attempt a JOIN dealers_dealership d ON d.id = a.dealership_id
        WHERE a.call_id IS NULL AND NOT a.is_breach
        AND NOT {_allowed_hours("a.at", "a.ground")}""",
    ),
    Invariant(
        "I10",
        "attempt_has_a_ground_or_is_a_breach",
        "an attempt has the ground of its call, or one of its own, or is a breach",
        """SELECT a.id FROM leads_attempt a LEFT JOIN leads_call c ON c.id = a.call_id
        WHERE (a.ground = '' AND NOT a.is_breach) OR (a.call_id IS NOT NULL
            AND (c.ground, c.lead_id, c.round_id, c.by_id, c.ended_at)
            IS DISTINCT FROM (a.ground, a.lead_id, a.round_id, a.by_id, a.at))""",
    ),
    Invariant(
        "I10",
        "ground_is_in_the_rows",
        "the ground of a call is there: the request, the consent with words, the company, the"
        " promise or the agreed date",
        """SELECT c.id FROM (SELECT id, lead_id, ground, started_at AS at FROM leads_call
            UNION ALL SELECT -id, lead_id, ground, at FROM leads_attempt
            WHERE call_id IS NULL AND ground <> '') c
        JOIN leads_lead l ON l.id = c.lead_id JOIN leads_customer k ON k.id = l.customer_id
        WHERE NOT CASE c.ground
        WHEN 'own_request' THEN l.requested_at IS NOT NULL
        WHEN 'consent' THEN EXISTS (SELECT FROM leads_consent t WHERE t.customer_id = k.id
            AND t.words <> '' AND t.given_at <= c.at)
            OR EXISTS (SELECT FROM leads_event e WHERE e.lead_id = l.id
                AND e.verb = 'merge_undone' AND e.at >= c.at)
        WHEN 'company' THEN (k.kind = 'company'
            AND k.legal_form IN ('bv', 'nv', 'stichting', 'vereniging'))
            OR EXISTS (SELECT FROM leads_event e WHERE e.lead_id = l.id
                AND e.verb = 'merge_undone' AND e.at >= c.at)
            OR EXISTS (SELECT FROM leads_event e JOIN leads_lead o ON o.id = e.lead_id
                WHERE o.customer_id = k.id AND e.verb = 'is_no_legal_person' AND e.at >= c.at)
        WHEN 'call_back' THEN EXISTS (SELECT FROM leads_callback b WHERE b.lead_id = l.id
            AND b.made_at <= c.at AND b.due_at - interval '30 minutes' <= c.at)
        WHEN 'follow_up' THEN EXISTS (SELECT FROM leads_round r WHERE r.lead_id = l.id
            AND r.reason_id = 'BDC-16' AND r.follow_up_at - interval '30 minutes' <= c.at)
        WHEN 'service_call' THEN EXISTS (SELECT FROM leads_appointment p
            WHERE p.lead_id = l.id AND p.kind = 'workshop' AND p.starts_at > c.at)
        ELSE false END""",
    ),
    Invariant(
        "I10",
        "objection_stops_calls",
        "who objects is called no more, unless on a later request of his own",
        """SELECT c.id FROM leads_call c JOIN leads_lead l ON l.id = c.lead_id
        JOIN leads_customer k ON k.id = l.customer_id
        WHERE c.started_at > k.objected_at AND (c.ground <> 'own_request'
            OR l.requested_at <= k.objected_at)
        AND NOT EXISTS (SELECT FROM leads_event e WHERE e.lead_id = l.id
            AND e.verb = 'customer_merged' AND e.at >= c.started_at)""",
    ),
    Invariant(
        "I10",
        "objection_ends_every_round",
        "an objection ends every round that was open, but for the close-out that told of it",
        """SELECT l.id FROM leads_lead l JOIN leads_customer k ON k.id = l.customer_id
        JOIN leads_round r ON r.lead_id = l.id AND r.number = l.round_number
        WHERE l.status <> 'closed' AND r.began_at <= k.objected_at
        AND l.received_at < k.objected_at
        AND NOT EXISTS (SELECT FROM leads_proposal p WHERE p.round_id = r.id
            AND p.reason_id IN ('BDC-08', 'BDC-15', 'VK-08')
            AND p.proposed_at >= k.objected_at)
        AND NOT EXISTS (SELECT FROM leads_event e WHERE e.lead_id = l.id
            AND e.verb = 'customer_merged' AND e.at >= k.objected_at)""",
    ),
    # -- I12: everything is told --------------------------------------------------------------
    *_told(),
    Invariant(
        "I12",
        "close_out_is_told",
        "each close-out, hand-over and decision has its entry at its moment",
        """SELECT r.id FROM leads_round r WHERE r.ended_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM leads_event e WHERE e.lead_id = r.lead_id AND e.at = r.ended_at
            AND CASE r.ending WHEN 'closed'
                THEN e.verb = 'closed' AND e.facts ->> 'reason' = r.reason_id
                ELSE (e.verb = 'round_handed_over' AND (e.facts ->> 'number')::int = r.number)
                    OR (r.is_undone AND e.verb = 'undone') END)
        UNION ALL SELECT -p.id FROM leads_proposal p WHERE p.decided_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM leads_event e WHERE e.lead_id = p.lead_id
            AND e.at = p.decided_at AND CASE p.decision
            WHEN 'approved' THEN e.verb = 'close_approved'
            WHEN 'sent_back' THEN e.verb = 'close_sent_back'
            ELSE e.verb IN ('close_withdrawn', 'undone') END)""",
    ),
    Invariant(
        "I12",
        "appointment_is_told",
        "an appointment and its outcome have their entries",
        """SELECT p.id FROM leads_appointment p WHERE NOT EXISTS (
            SELECT FROM leads_event e WHERE e.lead_id = p.lead_id AND e.at = p.booked_at
            AND e.verb LIKE 'appointment%')
        OR (p.outcome <> '' AND NOT EXISTS (SELECT FROM leads_event e WHERE e.lead_id = p.lead_id
            AND e.at = p.outcome_at AND e.verb LIKE 'appointment%'))""",
    ),
    Invariant(
        "I12",
        "lead_is_told_from_its_receipt",
        "the timeline begins with the receipt of the lead, once",
        """SELECT l.id FROM leads_lead l
        WHERE (SELECT count(*) FROM leads_event e WHERE e.lead_id = l.id
            AND e.verb = 'received' AND e.at = l.received_at) <> 1
        OR EXISTS (SELECT FROM leads_event e WHERE e.lead_id = l.id AND e.at < l.received_at)""",
    ),
    # -- I12: milestones are what the rows say ------------------------------------------------
    Invariant(
        "I12",
        "milestones_are_the_first_rows",
        "reached, appointment, quoted, sold and first attempt are the first of their rows",
        """SELECT l.id FROM leads_lead l
        WHERE l.reached_at IS DISTINCT FROM
            (SELECT min(at) FROM leads_conversation c WHERE c.lead_id = l.id)
        OR l.appointment_at IS DISTINCT FROM (SELECT min(booked_at) FROM leads_appointment p
            WHERE p.lead_id = l.id AND p.kind IN ('showroom', 'test_drive'))
        OR l.quoted_at IS DISTINCT FROM (SELECT min(at) FROM leads_quote q WHERE q.lead_id = l.id)
        OR l.sold_at IS DISTINCT FROM (SELECT min(at) FROM leads_sale s WHERE s.lead_id = l.id)
        OR l.showed_at IS DISTINCT FROM (SELECT min(outcome_at) FROM leads_appointment p
            WHERE p.lead_id = l.id AND p.kind IN ('showroom', 'test_drive')
            AND p.outcome = 'showed')
        OR l.first_attempt_at IS DISTINCT FROM
            (SELECT min(at) FROM leads_attempt a WHERE a.lead_id = l.id AND NOT a.is_late)""",
    ),
    Invariant(
        "I12",
        "closed_at_is_the_first_closing",
        "closed_at is when the lead was closed for the first time, and stays after a reopening",
        """SELECT l.id FROM leads_lead l
        WHERE (l.status = 'closed' AND l.closed_at IS NULL)
        OR (l.closed_at IS NOT NULL AND NOT EXISTS (SELECT FROM leads_round r
            WHERE r.lead_id = l.id AND r.ended_at = l.closed_at AND r.reason_id IS NOT NULL))
        OR l.closed_at > (SELECT min(e.at) FROM leads_event e
            WHERE e.lead_id = l.id AND e.verb = 'reopened')""",
    ),
    Invariant(
        "I12",
        "round_is_reached_by_its_conversation",
        "a round was reached when its first conversation was, and quoted by its first quote",
        f"""SELECT r.id FROM leads_round r WHERE r.reached_at IS DISTINCT FROM
            (SELECT min(at) FROM leads_conversation c WHERE c.round_id IN {_ITS_ROUNDS})
        OR (NOT r.is_undone AND r.quoted_at IS DISTINCT FROM
            (SELECT min(at) FROM leads_quote q WHERE q.round_id = r.id))""",
    ),
    Invariant(
        "I12",
        "appointment_counts_while_it_stands",
        "MAP counts a lead whose showroom visit or test drive stands",
        """SELECT l.id FROM leads_lead l WHERE l.has_appointment <> EXISTS (
            SELECT FROM leads_appointment p WHERE p.lead_id = l.id
            AND p.kind IN ('showroom', 'test_drive')
            AND p.outcome NOT IN ('cancelled', 'moved'))""",
    ),
    Invariant(
        "I12",
        "pollution_is_test_or_duplicate",
        "only test and duplicate leave the denominator",
        """SELECT id FROM leads_lead
        WHERE is_pollution <> (coalesce(close_reason_id, '') IN ('BDC-01', 'BDC-02'))""",
    ),
    # -- I18: no half of anything -------------------------------------------------------------
    Invariant(
        "I18",
        "answer_has_its_effect",
        "a stored answer that says created names a lead that is there",
        """SELECT a.id FROM bdc_idempotentanswer a WHERE a.status = 201 AND NOT EXISTS (
            SELECT FROM leads_lead l WHERE l.id = (a.body ->> 'id')::bigint)""",
    ),
    Invariant(
        "I18",
        "effect_is_about_a_lead_that_is_there",
        "what leaves a transaction is about a lead of that transaction",
        """SELECT f.id FROM outbox_effect f WHERE f.payload ? 'lead' AND NOT EXISTS (
            SELECT FROM leads_lead l WHERE l.id = (f.payload ->> 'lead')::bigint)""",
    ),
    Invariant(
        "I18",
        "given_lead_is_told_to_its_owner",
        "who is given a lead by the system is told so, in the same transaction",
        """SELECT e.id FROM leads_event e WHERE e.verb = 'routed_to_salesperson' AND NOT EXISTS (
            SELECT FROM outbox_effect f WHERE f.kind = 'tell_salesperson'
            AND (f.payload ->> 'lead')::bigint = e.lead_id AND f.created_at = e.at)""",
    ),
    # -- I19: time ----------------------------------------------------------------------------
    Invariant(
        "I19",
        "hold_lasts_an_hour_at_most",
        "a hold lasts an hour of elapsed time at most, whatever the clocks do",
        """SELECT id FROM leads_hold
        WHERE until <= taken_at OR until - taken_at > interval '60 minutes'""",
    ),
    Invariant(
        "I19",
        "offer_lasts_two_minutes",
        "an offer lasts two minutes of elapsed time, in opening hours",
        """SELECT id FROM leads_lead WHERE offer_ends_at IS NOT NULL
        AND offer_ends_at - offered_at <> interval '2 minutes'""",
    ),
    Invariant(
        "I19",
        "attempt_is_dated_by_the_local_clock",
        "date and day part of an attempt are those of the dealership's clock at its moment",
        """SELECT a.id FROM leads_attempt a JOIN dealers_dealership d ON d.id = a.dealership_id
        WHERE a.local_date <> (a.at AT TIME ZONE d.timezone)::date
        OR a.day_part <> CASE WHEN (a.at AT TIME ZONE d.timezone)::time < '12:00' THEN 'morning'
            WHEN (a.at AT TIME ZONE d.timezone)::time < '17:00' THEN 'afternoon'
            ELSE 'evening' END""",
    ),
    Invariant(
        "I19",
        "appointment_is_dated_by_the_local_clock",
        "the day of an appointment is that of the dealership's clock",
        """SELECT p.id FROM leads_appointment p JOIN dealers_dealership d ON d.id = p.dealership_id
        WHERE p.local_date <> (p.starts_at AT TIME ZONE d.timezone)::date
        OR p.ends_at <= p.starts_at OR p.starts_at <= p.booked_at""",
    ),
    Invariant(
        "I19",
        "promise_stands_as_it_was_told",
        "a promised call-back is due at the moment that the timeline tells, to the second",
        """SELECT b.id FROM leads_callback b WHERE b.due_at <= b.made_at OR NOT EXISTS (
            SELECT FROM leads_event e WHERE e.lead_id = b.lead_id AND e.at = b.made_at
            AND e.verb = 'call_back_promised' AND (e.facts ->> 'at')::timestamptz = b.due_at)""",
    ),
    Invariant(
        "I19",
        "nothing_happens_before_its_receipt",
        "milestones come after the receipt of the lead, and none lies before it",
        """SELECT id FROM leads_lead WHERE least(first_attempt_at, reached_at, appointment_at,
            showed_at, quoted_at, sold_at, closed_at, first_call_at, clock_began_at)
            < received_at OR requested_at > received_at + interval '10 years'""",
    ),
    # -- I16: no hole -------------------------------------------------------------------------
    Invariant(
        "I16",
        "number_is_known_to_the_lead",
        "an open lead knows whether its customer has a number to call",
        """SELECT l.id FROM leads_lead l WHERE l.status <> 'closed' AND l.has_dialable_number <>
            EXISTS (SELECT FROM leads_customerphone p
                WHERE p.customer_id = l.customer_id AND p.is_dialable)""",
    ),
    Invariant(
        "I16",
        "queue_lead_has_a_next_step",
        "an open lead of a queue with a number has a next call, a promise, or an end that comes",
        """SELECT l.id FROM leads_lead l JOIN leads_round r
            ON r.lead_id = l.id AND r.number = l.round_number
        WHERE l.status = 'open' AND l.queue NOT IN ('', 'catch_all') AND l.has_dialable_number
        AND NOT EXISTS (SELECT FROM leads_callback b WHERE b.lead_id = l.id AND b.done_at IS NULL)
        AND l.system_close_at IS NULL
        AND (l.next_call_at IS NULL OR r.attempts >= r.maximum)""",
    ),
    Invariant(
        "I16",
        "sales_lead_at_its_maximum_goes_on",
        "a salesperson's lead at its maximum has a promise, a visit, or an end that comes",
        """SELECT l.id FROM leads_lead l JOIN leads_round r
            ON r.lead_id = l.id AND r.number = l.round_number
        WHERE l.status = 'open' AND r.side = 'salesperson' AND r.attempts >= r.maximum
        AND NOT EXISTS (SELECT FROM leads_appointment p
            WHERE p.lead_id = l.id AND p.outcome IN ('', 'showed'))
        AND NOT EXISTS (SELECT FROM leads_callback b WHERE b.lead_id = l.id AND b.done_at IS NULL)
        AND l.system_close_at IS NULL""",
    ),
)

# What holds after the sweeps of a moment, `%s` in the query.
AFTER_A_SWEEP: tuple[Invariant, ...] = (
    Invariant(
        "I16",
        "owner_is_there",
        "no open lead is with a salesperson whose account is closed",
        """SELECT l.id FROM leads_lead l JOIN accounts_user u ON u.id = l.owner_id
        WHERE l.status = 'open' AND NOT u.is_active AND %s IS NOT NULL""",
    ),
    Invariant(
        "I16",
        "owner_is_not_away_for_days",
        "no open lead is with a salesperson who is absent for a day or more",
        """SELECT l.id FROM leads_lead l JOIN dealers_absence a ON a.user_id = l.owner_id
        WHERE l.status = 'open' AND %s BETWEEN a.begins_at AND a.ends_at - interval '1 second'
        AND a.ends_at - a.begins_at >= interval '1 day'""",
    ),
    Invariant(
        "I16",
        "offer_has_not_ended",
        "no offer waits past its two minutes",
        "SELECT id FROM leads_lead WHERE status = 'open' AND offer_ends_at <= %s",
    ),
    Invariant(
        "I16",
        "call_has_its_result",
        "no call is without a result for half an hour",
        """SELECT id FROM leads_call
        WHERE ended_at IS NULL AND started_at <= %s - interval '30 minutes'""",
    ),
    Invariant(
        "I16",
        "maximum_is_acted_on",
        "no lead waits past the moment at which the system acts",
        "SELECT id FROM leads_lead WHERE status = 'open' AND system_close_at <= %s",
    ),
    Invariant(
        "I16",
        "hold_has_not_lapsed",
        "no hold outlives its time",
        "SELECT id FROM leads_hold WHERE until <= %s",
    ),
    Invariant(
        "I16",
        "promise_is_with_somebody_there",
        "no promise on a salesperson's lead is of somebody whose account is closed",
        """SELECT b.id FROM leads_callback b JOIN leads_lead l ON l.id = b.lead_id
        JOIN accounts_user u ON u.id = b.owner_id
        WHERE b.done_at IS NULL AND l.status = 'open' AND l.queue = '' AND NOT u.is_active
        AND %s IS NOT NULL""",
    ),
    Invariant(
        "I16",
        "promise_fell_to_the_team",
        "no promise of an agent stays his past a quarter of an hour",
        """SELECT b.id FROM leads_callback b JOIN leads_lead l ON l.id = b.lead_id
        WHERE b.done_at IS NULL AND b.owner_id IS NOT NULL
        AND b.due_at <= %s - interval '15 minutes' AND l.queue NOT IN ('', 'catch_all')""",
    ),
)


def tenant_keys() -> tuple[Invariant, ...]:
    """I11 from the catalogue: whatever a row refers to belongs to one dealer group."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.relname, a.attname, o.relname FROM pg_constraint c"
            " JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class o ON o.oid = c.confrelid"
            " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'f' AND cardinality(c.conkey) = 1"
            " AND t.relnamespace = 'public'::regnamespace ORDER BY 1, 2"
        )
        references = cursor.fetchall()
    columns: dict[str, dict[str, str]] = {}
    for table, column, other in references:
        columns.setdefault(table, {})[column] = other
    found = []
    for table, refers in columns.items():
        groups = {
            column: f"(SELECT {group} FROM {other} o WHERE o.id = t.{column})"
            for column, other in refers.items()
            if (group := _group_of(other, columns))
        }
        if len(groups) > 1:
            (first, path), *others = groups.items()
            found += [
                Invariant(
                    "I11",
                    f"{table}_{column}_in_the_group_of_{first}",
                    f"{column} and {first} of a row of {table} belong to one dealer group",
                    f"SELECT t.id FROM {table} t WHERE {group} <> {path}",
                    plant=f"INSERT INTO {table} ({first}, {column}) SELECT x.id, y.id"
                    f" FROM {_with_group(refers[first], columns)} AS x"
                    f" JOIN {_with_group(refers[column], columns)} AS y ON x.g <> y.g LIMIT 1",
                )
                for column, group in others
            ]
    return tuple(found)


def _with_group(table: str, columns: dict[str, dict[str, str]]) -> str:
    return f"(SELECT o.id, {_group_of(table, columns)} AS g FROM {table} o)"


def _group_of(table: str, columns: dict[str, dict[str, str]]) -> str:
    """The dealer group of row `o` of `table`, as SQL; empty for a table of no group."""
    refers = columns.get(table, {})
    if table == "dealers_dealergroup":
        return "o.id"
    if table == "dealers_membership":  # of a person, at any kind of place
        return ""
    if refers.get("group_id") == "dealers_dealergroup":
        return "o.group_id"
    if refers.get("dealership_id") == "dealers_dealership":
        return "(SELECT d.group_id FROM dealers_dealership d WHERE d.id = o.dealership_id)"
    return ""


def every_invariant() -> tuple[Invariant, ...]:
    return (*INVARIANTS, *tenant_keys())


def broken(invariant: Invariant, *, now: datetime | None = None) -> list[str]:
    """The rows that break one invariant."""
    with connection.cursor() as cursor:
        if now is None:
            cursor.execute(invariant.sql)
        else:
            cursor.execute(invariant.sql.replace("%s", "%(now)s::timestamptz"), {"now": now})
        return [str(row[0]) for row in cursor.fetchall()]


def violations(*, now: datetime | None = None) -> list[Violation]:
    """What breaks any invariant; with `now` also those that hold after a sweep."""
    found = [
        Violation(f"{invariant.id} {invariant.name}", row)
        for invariant in every_invariant()
        for row in broken(invariant)
    ]
    if now is not None:
        found += [
            Violation(f"{invariant.id} {invariant.name}", row)
            for invariant in AFTER_A_SWEEP
            for row in broken(invariant, now=now)
        ]
    return found
