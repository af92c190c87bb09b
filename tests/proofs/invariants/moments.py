"""Moments are right by every clock (I19)."""

from __future__ import annotations

from tests.proofs.invariants.invariant import Invariant

MOMENTS: tuple[Invariant, ...] = (
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
)
