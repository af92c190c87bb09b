"""Holds, attempts, owners and rounds: how leads are worked (I5, I6, I7, I8)."""

from __future__ import annotations

from tests.proofs.invariants.invariant import ITS_ROUNDS, Invariant

WORKING: tuple[Invariant, ...] = (
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
            FROM leads_attempt WHERE round_id IN {ITS_ROUNDS}) a ON true
        LEFT JOIN LATERAL (SELECT count(*) AS spoken FROM leads_conversation
            WHERE round_id IN {ITS_ROUNDS}) c ON true
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
            AND NOT EXISTS (SELECT FROM leads_conversation c WHERE c.round_id IN {ITS_ROUNDS})
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
        """SELECT a.id FROM leads_attempt a WHERE NOT a.counts AND NOT (a.is_late
            AND a.why = 'maximum') AND NOT EXISTS (
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
)
