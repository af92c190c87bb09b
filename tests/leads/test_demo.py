"""The demo: who can sign in, what has happened, and what waits for them this morning."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Q

from bdc.accounts.models import User
from bdc.outbox.models import Effect
from dealers.domain.access import reach_of
from dealers.domain.hours import local
from dealers.models import Dealership, Membership, Role, SalesRole
from leads.demo.play import load_demo
from leads.domain.approving import proposals_to_decide
from leads.domain.queue import next_lead
from leads.domain.rejects import rejects_visible_to
from leads.domain.sweeping import sweep
from leads.models import (
    QUEUE_ORDER,
    Appointment,
    AppointmentKind,
    AppointmentOutcome,
    Attempt,
    CallBack,
    Channel,
    Event,
    Ground,
    Hold,
    Interest,
    Kind,
    Lead,
    Proposal,
    Queue,
    Reject,
    Release,
    Result,
    Round,
    Status,
)
from tests.bdc.backups.databases import working_on
from tests.factories import TUESDAY_10
from tests.played_demo import played_demo

NOW = TUESDAY_10
NOORD, ZUID = {"noord-eindhoven", "noord-helmond"}, {"zuid-breda"}
SIGN_INS = {
    "agent@noord.example": ("agent", NOORD | ZUID),
    "agent2@noord.example": ("agent", NOORD),
    "teamleider@noord.example": ("team_lead", NOORD | ZUID),
    "verkoper@noord.example": ("salesperson", {"noord-eindhoven"}),
    "internet@noord.example": ("salesperson", NOORD),
    "showroom@noord.example": ("salesperson", {"noord-eindhoven"}),
    "verkoopleider@noord.example": ("sales_manager", NOORD),
    "marketeer@noord.example": ("marketer", NOORD),
    "receptie@noord.example": ("receptionist", NOORD),
    "beheer@noord.example": ("administrator", NOORD),
    "verkoper@zuid.example": ("salesperson", ZUID),
    "verkoopleider@zuid.example": ("sales_manager", ZUID),
    "marketeer@zuid.example": ("marketer", ZUID),
    "beheer@zuid.example": ("administrator", ZUID),
}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Played once, and committed; what a test here does to it is not."""
    with django_db_blocker.unblock():
        demo = played_demo()
        with working_on(demo.database):
            yield demo


def user(email: str) -> User:
    return User.objects.get(email=email)


@pytest.mark.parametrize("email", SIGN_INS)
def test_a_person_of_the_contract_signs_in_and_reaches_what_it_says(demo, email):
    role, slugs = SIGN_INS[email]

    person = authenticate(None, email=email, password="spits-demo-2026")

    assert person is not None
    assert not person.is_staff
    reach = reach_of(person)
    assert reach.roles == {role}
    reached = Dealership.objects.filter(pk__in=reach.dealerships).values_list("slug", flat=True)
    assert set(reached) == slugs


@pytest.mark.parametrize(
    ("slug", "brands", "area", "routing"),
    [
        ("noord-eindhoven", ["Volkswagen", "Škoda"], (5600, 5658), "salespeople_first"),
        ("noord-helmond", ["SEAT", "CUPRA"], (5700, 5711), "bdc_first"),
        ("zuid-breda", ["Toyota"], (4800, 4839), "salespeople_first"),
    ],
)
def test_a_dealership_is_as_the_contract_says(demo, slug, brands, area, routing):
    place = Dealership.objects.get(slug=slug)

    assert (place.brands, place.routing, place.open_lead_cap) == (brands, routing, None)
    assert list(place.postcode_areas.values_list("first", "last")) == [area]
    hours = [
        (block.weekday, f"{block.opens:%H:%M}-{block.closes:%H:%M}")
        for block in place.opening_blocks.all()
    ]
    assert hours == [*((day, "08:30-18:00") for day in range(5)), (5, "09:00-17:00")]


