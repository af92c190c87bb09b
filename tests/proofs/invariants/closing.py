"""Close-outs have their reason, and the reason its evidence in the rows (I9)."""

from __future__ import annotations

import csv
from pathlib import Path

from django.conf import settings

from tests.proofs.invariants.invariant import ITS_ROUNDS, Invariant, sql_list

REASONS = Path(settings.BASE_DIR) / "leads" / "reference" / "close_out_reasons.csv"

with REASONS.open(encoding="utf-8", newline="") as _file:
    _NEEDS = {row["code"]: row["needs"].split(";") for row in csv.DictReader(_file)}


def _codes(need: str) -> str:
    return sql_list(code for code, needs in _NEEDS.items() if need in needs)


# How the rows of a round show each need of a reason.
_EVIDENCE = {
    "original_lead": "EXISTS (SELECT FROM leads_lead o JOIN leads_lead l ON l.id = r.lead_id"
    " WHERE o.id = r.original_id AND o.id <> l.id AND o.group_id = l.group_id)",
    "no_dialable_number": "r.without_dialable_number",
    "destination": "r.destination <> ''",
    "wrong_details_attempt": "EXISTS (SELECT FROM leads_attempt a"
    f" WHERE a.round_id IN {ITS_ROUNDS} AND a.result = 'wrong_number')",
    "maximum_attempts": "r.maximum <="
    f" (SELECT count(*) FROM leads_attempt a WHERE a.round_id IN {ITS_ROUNDS} AND a.counts)",
    "refused_attempt": "EXISTS (SELECT FROM leads_attempt a"
    f" WHERE a.round_id IN {ITS_ROUNDS} AND a.result = 'refused')",
    "objection": "r.objected",
    "spoken": "(r.reason_id = 'VK-08' AND r.objected AND r.closed_by_id IS NULL)"
    f" OR EXISTS (SELECT FROM leads_conversation c WHERE c.round_id IN {ITS_ROUNDS})",
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


CLOSING: tuple[Invariant, ...] = (
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
)
