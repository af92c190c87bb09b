"""Who may call which route with which method: one line for each, read by test_access.

A new route needs a line here. `may` names the roles whose business it is; the others get
`refusal`. `on` names the thing of tests/access_world.py whose ids stand in the address ("body":
the dealership is named in what is sent): who does not see it gets 404, whatever the role.
`done_for` names those of `may` for whom it is really
done, where a rule stops the others with 409, 400 or 422. Bodies are such that it can be done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.http import HttpResponse

from dealers.models import Role
from leads.models import Lead
from tests.access_world import Actor, World


class Answer(StrEnum):
    DONE = "done (2xx or 3xx)"
    RULED = "stopped by a rule (400, 409 or 422)"
    FORBIDDEN = "forbidden (403)"
    HIDDEN = "not there (404)"
    SIGN_IN = "asked to sign in"


Body = Mapping[str, Any] | bytes | Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True)
class Policy:
    may: frozenset[Role] | None  # None: whoever has signed in
    on: str = ""
    body: Body = field(default_factory=dict)
    query: Callable[[World], Mapping[str, Any]] = lambda _world: {}
    done_for: frozenset[str] | None = None  # None: for all of `may`
    refusal: Answer = Answer.FORBIDDEN
    is_public: bool = False
    for_staff: bool = False  # also for who runs Spits, without any role


ANYBODY = None
EVERYBODY = frozenset(Role)
CALLERS = frozenset({Role.AGENT, Role.TEAM_LEAD})
WORKERS = CALLERS | {Role.SALESPERSON, Role.SALES_MANAGER}
TEAM_LEADS = frozenset({Role.TEAM_LEAD})
SHIFT_KEEPERS = CALLERS | {Role.SALESPERSON}
TAKERS = frozenset({Role.SALESPERSON, Role.SALES_MANAGER})
LEADERS = frozenset({Role.SALES_MANAGER, Role.TEAM_LEAD})
CORRECTORS = LEADERS | {Role.MARKETER, Role.ADMINISTRATOR}
CUSTOMER_WORKERS = WORKERS | {Role.RECEPTIONIST}
MERGERS = LEADERS | {Role.ADMINISTRATOR}
UP_LINE_READERS = TAKERS | {Role.RECEPTIONIST}
READERS_OF_FIGURES = CORRECTORS | {Role.SALESPERSON}
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
KEEPERS_OF_TELEPHONY = ADMINISTRATORS | {Role.TEAM_LEAD}
TEAM_LEADS = frozenset({Role.TEAM_LEAD})
CAMPAIGN_KEEPERS = frozenset({Role.MARKETER, Role.TEAM_LEAD, Role.ADMINISTRATOR})
# Of the receptionist's absence: those of the dealership, and the receptionist.
PLANNERS = frozenset({Role.SALES_MANAGER, Role.ADMINISTRATOR, Role.RECEPTIONIST})
TASK_DOERS = PLANNERS
NO_ROLE: frozenset[Role] = frozenset()

NOBODY: frozenset[str] = frozenset()
OWNER = frozenset({"owner"})
AGENTS = frozenset({"agent", "team lead"})

THURSDAY = "2026-11-26T11:00:00+01:00"
FRIDAY = "2026-11-27T11:00:00+01:00"


def seen(on: str) -> Policy:
    return Policy(EVERYBODY, on=on)


def worked(
    body: Body | None = None, *, may: frozenset[Role] = WORKERS, by_all: bool = False
) -> tuple[Policy, ...]:
    """Working a lead: its owner, or the agents where it is in a queue. Passive ones are hidden."""
    sent = {} if body is None else body
    return (
        Policy(may, on="lead", body=sent, done_for=None if by_all else OWNER),
        Policy(may, on="queued", body=sent, done_for=None if by_all else AGENTS),
        Policy(may, on="passive", body=sent, done_for=None if by_all else AGENTS),
    )


def called(body: Body | None = None) -> tuple[Policy, ...]:
    """The same from the work screen of the agents, who call from the queues alone."""
    sent = {} if body is None else body
    return (
        Policy(CALLERS, on="lead", body=sent, done_for=NOBODY),
        Policy(CALLERS, on="queued", body=sent),
        Policy(CALLERS, on="passive", body=sent),
    )


def without_promise(may: frozenset[Role]) -> tuple[Policy, ...]:
    """What is done with the open call-back of a lead, where there is none."""
    return tuple(Policy(may, on=on, done_for=NOBODY) for on in ("lead", "queued", "passive"))


def decided(body: Body | None = None) -> Policy:
    """The close-out is of sales: a team lead decides on the BDC's alone."""
    return Policy(frozenset({Role.SALES_MANAGER}), on="proposed", body=body or {})


def person_at(place: str) -> Callable[[World], Mapping[str, Any]]:
    """A new marketer, at a dealership or for the group."""

    def body(world: World) -> Mapping[str, Any]:
        pk = world.dealership.pk if place == "dealership" else world.group.pk
        person = {"email": "nieuw@noord.example", "name": "Nieuw", "role": "marketer"}
        return {**person, "sales_role": "", "place": f"{place}:{pk}"}

    return body


