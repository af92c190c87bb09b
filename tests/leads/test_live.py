"""What pages are told of leads and people, and who hears it: nobody whose business it is not."""

from __future__ import annotations

import pytest
import redis
from django.db import connection

from bdc.live.news import FIELD, RIGHTS, STREAM, News, unpacked
from dealers.domain.administration import add_person, end_membership, set_active
from dealers.domain.presence import set_presence
from dealers.models import Membership, Role
from leads.domain.hearing import topics_of
from leads.domain.queue import next_lead
from leads.domain.team import give_back
from leads.domain.telephone import take_delivery
from leads.models import Event, Lead
from tests.factories import (
    TUESDAY_10,
    call_told,
    create_agent,
    create_centre,
    create_dealership,
    create_exchange,
    create_extension,
    create_member,
    create_salesperson,
    create_user,
    receive,
    receive_passive,
    signed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealership():
    return create_dealership()


@pytest.fixture
def told(settings, django_capture_on_commit_callbacks):
    """Do something in a transaction that is kept; return what was told of it."""
    with redis.Redis.from_url(settings.REDIS_URL, decode_responses=True) as valkey:

        def tell(act, *args, **kwargs):
            valkey.delete(STREAM)
            connection.run_on_commit.clear()  # the test is one transaction: what came before
            with django_capture_on_commit_callbacks(execute=True):
                act(*args, **kwargs)
            entries = valkey.xrange(STREAM)
            assert len(entries) <= 1  # a transaction tells everything at once
            return {one for _place, fields in entries for one in unpacked(fields[FIELD])}

        yield tell


def news(name, *topics, about=0, version=0):
    return News(name, frozenset(topics), about, version)


def test_a_new_lead_is_told_to_its_owner_and_to_who_may_see_it(told, dealership):
    salesperson = create_salesperson(dealership)

    heard = told(receive, dealership)

    lead = Lead.objects.get()
    assert lead.owner == salesperson
    which = {"about": lead.pk, "version": Event.objects.latest("pk").pk}
    assert heard == {
        news("lead", f"leads:{dealership.pk}", f"active:{dealership.pk}", **which),
        news("mine", f"user:{salesperson.pk}", **which),
    }


def test_a_passive_lead_is_no_news_for_who_only_sells(told, dealership):
    heard = told(receive_passive, dealership)

    assert {topic for one in heard for topic in one.topics} == {f"leads:{dealership.pk}"}


def test_who_is_with_a_customer_now_is_told_to_who_works_the_queues(told, dealership):
    agent = create_agent(dealership)
    receive_passive(dealership)

    assert told(next_lead, agent, now=TUESDAY_10) == {news("hold", f"leads:{dealership.pk}")}
    assert told(next_lead, agent, now=TUESDAY_10) == set()  # the same customer


def test_an_agent_is_told_that_the_customer_was_given_back(told, dealership):
    centre = create_centre(dealership)
    agent, lead_of_team = (create_member(role, centre) for role in (Role.AGENT, Role.TEAM_LEAD))
    lead = receive_passive(dealership)
    next_lead(agent, now=TUESDAY_10)

    heard = told(give_back, lead, by=lead_of_team, now=TUESDAY_10)

    assert news("held", f"user:{agent.pk}") in heard


def test_beginning_a_shift_is_told_to_the_team_lead_and_once(told, dealership):
    agent = create_agent(dealership)

    def begin():
        set_presence(agent, state="available", now=TUESDAY_10)

    assert told(begin) == {news("presence", f"presence:{agent.pk}", f"user:{agent.pk}")}
    assert told(begin) == set()


@pytest.mark.parametrize("kind", ["ringing", "answered", "ended"])
def test_a_call_is_told_to_whoever_is_called_alone(told, dealership, kind):
    salesperson = create_salesperson(dealership)
    exchange = create_exchange(dealership.group)
    create_extension(exchange, salesperson)

    def tell(direction):
        body = call_told(kind, direction=direction, now=TUESDAY_10)
        take_delivery(exchange.slug, signed(exchange, body, now=TUESDAY_10), now=TUESDAY_10)

    assert told(tell, "inbound") == {news("call", f"user:{salesperson.pk}")}
    assert told(tell, "outbound") == set()


def test_other_rights_are_told_to_the_server(told, dealership):
    administrator = create_member(Role.ADMINISTRATOR, dealership.group)
    person = create_user()
    by = {"by": administrator, "now": TUESDAY_10}
    rights = {news(RIGHTS, f"user:{person.pk}")}

    def give():
        who = {"email": person.email, "name": person.name}
        add_person(**who, role=Role.MARKETER, place=dealership, **by)

    assert told(give) == rights
    membership = Membership.objects.get(user=person)
    assert told(set_active, membership, active=False, **by) == rights
    assert told(end_membership, membership, **by) == rights


def test_everybody_hears_what_he_may_see(dealership):
    elsewhere = create_dealership()
    centre = create_centre(dealership)
    agent, lead_of_team = (create_member(role, centre) for role in (Role.AGENT, Role.TEAM_LEAD))
    stranger = create_member(Role.AGENT, create_centre(elsewhere))
    all_of_it = f"leads:{dealership.pk}"
    expected = {
        create_salesperson(dealership): {f"active:{dealership.pk}"},
        create_member(Role.SALES_MANAGER, dealership.group): {all_of_it},
        agent: {all_of_it},
        lead_of_team: {all_of_it, f"presence:{agent.pk}", f"presence:{lead_of_team.pk}"},
        stranger: {f"leads:{elsewhere.pk}"},
        create_user(): set(),
    }

    assert {user: topics_of(user) for user in expected} == {
        user: topics | {f"user:{user.pk}"} for user, topics in expected.items()
    }


def test_who_works_no_more_hears_of_nothing_there(dealership):
    salesperson = create_salesperson(dealership)
    salesperson.is_active = False

    assert topics_of(salesperson) == {f"user:{salesperson.pk}"}
