"""Defects that are planted on purpose: each must be found, and we say by which net.

A mutant changes the source of one function or two; its scenario is a directed history that
reaches the place. The scenario passes on the code as it is, and fails with the mutant.
"""

from __future__ import annotations
import __future__

import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

from bdc.prepared import Prepared
from tests.proofs.histories.history import History
from tests.proofs.histories.model import LeadModel
from tests.proofs.histories.world import BEGINNINGS, next_good_moment

OURS = ("bdc.", "dealers.", "leads.", "campaigns.", "tests.proofs.")
Scenario = Callable[[History], None]


@dataclass(frozen=True)
class Edit:
    """`old` becomes `new` in the source of a function, as "leads.domain.holding:claim", or
    wherever an SQL text says it, as "leads.domain.due:_LOCK_BEST"."""

    where: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    name: str
    edits: tuple[Edit, ...]
    scenario: Scenario
    through: str = "domain"
    begins: int = 1  # in an ordinary week


def _mutated(where: str, edits: list[Edit]) -> tuple[Any, str, Any, Any]:
    """What holds the function, its name, the function, and its mutant."""
    module_name, path = where.split(":")
    module = import_module(module_name)
    *holders, name = path.split(".")
    holder: Any = module
    for part in holders:
        holder = getattr(holder, part)
    original = inspect.getattr_static(holder, name)
    if isinstance(original, str):
        text = original
        for edit in edits:
            assert edit.old in text, f"{where} does not say {edit.old!r} any more"
            text = text.replace(edit.old, edit.new)
        return holder, name, original, text
    function = original
    if isinstance(original, property):
        function = original.fget
    elif isinstance(original, Prepared):  # which its source decorates anew
        function = original.queryset
    source = textwrap.dedent(inspect.getsource(function))
    for edit in edits:
        assert edit.old in source, f"{where} does not say {edit.old!r} any more"
        source = source.replace(edit.old, edit.new, 1)
    made: dict[str, Any] = {}
    code = compile(
        source,
        f"<{where} mutated>",
        "exec",
        flags=__future__.annotations.compiler_flag,
        dont_inherit=True,
    )
    exec(code, module.__dict__, made)
    return holder, name, original, made[name]


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The code with the mutant's edits, wherever the functions were imported to."""
    undo: list[tuple[Any, str, Any]] = []
    try:
        for where in dict.fromkeys(edit.where for edit in mutant.edits):
            of_function = [edit for edit in mutant.edits if edit.where == where]
            holder, name, original, mutated = _mutated(where, of_function)
            setattr(holder, name, mutated)
            undo.append((holder, name, original))
            for other in list(sys.modules.values()):
                if not (getattr(other, "__name__", "") or "").startswith(OURS):
                    continue
                for known, value in list(vars(other).items()):
                    if value is original and other is not holder:
                        setattr(other, known, mutated)
                        undo.append((other, known, original))
        yield
    finally:
        for holder, name, original in reversed(undo):
            setattr(holder, name, original)


# -- scenarios ----------------------------------------------------------------------------------

NOORD, HELMOND, BREDA = range(3)


def _passive(h: History, *, place: int = NOORD, person: int = 0) -> LeadModel:
    lead = h.receive(person=person, place=place, kind="passive")
    assert lead is not None
    return lead


def _active(h: History, *, place: int = NOORD, person: int = 0, **given: Any) -> LeadModel:
    lead = h.receive(person=person, place=place, **given)
    assert lead is not None
    return lead


def _later(h: History) -> None:
    h.tick(next_good_moment(h.now) - h.now)


def two_agents_ask_for_the_next_call(h: History) -> None:
    _passive(h)
    h.next("agent")
    h.next("team")


def calls_to_the_maximum_and_one_more(h: History) -> None:
    lead = _passive(h)
    for _time in range(4):
        h.attempt("agent", lead, "no_answer")
        _later(h)


def somebody_of_another_group_looks(h: History) -> None:
    lead = _active(h)
    for who in h.world.users:
        h.look(who, lead)


def three_calls_on_one_day(h: History) -> None:
    lead = _passive(h)
    for _part in range(3):
        h.attempt("agent", lead, "no_answer")
        _later(h)


