"""Measures the rows of the bench and prints them; `make bench LEADS=100000`."""

import http.client
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.serving import ROOT, Spits, data_folder, environment_beside, run_command, serving

REPETITIONS = 5
SECONDS = 5.0  # of each repetition
AT_ONCE = (1, 16, 64)


@dataclass
class Run:
    """What one repetition saw: how long each request took, and over how long."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    offered: list[int] = field(default_factory=list)  # the customers, one for each next call
    others: list[int] = field(default_factory=list)  # statuses that are no answer to what was asked

    @property
    def a_second(self) -> float:
        return len(self.took) / self.seconds

    @property
    def p99(self) -> float:
        return quantiles(self.took, n=100)[98] * 1_000


class Client:
    """One agent with a connection that stays open."""

    def __init__(self, spits: Spits, token: str) -> None:
        self._line = http.client.HTTPConnection(spits.address.removeprefix("http://"), timeout=60)
        self._headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}

    def post(self, path: str, body: object, run: Run) -> object:
        began = time.perf_counter()
        self._line.request("POST", f"/api/v1/{path}", json.dumps(body), self._headers)
        answer = self._line.getresponse()
        text = answer.read()
        run.took.append(time.perf_counter() - began)
        if answer.status not in (200, 201):
            run.others.append(answer.status)
            return None
        return json.loads(text)


def claim_and_end(client: Client, run: Run) -> None:
    """Next call, and its result."""
    lead = client.post("queue/next/", {}, run)
    if isinstance(lead, dict):
        run.offered.append(lead["customer"]["id"])
        client.post(f"leads/{lead['id']}/attempts/", {"result": "no_answer"}, run)


def measured(
    clients: list[Client], work: Callable[[Client, Run], None], *, most: int | None = None
) -> Run:
    """Let all clients work at once for a while, `most` times together where that is told."""
    runs = [Run() for _ in clients]
    until = time.perf_counter() + SECONDS
    turns = iter(range(most)) if most is not None else itertools.count()

    def go(client: Client, run: Run) -> None:
        while time.perf_counter() < until and next(turns, None) is not None:
            work(client, run)

    threads = [threading.Thread(target=go, args=pair) for pair in zip(clients, runs, strict=True)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Run(seconds=time.perf_counter() - began)
    for run in runs:
        whole.took += run.took
        whole.offered += run.offered
        whole.others += run.others
    return whole


def rows(spits: Spits, people: dict[str, Any]) -> Iterator[str]:
    def ceiling(client: Client, run: Run) -> None:
        client.post("bench/ceiling/", {"lead": people["lead"]}, run)

    # Who was called is not due again, so each repetition has its share of those who are.
    share = people["due"] // (REPETITIONS * len(AT_ONCE) + 1)
    found = json.loads(told_by(spits, "claims"))
    offered: list[int] = []
    for agents in AT_ONCE:
        clients = [Client(spits, token) for token in people["tokens"][:agents]]
        measured(clients, claim_and_end, most=agents)  # until every statement is planned
        ours, limit = [], []
        for _ in range(REPETITIONS):  # turn by turn, since machines are noisy
            limit.append(measured(clients, ceiling))
            ours.append(measured(clients, claim_and_end, most=share))
        offered += [customer for run in ours for customer in run.offered]
        if doubles := len(offered) - len(set(offered)):
            sys.exit(f"{doubles} customers were offered twice")
        if others := {status for run in (*ours, *limit) for status in run.others}:
            sys.exit(f"answers of {sorted(others)}; 204 is nothing due: measure with more LEADS")
        yield row(
            f"1  next call and result, {agents} at once",
            [run.a_second for run in ours],
            [run.a_second for run in limit],
            "requests/s",
            f"p99 {median(run.p99 for run in ours):.0f} ms, ceiling"
            f" {median(run.p99 for run in limit):.0f} ms;"
            f" {len(offered)} offers, none twice;"
            f" {found['statements_of_api']} statements a claim",
        )
    yield row(
        "2  next call in the domain, beside raw SQL",
        found["ours"],
        found["raw"],
        "claims/s",
        f"{found['statements']} statements",
    )


def row(name: str, ours: list[float], limit: list[float], unit: str, remark: str) -> str:
    def told(values: list[float]) -> str:
        return f"{median(values):>8,.0f} ({min(values):,.0f}-{max(values):,.0f})"

    ratio = median(ours) / median(limit)
    return f"{name:46} {told(ours):>24} {told(limit):>24} {ratio:>6.0%}  {unit}; {remark}"


def told_by(spits: Spits, module: str) -> str:
    """Run a module of this folder beside the Spits; return the last line that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}"],
        cwd=ROOT,
        env=environment_beside(spits.data_dir),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


def main() -> None:
    leads = int(os.environ.get("LEADS") or 100_000)
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "SPITS_API_RATE": "1000000",
    }
    # A demo, since its clock stands within calling hours whenever one measures.
    with data_folder() as folder, serving(Path(folder) / "data", **settings) as spits:
        began = time.monotonic()
        print(
            run_command(
                spits.data_dir, "fill", "--leads", str(leads), "--attempts", str(leads * 5)
            ).strip(),
            f"{time.monotonic() - began:.0f} s",
        )
        people = json.loads(told_by(spits, "people"))
        print(f"{people['due']} leads are due.")
        print(f"{'':46} {'ours':>24} {'limit':>24} {'ratio':>6}", flush=True)
        for line in rows(spits, people):
            print(line, flush=True)


if __name__ == "__main__":
    main()
