"""What stays undone: seen by who runs Spits, tried again or set aside."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse

from bdc import clock
from bdc.accounts.models import User
from bdc.errors import NotAllowed, RuleBroken
from bdc.housekeeping import KEEP_DONE_EFFECTS, tidy_up
from bdc.outbox import effects
from bdc.outbox.dead_letters import dead_letters, set_aside, try_again
from bdc.outbox.effects import PAUSES, carry_out_due, enqueue, words_of
from bdc.outbox.models import Effect
from tests.factories import TUESDAY_10, create_dealership, create_salesperson, create_user

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/beheer/blijven-liggen/"
TRIES = [TUESDAY_10, TUESDAY_10 + PAUSES[0], TUESDAY_10 + PAUSES[0] + PAUSES[1]]


@pytest.fixture
def boss():
    return User.objects.create_superuser("baas@spits.example", name="Baas")


@pytest.fixture
def post_office(monkeypatch):
    """A post office that is shut until somebody opens it."""
    state = {"is_open": False, "sent": []}

    def send(payload, *, now, reference):
        if not state["is_open"]:
            raise ConnectionError("the post office is shut")
        state["sent"].append(payload)

    monkeypatch.setitem(effects._handlers, "letter", send)
    monkeypatch.setitem(effects._words, "letter", "Send a letter")
    return state


@pytest.fixture
def letter(post_office):
    enqueue("letter", key="to Anna", payload={"person": 12}, now=TUESDAY_10)
    for moment in TRIES:
        carry_out_due(moment)
    return Effect.objects.dead().get()


def test_it_shows_what_was_tried_with_its_input_and_the_error(client, boss, letter):
    client.force_login(boss)

    html = client.get(PAGE, headers={"Accept-Language": "en"}).content.decode()

    for words in ("Send a letter", "person 12", "the post office is shut", "3 times"):
        assert words in html


def test_tried_again_it_is_carried_out_once_the_cause_is_mended(client, boss, letter, post_office):
    client.force_login(boss)
    post_office["is_open"] = True

    answer = client.post(reverse("outbox:again", args=[letter.pk]), follow=True)
    carry_out_due(clock.now())
    carry_out_due(clock.now())

    assert "to Anna" not in answer.content.decode()
    assert post_office["sent"] == [{"person": 12}]
    assert not dead_letters(boss).exists()


def test_tried_again_in_vain_it_comes_back(boss, letter):
    later = TUESDAY_10 + timedelta(hours=1)
    try_again(letter.pk, by=boss, now=later)

    tries = [carry_out_due(moment - TUESDAY_10 + later) for moment in TRIES]

    assert tries == [1, 1, 1]
    assert dead_letters(boss).get() == letter


def test_set_aside_it_is_not_tried_any_more(client, boss, letter, post_office):
    client.force_login(boss)
    post_office["is_open"] = True

    client.post(reverse("outbox:aside", args=[letter.pk]))

    assert carry_out_due(clock.now()) == 0
    assert client.get(PAGE).status_code == 200
    assert not dead_letters(boss).exists()
    assert Effect.objects.get().set_aside_by == boss


def test_what_was_set_aside_is_forgotten_in_time(boss, letter):
    set_aside(letter.pk, by=boss, now=TUESDAY_10)

    tidy_up(TUESDAY_10 + KEEP_DONE_EFFECTS)
    assert Effect.objects.exists()
    tidy_up(TUESDAY_10 + KEEP_DONE_EFFECTS + timedelta(minutes=1))
    assert not Effect.objects.exists()


@pytest.mark.parametrize("decide", [try_again, set_aside])
def test_what_somebody_has_decided_on_is_not_decided_again(boss, letter, decide):
    set_aside(letter.pk, by=boss, now=TUESDAY_10)

    with pytest.raises(RuleBroken, match=r"^already_decided$"):
        decide(letter.pk, by=boss, now=TUESDAY_10)


@pytest.mark.parametrize("decide", [try_again, set_aside])
def test_who_does_not_run_spits_sees_and_decides_nothing(client, letter, decide):
    salesperson = create_salesperson(create_dealership())
    client.force_login(salesperson)

    assert client.get(PAGE).status_code == 403
    with pytest.raises(NotAllowed):
        decide(letter.pk, by=salesperson, now=TUESDAY_10)


def test_the_navigation_counts_it_for_who_runs_spits_alone(client, boss, letter):
    client.force_login(boss)
    assert f'href="{PAGE}"' in client.get(PAGE).content.decode()

    client.force_login(create_salesperson(create_dealership()))
    assert PAGE not in client.get("/leads/").content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"set_aside_at": TUESDAY_10, "dead_at": TUESDAY_10}, id="by nobody"),
        pytest.param({"set_aside_at": TUESDAY_10, "set_aside_by": 1}, id="not dead"),
        pytest.param({"set_aside_by": 1, "dead_at": TUESDAY_10}, id="at no time"),
    ],
)
def test_database_refuses_a_setting_aside_without_its_facts(fields):
    if "set_aside_by" in fields:
        fields["set_aside_by"] = create_user()
    with pytest.raises(IntegrityError, match="effect_set_aside_is_dead_and_says_by_whom"):
        Effect.objects.create(
            kind="letter", key="x", created_at=TUESDAY_10, due_at=TUESDAY_10, **fields
        )


def test_every_kind_of_effect_has_words():
    assert all(str(words_of(kind)) != kind for kind in effects._handlers)
