"""A server as the runbook knows it, without Docker.

A program called `docker` stands in for Docker: it tells its words to the test, which starts and
stops each service's own command as a process. Another called `git` pulls a later release.
"""

import json
import os
import shlex
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bdc.engines.addresses import DATABASE_NAME, DATABASE_USER
from bdc.engines.child import Child, stop_all
from bdc.engines.postgres import Postgres
from bdc.engines.valkey import Valkey
from tests.deploy.compose import OURS, PARTS, compose
from tests.deploy.stage import DOMAIN, ROOT, Stage, here
from tests.proofs.operations.later import SETTINGS
from tests.serving import free_port, wait_until

PATIENCE = 240.0  # seconds, on a busy machine
PROGRAMS = Path(__file__).parent / "programs"


class Server:
    """The folder of the code, the services, and the volumes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stage = Stage(folder, free_port())
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.engines: list[Child] = []
        self.is_later = False
        (folder / "backups").mkdir()
        (folder / "deploy").mkdir()
        shutil.copy(ROOT / "deploy" / "secrets.sh", folder / "deploy")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.stage.port}"

    def follow(self, block: str) -> str:
        """Run the lines of the runbook as a shell does, in the folder of the code."""
        if not self.engines:  # they end with the thread that has started them
            self._start_engines()
        with _listening(self) as socket:
            done = subprocess.run(
                ["sh", "-euc", block],
                cwd=self.folder,
                env={
                    **os.environ,
                    "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
                    "STAND_IN": socket,
                    "STAND_IN_PYTHON": sys.executable,
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        assert done.returncode == 0, f"{block}\n{done.stdout}"
        return done.stdout

    def is_lost(self) -> None:
        """The server is gone: processes and volumes. `backups.tar`, .env and secrets are kept."""
        self.stop(*PARTS)
        stop_all(self.engines, patience=20)
        self.engines.clear()
        for volume in ("backups", "postgres", "valkey"):
            shutil.rmtree(self.folder / volume, ignore_errors=True)
        (self.folder / "backups").mkdir()

    def answer(self, words: list[str]) -> dict[str, object]:
        """Do what `docker` was told, or tell it which program to become."""
        assert words[0] == "compose", words
        verb, rest = words[1], words[2:]
        options = [word for word in rest if word.startswith("--")]
        match verb:
            case "build":
                return {"say": "Built."}
            case "up":
                self.up([word for word in rest if word not in options], options)
                return {"say": "Started."}
            case "stop":
                self.stop(*rest)
                return {"say": "Stopped."}
            case "ps":
                return {"say": "\n".join(f"{name} {self.is_up(name)}" for name in PARTS)}
            case "logs":
                named = [name for name in PARTS if name in rest]
                return {"say": "".join(self.stage.said(name) for name in named)}
            case "run" | "exec":
                return self.becomes(rest)
        raise ValueError(shlex.join(words))

    def becomes(self, words: list[str]) -> dict[str, object]:
        while words[0].startswith("-"):
            words.pop(0)
        service, *command = words
        if service == "postgres":
            program = self.postgres.programs / command[0]
            environment = {**os.environ, "PGHOST": str(self.postgres.sockets)}
            return {"exec": [str(program), *command[1:]], "env": environment}
        assert service in OURS, words
        command = command or compose(SPITS_DOMAIN=DOMAIN)["services"][service]["command"]
        if command[0] == "python":
            command = here(command)
        command = [word.replace("/backups", str(self.folder / "backups")) for word in command]
        return {"exec": command, "env": self.environment(service), "cwd": str(ROOT)}

    def up(self, services: list[str], options: list[str]) -> None:
        self._say_where_others_are()
        named = services or ["prepare", *PARTS]
        if "prepare" in named and "--no-deps" not in options:
            process = self.stage.start("prepare", **self._changes())
            assert process.wait(PATIENCE) == 0, self.stage.said("prepare")
        parts = [name for name in named if name in PARTS]
        self.stop(*parts)
        for name in parts:
            shutil.rmtree(self.folder / "run" / name, ignore_errors=True)  # in memory, and new
            self.processes[name] = self.stage.start(name, **self._changes())
        for name in parts:
            wait_until(lambda name=name: not self.stage.problem(name), PATIENCE)

    def stop(self, *services: str) -> None:
        going = [self.processes.pop(name) for name in services if name in self.processes]
        for process in going:
            process.terminate()
        for process in going:
            process.wait(PATIENCE)

    def told_by(self, module: str) -> Any:
        """Run a module of the tests beside the web process; return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=self.environment("web"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def database(self) -> psycopg.Connection:
        sockets = str(self.postgres.sockets)
        return psycopg.connect(host=sockets, user=DATABASE_USER, dbname=DATABASE_NAME)

    def is_up(self, name: str) -> str:
        return "healthy" if name in self.processes and not self.stage.problem(name) else "exited"

    def environment(self, service: str) -> dict[str, str]:
        return self.stage.environment(service, **self._changes())

    def _changes(self) -> dict[str, str]:
        return {"DJANGO_SETTINGS_MODULE": SETTINGS} if self.is_later else {}

    def _start_engines(self) -> None:
        self.postgres = Postgres(self.folder, log=self.folder / "postgres.log")
        self.valkey = Valkey(self.folder, log=self.folder / "valkey.log")
        self.engines = [self.valkey.prepare(), self.postgres.prepare()]
        self.valkey.start()
        self.postgres.start()
        self.postgres.make_database()

    def _say_where_others_are(self) -> None:
        """What others have by name is elsewhere here, and there is no mail server."""
        database = f"postgres://{DATABASE_USER}@/{self.postgres.sockets}/{DATABASE_NAME}"
        for name, value in {
            "database_url": database,
            "redis_url": f"unix://{self.valkey.socket}",
            "email_url": "dummymail://",
        }.items():
            (self.folder / "secrets" / name).write_text(f"{value}\n")


@contextmanager
def _listening(server: Server) -> Iterator[str]:
    """Hear what the stand-ins are told, and answer them, while a block is followed."""

    class Told(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            program, *words = json.loads(self.rfile.readline())
            if program == "git":
                server.is_later = True
                answer: dict[str, object] = {"say": "Updated."}
            else:
                try:
                    answer = server.answer(words)
                except Exception as problem:
                    answer = {"say": f"{type(problem).__name__}: {problem}", "code": 1}
            self.wfile.write(json.dumps(answer).encode() + b"\n")

    path = str(server.folder / "stand-in")
    with socketserver.ThreadingUnixStreamServer(path, Told) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield path
        finally:
            listening.shutdown()
            thread.join()
            Path(path).unlink()
