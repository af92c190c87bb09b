"""A start that cannot be is refused in a sentence that says how to mend it."""

import os
import socket

import pytest

from tests.serving import data_folder, refusal


def test_port_that_is_taken_is_named():
    with data_folder() as folder, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refusal(folder / "data", SPITS_PORT=str(port))

    assert said == (
        f"Port {port} of 127.0.0.1 cannot be used (Address already in use): choose another one "
        f"with SPITS_PORT, for instance SPITS_PORT={port + 1} make run.\n"
    )


@pytest.mark.django_db
def test_database_that_may_lose_what_it_said_to_keep_is_refused(settings):
    """The engine of the tests is such a one."""
    server, _ = os.environ["DATABASE_URL"].rsplit("/", 1)
    own = {
        "DATABASE_URL": f"{server}/{settings.DATABASES['default']['NAME']}",
        "SECRET_KEY": "of-the-tests",
    }
    with data_folder() as folder:
        said = refusal(folder / "data", **own)

    assert "synchronous_commit = off" in said
