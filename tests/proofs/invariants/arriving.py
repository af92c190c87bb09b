"""Nothing that comes in is lost (I1), and nothing comes in twice (I3)."""

from __future__ import annotations

from tests.proofs.invariants.invariant import Invariant

ARRIVING: tuple[Invariant, ...] = (
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
)