def policy_form(world: World) -> Mapping[str, Any]:
    place = world.dealership
    numbers = ("salesperson", "passive", "second_voice", "unreached", "inbound")
    return {
        **{f"attempts_{side}": getattr(place, f"attempts_{side}") for side in numbers},
        "routing": place.routing,
        "own_request_days": place.own_request_days,
        "workshop_slots": place.workshop_slots,
    }


def queue_policy_form(world: World) -> Mapping[str, Any]:
    form = policy_form(world)
    sides = ("inbound", "second_voice", "unreached", "passive")
    return {f"attempts_{side}": form[f"attempts_{side}"] for side in sides}


def absence_form(world: World) -> Mapping[str, Any]:
    user = world.user("receptionist")
    return {"user": user.pk, "first": "2026-12-21", "last": "2026-12-24"}


def absence_in(world: World) -> Mapping[str, Any]:
    days = {"begins_at": "2026-12-21T00:00:00+01:00", "ends_at": "2026-12-25T00:00:00+01:00"}
    return {"user": world.user("receptionist").email, **days}


def lead_in(world: World) -> Mapping[str, Any]:
    return {
        "kind": "active",
        "channel": "online",
        "dealership": world.dealership.slug,
        "customer": {"name": "Nieuwe Klant", "phone": "06-55512345"},
        "campaign": world.things["campaign"]["slug"],
    }


def dealership_asked(world: World) -> Mapping[str, Any]:
    return {"dealership": world.dealership.slug}


def other_customer(world: World) -> Mapping[str, Any]:
    return {"other": world.things["other customer"]["pk"]}


def exchange_form(world: World) -> Mapping[str, Any]:
    return {"name": "Kantoor", "place": f"group:{world.group.pk}"}


def extension_form(world: World) -> Mapping[str, Any]:
    return {"name": "202", "user": world.user("owner").pk}


def override_asked(world: World) -> Mapping[str, Any]:
    owner = Lead.objects.get(pk=world.things["lead"]["pk"]).owner
    return {"dealership": world.dealership.slug, "user": owner.email if owner else ""}


def drop_asked(world: World) -> Mapping[str, Any]:
    person = world.things["place in the up line"]["pk"]
    return {"user": person, "how_long": "30", "reason": "busy"}


ADF = (
    b"<adf><prospect><customer><contact><name>Nieuwe Klant</name><phone>06-55512345</phone>"
    b"</contact></customer></prospect></adf>"
)
CLOSE = {"reason": "BDC-04", "destination": "service"}