@pytest.mark.parametrize("slug", sorted(NOORD | ZUID))
def test_every_role_and_every_row_of_the_up_line_is_at_each_dealership(demo, slug):
    place = Dealership.objects.get(slug=slug)
    reached = Counter()
    for person in User.objects.filter(is_active=True):
        reached.update(reach_of(person).at(place.pk))
    assert set(reached) == set(Role)

    sellers = Membership.objects.filter(dealership=place, role="salesperson", user__is_active=True)
    kinds = Counter(sellers.values_list("sales_role", flat=True))
    assert set(kinds) == set(SalesRole)
    assert kinds["hybrid"] >= 3


def test_about_four_hundred_leads_came_in_over_thirteen_weeks(demo):
    assert 330 <= Lead.objects.count() <= 450
    first = Lead.objects.earliest("received_at").received_at
    assert NOW - timedelta(weeks=13) <= first <= NOW - timedelta(weeks=12)


def test_the_domain_refused_nothing_of_the_play(demo):
    assert demo.refused == []


def test_every_reason_has_ended_a_round(demo):
    ended = Counter(Round.objects.exclude(reason=None).values_list("reason", flat=True))

    assert len(ended) == 30
    assert Round.objects.filter(reason="SYS-01").exclude(closed_by=None).count() == 0


@pytest.mark.parametrize(
    ("rows", "field", "choices"),
    [
        (Lead, "status", Status),
        (Lead, "kind_at_receipt", Kind),
        (Lead, "channel", Channel),
        (Lead, "interest", Interest),
        (Lead, "queue", ["", *Queue]),
        (Lead, "line", [None, 1, 2, 3]),
        (Attempt, "result", Result),
        (Attempt, "ground", ["", *Ground]),
        (Attempt, "why", ["", "same_day_part", "day_limit"]),
        (Attempt, "is_breach", [False, True]),
        (Attempt, "is_late", [False, True]),
        (Round, "side", ["salesperson", *QUEUE_ORDER]),
        (Round, "ending", ["", *Round.Ending]),
        (Proposal, "decision", ["", *Proposal.Decision]),
        (Proposal, "instruction", ["", *Proposal.Instruction]),
        (Appointment, "kind", AppointmentKind),
        (Appointment, "outcome", ["", *set(AppointmentOutcome) - {AppointmentOutcome.MOVED}]),
        (Release, "reason", Release.Reason),
        (Reject, "state", Reject.State),
    ],
)
def test_everything_that_can_happen_has_happened(demo, rows, field, choices):
    assert set(rows.objects.values_list(field, flat=True)) == set(choices)


def test_every_kind_of_entry_stands_in_a_timeline(demo):
    happened = set(Event.objects.values_list("verb", flat=True).distinct())

    assert happened >= {
        "became_active",
        "breached",
        "call_back_fell_to_team",
        "close_withdrawn",
        "joined_by_repeat_enquiry",
        "late_result",
        "alarmed",
        "objected",
        "reopened",
        "taken",
        "assigned_to_salesperson",
        "forwarded",
        "details_asked",
    }
    routed = set(
        Event.objects.filter(verb="routed_to_salesperson").values_list("facts__why", flat=True)
    )
    assert routed >= {
        "least_recently_served",
        "first_in_up_line",
        "had_the_customer",
        "of_the_appointment",
        "next_after_two_minutes",
        "owner_left",
        "owner_absent",
    }


def test_about_thirty_five_of_a_hundred_leads_make_an_appointment(demo):
    active = Lead.objects.filter(kind_at_receipt="active", is_pollution=False)
    shares = {
        step: active.filter(condition).count() / active.count()
        for step, condition in {
            "reached": Q(reached_at__isnull=False),
            "appointment": Q(has_appointment=True),
            "showed": Q(showed_at__isnull=False),
            "sold": Q(sold_at__isnull=False),
        }.items()
    }

    assert 0.55 <= shares["reached"] <= 0.82
    assert 0.30 <= shares["appointment"] <= 0.38
    assert 0.16 <= shares["showed"] <= 0.28
    assert 0.09 <= shares["sold"] <= 0.18


def test_salespeople_differ(demo):
    rounds = Round.objects.filter(owner__isnull=False, began_with_appointment=False)
    began, booked = Counter(), Counter()
    for owner, has_appointment in rounds.values_list("owner__email", "has_appointment"):
        began[owner] += 1
        booked[owner] += has_appointment
    shares = [booked[who] / began[who] for who in began if began[who] >= 8]

    assert len(shares) >= 5
    assert max(shares) - min(shares) >= 0.15


