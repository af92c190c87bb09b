"""Each invariant finds what is planted against it, and nothing in what the domain has made."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from campaigns.domain.importing import import_file
from dealers.models import Dealership, Role
from leads.demo.play import play
from leads.domain.approving import approve, send_back
from leads.domain.booking import ask_quote, book_appointment, record_outcome
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt, record_conversation, start_call
from leads.domain.facts import Facts, SaleIn
from leads.domain.handing_over import assign
from leads.domain.holding import release_hold
from leads.domain.intake import LeadIn, keep_raw, receive_lead
from leads.domain.queue import next_lead
from tests.api_client import ApiClient
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_campaign,
    create_dealership,
    create_group,
    create_member,
    create_salesperson,
    phone_number,
    receive,
    receive_passive,
)
from tests.proofs.invariants import (
    AFTER_A_SWEEP,
    INVARIANTS,
    broken,
    every_invariant,
    tenant_keys,
    violations,
)

NOW = TUESDAY_10
LATER = NOW + timedelta(days=1)

# What is written past every guard, by the name of the invariant that must find it. `first(x)`
# stands for the lowest id of table leads_x.
PLANTED = {
    "input_ends_somewhere": "INSERT INTO leads_rawinput (door, content_type, body, received_at)"
    " VALUES ('api', '', '{}', '2026-11-24 09:00Z')",
    "reject_is_seen_by_somebody": "UPDATE leads_reject SET group_id = NULL, dealership_id = NULL;"
    " UPDATE leads_rawinput SET received_by_id = NULL",
    "rows_of_a_file_are_counted_once": "UPDATE campaigns_import SET imported = imported + 1",
    "document_makes_one_lead": "UPDATE leads_lead SET external_id = 'a', source = '',"
    " dealership_id = (SELECT min(dealership_id) FROM leads_lead)",
    "key_is_answered_once": "INSERT INTO bdc_idempotentanswer (token_id, key, body_digest, status,"
    " body, created_at) SELECT token_id, key, body_digest, status, body, created_at"
    " FROM bdc_idempotentanswer",
    "repeat_enquiry_joins": "UPDATE leads_lead SET interest = 'used', closed_at = NULL,"
    " kind_at_receipt = 'active', customer_id = (SELECT min(customer_id) FROM leads_lead),"
    " dealership_id = (SELECT min(dealership_id) FROM leads_lead)",
    "customer_is_held_once": "UPDATE leads_hold SET customer_id = 1",
    "agent_holds_once": "UPDATE leads_hold SET agent_id = 1",
    "hold_is_on_a_lead_of_a_queue": "UPDATE leads_hold SET lead_id ="
    " (SELECT min(id) FROM leads_lead WHERE status = 'closed')",
    "attempts_are_their_rows": "UPDATE leads_round SET attempts = attempts - 1 WHERE attempts > 0",
    "attempts_within_the_maximum": "UPDATE leads_round SET maximum = attempts - 1"
    " WHERE attempts > 0",
    "maximum_is_explained": "UPDATE leads_round SET maximum = maximum + 20",
    "attempts_count_once_a_day_part": "UPDATE leads_attempt SET counts = true,"
    " local_date = '2026-11-24', day_part = 'morning', customer_id = 1",
    "attempt_is_left_out_for_a_reason": "UPDATE leads_attempt SET counts = false,"
    " why = 'day_limit' WHERE id = first(attempt)",
    "open_lead_has_one_owner": "UPDATE leads_lead SET owner_id = NULL, queue = ''"
    " WHERE status = 'open'",
    "owner_agrees_with_the_round": "UPDATE leads_lead SET queue = 'unreached', owner_id = NULL"
    " WHERE status = 'open'",
    "rounds_follow_each_other": "UPDATE leads_round SET began_at = began_at - interval '1 day'",
    "passive_lead_is_with_the_bdc": "UPDATE leads_lead SET kind = 'passive'"
    " WHERE owner_id IS NOT NULL",
    "proposed_lead_waits_for_a_decision": "UPDATE leads_proposal SET decided_at = NULL",
    "closed_lead_has_a_reason": "UPDATE leads_lead SET close_reason_id = NULL"
    " WHERE status = 'closed'",
    "round_ends_with_a_reason_or_a_hand_over": "UPDATE leads_round SET reason_id = 'VK-01',"
    " ending = 'closed', ended_at = began_at WHERE side = 'passive'",
    "close_out_has_its_second_pair_of_eyes": "UPDATE leads_proposal SET"
    " decided_by_id = proposed_by_id",
    "system_closes_with_few_reasons": "UPDATE leads_round SET closed_by_id = NULL",
    "purchase_agrees_with_its_reason": "UPDATE leads_round SET reason_id = 'VK-02',"
    " purchase_own_brand = NULL WHERE reason_id = 'VK-01'",
    "reason_starts_its_next_round": "UPDATE leads_round SET reason_id = 'BDC-17'"
    " WHERE reason_id = 'VK-01'",
    "call_in_calling_hours": "UPDATE leads_call SET started_at = '2026-11-22 10:00Z'",
    "attempt_in_calling_hours_or_a_breach": "UPDATE leads_attempt SET call_id = NULL,"
    " is_breach = false, at = '2026-12-25 10:00Z'",
    "attempt_has_a_ground_or_is_a_breach": "UPDATE leads_attempt SET ground = '',"
    " is_breach = false",
    "ground_is_in_the_rows": "UPDATE leads_call SET ground = 'company'",
    "objection_stops_calls": "UPDATE leads_customer SET objected_at = '2026-01-01 10:00Z';"
    " UPDATE leads_lead SET requested_at = '2025-12-31 10:00Z'",
    "objection_ends_every_round": "UPDATE leads_customer SET objected_at = '2027-01-01 10:00Z'",
    "close_out_is_told": "DELETE FROM leads_event WHERE verb = 'closed'",
    "appointment_is_told": "DELETE FROM leads_event WHERE verb = 'appointment_booked'",
    "lead_is_told_from_its_receipt": "DELETE FROM leads_event WHERE verb = 'received'",
    "milestones_are_the_first_rows": "UPDATE leads_lead SET reached_at = NULL",
    "closed_at_is_the_first_closing": "UPDATE leads_lead SET"
    " closed_at = closed_at + interval '1 hour'",
    "round_is_reached_by_its_conversation": "UPDATE leads_round SET reached_at = NULL",
    "appointment_counts_while_it_stands": "UPDATE leads_lead SET has_appointment = true",
    "pollution_is_test_or_duplicate": "UPDATE leads_lead SET is_pollution = true",
    "answer_has_its_effect": "UPDATE bdc_idempotentanswer SET body = '{\"id\": 0}'",
    "effect_is_about_a_lead_that_is_there": "UPDATE outbox_effect SET payload = '{\"lead\": 0}'",
    "given_lead_is_told_to_its_owner": "DELETE FROM outbox_effect",
    "hold_lasts_an_hour_at_most": "UPDATE leads_hold SET until = taken_at + interval '75 minutes'",
    "offer_lasts_two_minutes": "UPDATE leads_lead SET offered_at = '2026-11-24 09:00Z',"
    " offer_ends_at = '2026-11-24 10:02Z'",
    "attempt_is_dated_by_the_local_clock": "UPDATE leads_attempt SET day_part = 'evening'",
    "appointment_is_dated_by_the_local_clock": "UPDATE leads_appointment SET"
    " starts_at = starts_at + interval '1 day', ends_at = ends_at + interval '1 day'",
    "promise_stands_as_it_was_told": "UPDATE leads_callback SET"
    " due_at = due_at + interval '1 hour'",
    "nothing_happens_before_its_receipt": "UPDATE leads_lead SET"
    " first_attempt_at = received_at - interval '1 hour'",
    "number_is_known_to_the_lead": "UPDATE leads_lead SET has_dialable_number = false",
    "queue_lead_has_a_next_step": "UPDATE leads_lead SET next_call_at = NULL",
    "sales_lead_at_its_maximum_goes_on": "UPDATE leads_round SET maximum = attempts",
    "owner_is_there": "UPDATE accounts_user SET is_active = false",
    "owner_is_not_away_for_days": "INSERT INTO dealers_absence (user_id, begins_at, ends_at)"
    " SELECT owner_id, '2026-11-20 09:00Z', '2026-12-20 09:00Z' FROM leads_lead"
    " WHERE owner_id IS NOT NULL",
    "offer_has_not_ended": "UPDATE leads_lead SET offer_ends_at = '2026-11-24 09:00Z'",
    "call_has_its_result": "UPDATE leads_call SET ended_at = NULL",
    "maximum_is_acted_on": "UPDATE leads_lead SET system_close_at = '2026-11-24 09:00Z'",
    "hold_has_not_lapsed": "SELECT 1",  # the base has holds of a day ago
    "promise_is_with_somebody_there": "UPDATE accounts_user SET is_active = false;"
    " UPDATE leads_callback SET done_at = NULL",
    "promise_fell_to_the_team": "UPDATE leads_callback SET done_at = NULL,"
    " due_at = '2026-11-24 09:00Z', owner_id = 1, lead_id ="
    " (SELECT min(id) FROM leads_lead WHERE queue = 'passive')",
    # A need of a reason: the round says so, and nothing in its rows does.
    "reason_has_its_original_lead": "UPDATE leads_round SET reason_id = 'BDC-02',"
    " original_id = lead_id WHERE id = first(round)",
    "reason_has_its_purchase": "UPDATE leads_round SET reason_id = 'BDC-09'"
    " WHERE id = first(round)",
    "reason_has_its_sale": "UPDATE leads_round SET sale_id = NULL WHERE reason_id = 'VK-01'",
}
NEEDS_OF = {
    "no_dialable_number": "BDC-03",
    "destination": "BDC-04",
    "wrong_details_attempt": "BDC-05",
    "maximum_attempts": "BDC-06",
    "refused_attempt": "BDC-07",
    "objection": "BDC-08",
    "spoken": "BDC-12",
    "preferred_car": "BDC-11",
    "own_or_other_dealer": "BDC-13",
    "follow_up_date": "BDC-16",
    "appointment_showroom": "BDC-17",
    "appointment_test_drive": "BDC-18",
    "appointment_workshop": "AS-01",
    "quote_request": "BDC-19",
    "quote": "VK-05",
    "no_ground_for_30_days": "SYS-01",
}
PLANTED |= {
    f"reason_has_its_{need}": f"UPDATE leads_round SET reason_id = '{code}'"
    " WHERE side = 'passive' AND attempts = 0"
    for need, code in NEEDS_OF.items()
}


def plant_of(name: str, own: str) -> str:
    if own:
        return own
    if name.endswith("_is_told_in_its_transaction"):
        # A row that is written anew gets the mark of another transaction.
        return (
            "UPDATE leads_event SET id = -id WHERE verb ="
            f" '{name.removesuffix('_is_told_in_its_transaction')}'"
        )
    if name not in PLANTED and name.endswith("_is_told"):
        return f"DELETE FROM leads_event WHERE verb = '{name.removesuffix('_is_told')}'"
    return PLANTED[name].replace("first(", "(SELECT min(id) FROM leads_")


def at_work(dealership: Dealership, days: int) -> None:
    """One of everything that can happen to leads at a dealership."""
    seller = create_salesperson(dealership)
    manager = create_member(Role.SALES_MANAGER, dealership)
    agent, other = create_agent(dealership), create_agent(dealership)
    now = NOW + timedelta(seconds=days)

    sold = receive(dealership, now=now)
    call = start_call(sold, by=seller, now=now)
    record_attempt(sold, result="spoken", by=seller, now=now, call_id=call.pk)
    ask_quote(sold, by=seller, now=now)
    visit = book_appointment(
        sold, kind="showroom", starts_at=now + timedelta(hours=3), by=seller, now=now
    )
    record_outcome(visit, outcome="cancelled", by=seller, now=now + timedelta(hours=2))
    sale = SaleIn("Volkswagen", "Polo", "new", new_customer=True, fleet=False)
    close_lead(sold, reason="VK-01", facts=Facts(sale=sale), by=seller, now=now)

    approved = receive(dealership, now=now)
    close_lead(approved, reason="BDC-01", facts=Facts(), by=seller, now=now)
    approve(approved, by=manager, now=now)
    sent_back = receive(dealership, now=now)
    close_lead(sent_back, reason="BDC-01", facts=Facts(), by=seller, now=now)
    send_back(sent_back, instruction="to_bdc", by=manager, now=now)
    taken = receive(dealership, now=now)
    record_conversation(taken, channel="chat", by=seller, now=now)
    promise_call_back(taken, due_at=now + timedelta(hours=1), by=seller, now=now)
    assign(taken, user=seller, by=manager, now=now)

    for _one in range(3):
        receive_passive(dealership, now=now, campaign=create_campaign(dealership))
    let_go = next_lead(agent, now=now)
    assert let_go is not None
    release_hold(agent, reason="not_now", now=now)
    assert next_lead(agent, now=now) is not None
    assert next_lead(other, now=now) is not None

    campaign = create_campaign(dealership)
    import_file(
        f"Naam;Telefoon\nJan Proef;{phone_number()}\nZonder Nummer;\n".encode(),
        file_name="lijst.csv",
        dealership=dealership,
        campaign=campaign,
        by=None,
        now=now,
    )
    raw = keep_raw("api", b"{}", "application/json", by=seller, now=now)
    receive_lead(
        LeadIn(kind="active", channel="online", dealership=dealership, phones=(phone_number(),)),
        raw=raw,
        by=seller,
        now=now,
    )
    answer = ApiClient(seller).post(
        "leads/",
        {
            "kind": "active",
            "channel": "online",
            "dealership": dealership.slug,
            "customer": {"name": "Eva Proef", "phone": phone_number()},
        },
        idempotency_key="een",
    )
    assert answer.status_code == 201


@pytest.fixture
def two_groups(db) -> None:
    for number in range(2):
        group = create_group()
        at_work(create_dealership(group=group), number)
        create_dealership(group=group)


def take_the_guards_away() -> None:
    """For the rest of this transaction no trigger, check, key or exclusion refuses anything."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE',"
            " conrelid::regclass, conname)"
            " FROM pg_constraint WHERE contype IN ('c', 'u', 'x', 'f')"
            " AND connamespace = 'public'::regnamespace AND conrelid <> 0"
            " ORDER BY contype = 'u'"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        cursor.execute(
            "SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index i"
            " JOIN pg_class t ON t.oid = i.indrelid"
            " WHERE indisunique AND NOT indisprimary"
            " AND t.relnamespace = 'public'::regnamespace"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        cursor.execute(
            "SELECT format('ALTER TABLE %s ', c.attrelid::regclass) || string_agg("
            " format('ALTER %I DROP NOT NULL', c.attname), ', ')"
            " FROM pg_attribute c JOIN pg_class t ON t.oid = c.attrelid"
            " WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND c.attnum > 0"
            " AND c.attnotnull AND c.attname <> 'id' AND t.relname ~ '^(leads|campaigns|dealers)_'"
            " AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid"
            " AND i.indisprimary AND c.attnum = ANY(i.indkey)) GROUP BY c.attrelid"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


def test_every_invariant_finds_what_is_planted_against_it(two_groups, tally):
    tally.what, tally.unit = "violations planted against invariants", "each found"
    keys = tenant_keys()
    plain = (*INVARIANTS, *keys)
    for invariant in plain:
        assert not broken(invariant), invariant.name
    take_the_guards_away()
    unseen = []
    for invariant in (*plain, *AFTER_A_SWEEP):
        now = LATER if invariant in AFTER_A_SWEEP else None
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(plant_of(invariant.name, invariant.plant))
            if not broken(invariant, now=now):
                unseen.append(invariant.name)
            transaction.set_rollback(True)
    tally.count(len(plain) + len(AFTER_A_SWEEP), violations=len(unseen))
    assert not unseen, unseen


@pytest.mark.long
def test_the_played_demo_breaks_no_invariant(db, tally):
    tally.what, tally.unit = "invariants over thirteen played weeks", "queries"
    play(TUESDAY_10)

    found = violations(now=TUESDAY_10)

    tally.count(len(every_invariant()) + len(AFTER_A_SWEEP), violations=len(found))
    assert not found, "\n".join(map(str, found[:40]))
