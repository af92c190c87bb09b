"""Who may be called, and when (I10)."""

from __future__ import annotations

from tests.proofs.invariants.invariant import Invariant, sql_list

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

# Calling hours by law, and opening hours, of the dealership `d` at `{at}`.
_IN_CALLING_HOURS = f"""(
    extract(isodow FROM {{at}} AT TIME ZONE d.timezone) <= 6
    AND ({{at}} AT TIME ZONE d.timezone)::date::text NOT IN ({sql_list(PUBLIC_HOLIDAYS)})
    AND ({{at}} AT TIME ZONE d.timezone)::time
        >= CASE WHEN extract(isodow FROM {{at}} AT TIME ZONE d.timezone) = 6
           THEN time '10:00' ELSE time '09:00' END
    AND ({{at}} AT TIME ZONE d.timezone)::time
        < CASE WHEN extract(isodow FROM {{at}} AT TIME ZONE d.timezone) = 6 THEN time '16:00'
               WHEN to_char({{at}} AT TIME ZONE d.timezone, 'MM-DD')
                    IN ('05-04', '12-05', '12-24') THEN time '18:30'
               ELSE time '21:00' END)"""
_IN_OPENING_HOURS = f"""(
    ({{at}} AT TIME ZONE d.timezone)::date::text NOT IN ({sql_list(PUBLIC_HOLIDAYS)})
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


CALLING: tuple[Invariant, ...] = (
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
        AND NOT (l.requested_at > k.objected_at
            AND EXISTS (SELECT FROM leads_event e WHERE e.lead_id = l.id
                AND e.verb = 'customer_merged' AND e.at >= k.objected_at))""",
    ),
)