POLICIES: dict[tuple[str, str], Policy | tuple[Policy, ...]] = {
    # --- For anybody ----------------------------------------------------------------------
    ("healthz", "GET"): Policy(ANYBODY, is_public=True),
    # For programs with a token of its own, or on the server itself: metrics/test_views.py.
    ("metrics", "GET"): Policy(NO_ROLE, is_public=True),
    ("set_language", "*"): Policy(ANYBODY, is_public=True),
    ("/^api(?:/|$)", "*"): Policy(NO_ROLE, refusal=Answer.HIDDEN, is_public=True),
    ("leads:home", "GET"): Policy(ANYBODY),
    ("leads:search", "GET"): Policy(ANYBODY),
    ("api-schema", "GET"): Policy(ANYBODY),
    ("api-documents", "GET"): Policy(ANYBODY),
    ("api-close-reason-list", "GET"): Policy(ANYBODY),
    # --- Tasks ------------------------------------------------------------------------------
    ("leads:up-line", "GET"): Policy(UP_LINE_READERS),
    ("leads:up-line-drop", "POST"): Policy(
        frozenset({Role.SALES_MANAGER}), on="dealership", body=drop_asked
    ),
    # Nobody has overdue follow-ups or was dropped; tests/leads/test_up_line_page.py has.
    ("leads:up-line-override", "POST"): Policy(
        frozenset({Role.SALES_MANAGER}), on="place in the up line", done_for=NOBODY
    ),
    ("leads:up-line-give-back", "POST"): Policy(
        frozenset({Role.SALES_MANAGER}), on="place in the up line", done_for=NOBODY
    ),
    ("leads:shift", "POST"): Policy(SHIFT_KEEPERS, body={"say": "lunch"}),
    ("leads:alerts", "GET"): Policy(SHIFT_KEEPERS),
    ("leads:team", "GET"): Policy(TEAM_LEADS),
    # Nobody is with a customer: tests/leads/test_team_page.py has who is.
    ("leads:team-give-back", "POST"): without_promise(TEAM_LEADS),
    ("leads:team-take-over", "POST"): without_promise(TEAM_LEADS),
    ("leads:call-backs", "GET"): Policy(WORKERS),
    # Nobody of the table has promised a call-back: tests/leads/test_call_backs_page.py.
    ("leads:take-over", "POST"): without_promise(WORKERS),
    ("leads:call-now", "POST"): without_promise(CALLERS),
    ("leads:tasks", "GET"): Policy(TASK_DOERS),
    ("leads:finish-task", "POST"): Policy(TASK_DOERS, on="task"),
    ("api-task-list", "GET"): Policy(TASK_DOERS),
    ("api-task-done", "POST"): Policy(TASK_DOERS, on="task"),
    # --- Absence: everybody's own, and of who works under one --------------------------------
    ("dealers:absences", "GET"): Policy(ANYBODY),
    ("dealers:absences", "POST"): Policy(PLANNERS, body=absence_form, refusal=Answer.RULED),
    ("dealers:end-absence", "POST"): Policy(PLANNERS, on="absence", refusal=Answer.HIDDEN),
    ("api-absence-list", "GET"): Policy(ANYBODY),
    ("api-absence-list", "POST"): Policy(
        PLANNERS, on="body", body=absence_in, refusal=Answer.HIDDEN
    ),
    ("api-absence-end", "POST"): Policy(PLANNERS, on="absence", refusal=Answer.HIDDEN),
    ("api-presence-list", "POST"): Policy(ANYBODY, body={"state": "pause"}),
    # --- Leads ----------------------------------------------------------------------------
    ("leads:list", "GET"): Policy(ANYBODY),
    ("leads:detail", "GET"): (seen("lead"), seen("passive"), seen("closed")),
    ("leads:call", "POST"): worked(),
    ("leads:attempt", "GET"): seen("lead"),
    ("leads:attempt", "POST"): worked({"result": "no_answer"}),
    ("leads:converse", "GET"): seen("lead"),
    ("leads:converse", "POST"): worked({"channel": "chat"}),
    ("leads:call-back", "GET"): seen("lead"),
    ("leads:call-back", "POST"): worked({"moment": THURSDAY}),
    ("leads:understand", "GET"): (seen("lead"), seen("passive"), seen("closed")),
    ("leads:note", "POST"): worked({"body": "Belt liever na vijven."}, by_all=True),
    ("leads:object", "GET"): seen("lead"),
    ("leads:object", "POST"): worked(may=WORKERS | {Role.RECEPTIONIST}, by_all=True),
    ("leads:appointment", "GET"): (seen("lead"), seen("passive")),
    ("leads:appointment", "POST"): worked({"kind": "showroom", "slot": f"{THURSDAY}|"}),
    ("leads:outcome", "POST"): Policy(WORKERS, on="visit", body={"outcome": "showed"}),
    ("leads:move", "GET"): seen("visit"),
    ("leads:move", "POST"): Policy(WORKERS, on="visit", body={"slot": f"{FRIDAY}|"}),
    ("leads:quote", "GET"): seen("lead"),
    ("leads:quote", "POST"): worked({"amount": "24.950"}),
    ("leads:close", "GET"): (seen("lead"), seen("passive")),
    ("leads:close", "POST"): worked(CLOSE),
    ("leads:approve", "POST"): decided(),
    ("leads:send-back", "POST"): decided({"instruction": "more_attempts"}),
    ("leads:reopen", "POST"): Policy(LEADERS, on="closed"),
    # Nobody has done anything that he could undo; tests/leads/domain/test_undoing.py does.
    ("leads:calling-undo", "POST"): Policy(CALLERS, on="queued", done_for=NOBODY),
    ("leads:undo", "POST"): Policy(WORKERS, on="queued", done_for=NOBODY),
    ("leads:take", "POST"): Policy(TAKERS, on="waiting"),
    ("leads:assign", "GET"): (seen("lead"), seen("passive")),
    ("leads:assign", "POST"): Policy(LEADERS, on="lead", body={"to": "queue:second_voice"}),
    ("leads:approving", "GET"): Policy(LEADERS | ADMINISTRATORS),
    ("leads:approving-list", "GET"): Policy(LEADERS | ADMINISTRATORS),
    ("leads:decide", "POST"): decided({"decision": "approve"}),
    # --- The work screen of agents --------------------------------------------------------
    ("leads:calling", "GET"): Policy(CALLERS),
    ("leads:my-day", "GET"): Policy(CALLERS),
    ("leads:calling-queue", "GET"): Policy(CALLERS),
    ("leads:calling-next", "POST"): Policy(CALLERS),
    ("leads:calling-renew", "POST"): Policy(CALLERS),
    ("leads:calling-leave", "POST"): Policy(CALLERS),
    # Nobody is held, so there is nobody to let go.
    ("leads:calling-release", "POST"): Policy(
        CALLERS, body={"release": "not_now"}, done_for=NOBODY
    ),
    ("leads:calling-beside", "GET"): Policy(CALLERS, on="lead"),
    ("leads:calling-panel", "POST"): Policy(CALLERS, on="lead", body={"open": "all_reasons"}),
    ("leads:calling-start", "POST"): called(),
    ("leads:calling-result", "POST"): called({"result": "no_answer"}),
    ("leads:calling-objection", "POST"): Policy(CALLERS, on="lead"),
    ("leads:calling-note", "POST"): Policy(CALLERS, on="lead", body={"note": "Belt terug."}),
    ("leads:calling-call-back", "POST"): called({"moment": THURSDAY}),
    ("leads:calling-appointment", "POST"): called({"kind": "showroom", "slot": f"{THURSDAY}|"}),
    ("leads:calling-quote", "POST"): called({"amount": "24.950"}),
    ("leads:calling-close", "POST"): called(CLOSE),
    # --- Practice: nobody is called, and it concerns no lead ------------------------------
    ("leads:practice", "GET"): Policy(CALLERS),
    ("leads:practice-begin", "POST"): Policy(CALLERS),
    ("leads:practice-next", "POST"): Policy(CALLERS),
    ("leads:practice-undo", "POST"): Policy(CALLERS),
    ("leads:practice-release", "POST"): Policy(CALLERS),
    ("leads:practice-panel", "POST"): Policy(CALLERS),
    ("leads:practice-start", "POST"): Policy(CALLERS),
    ("leads:practice-result", "POST"): Policy(CALLERS),
    ("leads:practice-objection", "POST"): Policy(CALLERS),
    ("leads:practice-note", "POST"): Policy(CALLERS),
    ("leads:practice-call-back", "POST"): Policy(CALLERS),
    ("leads:practice-appointment", "POST"): Policy(CALLERS),
    ("leads:practice-quote", "POST"): Policy(CALLERS),
    ("leads:practice-close", "POST"): Policy(CALLERS),
    ("leads:practice-understand", "GET"): Policy(CALLERS),
    # --- The queues as they are set ---------------------------------------------------------
    ("leads:queue-settings", "GET"): Policy(CAMPAIGN_KEEPERS),
    ("leads:queue-work", "GET"): Policy(TEAM_LEADS, on="agent", refusal=Answer.HIDDEN),
    ("leads:queue-work", "POST"): Policy(
        TEAM_LEADS, on="agent", refusal=Answer.HIDDEN, body={"queues": "passive"}
    ),
    ("leads:queue-campaign", "GET"): Policy(CAMPAIGN_KEEPERS, on="kept campaign"),
    ("leads:queue-campaign", "POST"): Policy(
        CAMPAIGN_KEEPERS, on="kept campaign", body={"priority": "7", "script": "Dag {naam}."}
    ),
    ("leads:queue-policy", "GET"): Policy(
        TEAM_LEADS | ADMINISTRATORS, on="dealership", refusal=Answer.HIDDEN
    ),
    ("leads:queue-policy", "POST"): Policy(
        TEAM_LEADS | ADMINISTRATORS,
        on="dealership",
        refusal=Answer.HIDDEN,
        body=queue_policy_form,
    ),
    # --- Customers ------------------------------------------------------------------------
    ("leads:customer", "GET"): (seen("customer"), seen("customer of the passive lead")),
    ("leads:customer-details", "GET"): Policy(CUSTOMER_WORKERS, on="customer"),
    ("leads:customer-details", "POST"): (
        Policy(CUSTOMER_WORKERS, on="customer", body={"last_name": "Bakker"}),
        Policy(CUSTOMER_WORKERS, on="customer of the passive lead", body={"last_name": "Bakker"}),
    ),
    ("leads:customer-reach", "GET"): Policy(CUSTOMER_WORKERS, on="customer"),
    ("leads:customer-reach", "POST"): Policy(
        CUSTOMER_WORKERS, on="customer", body={"add_phones": "06-55512345"}
    ),
    ("leads:customer-vehicle", "GET"): Policy(CUSTOMER_WORKERS, on="customer"),
    ("leads:customer-vehicle", "POST"): Policy(
        CUSTOMER_WORKERS, on="customer", body={"make": "Kia"}
    ),
    ("leads:customer-remove-vehicle", "POST"): Policy(CUSTOMER_WORKERS, on="car"),
    ("leads:customer-consent", "GET"): Policy(CUSTOMER_WORKERS, on="customer"),
    ("leads:customer-consent", "POST"): Policy(
        CUSTOMER_WORKERS,
        on="customer",
        body={
            "purpose": "sales",
            "given_at": "2026-11-24T09:00",
            "words": "Bel gerust.",
            "proof": "opname 7",
        },
    ),
    ("leads:customer-withdraw-consent", "POST"): Policy(CUSTOMER_WORKERS, on="consent"),
    ("leads:customer-objection", "GET"): Policy(CUSTOMER_WORKERS, on="customer"),
    ("leads:customer-objection", "POST"): Policy(CUSTOMER_WORKERS, on="customer"),
    ("leads:customer-withdrawal", "GET"): Policy(
        frozenset({Role.SALES_MANAGER}), on="objecting customer"
    ),
    ("leads:customer-withdrawal", "POST"): Policy(
        frozenset({Role.SALES_MANAGER}), on="objecting customer", body={"reason": "by_mistake"}
    ),
    ("leads:customer-merge", "GET"): Policy(MERGERS, on="customer"),
    ("leads:customer-merge", "POST"): Policy(MERGERS, on="customer", body=other_customer),
    ("leads:customer-unmerge", "POST"): Policy(MERGERS, on="merged customer"),
    # --- What could not be read -----------------------------------------------------------
    ("leads:rejects", "GET"): Policy(CORRECTORS),
    ("leads:reject", "GET"): Policy(CORRECTORS, on="reject", refusal=Answer.HIDDEN),
    ("leads:reject", "POST"): Policy(
        CORRECTORS,
        on="reject",
        refusal=Answer.HIDDEN,
        body=lambda world: {
            "dealership": world.dealership.pk,
            "name": "Jan",
            "interest": "new",
            "phone": "06-55512345",
        },
    ),
    ("leads:dismiss", "POST"): Policy(CORRECTORS, on="reject", refusal=Answer.HIDDEN),
    # --- Administration -------------------------------------------------------------------
    ("outbox:stays-undone", "GET"): Policy(NO_ROLE, for_staff=True),
    ("outbox:again", "POST"): Policy(NO_ROLE, on="dead letter", for_staff=True),
    ("outbox:aside", "POST"): Policy(NO_ROLE, on="other dead letter", for_staff=True),
    ("leads:reasons", "GET"): Policy(ADMINISTRATORS, for_staff=True),
    ("leads:rename-reason", "GET"): Policy(NO_ROLE, on="reason", for_staff=True),
    ("leads:rename-reason", "POST"): Policy(
        NO_ROLE, on="reason", body={"label_nl": "Anders", "label_en": "Other"}, for_staff=True
    ),
    ("leads:retire-reason", "POST"): Policy(
        NO_ROLE, on="reason", body={"retired": "1"}, for_staff=True
    ),
    ("dealers:people", "GET"): Policy(ADMINISTRATORS),
    ("dealers:people", "POST"): (
        Policy(ADMINISTRATORS, body=person_at("dealership")),
        Policy(ADMINISTRATORS, body=person_at("group")),
    ),
    ("dealers:person", "GET"): Policy(ADMINISTRATORS, on="membership", refusal=Answer.HIDDEN),
    ("dealers:end", "POST"): Policy(ADMINISTRATORS, on="membership", refusal=Answer.HIDDEN),
    ("dealers:activate", "POST"): Policy(ADMINISTRATORS, on="membership", refusal=Answer.HIDDEN),
    ("dealers:dealerships", "GET"): Policy(ADMINISTRATORS),
    ("dealers:dealership", "GET"): Policy(ADMINISTRATORS, on="dealership", refusal=Answer.HIDDEN),
    ("dealers:dealership", "POST"): Policy(
        ADMINISTRATORS, on="dealership", refusal=Answer.HIDDEN, body=policy_form
    ),
    ("dealers:hours", "POST"): Policy(
        ADMINISTRATORS, on="dealership", refusal=Answer.HIDDEN, body={"day_0": "9:00-17:00"}
    ),
    # Of the group, so of its administrator; a team lead has those of the centre.
    ("dealers:exchanges", "GET"): Policy(KEEPERS_OF_TELEPHONY),
    ("dealers:exchanges", "POST"): Policy(
        KEEPERS_OF_TELEPHONY, body=exchange_form, done_for=frozenset({"administrator"})
    ),
    ("dealers:exchange", "GET"): Policy(ADMINISTRATORS, on="exchange", refusal=Answer.HIDDEN),
    ("dealers:renew-secret", "POST"): Policy(ADMINISTRATORS, on="exchange", refusal=Answer.HIDDEN),
    ("dealers:activate-exchange", "POST"): Policy(
        ADMINISTRATORS, on="exchange", refusal=Answer.HIDDEN
    ),
    ("dealers:extend", "POST"): Policy(
        ADMINISTRATORS, on="exchange", refusal=Answer.HIDDEN, body=extension_form
    ),
    ("dealers:remove-extension", "POST"): Policy(
        ADMINISTRATORS, on="extension", refusal=Answer.HIDDEN
    ),
    # --- Telephony ------------------------------------------------------------------------
    ("leads:ringing", "GET"): Policy(ANYBODY),
    # --- Live -----------------------------------------------------------------------------
    # Who hears what: tests/leads/test_live.py.
    ("leads:live", "GET"): Policy(ANYBODY),
    # Who is not signed by an exchange; tests/leads/test_call_events.py signs.
    ("leads:call-events", "POST"): Policy(NO_ROLE, refusal=Answer.SIGN_IN, is_public=True),
    # --- Figures --------------------------------------------------------------------------
    ("reporting:figures", "GET"): Policy(READERS_OF_FIGURES),
    ("api-map", "GET"): Policy(READERS_OF_FIGURES),
    # --- The same for programs ------------------------------------------------------------
    ("api-lead-list", "GET"): Policy(ANYBODY),
    ("api-lead-list", "POST"): Policy(EVERYBODY, on="body", body=lead_in),
    ("api-lead-adf", "POST"): Policy(EVERYBODY, on="body", body=ADF, query=dealership_asked),
    ("api-lead-detail", "GET"): (seen("lead"), seen("passive"), seen("closed")),
    ("api-lead-reasons", "GET"): (seen("lead"), seen("passive")),
    ("api-lead-calls", "POST"): worked(),
    ("api-lead-attempts", "POST"): worked({"result": "no_answer"}),
    ("api-lead-conversations", "POST"): worked({"channel": "chat"}),
    ("api-lead-appointments", "POST"): worked({"kind": "workshop", "starts_at": THURSDAY}),
    ("api-lead-quotes", "POST"): worked({"amount": "24950.00"}),
    ("api-lead-callbacks", "POST"): worked({"due_at": THURSDAY}),
    ("api-lead-close", "POST"): worked(CLOSE),
    ("api-lead-approve", "POST"): decided(),
    ("api-lead-send-back", "POST"): decided({"instruction": "more_attempts"}),
    ("api-lead-reopen", "POST"): Policy(LEADERS, on="closed"),
    ("api-lead-undo", "POST"): Policy(WORKERS, on="queued", done_for=NOBODY),
    ("api-lead-take", "POST"): Policy(TAKERS, on="waiting"),
    ("api-lead-assign", "POST"): Policy(LEADERS, on="lead", body={"queue": "second_voice"}),
    ("api-up-line-list", "GET"): Policy(UP_LINE_READERS, on="body", query=dealership_asked),
    # Nobody has overdue follow-ups; tests/leads/domain/test_up_line.py has.
    ("api-up-line-override", "POST"): Policy(
        frozenset({Role.SALES_MANAGER}), on="body", body=override_asked, done_for=NOBODY
    ),
    ("api-queue-next", "POST"): Policy(CALLERS),
    ("api-queue-renew", "POST"): Policy(CALLERS, done_for=NOBODY),  # they hold nobody
    ("api-queue-release", "POST"): Policy(CALLERS, done_for=NOBODY),
    ("api-customer-detail", "GET"): (seen("customer"), seen("customer of the passive lead")),
    ("api-customer-detail", "PATCH"): (
        Policy(CUSTOMER_WORKERS, on="customer", body={"city": "Eindhoven"}),
        Policy(CUSTOMER_WORKERS, on="customer of the passive lead", body={"city": "Best"}),
    ),
    ("api-customer-merge", "POST"): Policy(MERGERS, on="customer", body=other_customer),
    ("api-customer-unmerge", "POST"): Policy(MERGERS, on="merged customer"),
    ("api-customer-withdraw", "POST"): Policy(
        frozenset({Role.SALES_MANAGER}), on="objecting customer", body={"reason": "by_mistake"}
    ),
    ("api-customer-objection", "POST"): (
        Policy(WORKERS | {Role.RECEPTIONIST}, on="customer"),
        Policy(WORKERS | {Role.RECEPTIONIST}, on="customer of the passive lead"),
    ),
    ("api-appointment-outcome", "POST"): Policy(
        WORKERS, on="appointment", body={"outcome": "showed"}
    ),
    ("api-appointment-move", "POST"): Policy(WORKERS, on="appointment", body={"starts_at": FRIDAY}),
}