@pytest.mark.parametrize("email", ["agent@noord.example", "agent2@noord.example"])
@pytest.mark.parametrize("queue", QUEUE_ORDER)
def test_an_agent_finds_a_lead_due_in_every_queue(demo, email, queue):
    with transaction.atomic():
        hold = next_lead(user(email), now=NOW, queue=queue)
        transaction.set_rollback(True)

    assert hold is not None


def test_a_sales_manager_finds_close_outs_to_approve(demo):
    waiting = {
        email: proposals_to_decide(user(f"{email}.example")).count()
        for email in ("verkoopleider@noord", "verkoopleider@zuid", "teamleider@noord")
    }

    assert 6 <= waiting["verkoopleider@noord"] <= 10
    assert waiting["verkoopleider@zuid"] >= 1
    assert waiting["teamleider@noord"] >= 1


def test_call_backs_are_due_today_and_one_is_overdue(demo):
    promises = CallBack.objects.filter(done_at=None)
    today = [promise for promise in promises if promise.due_at.date() == NOW.date()]
    by_owner = {promise.owner.email for promise in today if promise.owner}

    assert by_owner >= {"agent@noord.example", "verkoper@noord.example", "internet@noord.example"}
    assert any(promise.due_at < NOW - timedelta(minutes=20) for promise in today)
    assert any(promise.fell_to_team_at for promise in today)


def test_there_are_appointments_tomorrow(demo):
    tomorrow = local(Dealership.objects.first(), NOW).date() + timedelta(days=1)
    agreed = Appointment.objects.filter(local_date=tomorrow, outcome="")

    assert set(agreed.values_list("salesperson__email", flat=True)) >= {
        "verkoper@noord.example",
        "internet@noord.example",
        "showroom@noord.example",
        "verkoper@zuid.example",
    }


@pytest.mark.parametrize("who", ["verkoper", "internet", "showroom"])
def test_a_salesperson_has_a_lead_of_the_last_hour_that_is_due(demo, who):
    own = Lead.objects.owned_by(user(f"{who}@noord.example")).filter(next_call_at__lte=NOW)

    assert own.filter(received_at__gt=NOW - timedelta(hours=1)).exists()


def test_nobody_has_left_a_lead_untaken_since_yesterday(demo):
    untaken = Lead.objects.filter(queue=Queue.CATCH_ALL, received_at__lt=NOW - timedelta(days=1))
    assert not untaken.exists()


def test_two_documents_wait_to_be_corrected(demo):
    waiting = rejects_visible_to(user("marketeer@noord.example")).filter(state="waiting")

    assert {reject.code for reject in waiting} == {"XML_NOT_WELLFORMED", "unknown_dealership"}


def test_some_customers_have_several_leads(demo):
    leads = Counter(Lead.objects.values_list("customer", flat=True))

    assert sum(count > 1 for count in leads.values()) >= 5


def test_nothing_lies_ahead_of_the_demos_clock_and_nothing_is_left_to_do(demo):
    assert Event.objects.latest("at").at <= NOW
    assert Lead.objects.latest("received_at").received_at <= NOW
    assert not Effect.objects.open().exists()
    assert not Hold.objects.exists()
    with transaction.atomic():
        done = sweep(NOW)
        transaction.set_rollback(True)
    assert set(done.values()) == {0}


def test_loading_again_changes_nothing(demo, settings, django_assert_num_queries):
    before = (Lead.objects.count(), Event.objects.count(), User.objects.count())

    with django_assert_num_queries(1):
        assert load_demo(NOW + timedelta(days=1)) is False

    settings.DEMO = True
    said = StringIO()
    call_command("load_demo", stdout=said)
    assert said.getvalue() == "The demo is already there.\n"
    assert (Lead.objects.count(), Event.objects.count(), User.objects.count()) == before


def test_demo_data_do_not_get_among_real_ones(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="SPITS_DEMO=1"):
        call_command("load_demo")
