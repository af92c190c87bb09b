"""Administrators keep people, roles and policies, within their own place."""

from datetime import date, time

import pytest
from django.db import IntegrityError, transaction

from bdc.accounts.models import User
from bdc.errors import Malformed, NotAllowed, RuleBroken
from dealers.domain.access import reach_of
from dealers.domain.administration import (
    add_person,
    change_dealership,
    change_hours,
    change_queue_policy,
    end_membership,
    memberships_to_administer,
    set_active,
)
from dealers.models import Dealership, Membership, PolicyChange, Role
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_centre,
    create_dealership,
    create_member,
    create_salesperson,
)


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def administrator(dealership):
    return create_member(Role.ADMINISTRATOR, dealership.group)


def change(dealership, by, **policy):
    return change_dealership(
        dealership,
        policy=policy,
        brands=["Toyota"],
        aliases=["Toyota Breda"],
        areas=[(4800, 4839)],
        by=by,
        now=TUESDAY_10,
    )


def test_a_new_person_gets_an_account_without_a_password(dealership, administrator):
    membership = add_person(
        email="Nieuw@Example.com",
        name="Nieuw Proef",
        role=Role.SALESPERSON,
        sales_role="hybrid",
        place=dealership,
        by=administrator,
        now=TUESDAY_10,
    )

    user = User.objects.get(email="nieuw@example.com")
    assert membership.user == user
    assert not user.has_usable_password()
    assert reach_of(user).at(dealership.pk) == {Role.SALESPERSON}


def test_the_same_person_twice_is_one_membership(dealership, administrator):
    for _ in range(2):
        add_person(
            email="m@example.com",
            name="M",
            role=Role.MARKETER,
            place=dealership.group,
            by=administrator,
            now=TUESDAY_10,
        )

    assert Membership.objects.filter(user__email="m@example.com").count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"role": "agent"}, id="agents are the centre's"),
        pytest.param({"role": "boss"}, id="no such role"),
        pytest.param({"role": "salesperson"}, id="a salesperson of no kind"),
        pytest.param({"role": "marketer", "sales_role": "hybrid"}, id="a kind without selling"),
    ],
)
def test_impossible_roles_are_malformed(dealership, administrator, fields):
    with pytest.raises(Malformed):
        add_person(
            email="x@example.com",
            name="X",
            place=dealership,
            by=administrator,
            now=TUESDAY_10,
            **fields,
        )

    assert not User.objects.filter(email="x@example.com").exists()


def test_nobody_administers_another_group(dealership, administrator):
    elsewhere = create_dealership()
    stranger = create_salesperson(elsewhere)

    with pytest.raises(NotAllowed):
        add_person(
            email="x@example.com",
            name="X",
            role=Role.MARKETER,
            place=elsewhere,
            by=administrator,
            now=TUESDAY_10,
        )
    with pytest.raises(NotAllowed):
        end_membership(stranger.memberships.get(), by=administrator, now=TUESDAY_10)
    with pytest.raises(NotAllowed):
        change(elsewhere, administrator)
    assert stranger.pk not in {
        membership.user_id for membership in memberships_to_administer(administrator)
    }


def test_a_manager_administers_nothing(dealership):
    manager = create_member(Role.SALES_MANAGER, dealership)

    with pytest.raises(NotAllowed):
        change(dealership, manager)


def test_who_works_elsewhere_too_keeps_the_account(dealership, administrator):
    user = create_salesperson(dealership)
    Membership.objects.create(
        user=user, role=Role.SALESPERSON, dealership=create_dealership(), sales_role="hybrid"
    )
    here = user.memberships.get(dealership=dealership)

    with pytest.raises(RuleBroken, match="works_elsewhere"):
        set_active(here, active=False, by=administrator, now=TUESDAY_10)

    end_membership(here, by=administrator, now=TUESDAY_10)
    assert user.memberships.count() == 1


def test_an_account_is_closed_and_opened_again(dealership, administrator):
    membership = create_salesperson(dealership).memberships.get()

    assert not set_active(membership, active=False, by=administrator, now=TUESDAY_10).is_active
    assert set_active(membership, active=True, by=administrator, now=TUESDAY_10).is_active


def test_nobody_locks_himself_out(administrator):
    own = administrator.memberships.get()

    with pytest.raises(RuleBroken, match="own_role"):
        end_membership(own, by=administrator, now=TUESDAY_10)
    with pytest.raises(RuleBroken, match="own_role"):
        set_active(own, active=False, by=administrator, now=TUESDAY_10)


def test_a_policy_is_changed_with_brands_and_areas(dealership, administrator):
    change(dealership, administrator, attempts_salesperson=7, routing="bdc_first")

    changed = Dealership.objects.get(pk=dealership.pk)
    assert (changed.attempts_salesperson, changed.routing) == (7, "bdc_first")
    assert (changed.brands, changed.aliases) == (["Toyota"], ["Toyota Breda"])
    assert [str(area) for area in changed.postcode_areas.all()] == ["4800-4839"]


