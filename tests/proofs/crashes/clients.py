"""Who uses Spits while its parts are killed, and what each was told, kept on disk."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from tests.proofs.size import size
from tests.serving import ROOT

PAUSE = 0.1  # seconds before the same request is sent again
PATIENCE = 30.0


class Journal:
    """What was asked and answered, one line each, on disk before anything else is done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a")
        self._lock = threading.Lock()

    def write(self, **entry: Any) -> None:
        with self._lock:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()

    def entries(self, kind: str) -> list[dict[str, Any]]:
        lines = self.path.read_text().splitlines()
        return [entry for entry in map(json.loads, lines) if entry["kind"] == kind]


class Traffic:
    """All clients together: what they were answered, and how many wait for an answer now."""

    def __init__(
        self, address: str, folder: Path, *, headers: Mapping[str, str] | None = None
    ) -> None:
        folder.mkdir()
        self.host = address.removeprefix("http://")
        self.headers = headers or {}  # that each request has, as a proxy adds them
        self.folder = folder
        self.journal = Journal(folder / "journal")
        self.statuses: Counter[int] = Counter()  # of the API
        self.pages: Counter[int] = Counter()
        self.strange: list[str] = []  # answers that nobody should ever get
        self.failures: list[str] = []
        self.in_flight = 0
        self.slowest = 0.0  # seconds until an answer
        self.slowest_refusal = 0.0  # seconds until somebody was told to come back
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, *works: Any) -> None:
        for work in works:
            thread = threading.Thread(target=self._guarded, args=[work])
            self._threads.append(thread)
            thread.start()

    def _guarded(self, work: Any) -> None:
        try:
            while not self._over.is_set():
                work()
        except Exception as problem:  # the proof fails with it, in its own thread
            self.failures.append(f"{type(problem).__name__}: {problem}")
            raise

    def stop(self, patience: float) -> None:
        """Let everybody finish what is under way: each request until it has its answer."""
        self._over.set()
        for thread in self._threads:
            thread.join(patience)
            assert not thread.is_alive(), "a client waits for ever"
        self.journal.close()

    @property
    def accepted(self) -> int:
        """How many leads somebody was told are in: one by one, and by whole files."""
        files = self.journal.entries("file")
        return len(self.journal.entries("lead")) + sum(entry["rows"] for entry in files)

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        session: str = "",
        body: Any = None,
        key: str = "",
    ) -> tuple[int, Any]:
        """Send one request; status 0 is an answer that never came."""
        headers = {**self.headers, "Content-Type": "application/json", "Accept-Language": "en"}
        headers |= {"Authorization": f"Token {token}"} if token else {}
        headers |= {"Cookie": f"spits_session={session}"} if session else {}
        headers |= {"Idempotency-Key": key} if key else {}
        with self._lock:
            self.in_flight += 1
        began = time.monotonic()
        try:
            line = http.client.HTTPConnection(self.host, timeout=PATIENCE)
            line.request(method, path, None if body is None else json.dumps(body), headers)
            answer = line.getresponse()
            text = answer.read()
            status = answer.status
            line.close()
        except (OSError, http.client.HTTPException):
            status, text = 0, b""
        finally:
            with self._lock:
                self.in_flight -= 1
        with self._lock:
            (self.pages if session else self.statuses)[status] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            if status == 503:
                self.slowest_refusal = max(self.slowest_refusal, time.monotonic() - began)
            if status >= 500 and status != 503:
                self.strange.append(f"{method} {path}: {status} {text[:300]!r}")
        is_json = text[:1] in (b"{", b"[")
        return status, json.loads(text) if is_json else None

    def until_answered(self, path: str, *, token: str, body: Any, key: str) -> tuple[int, Any]:
        """Send the same request with the same key until something other than 503 comes."""
        while True:
            status, answer = self.ask("POST", path, token=token, body=body, key=key)
            if status not in (0, 503):
                return status, answer
            time.sleep(PAUSE)


class Website:
    """Posts leads, each with a key of its own, and again until it is told that it was taken."""

    numbers = count(1)

    def __init__(self, traffic: Traffic, token: str) -> None:
        self.traffic = traffic
        self.token = token

    def __call__(self) -> None:
        number = next(self.numbers)
        key = f"crash-{number}"
        body = {
            "kind": "passive" if number % 5 == 0 else "active",
            "channel": "data_mining" if number % 5 == 0 else "online",
            "dealership": "sold" if number % 5 == 1 else "called",
            "interest": "used",
            "source": key,
            "customer": {"name": f"Proef {number}", "phone": f"+316{10_000_000 + number}"},
        }
        self.traffic.journal.write(kind="lead asked", key=key)
        status, answer = self.traffic.until_answered(
            "/api/v1/leads/", token=self.token, body=body, key=key
        )
        assert status == 201, answer
        self.traffic.journal.write(kind="lead", key=key, lead=answer["id"])


class Agent:
    """Takes calls one after another; a result that got no answer is not sent again."""

    numbers = count(1)

    def __init__(self, traffic: Traffic, token: str) -> None:
        self.traffic = traffic
        self.token = token

    def __call__(self) -> None:
        status, lead = self._post("queue/next/")
        if status != 200:
            time.sleep(PAUSE)
            return
        number = next(self.numbers)
        path = f"leads/{lead['id']}/"
        refuses = number % 3 == 0
        result = {"result": "refused" if refuses else "no_answer", "seconds": number}
        self.traffic.journal.write(kind="attempt asked", number=number, lead=lead["id"])
        status, _ = self._post(f"{path}attempts/", result)
        if status == 201:
            self.traffic.journal.write(kind="attempt", number=number, lead=lead["id"])
        if refuses:
            status, answer = self._post(f"{path}close/", {"reason": "BDC-07"})
            if status == 200 and answer["status"] == "closed":
                self.traffic.journal.write(kind="closed", lead=lead["id"])

    def _post(self, path: str, body: Any = None) -> tuple[int, Any]:
        return self.traffic.ask("POST", f"/api/v1/{path}", token=self.token, body=body or {})


class Importer:
    """Imports files by the command, and each again until it was taken in."""

    ROWS = size(ci=10, full=200)

    def __init__(self, traffic: Traffic, environment: dict[str, str]) -> None:
        self.traffic = traffic
        self.environment = environment
        self.files = count(1)

    def __call__(self) -> None:
        number = next(self.files)
        path = self.traffic.folder / f"file-{number}.csv"
        numbers = range(number * self.ROWS, (number + 1) * self.ROWS)
        rows = [f"Rij {one};+316{50_000_000 + one}" for one in numbers]
        path.write_text("\n".join(["Naam;Telefoon", *rows]) + "\n")
        self.traffic.journal.write(kind="file asked", name=path.name)
        while not self._import(path):
            time.sleep(PAUSE)
        self.traffic.journal.write(kind="file", name=path.name, rows=self.ROWS)
        time.sleep(2.0)

    def _import(self, path: Path) -> bool:
        command = ["import_leads", str(path), "--dealership", "called", "--campaign", "crash"]
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            check=False,
        )
        return done.returncode == 0


class Reader:
    """Looks at a page all the time, as people do whose browser asks by itself."""

    def __init__(self, traffic: Traffic, session: str) -> None:
        self.traffic = traffic
        self.session = session

    def __call__(self) -> None:
        self.traffic.ask("GET", "/leads/", session=self.session)
        time.sleep(PAUSE)
