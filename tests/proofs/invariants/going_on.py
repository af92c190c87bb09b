"""Every open lead goes on: no hole, also after the sweeps of a moment (I16)."""

from __future__ import annotations

from tests.proofs.invariants.invariant import Invariant

GOING_ON: tuple[Invariant, ...] = (
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
        AND GREATEST(b.due_at, b.taken_over_at) <= %s - interval '15 minutes'
        AND l.queue NOT IN ('', 'catch_all')""",
    ),
)
