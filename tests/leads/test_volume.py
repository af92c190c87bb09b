"""Volume for measuring: as much as was asked, and every row as the domain would have made it."""

import pytest
from django.core.management import CommandError, call_command

from bdc.accounts.models import User
from bdc.prepared import fetch_prepared
from leads.demo.volume import fill
from leads.domain import due
from leads.domain.agents_work import Scope, scopes_of
from leads.domain.due import Search
from leads.models import Attempt, Campaign, Lead, Status
from tests.factories import TUESDAY_10, create_dealership
from tests.proofs.invariants import violations


@pytest.mark.django_db(transaction=True)
def test_volume_is_as_asked_and_breaks_no_rule_and_next_call_reads_little_of_it():
    filled = fill(leads=3_000, attempts=12_000, seed=1, now=TUESDAY_10)

    assert filled.leads == Lead.objects.count() == pytest.approx(3_000, rel=0.05)
    assert filled.attempts == Attempt.objects.count() == pytest.approx(12_000, rel=0.15)
    assert Lead.objects.filter(status=Status.CLOSED).count() == pytest.approx(1_680, rel=0.05)
    # Nobody is told of a copy; all else is as if each lead had come in by itself.
    broken = {violation.invariant for violation in violations()}
    assert broken == {"I18 given_lead_is_told_to_its_owner"}
    for search in searches():
        parts = len(search._work)
        # Each part is read in its order until there are enough; some thousand leads are due.
        assert 0 < judged(search) <= 2 * search._near * parts, search


def searches():
    """What an agent of the volume may be set to work on, and ask for."""
    agent = User.objects.filter(email__startswith="agent-").first()
    [everything] = scopes_of(agent)
    campaigns = frozenset(Campaign.objects.values_list("pk", flat=True))
    yield from (
        Search(agent_id=agent.pk, scopes=(scope,), now=TUESDAY_10)
        for scope in (
            everything,
            Scope(everything.places, campaigns=campaigns),
            Scope(everything.places, without_campaign=True),
            Scope(everything.places, queues=frozenset({"passive"})),
        )
    )
    yield Search(agent_id=agent.pk, scopes=(everything,), now=TUESDAY_10, campaigns=campaigns)


def judged(search):
    """For how many leads the database looks at the customer, by what it says itself."""
    params = search._params(without=[], most=search._near)
    [(plans,)] = fetch_prepared(f"EXPLAIN (ANALYZE, FORMAT JSON) {due._IN_ORDER}", params)

    def within(node):
        own = node["Actual Loops"] if node.get("Relation Name") == "leads_customer" else 0
        return own + sum(within(part) for part in node.get("Plans", []))

    return within(plans[0]["Plan"])


def test_a_database_that_is_in_use_is_not_filled(db, settings):
    settings.DEMO = False
    create_dealership()

    with pytest.raises(CommandError, match="fill an empty one"):
        call_command("fill", "--leads", "10", "--attempts", "10")

    assert not Lead.objects.exists()