@pytest.mark.parametrize("attempts", [0, 21])
def test_a_maximum_stays_within_the_groups_limit(dealership, administrator, attempts):
    with pytest.raises(Malformed) as caught:
        change(dealership, administrator, attempts_passive=attempts)

    assert [problem.field for problem in caught.value.problems] == ["attempts_passive"]
    assert Dealership.objects.get(pk=dealership.pk).attempts_passive == 20


def test_hours_have_blocks_and_closing_days(dealership, administrator):
    change_hours(
        dealership,
        blocks=[(0, time(9), time(12)), (0, time(13), time(18))],
        closing_days=[(date(2026, 12, 31), "Inventarisatie")],
        by=administrator,
        now=TUESDAY_10,
    )

    assert [str(block) for block in dealership.opening_blocks.all()] == [
        "0 09:00-12:00",
        "0 13:00-18:00",
    ]
    assert dealership.closing_days.get().on == date(2026, 12, 31)


def test_an_agent_of_a_centre_is_not_shown_to_a_dealer_group(dealership, administrator):
    agent = create_agent(dealership)

    shown = {membership.user_id for membership in memberships_to_administer(administrator)}

    assert administrator.pk in shown
    assert agent.pk not in shown


def changes(dealership) -> list[tuple[str, str, str]]:
    return list(dealership.policy_changes.order_by("id").values_list("field", "before", "after"))


def test_what_changes_in_a_policy_is_kept_with_who_changed_it(dealership, administrator):
    change(dealership, administrator)
    first = len(changes(dealership))

    change(dealership, administrator, attempts_salesperson=4, calls_from=time(10))
    change(dealership, administrator, attempts_salesperson=4, calls_from=time(10))

    assert changes(dealership)[first:] == [
        ("attempts_salesperson", "5", "4"),
        ("calls_from", "", "10:00:00"),
    ]
    kept = dealership.policy_changes.latest("id")
    assert (kept.by, kept.at) == (administrator, TUESDAY_10)


def test_what_changes_in_the_hours_is_kept_for_each_day(dealership, administrator):
    change_hours(
        dealership,
        blocks=[
            *((day, time(8, 30), time(18)) for day in range(1, 5)),
            (0, time(9), time(12)),
            (0, time(13), time(18)),
            (5, time(9), time(17)),
        ],
        closing_days=[(date(2026, 12, 31), "Balans")],
        by=administrator,
        now=TUESDAY_10,
    )

    assert changes(dealership) == [
        ("day_0", "08:30-18:00", "09:00-12:00, 13:00-18:00"),
        ("closing_days", "", "31-12-2026 Balans"),
    ]


def test_a_refused_policy_leaves_no_history(dealership, administrator):
    with pytest.raises(Malformed):
        change(dealership, administrator, attempts_salesperson=99)

    assert changes(dealership) == []


def test_the_history_is_only_added_to(dealership, administrator):
    change(dealership, administrator)
    kept = dealership.policy_changes.first()

    for act in (kept.delete, lambda: PolicyChange.objects.update(after="another")):
        refused = pytest.raises(IntegrityError, match="policy_change_rows_are_only_added")
        with refused, transaction.atomic():
            act()


QUEUE_POLICY = {
    "attempts_inbound": 4,
    "attempts_second_voice": 3,
    "attempts_unreached": 10,
    "attempts_passive": 15,
    "calls_from": time(10),
    "calls_until": None,
}


@pytest.mark.parametrize("role", [Role.TEAM_LEAD, Role.ADMINISTRATOR])
def test_team_leads_and_administrators_set_how_queues_are_called(dealership, role):
    place = create_centre(dealership) if role == Role.TEAM_LEAD else dealership
    by = create_member(role, place)

    change_queue_policy(dealership, policy=QUEUE_POLICY, by=by, now=TUESDAY_10)

    assert ("attempts_passive", "20", "15") in changes(dealership)
    assert ("calls_from", "", "10:00:00") in changes(dealership)
    assert {change.by for change in dealership.policy_changes.all()} == {by}


@pytest.mark.parametrize("role", [Role.AGENT, Role.SALES_MANAGER, Role.MARKETER])
def test_others_do_not(dealership, role):
    place = create_centre(dealership) if role == Role.AGENT else dealership

    with pytest.raises(NotAllowed):
        change_queue_policy(
            dealership, policy=QUEUE_POLICY, by=create_member(role, place), now=TUESDAY_10
        )


def test_a_team_lead_stays_within_the_limits_of_the_group(dealership):
    """A maximum of sales that is past them is not the team lead's to mend."""
    Dealership.objects.filter(pk=dealership.pk).update(attempts_salesperson=99)
    by = create_member(Role.TEAM_LEAD, create_centre(dealership))

    with pytest.raises(Malformed, match=r"^attempts_passive$"):
        change_queue_policy(
            dealership, policy={**QUEUE_POLICY, "attempts_passive": 21}, by=by, now=TUESDAY_10
        )
    change_queue_policy(dealership, policy=QUEUE_POLICY, by=by, now=TUESDAY_10)