# Where a route is asked whose address is a pattern of its own kind, or of no thing that is there.
ADDRESSES = {
    "leads:call-events": "/telefonie/no-such/gebeurtenissen/",
    "/^api(?:/|$)": "/api/v1/nothing-here/",
    "admin:/admin/(?P<url>.*)$": "/admin/nothing-here/",
    "admin:app_list": "/admin/dealers/",
}

# What a salesperson does not see.
PASSIVE = ("passive", "customer of the passive lead")
# Whose answers depend on it that a lead is in a queue, or passive; to others it is as any other.
ASKED_ABOUT = {
    "queued": CALLERS | {Role.SALESPERSON},
    **dict.fromkeys(PASSIVE, frozenset({Role.AGENT, Role.SALESPERSON})),
}
# What everybody sees: it is of no dealership.
OF_NO_DEALERSHIP = ("", "reason", "dead letter", "other dead letter")


# --- Things that a request names beside its address -----------------------------------------

IT = "{it}"  # stands for what is named


@dataclass(frozen=True)
class Reaching:
    """A stranger's request about his own things that names somebody else's, and its answer."""

    who: str
    method: str
    path: str  # {own} is the salesperson's lead, {waiting} one for the agents
    names: str
    status: int
    sent: Mapping[str, str]

    def asked_by(self, actor: Actor, named: Any, **own: Any) -> HttpResponse:
        """The answer with `named` where it says IT."""
        sent = {
            name: named if text == IT else text.replace(IT, str(named))
            for name, text in self.sent.items()
        }
        path = self.path.format(it=named, **own)
        if self.method == "GET":
            return actor.ask(self.method, path, query=sent)
        return actor.ask(self.method, path, body=sent)


