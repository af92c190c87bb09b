"""The story on two web processes, two workers and two timetables: it is the same story."""

import json
from collections import Counter

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser import launched
from tests.journeys import test_story as story
from tests.journeys.demo_days import PATIENCE, SETTINGS, Demo
from tests.proofs.two_by_two.second import second_of_each
from tests.serving import data_folder, environment_beside, serving, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.long]


class DemoOfTwo(Demo):
    """The demo with two of each part behind a proxy, which gives each request to the next."""

    asked: Counter[int]

    def start(self, clock: str):
        first = serving(self.data_dir, SPITS_CLOCK=clock, **SETTINGS)
        spits = self._running.enter_context(first)
        environment = {**environment_beside(self.data_dir), **SETTINGS}
        second = second_of_each(spits, environment, port=self._port)
        self.asked = self._running.enter_context(second).turns.asked


@pytest.fixture(scope="module")
def demo():
    with launched() as browser, data_folder() as data_dir:
        expect.set_options(timeout=PATIENCE)
        demo = DemoOfTwo(browser, data_dir, clock=story.TUESDAY)
        yield demo
        demo.stop()


# The same tests in the same order: the days pass in the last but one.
test_a_bare_geen_interesse_is_no_reason = story.test_a_bare_geen_interesse_is_no_reason_of_the_api
test_two_agents_never_meet = (
    story.test_two_agents_call_the_passive_list_and_never_meet_on_a_customer
)
test_an_onverkocht_reaches_the_bdc = (
    story.test_an_onverkocht_reaches_the_bdc_after_the_approval_of_the_manager
)
test_a_document_becomes_an_appointment = (
    story.test_a_document_becomes_an_appointment_by_way_of_the_bdc
)
test_no_log_line_tells_of_anybody = story.test_no_log_line_tells_of_anybody

# After the others, since it looks back on them.


def test_both_did_their_part_and_nothing_was_done_twice(demo, tally):
    tally.what = "effects and jobs of the story on two of each, each carried out once"
    undone = "SELECT count(*) FROM outbox_effect WHERE done_at IS NULL"
    with psycopg.connect(
        host=str(demo.data_dir / "postgres"), user="spits", dbname="spits", autocommit=True
    ) as db:
        wait_until(lambda: db.execute(undone).fetchone() == (0,))  # what the last step asked for
        effects = Counter(dict(db.execute("SELECT id, attempts FROM outbox_effect").fetchall()))
        slots = db.execute(
            "SELECT count(*), count(DISTINCT (job, slot)) FROM bdc_jobrun"
        ).fetchone()

    tally.count(len(effects) + slots[0])
    worked = {part: lines_of(demo, part) for part in ("web", "web-2", "worker", "worker-2")}
    assert all(worked.values()), {part: len(lines) for part, lines in worked.items()}
    assert min(demo.asked.values()) > 0
    assert len(demo.asked) == 2
    assert [pk for pk, attempts in effects.items() if attempts > 1] == []
    assert slots[0] == slots[1]


def lines_of(demo: Demo, part: str) -> list[dict]:
    """What the part has told of requests and tasks that ended well."""
    lines = (demo.data_dir / "logs" / f"{part}.log").read_text().splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    return [line for line in told if line["said"] in ("answered", "ended")]