def two_calls_in_a_part_of_the_day(h: History) -> None:
    lead = _passive(h)
    h.attempt("agent", lead, "no_answer")
    h.attempt("agent", lead, "no_answer")


def closes_without_evidence(h: History) -> None:
    lead = _passive(h)
    for code in ("BDC-12", "BDC-06", "BDC-07", "BDC-17", "BDC-19"):
        h.close("agent", lead, code)


def owner_leaves(h: History) -> None:
    lead = _active(h)
    h.deactivate(lead.owner, active=False)
    h.sweep()


def owner_is_away_for_days(h: History) -> None:
    lead = _active(h)
    h.absence(lead.owner, 5)
    h.sweep()


def call_back_is_promised(h: History) -> None:
    h.call_back("agent", _passive(h), timedelta(hours=3))


def two_programs_use_one_key(h: History) -> None:
    h.receive(person=0, place=NOORD, key="key", external_id="one", who="agent")
    h.receive(person=1, place=NOORD, key="key", external_id="two", who="manager")


def customer_with_three_leads_objects(h: History) -> None:
    lead = _active(h)
    _active(h, interest="service")
    _passive(h, place=HELMOND)
    h.object(lead.owner, lead)


def proposer_approves(h: History) -> None:
    lead = _active(h)
    h.assign("manager", lead, user="manager")
    h.close("manager", lead, "BDC-01")
    h.approve("manager", lead)


def released_and_asked_again(h: History) -> None:
    _passive(h)
    h.next("agent")
    h.release("agent", "not_now")
    h.next("agent")


def result_ends_the_hold(h: History) -> None:
    lead = _passive(h)
    h.next("agent")
    h.attempt("agent", lead, "voicemail")


def closed_and_reopened(h: History) -> None:
    lead = _passive(h)
    h.conversation("agent", lead, "chat")
    h.close("agent", lead, "BDC-12")
    h.reopen("team", lead)


def called_without_a_ground(h: History) -> None:
    lead = h.receive(person=0, place=NOORD, kind="passive", words=False)
    assert lead is not None
    h.attempt("agent", lead, "no_answer")


def called_at_noon_in_summer_time(h: History) -> None:
    lead = _passive(h)
    h.tick(timedelta(hours=3))
    h.attempt("agent", lead, "no_answer")


def call_without_result_and_two_sweeps(h: History) -> None:
    lead = _passive(h)
    h.start_call("agent", lead)
    h.tick(timedelta(minutes=31))
    h.sweep()


def passive_lead_is_assigned(h: History) -> None:
    h.assign("manager", _passive(h), user="internet")


def conversation_makes_room(h: History) -> None:
    lead = _passive(h)
    h.attempt("agent", lead, "no_answer")
    h.conversation("agent", lead, "mail")


def customer_asks_again(h: History) -> None:
    _active(h)
    h.tick(timedelta(hours=1))
    _active(h)


def one_customer_in_two_queues(h: History) -> None:
    first = _passive(h)
    _passive(h, place=HELMOND)
    h.attempt("agent", first, "no_answer")
    h.next("agent")


def hold_is_renewed_for_an_hour(h: History) -> None:
    _passive(h)
    h.next("agent")
    for _time in range(5):
        h.tick(timedelta(minutes=13))
        h.renew("agent")


def same_number_in_two_groups(h: History) -> None:
    _active(h, place=NOORD)
    _active(h, place=BREDA)


def sales_reaches_nobody(h: History) -> None:
    lead = _active(h)
    for _time in range(2):
        h.attempt(lead.owner, lead, "no_answer")
        _later(h)


def agent_closes_where_a_team_lead_approves(h: History) -> None:
    lead = _passive(h, place=BREDA)
    h.conversation("agent", lead, "chat")
    h.close("agent", lead, "BDC-12")
    h.send_back("team", lead, "other_reason")


def result_comes_after_the_hold(h: History) -> None:
    lead = _passive(h)
    h.start_call("agent", lead)
    h.tick(timedelta(minutes=16))
    h.next("team")
    h.attempt("agent", lead, "spoken")


def document_is_sent_again(h: History) -> None:
    _active(h, external_id="doc")
    h.receive(person=1, place=NOORD, external_id="doc")


def somebody_looks_at_a_passive_lead(h: History) -> None:
    h.look("internet", _passive(h))


