"""The database that a backup is made of or restored onto: started when it is ours and is not up."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection

from bdc.engines.given import given
from bdc.engines.postgres import Postgres
from bdc.serve.place import claim_data_dir

PATIENCE_STOP = 60.0  # seconds; a database that was just restored has much to write


@contextmanager
def database() -> Iterator[None]:
    """Have a database that answers: a server of one's own, or the embedded one of these data."""
    if given("DATABASE_URL") or _answers():
        yield
        return
    with claim_data_dir(settings.DATA_DIR):
        postgres = Postgres(settings.DATA_DIR, log=settings.DATA_DIR / "logs" / "postgres.log")
        server = postgres.prepare()
        try:
            postgres.start()
            postgres.make_database()
            yield
        finally:
            connection.close()
            server.stop(PATIENCE_STOP)


def _answers() -> bool:
    try:
        connection.ensure_connection()
    except OperationalError:
        return False
    return True
