"""Two web processes and two workers under load, of which one after the other is replaced."""

import json
import os
import re
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.proofs.crashes.beside import SETTINGS, environment_of, told_by
from tests.proofs.crashes.clients import Agent, Reader, Traffic, Website
from tests.proofs.crashes.killing import PATIENCE, database_of
from tests.proofs.crashes.reconciling import open_effects, reconciled
from tests.proofs.size import size
from tests.proofs.two_by_two.second import second_of_each
from tests.serving import data_folder, serving, wait_until

pytestmark = pytest.mark.long

MESSAGE_ID = re.compile(r"^Message-ID: (.*)$", re.M)


def test_nothing_is_doubled_and_a_part_can_be_replaced(tally):
    seconds, pairs = size(ci=10, full=120), size(ci=10, full=200)
    tally.what = "leads by two web processes and two workers: each there once"
    with data_folder() as folder, serving(folder / "data", **settings(folder)) as spits:
        world = json.loads(told_by(spits, "world")[-1])
        with second_of_each(spits, environment_of(spits) | settings(folder)) as second:
            traffic = Traffic(second.address, Path(folder) / "traffic")
            try:
                double = [
                    answers
                    for number in range(pairs)
                    if (answers := asked_twice(traffic, world["website"], number))
                ]
                clients = [
                    *[Website(traffic, world["website"]) for _ in range(3)],
                    *[Agent(traffic, token) for token in world["agents"]],
                    Reader(traffic, world["session"]),
                ]
                traffic.start(*clients)
                time.sleep(seconds)
                before = traffic.accepted
                end(spits.process_of("uvicorn"))  # it is started again, as in a new version
                wait_until(lambda: traffic.accepted > before, PATIENCE)
                second.worker.terminate()
                second.timetable.terminate()
                time.sleep(seconds)
            finally:
                traffic.stop(PATIENCE)
            with database_of(spits) as database:
                wait_until(lambda: open_effects(database) == 0, PATIENCE)
                lost, doubled = reconciled(database, traffic)
                [again] = database.execute(
                    "SELECT count(*) FROM outbox_effect WHERE attempts > 1"
                ).fetchone()
            mails = mails_in(folder)
            broken = told_by(spits, "oracle")
            asked = second.turns.asked
            twice = [mail for mail, times in mails.items() if times > 1]
            wrong = [*lost, *doubled, *double, *broken, *twice]
            tally.count(traffic.accepted, violations=len(wrong))

    # What comes to a process in the very moment in which it ends is cut off before anybody has read
    # it, and sent again.
    cut_off = traffic.statuses[0] + traffic.pages[0]
    tally.remark = (
        f"{pairs} of them asked at both at once; requests by web: {[*asked.values()]}, "
        f"{cut_off} cut off and sent again"
    )
    assert (wrong, again) == ([], 0)
    assert len(mails) > 0
    assert (traffic.strange, traffic.failures) == ([], [])
    assert cut_off <= len(clients)  # each of them once at most
    assert set(traffic.pages) <= {0, 200}
    assert len(asked) == 2
    assert min(asked.values()) > 0


def settings(folder: Path) -> dict[str, str]:
    return {**SETTINGS, "EMAIL_URL": f"filemail:///{folder}/mails"}


def mails_in(folder: Path) -> Counter[str]:
    """How often each mail was sent, by what is its own (bdc/outbox/effects.py, reference)."""
    texts = [path.read_text() for path in (folder / "mails").iterdir()]
    return Counter(MESSAGE_ID.findall("\n".join(texts)))


def asked_twice(traffic: Traffic, token: str, number: int) -> list[object]:
    """Send a lead to both web processes at the same time; return the answers if they differ."""
    key = f"crash-twice-{number}"
    body = {
        "kind": "active",
        "channel": "online",
        "dealership": "sold",
        "source": key,
        "customer": {"name": "Proef", "phone": f"+316{90_000_000 + number}"},
    }
    traffic.journal.write(kind="lead asked", key=key)
    with ThreadPoolExecutor(2) as both:
        asked = [
            both.submit(traffic.until_answered, "/api/v1/leads/", token=token, body=body, key=key)
            for _ in range(2)
        ]
    answers = [one.result() for one in asked]
    leads = Counter((status, lead.get("id")) for status, lead in answers)
    traffic.journal.write(kind="lead", key=key, lead=answers[0][1].get("id"))
    return [] if len(leads) == 1 and answers[0][0] == 201 else answers


def end(pid: int | None) -> None:
    """Ask a part to end, as whoever replaces it does: it answers what it was asked before."""
    assert pid is not None
    os.kill(pid, signal.SIGTERM)