def two_are_merged_and_parted(h: History) -> None:
    survivor, other = _active(h), _passive(h, person=1)
    h.merge("team", survivor.customer, other.customer)
    h.undo_merge("team", survivor.customer)


def one_of_two_objects_and_they_are_parted(h: History) -> None:
    survivor, other = _active(h), _passive(h, person=1)
    h.merge("team", survivor.customer, other.customer)
    h.object("team", survivor)
    h.undo_merge("team", survivor.customer)


def two_who_were_called_today_are_merged(h: History) -> None:
    survivor, other = _passive(h), _passive(h, person=1)
    h.attempt("agent", other, "no_answer")
    h.merge("team", survivor.customer, other.customer)
    h.attempt("agent", survivor, "no_answer")


def visit_is_moved(h: History) -> None:
    lead = _passive(h)
    h.appointment("agent", lead, "showroom", timedelta(hours=2))
    h.move("agent", lead, timedelta(days=1))
    h.outcome("agent", lead, "cancelled")
    h.close("agent", lead, "BDC-17")


def objection_is_withdrawn(h: History) -> None:
    lead = _passive(h)
    h.object("agent", lead)
    h.withdraw_objection("agent", lead.customer, "by_mistake")
    h.withdraw_objection("manager", lead.customer, "by_mistake")


def promise_is_undone(h: History) -> None:
    lead = _active(h)
    _active(h, person=1, channel="walk_in")
    h.call_back(lead.owner, lead, timedelta(hours=3))
    h.undo(lead.owner, lead)


def undone_after_the_step_of_a_colleague(h: History) -> None:
    lead = _passive(h)
    h.call_back("agent", lead, timedelta(hours=3))
    h.conversation("team", lead, "chat")
    h.undo("agent", lead)


def result_is_undone_while_a_proposal_waits(h: History) -> None:
    lead = _active(h)
    h.close(lead.owner, lead, "BDC-01")
    h.attempt(lead.owner, lead, "voicemail")
    h.undo(lead.owner, lead)


def closed_and_objected_and_undone(h: History) -> None:
    lead = _passive(h)
    _passive(h, place=HELMOND)
    h.close("agent", lead, "BDC-04")
    h.object("agent", lead)
    h.undo("agent", lead)


def close_out_is_undone_after_a_call(h: History) -> None:
    lead = _passive(h)
    h.attempt("agent", lead, "no_answer")
    h.close("agent", lead, "BDC-04")
    h.undo("agent", lead)


# -- the mutants --------------------------------------------------------------------------------


def _one(name: str, where: str, old: str, new: str, scenario: Scenario, **more: Any) -> Mutant:
    return Mutant(name, (Edit(where, old, new),), scenario, **more)


def _in_next_call(old: str, new: str) -> tuple[Edit, ...]:
    """The edit in both statements of next call: who is found, and who is then held."""
    return tuple(
        Edit(f"leads.domain.due:{statement}", old, new)
        for statement in ("_LOCK_BEST", "_HOLD_IF_DUE")
    )


