"""Each service of docker-compose.yml with its own command, environment, secrets and health check.

There is no Docker in a test, so that each is a process here; the embedded engines, which keep what
they said to have kept, stand for the containers of PostgreSQL and Valkey.
"""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from bdc.engines.addresses import DATABASE_NAME, DATABASE_USER
from bdc.engines.child import stop_all
from bdc.engines.postgres import Postgres
from bdc.engines.valkey import Valkey
from tests.deploy.compose import PARTS, ROOT, compose, seconds
from tests.deploy.stage import DOMAIN, Stage
from tests.serving import data_folder, free_port, wait_until

pytestmark = pytest.mark.long

PATIENCE = 90  # seconds, on a busy machine


@pytest.fixture(scope="module")
def stage(collected):
    with data_folder() as folder:
        valkey = Valkey(folder, log=folder / "valkey-engine.log")
        postgres = Postgres(folder, log=folder / "postgres-engine.log")
        engines = [valkey.prepare(), postgres.prepare()]
        valkey.start()
        postgres.start()
        postgres.make_database()
        (folder / "deploy").mkdir()
        (folder / "deploy" / "secrets.sh").write_text((ROOT / "deploy" / "secrets.sh").read_text())
        subprocess.run(["sh", folder / "deploy" / "secrets.sh"], input="\n", text=True, check=True)
        database = f"postgres://{DATABASE_USER}@/{postgres.sockets}/{DATABASE_NAME}"
        (folder / "secrets" / "database_url").write_text(f"{database}\n")
        (folder / "secrets" / "redis_url").write_text(f"unix://{valkey.socket}\n")
        try:
            yield Stage(folder, free_port())
        finally:
            stop_all(engines, patience=10)


@pytest.fixture(scope="module")
def prepared(stage):
    process = stage.start("prepare")
    assert process.wait(PATIENCE * 3) == 0, stage.said("prepare")
    return stage


@pytest.fixture(scope="module")
def running(prepared):
    processes = {name: prepared.start(name) for name in PARTS}
    try:
        yield processes
    finally:
        for process in processes.values():
            if process.poll() is None:
                process.kill()
                process.wait()


def ask(stage, path, **headers):
    named = {"Host": DOMAIN, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{stage.port}{path}", headers={**named, **headers}
    )
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30)


def test_database_that_may_lose_leads_by_its_address_is_refused(stage):
    address = (stage.folder / "secrets" / "database_url").read_text().strip()
    lax = stage.folder / "lax_url"
    lax.write_text(f"{address}?options=-c%20synchronous_commit%3Doff")

    process = stage.start("prepare", DATABASE_URL_FILE=str(lax))

    assert process.wait(PATIENCE) == 1
    assert "synchronous_commit = off" in stage.said("prepare")


def test_every_part_becomes_healthy(prepared, running):
    for name in PARTS:
        wait_until(
            lambda name=name: not prepared.problem(name) or running[name].poll() is not None,
            PATIENCE,
        )
        assert running[name].poll() is None, prepared.said(name)


def test_pages_come_by_https_alone_with_files_that_browsers_keep(prepared, running):
    with ask(prepared, "/accounts/login/") as answer:
        page = answer.read().decode()
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert all("Secure" in cookie for cookie in answer.headers.get_all("Set-Cookie"))

    style = re.search(r'href="(/static/spits/shell\.[0-9a-f]{12}\.css)"', page)[1]
    with ask(prepared, style, **{"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]

    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(prepared, "/accounts/login/", Host="elsewhere.example")
    with refused.value as answer:
        assert answer.status == 400


def test_health_is_told_without_encryption(prepared, running):
    with ask(prepared, "/healthz", **{"X-Forwarded-Proto": "http"}) as answer:
        assert json.load(answer)["web"] == "ok"


def test_figures_are_told_to_the_watcher_alone(prepared, running):
    token = (prepared.folder / "secrets" / "metrics_token").read_text().strip()
    inside = {"Host": "web:8000", "X-Forwarded-Proto": "http"}

    with ask(prepared, "/metrics", **inside, Authorization=f"Bearer {token}") as answer:
        told = answer.read().decode()
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(prepared, "/metrics", **inside)

    assert 'spits_up{part="database"} 1.0' in told
    assert 'spits_pulse_silence_seconds{part="timetable"}' in told
    with refused.value as answer:
        assert answer.status == 403


def test_every_line_of_the_logs_is_for_a_program(prepared, running):
    for name in ("prepare", *PARTS):
        for line in prepared.said(name).splitlines():
            if line.startswith("{"):
                json.loads(line)
            else:
                assert name == "prepare", line


def test_part_that_does_nothing_any_more_is_found_out(prepared, running):
    mark = prepared.folder / "run" / "worker" / "pulse" / "worker"
    os.kill(running["worker"].pid, signal.SIGSTOP)
    try:
        os.utime(mark, (time.time() - 300, time.time() - 300))
        # A task that is under way may still end, and show a pulse.
        wait_until(lambda: backdated(mark) and prepared.problem("worker") != "")
        assert "has done nothing for" in prepared.problem("worker")
    finally:
        os.kill(running["worker"].pid, signal.SIGCONT)
    wait_until(lambda: prepared.problem("worker") == "", PATIENCE)


def backdated(mark):
    if time.time() - mark.stat().st_mtime < 120:
        os.utime(mark, (time.time() - 300, time.time() - 300))
    return True


# The last one stops them.


def test_every_part_stops_in_its_time(prepared, running):
    services = compose(SPITS_DOMAIN=DOMAIN)["services"]
    for name in PARTS:
        began = time.monotonic()
        running[name].send_signal(signal.SIGTERM)

        code = running[name].wait(seconds(services[name]["stop_grace_period"]))

        # uvicorn ends itself by the signal, when all is said.
        assert code in (0, -signal.SIGTERM), prepared.said(name)
        assert time.monotonic() - began < 20
    assert prepared.problem("web").startswith("web does not answer")
