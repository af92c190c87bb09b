"""Who may do what: one table of roles by action (contract.md, Who may)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import NotAllowed, RuleBroken
from dealers.domain.access import reach_of
from dealers.models import Role
from leads.models import Customer, Lead

EVERYBODY = frozenset(Role)
WORKERS = frozenset({Role.SALESPERSON, Role.SALES_MANAGER, Role.AGENT, Role.TEAM_LEAD})

ROLES_FOR: dict[str, frozenset[Role]] = {
    "receive": EVERYBODY,
    "see": EVERYBODY,
    "work": WORKERS,
    "undo": WORKERS,
    "object": WORKERS | {Role.RECEPTIONIST},
    "withdraw_objection": frozenset({Role.SALES_MANAGER}),
    # A caller tells a new number or address to whoever picks up the phone: the reception too.
    "correct_customer": WORKERS | {Role.RECEPTIONIST},
    "merge_customers": frozenset({Role.SALES_MANAGER, Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    "take": frozenset({Role.SALESPERSON, Role.SALES_MANAGER}),
    "see_up_line": frozenset({Role.SALESPERSON, Role.SALES_MANAGER, Role.RECEPTIONIST}),
    "override_up_line": frozenset({Role.SALES_MANAGER}),
    "drop_in_up_line": frozenset({Role.SALES_MANAGER}),
    "call_queue": frozenset({Role.AGENT, Role.TEAM_LEAD}),
    "assign_work": frozenset({Role.TEAM_LEAD}),
    "keep_campaigns": frozenset({Role.MARKETER, Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    "keep_shift": frozenset({Role.AGENT, Role.TEAM_LEAD, Role.SALESPERSON}),
    "lead_team": frozenset({Role.TEAM_LEAD}),
    "take_over_call_back": WORKERS,
    "take_over_early": frozenset({Role.TEAM_LEAD}),
    "assign": frozenset({Role.SALES_MANAGER, Role.TEAM_LEAD}),
    "approve_sales": frozenset({Role.SALES_MANAGER}),
    "approve_bdc": frozenset({Role.SALES_MANAGER, Role.TEAM_LEAD}),
    "see_undecided": frozenset({Role.ADMINISTRATOR}),
    "reopen": frozenset({Role.SALES_MANAGER, Role.TEAM_LEAD}),
    "report": frozenset({Role.SALES_MANAGER, Role.TEAM_LEAD, Role.MARKETER, Role.ADMINISTRATOR}),
    "report_oneself": frozenset({Role.SALESPERSON}),
    "correct_rejects": frozenset(
        {Role.SALES_MANAGER, Role.TEAM_LEAD, Role.MARKETER, Role.ADMINISTRATOR}
    ),
    "import": frozenset({Role.MARKETER, Role.TEAM_LEAD, Role.ADMINISTRATOR}),
    "do_tasks": frozenset({Role.SALES_MANAGER, Role.RECEPTIONIST, Role.ADMINISTRATOR}),
    "administer": frozenset({Role.ADMINISTRATOR}),
    "keep_telephony": frozenset({Role.ADMINISTRATOR, Role.TEAM_LEAD}),
}


def may(user: User, action: str, dealership_id: int) -> bool:
    """Whether one of the user's roles at the dealership includes `action`."""
    return bool(reach_of(user).at(dealership_id) & ROLES_FOR[action])


def may_anywhere(user: User, action: str) -> bool:
    return bool(reach_of(user).roles & ROLES_FOR[action])


def everywhere(user: User, action: str) -> frozenset[int]:
    """The dealerships at which the user may do `action`."""
    return reach_of(user).where(*ROLES_FOR[action])


def require(user: User | None, action: str, dealership_id: int) -> None:
    """Raise NotAllowed unless the user may; the system (None) may."""
    if user is not None and not may(user, action, dealership_id):
        raise _not_included()


def may_for_customer(user: User, action: str, customer: Customer) -> bool:
    """Whether the user may do `action` where he may see a lead of the customer."""
    leads = Lead.objects.visible_to(user).filter(dealership__in=everywhere(user, action))
    return leads.filter(customer=customer).exists()


def require_for_customer(user: User | None, action: str, customer: Customer) -> None:
    """Raise NotAllowed unless the user may do `action` for a customer; the system may."""
    if user is not None and not may_for_customer(user, action, customer):
        raise _not_included()


def require_anywhere(user: User, action: str) -> None:
    """Raise NotAllowed unless the user may do `action` at some dealership."""
    if not may_anywhere(user, action):
        raise _not_included()


def _not_included() -> NotAllowed:
    return NotAllowed(_("Your role does not include this. Ask your team lead or sales manager."))


def ownership_problem(lead: Lead, by: User | None) -> RuleBroken | None:
    """Return why `by` may not work this lead now, or None.

    A salesperson's lead is worked by its owner; a queue's by the agents and team leads of a
    centre that serves the dealership. From catch_all a lead is taken first.
    """
    if by is None:
        return None
    if lead.owner_id is not None:
        if lead.owner_id == by.pk:
            return None
        return RuleBroken("not_owner", _("This lead belongs to somebody else."))
    if lead.is_at_bdc and may(by, "call_queue", lead.dealership_id):
        return None
    if lead.is_at_bdc:
        return RuleBroken("not_owner", _("The BDC works this lead."))
    return RuleBroken("not_owner", _("Nobody has this lead yet. Take it first."))
