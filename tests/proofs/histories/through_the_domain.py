"""The steps of a history through the domain itself, as every door does them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import transaction

from bdc.accounts.models import User
from bdc.errors import Malformed, NotAllowed, RuleBroken
from dealers.domain.absence import record_absence
from dealers.domain.presence import set_presence
from leads.domain.adf_intake import receive_adf
from leads.domain.approving import approve, reopen, send_back
from leads.domain.booking import ask_quote, book_appointment, move_appointment, record_outcome
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt, record_conversation, start_call
from leads.domain.facts import Facts, SaleIn
from leads.domain.handing_over import assign, take
from leads.domain.holding import release_hold, renew_hold
from leads.domain.intake import LeadIn, keep_raw, receive_lead
from leads.domain.merging import merge_customers, undo_merge
from leads.domain.objecting import record_objection, withdraw_objection
from leads.domain.queue import next_lead
from leads.domain.undoing import undo
from leads.models import Appointment, Customer, Lead
from tests.factories import consent
from tests.proofs.histories.chronicle import Answer, Chronicle


class Domain:
    """Each step is one call of the domain, as every door does it."""

    name = "domain"

    def do(self, history: Chronicle, verb: str, who: str, lead: int, **given: Any) -> Answer:
        try:
            made = getattr(self, verb)(history, history.user(who), lead, **given)
        except RuleBroken as broken:
            return Answer(refused=broken.code)
        except NotAllowed:
            return Answer(refused="permission_denied")
        except Malformed:
            return Answer(refused="invalid")
        return Answer(made=made or 0)

    def receive(self, h: Chronicle, by: User, _lead: int, *, body: dict[str, Any], **_: Any) -> int:
        place = h.place(body["dealership"])
        given = {k: v for k, v in body.items() if k not in ("dealership", "consent", "key")}
        asked = LeadIn(
            dealership=place,
            consents=(consent(h.now),) if body.get("consent") else (),
            **{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()},
        )
        with transaction.atomic():  # as the doors do
            raw = keep_raw("api", json.dumps(body).encode(), "application/json", by=by, now=h.now)
            return receive_lead(asked, raw=raw, by=by, now=h.now).pk

    def adf(self, h: Chronicle, by: User, _lead: int, *, document: bytes) -> int:
        receipt = receive_adf(
            document, content_type="application/xml", dealership=None, by=by, now=h.now
        )
        return receipt.leads[0].pk if receipt.leads else 0

    def start_call(self, h: Chronicle, by: User, lead: int) -> int:
        return start_call(h.lead(lead), by=by, now=h.now).pk

    def attempt(self, h: Chronicle, by: User, lead: int, **given: Any) -> int:
        return record_attempt(h.lead(lead), by=by, now=h.now, **given).pk

    def conversation(self, h: Chronicle, by: User, lead: int, *, channel: str) -> int:
        return record_conversation(h.lead(lead), channel=channel, by=by, now=h.now).pk

    def call_back(self, h: Chronicle, by: User, lead: int, *, due_at: datetime) -> int:
        return promise_call_back(h.lead(lead), due_at=due_at, by=by, now=h.now).pk

    def appointment(self, h: Chronicle, by: User, lead: int, **given: Any) -> int:
        return book_appointment(h.lead(lead), by=by, now=h.now, **given).pk

    def outcome(self, h: Chronicle, by: User, lead: int, *, appointment: int, outcome: str) -> int:
        row = Appointment.objects.get(pk=appointment)
        return record_outcome(row, outcome=outcome, by=by, now=h.now).pk

    def move(self, h: Chronicle, by: User, lead: int, *, appointment: int, **given: Any) -> int:
        row = Appointment.objects.get(pk=appointment)
        return move_appointment(row, by=by, now=h.now, **given).pk

    def quote(self, h: Chronicle, by: User, lead: int) -> int:
        return ask_quote(h.lead(lead), by=by, now=h.now).pk

    def close(self, h: Chronicle, by: User, lead: int, *, reason: str, told: dict[str, Any]) -> int:
        facts = dict(told)
        if "sale" in facts:
            facts["sale"] = SaleIn(**facts["sale"])
        for name in ("purchase", "preferred_car"):
            for part, text in facts.pop(name, {}).items():
                facts[f"{name.removesuffix('_car')}_{part}"] = text
        return close_lead(h.lead(lead), reason=reason, facts=Facts(**facts), by=by, now=h.now).pk

    def approve(self, h: Chronicle, by: User, lead: int) -> int:
        return approve(h.lead(lead), by=by, now=h.now).pk

    def send_back(self, h: Chronicle, by: User, lead: int, *, instruction: str) -> int:
        return send_back(h.lead(lead), instruction=instruction, by=by, now=h.now).pk

    def reopen(self, h: Chronicle, by: User, lead: int) -> int:
        return reopen(h.lead(lead), by=by, now=h.now).pk

    def assign(self, h: Chronicle, by: User, lead: int, *, user: str, queue: str) -> int:
        person = h.user(user) if user else None
        return assign(h.lead(lead), by=by, now=h.now, user=person, queue=queue).pk

    def take(self, h: Chronicle, by: User, lead: int) -> int:
        return take(h.lead(lead), by=by, now=h.now).pk

    def objection(self, h: Chronicle, by: User, lead: int) -> int:
        customer = Customer.objects.get(leads=lead)
        return record_objection(customer, by=by, now=h.now).pk

    def merge(self, h: Chronicle, by: User, _lead: int, *, customer: int, other: int) -> int:
        survivor, gone = (Customer.objects.get(pk=pk) for pk in (customer, other))
        return merge_customers(survivor, gone, by=by, now=h.now).pk

    def unmerge(self, h: Chronicle, by: User, _lead: int, *, customer: int) -> int:
        return undo_merge(Customer.objects.get(pk=customer), by=by, now=h.now).pk

    def withdraw_objection(
        self, h: Chronicle, by: User, _lead: int, *, customer: int, reason: str
    ) -> int:
        found = Customer.objects.get(pk=customer)
        return withdraw_objection(found, reason=reason, by=by, now=h.now).pk

    def undo(self, h: Chronicle, by: User, lead: int) -> int:
        return undo(h.lead(lead), by=by, now=h.now).lead_id

    def presence(self, h: Chronicle, by: User, _lead: int, *, state: str) -> int:
        set_presence(by, state=state, now=h.now)
        return 0

    def absence(self, h: Chronicle, by: User, _lead: int, *, user: str, **given: Any) -> int:
        return record_absence(h.user(user), by=by, now=h.now, **given).pk

    def next(self, h: Chronicle, by: User, _lead: int) -> int:
        hold = next_lead(by, now=h.now)
        return hold.lead_id if hold is not None else 0

    def renew(self, h: Chronicle, by: User, _lead: int) -> int:
        return renew_hold(by, now=h.now).lead_id

    def release(self, h: Chronicle, by: User, _lead: int, *, reason: str) -> int:
        release_hold(by, reason=reason, now=h.now)
        return 0

    def look(self, h: Chronicle, by: User, lead: int) -> int:
        return int(Lead.objects.visible_to(by).filter(pk=lead).exists()) or _not_found()


def _not_found() -> int:
    raise RuleBroken("not_found", "")