NEW = {"kind": "active", "channel": "online", "dealership": "zuid-breda"}
NEW_PERSON = {"email": "nieuw@zuid.example", "name": "Nieuw", "role": "marketer"}
VISIT = {"kind": "showroom", "starts_at": THURSDAY}
VISIT_ON_PAGE = {"kind": "showroom", "starts_at": "26-11-2026 11:00", "salesperson": IT}
MOVED = {"starts_at": FRIDAY}
MOVED_ON_PAGE = {"starts_at": "27-11-2026 15:00", "salesperson": IT}
ABSENCE = {
    "user": IT,
    "begins_at": "2026-12-21T00:00:00+01:00",
    "ends_at": "2026-12-25T00:00:00+01:00",
}
ABSENCE_ON_PAGE = {"user": IT, "first": "2026-12-21", "last": "2026-12-24"}
DROP_ON_PAGE = {"user": IT, "how_long": "30", "reason": "busy"}
DUPLICATE = {"reason": "BDC-02", "original": IT}
RESULT = {"result": "no_answer", "call": IT}
API = "/api/v1/"
BY_SALES, BY_MANAGER, BY_AGENT = "salesperson", "sales manager", "agent"
BY_ADMINISTRATOR, BY_TEAM_LEAD = "administrator", "team lead"
CUSTOMER = f"{API}customers/{{of_waiting}}/"