_CONTACT = "leads.domain.contacting"
_MERGING, _UNDOING = "leads.domain.merging", "leads.domain.undoing"
MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "the hold of a colleague is taken over",
        (
            *_in_next_call("h.customer_id = l.customer_id", "false"),
            Edit(
                "leads.domain.holding:clear_lapsed",
                "(of_both & Q(until__lte=now)) | left",
                "of_both",
            ),
        ),
        two_agents_ask_for_the_next_call,
    ),
    _one(
        "one attempt more than the maximum",
        "leads.models.round:Round.attempts_left",
        "self.maximum - self.attempts",
        "self.maximum - self.attempts + 1",
        calls_to_the_maximum_and_one_more,
    ),
    _one(
        "every dealer group is visible",
        "leads.models.lead:LeadQuerySet.visible_at",
        "Q(dealership__in=more_than_sales)",
        "Q(pk__gt=0)",
        somebody_of_another_group_looks,
    ),
    _one(
        "a salesperson sees passive leads",
        "leads.models.lead:LeadQuerySet.visible_at",
        ", kind=Kind.ACTIVE",
        "",
        somebody_looks_at_a_passive_lead,
    ),
    _one(
        "a third call of a day counts",
        "leads.domain.cadence:counting_of",
        "len(counted) >= MOST_A_DAY",
        "False",
        three_calls_on_one_day,
    ),
    _one(
        "a second call in a part of the day counts",
        "leads.domain.cadence:counting_of",
        "day_part(dealership, at) in counted",
        "False",
        two_calls_in_a_part_of_the_day,
    ),
    _one(
        "a close-out without evidence",
        "leads.domain.evidence:missing_evidence",
        "return [problem for problem in problems if problem is not None]",
        "return []",
        closes_without_evidence,
    ),
    _one(
        "an owner keeps leads after leaving",
        "leads.domain.sweeping:_owners_who_left",
        "Q(owner__is_active=False) | ",
        "",
        owner_leaves,
    ),
    _one(
        "an owner keeps leads while away",
        "leads.domain.sweeping:_owners_who_left",
        " | Exists(absent)",
        "",
        owner_is_away_for_days,
    ),
    _one(
        "a call-back is stored in local time",
        "leads.domain.call_backs:promise_call_back",
        "due_at=due_at,",
        "due_at=due_at + timedelta(hours=1),",  # as local time is ahead in winter
        call_back_is_promised,
    ),
    _one(
        "an idempotency key is everybody's",
        "bdc.api.idempotency:answer_once",
        ".filter(token_id=token_id, key=key)",
        ".filter(key=key)",
        two_programs_use_one_key,
        through="http",
    ),
    _one(
        "an objection leaves a lead open",
        "leads.domain.writing_off:object_to_calls",
        '.not_closed().order_by("pk")',
        '.not_closed().order_by("pk")[:2]',
        customer_with_three_leads_objects,
    ),
    _one(
        "who proposes may approve",
        "leads.domain.approving:deciding_problem",
        "proposal.proposed_by_id == by.pk",
        "False",
        proposer_approves,
    ),
    Mutant(
        "a release is forgotten",
        _in_next_call("r.lead_id = l.id", "false"),
        released_and_asked_again,
    ),
    _one(
        "a result does not end the hold",
        f"{_CONTACT}:_follow_from",
        "let_customer_go(lead, by=by)",
        "pass",
        result_ends_the_hold,
    ),
    _one(
        "a reopening forgets the reason",
        "leads.domain.approving:reopen",
        "lead.is_pollution = False",
        "Round.objects.filter(pk=last.pk).update(reason=None, ending='handed_over')",
        closed_and_reopened,
    ),
    _one(
        "a call needs no ground",
        "leads.domain.calling:calling_problem",
        "if not permission.allowed:",
        "if False:",
        called_without_a_ground,
    ),
    _one(
        "the clock stays on winter time",
        "dealers.domain.hours:local",
        "at.astimezone(dealership.zone)",
        "at.astimezone(UTC) + timedelta(hours=1)",
        called_at_noon_in_summer_time,
        begins=0,
    ),
    Mutant(
        "a sweep ends a call that has ended",
        (
            Edit(f"{_CONTACT}:end_calls_without_result", "ended_at=None, ", ""),
            Edit(f"{_CONTACT}:end_call", "if call.ended_at is not None:", "if False:"),
        ),
        call_without_result_and_two_sweeps,
    ),
    _one(
        "a passive lead goes to a salesperson",
        "leads.domain.handing_over:assigning_problem",
        "lead.kind == Kind.PASSIVE and",
        "False and",
        passive_lead_is_assigned,
    ),
    _one(
        "a conversation makes no room",
        "leads.domain.intake:note_conversation",
        "max(round_.maximum, round_.attempts + round_.policy_maximum)",
        "round_.maximum",
        conversation_makes_room,
    ),
    _one(
        "a repeat enquiry is a new lead",
        "leads.domain.intake:_open_lead_to_join",
        ".not_closed()",
        ".none()",
        customer_asks_again,
    ),
    Mutant(
        "a customer is offered twice in a part of the day",
        _in_next_call("a.customer_id = c.id AND a.local_date = p.day", "false"),
        one_customer_in_two_queues,
    ),
    _one(
        "a hold is renewed for ever",
        "leads.domain.holding:renew_hold",
        "min(now + HOLD_LASTS, held.taken_at + LONGEST_HOLD)",
        "now + HOLD_LASTS",
        hold_is_renewed_for_an_hour,
    ),
    Mutant(
        "a customer is matched across groups",
        (
            Edit("leads.domain.matching:known_customer", "phones__group=group_id, ", ""),
            Edit("leads.domain.matching:known_customer", "matches, group=group_id", "matches"),
        ),
        same_number_in_two_groups,
    ),
    _one(
        "a lead that sales cannot reach stays",
        f"{_CONTACT}:goes_on_unreached",
        "(Side.SALESPERSON, Side.INBOUND)",
        "(Side.INBOUND,)",
        sales_reaches_nobody,
    ),
    _one(
        "the BDC closes without approval",
        "leads.domain.closing:needs_approval",
        "lead.dealership.bdc_close_needs_approval",
        "False",
        agent_closes_where_a_team_lead_approves,
    ),
    _one(
        "a late result changes the lead",
        f"{_CONTACT}:record_attempt",
        "is_late = problem is not None and call is not None and",
        "problem = None if call is not None else problem; is_late = False and",
        result_comes_after_the_hold,
    ),
    _one(
        "a document makes two leads",
        "leads.domain.intake:receive_lead",
        "if sent_before is not None:",
        "if False:",
        document_is_sent_again,
    ),
    _one(
        "a close-out is not told",
        "leads.domain.writing_off:write_off",
        'record(lead, "closed", by=by, now=now, reason=reason.code)',
        "pass",
        closed_and_reopened,
    ),
    _one(
        "a merge leaves a lead behind",
        f"{_MERGING}:merge_customers",
        'pk__in=moved["leads"]).update(customer=survivor)',
        'pk__in=moved["leads"][1:]).update(customer=survivor)',
        two_are_merged_and_parted,
    ),
    _one(
        "a merge cannot be undone quite",
        f"{_MERGING}:undo_merge",
        'Lead.objects.filter(pk__in=moved["leads"], customer=survivor).update(customer=other)',
        "pass",
        two_are_merged_and_parted,
    ),
    _one(
        "an objection since the merge holds for one",
        f"{_MERGING}:undo_merge",
        '_object_for_both(survivor, other, since=moved["last_objection"])',
        "pass",
        one_of_two_objects_and_they_are_parted,
    ),
    _one(
        "a merged customer is called for two",
        "leads.domain.cadence:_counted",
        ' | Q(merged_into=Given("customer"))',
        "",
        two_who_were_called_today_are_merged,
    ),
    _one(
        "a moved visit stands twice",
        "leads.domain.booking:move_appointment",
        'old.save(update_fields=["outcome", "outcome_at"])',
        "pass",
        visit_is_moved,
    ),
    _one(
        "an agent withdraws an objection",
        "leads.domain.objecting:withdraw_objection",
        'require_for_customer(by, "withdraw_objection", customer)',
        "pass",
        objection_is_withdrawn,
    ),
    _one(
        "undo gives back a wrong owner",
        f"{_UNDOING}:_return_state",
        'step.before["owner"]',
        "Lead.objects.exclude(owner=None).exclude(pk=lead.pk).get().owner_id",
        promise_is_undone,
    ),
    _one(
        "undo passes over the step of a colleague",
        f"{_UNDOING}:undoing_problem",
        "not is_newest or ",
        "",
        undone_after_the_step_of_a_colleague,
    ),
    _one(
        "undo opens a lead that waits for approval",
        f"{_UNDOING}:_return_state",
        "Status.PROPOSED if waits else Status.OPEN",
        "Status.OPEN",
        result_is_undone_while_a_proposal_waits,
    ),
    _one(
        "undo opens a lead of who objected since",
        f"{_UNDOING}:undoing_problem",
        "objected_at is not None and",
        "False and",
        closed_and_objected_and_undone,
    ),
    _one(
        "undo forgets what was counted",
        "leads.domain.rounds:go_on_with",
        "for name in GOES_ON}",
        "for name in GOES_ON if name not in ('attempts', 'maximum')}, maximum=ended.maximum",
        close_out_is_undone_after_a_call,
    ),
)


def beginning(mutant: Mutant) -> Any:
    return BEGINNINGS[mutant.begins]
