"""Everything is told, milestones are what the rows say, and nothing is half done (I12, I18)."""

from __future__ import annotations

from tests.proofs.invariants.invariant import ITS_ROUNDS, Invariant

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


TELLING: tuple[Invariant, ...] = (
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
            AND e.at = p.outcome_at AND (e.verb LIKE 'appointment%'
                OR (p.outcome = 'cancelled' AND e.verb = 'undone'))))""",
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
            (SELECT min(at) FROM leads_conversation c WHERE c.round_id IN {ITS_ROUNDS})
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
)