REACHINGS = [
    Reaching(BY_SALES, "POST", f"{API}leads/", "dealership", 404, {**NEW, "dealership": IT}),
    Reaching(BY_SALES, "POST", f"{API}leads/", "campaign", 404, {**NEW, "campaign": IT}),
    Reaching(BY_MANAGER, "POST", f"{API}leads/{{own}}/assign/", "person", 404, {"user": IT}),
    Reaching(
        BY_SALES, "POST", f"{API}leads/{{own}}/appointments/", "person", 404, {**VISIT, "with": IT}
    ),
    Reaching(
        BY_SALES,
        "POST",
        f"{API}leads/{{own}}/callbacks/",
        "person",
        404,
        {"due_at": THURSDAY, "for": IT},
    ),
    Reaching(
        BY_MANAGER, "POST", "/klanten/{of_waiting}/samenvoegen/", "customer", 404, {"other": IT}
    ),
    Reaching(
        BY_MANAGER, "GET", "/klanten/{of_waiting}/samenvoegen/", "customer", 404, {"other": IT}
    ),
    Reaching(
        BY_MANAGER, "POST", f"{API}customers/{{of_waiting}}/merge/", "customer", 404, {"other": IT}
    ),
    # No original lead is told: the rule about evidence speaks (contract.md).
    Reaching(BY_SALES, "POST", f"{API}leads/{{own}}/close/", "lead", 409, DUPLICATE),
    Reaching(BY_SALES, "POST", f"{API}leads/{{own}}/attempts/", "call", 400, RESULT),
    Reaching(BY_AGENT, "POST", f"{API}queue/next/", "dealership", 404, {"dealership": IT}),
    Reaching(BY_AGENT, "POST", f"{API}queue/next/", "campaign", 204, {"campaign": IT}),
    Reaching(BY_MANAGER, "GET", f"{API}leads/", "dealership", 404, {"dealership": IT}),
    Reaching(BY_MANAGER, "GET", f"{API}up-line/", "dealership", 404, {"dealership": IT}),
    Reaching(
        BY_MANAGER,
        "POST",
        f"{API}up-line/override/",
        "dealership",
        404,
        {"dealership": IT, "user": "stranger-salesperson@zuid.example"},
    ),
    Reaching(
        BY_MANAGER,
        "POST",
        f"{API}up-line/override/",
        "person",
        404,
        {"dealership": "zuid-breda", "user": IT},
    ),
    Reaching(BY_MANAGER, "GET", f"{API}leads/", "campaign", 200, {"campaign": IT}),
    Reaching(BY_MANAGER, "GET", f"{API}leads/", "person", 200, {"owner": IT}),
    Reaching(BY_MANAGER, "GET", f"{API}reports/map/", "dealership", 404, {"dealership": IT}),
    Reaching(BY_MANAGER, "GET", f"{API}reports/map/", "campaign", 404, {"campaign": IT}),
    Reaching(BY_MANAGER, "GET", f"{API}reports/map/", "person", 404, {"salesperson": IT}),
    Reaching(BY_MANAGER, "GET", "/cijfers/", "dealership", 404, {"dealership": IT}),
    Reaching(BY_MANAGER, "GET", "/cijfers/", "campaign", 404, {"campaign": IT}),
    Reaching(BY_MANAGER, "GET", "/cijfers/", "person", 404, {"salesperson": IT}),
    Reaching(BY_MANAGER, "GET", "/leads/", "dealership", 422, {"dealership": IT}),
    Reaching(BY_MANAGER, "GET", "/leads/", "campaign", 422, {"campaign": IT}),
    Reaching(BY_MANAGER, "GET", "/leads/", "person", 422, {"owner": IT}),
    Reaching(BY_MANAGER, "GET", "/akkoord/", "proposed lead", 200, {"lead": IT}),
    Reaching(
        BY_MANAGER,
        "POST",
        "/leads/{waiting}/toewijzen/",
        "id of a person",
        422,
        {"to": f"user:{IT}"},
    ),
    Reaching(BY_SALES, "POST", "/leads/{own}/afspraak/", "id of a person", 422, VISIT_ON_PAGE),
    Reaching(
        BY_SALES,
        "POST",
        "/leads/{own}/afspraken/{it}/",
        "appointment",
        404,
        {"outcome": "showed"},
    ),
    Reaching(BY_SALES, "POST", "/leads/{own}/afspraken/{it}/verzetten/", "appointment", 404, MOVED),
    Reaching(BY_SALES, "POST", f"{API}appointments/{{it}}/move/", "appointment", 404, MOVED),
    Reaching(BY_SALES, "POST", "/leads/{own}/afboeken/", "lead", 422, DUPLICATE),
    Reaching(BY_SALES, "POST", "/leads/{own}/belpoging/", "call", 422, RESULT),
    Reaching(BY_AGENT, "POST", "/bellen/{waiting}/afspraak/", "id of a person", 422, VISIT_ON_PAGE),
    Reaching(BY_AGENT, "POST", "/bellen/{waiting}/afboeken/", "lead", 422, DUPLICATE),
    Reaching(
        BY_ADMINISTRATOR,
        "POST",
        "/beheer/",
        "id of the dealership",
        422,
        {**NEW_PERSON, "place": f"dealership:{IT}"},
    ),
    Reaching(
        BY_ADMINISTRATOR,
        "POST",
        "/beheer/",
        "id of the group",
        422,
        {**NEW_PERSON, "place": f"group:{IT}"},
    ),
    Reaching(
        BY_ADMINISTRATOR,
        "POST",
        "/beheer/telefonie/",
        "id of the group",
        422,
        {"name": "Kantoor", "place": f"group:{IT}"},
    ),
    Reaching(
        BY_ADMINISTRATOR,
        "POST",
        "/beheer/telefonie/{exchange}/toestellen/",
        "id of a person",
        422,
        {"name": "201", "user": IT},
    ),
    Reaching(BY_MANAGER, "GET", f"{API}leads/", "customer", 200, {"customer": IT}),
    Reaching(BY_MANAGER, "PATCH", CUSTOMER, "a car", 400, {"vehicles": IT}),
    Reaching(BY_MANAGER, "PATCH", CUSTOMER, "cars", 400, {"remove_vehicles": IT}),
    Reaching(BY_MANAGER, "PATCH", CUSTOMER, "consents", 400, {"withdraw_consents": IT}),
    Reaching(BY_MANAGER, "POST", f"{API}absences/", "person", 404, ABSENCE),
    Reaching(BY_MANAGER, "POST", "/afwezig/", "id of a person", 422, ABSENCE_ON_PAGE),
    Reaching(
        BY_MANAGER, "POST", "/beurt/zuid-breda/achteraan/", "id of a person", 422, DROP_ON_PAGE
    ),
    Reaching(BY_MANAGER, "POST", "/beurt/zuid-breda/{it}/meetellen/", "id of a person", 404, {}),
    Reaching(
        BY_TEAM_LEAD,
        "POST",
        "/wachtrijen/medewerkers/{agent}/",
        "id of the campaign",
        422,
        {"campaigns": IT},
    ),
    Reaching(BY_MANAGER, "GET", "/beurt/", "dealership", 404, {"dealership": IT}),
    Reaching(
        BY_SALES,
        "POST",
        f"{API}appointments/{{visit}}/move/",
        "person",
        404,
        {**MOVED, "with": IT},
    ),
    Reaching(
        BY_SALES,
        "POST",
        "/leads/{own}/afspraken/{visit}/verzetten/",
        "id of a person",
        422,
        MOVED_ON_PAGE,
    ),
    Reaching(
        BY_SALES,
        "POST",
        "/leads/{own}/afspraken/{visit}/verzetten/",
        "id of a person",
        422,
        {"slot": f"{FRIDAY}|{IT}"},
    ),
    Reaching(
        BY_SALES,
        "POST",
        "/leads/{own}/afspraak/",
        "id of a person",
        422,
        {"kind": "showroom", "slot": f"{THURSDAY}|{IT}"},
    ),
    Reaching(
        BY_MANAGER,
        "POST",
        "/leads/afgekeurd/{reject}/",
        "id of the dealership",
        422,
        {"name": "Jan", "interest": "new", "phone": "06-55512345", "dealership": IT},
    ),
]


# --- Pages of others, each group with one policy --------------------------------------------

# Signing in and one's own password; the rest of them asks to sign in.
OPEN_ACCOUNT_PAGES = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}


def is_account_page(route: str) -> bool:
    return route.startswith("account_")


def is_admin_page(route: str) -> bool:
    """The reference data, for who runs Spits alone."""
    return route.startswith("admin:")
