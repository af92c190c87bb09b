"""An unsafe start is refused, before anything listens, in a sentence that says what to change."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as own_settings

from bdc.engines.addresses import is_of_this_machine
from bdc.engines.trouble import CannotStart
from bdc.safety import require_safe_settings
from tests.serving import FROM_THE_TESTS

KEY = "0123456789abcdef" * 4
OTHER_KEY = "fedcba9876543210" * 4
SAFE = {
    "SPITS_DEMO": "0",
    "SPITS_HOST": "0.0.0.0",
    "SPITS_HOSTS": "spits.example",
    "SPITS_HTTPS": "1",
    "SPITS_URL": "https://spits.example",
    "EMAIL_URL": "dummymail://",
    "SECRET_KEY": KEY,
    "DATABASE_URL": "postgres://spits:secret@127.0.0.1:1/spits",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
SERVE, PREPARE = ("serve",), ("prepare",)
WEB, WORKER, TIMETABLE = (("start", part) for part in ("web", "worker", "timetable"))


def started(command, tmp_path, changes):
    """Start Spits with what is safe but for `changes`, of which None takes a setting away."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in FROM_THE_TESTS and not name.startswith(("SPITS_", "PYTEST_"))
    }
    given = {**inherited, **SAFE, "SPITS_DATA": str(tmp_path / "data"), **changes}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=own_settings.BASE_DIR,
        env={name: value for name, value in given.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("command", "changes", "sentence"),
    [
        (WEB, {"DEBUG": "1"}, "set DEBUG=0."),
        (WORKER, {"SECRET_KEY": KEY[:40]}, "at least 50 characters of chance"),
        (SERVE, {"SPITS_DEMO": "1", "SPITS_HOST": None}, "set SPITS_DEMO=0"),
        (WEB, {"SPITS_HOSTS": None}, "set SPITS_HOSTS to the names that it is asked for"),
        (TIMETABLE, {"SPITS_HOSTS": "*"}, "name those that Spits is asked for"),
        (WEB, {"SPITS_HTTPS": "0"}, "set SPITS_HTTPS=1"),
        (PREPARE, {"SPITS_URL": None}, "set SPITS_URL"),
        (WORKER, {"EMAIL_URL": None}, "set EMAIL_URL to a mail server"),
        (SERVE, {"SECRET_KEY_FILE": "other_key"}, "keep one of the two"),
        (WEB, {"DATABASE_URL": None, "DATABASE_URL_FILE": "gone"}, "name a file that Spits may"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple | dict) else "",
)
def test_unsafe_start_is_refused(command, changes, sentence, tmp_path):
    (tmp_path / "other_key").write_text(f"{OTHER_KEY}\n")
    files = {name: str(tmp_path / value) for name, value in changes.items() if "_FILE" in name}

    done = started(command, tmp_path, {**changes, **files})

    assert done.returncode == 1
    assert sentence in done.stderr
    [line] = done.stderr.splitlines()
    assert line.endswith(".")
    assert not done.stdout


def test_safe_start_goes_on_to_the_database(tmp_path, db):
    """Which in the tests may lose what it said to keep, and so is refused as well."""
    server, _ = os.environ["DATABASE_URL"].rsplit("/", 1)
    name = own_settings.DATABASES["default"]["NAME"]
    for secret, value in {"key": KEY, "database": f"{server}/{name}"}.items():
        (tmp_path / secret).write_text(f"{value}\n")
    files = {
        "SECRET_KEY": None,
        "SECRET_KEY_FILE": str(tmp_path / "key"),
        "DATABASE_URL": None,
        "DATABASE_URL_FILE": str(tmp_path / "database"),
    }

    done = started(WEB, tmp_path, files)

    assert done.returncode == 1
    assert done.stderr == (
        "The database runs with synchronous_commit = off, so a crash would lose leads that were "
        "taken in: turn it on, then start again.\n"
    )


def test_any_server_is_refused_the_application(tmp_path):
    environment = {**os.environ, **SAFE, "SPITS_HTTPS": "0", "SPITS_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", "import bdc.wsgi"],
        cwd=own_settings.BASE_DIR,
        env={**environment, "DJANGO_SETTINGS_MODULE": "bdc.settings"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "set SPITS_HTTPS=1" in done.stderr


@pytest.fixture
def in_public(settings):
    settings.IS_PUBLIC = True
    settings.ALLOWED_HOSTS = ["spits.example"]
    settings.HTTPS = True
    settings.SITE_URL = "https://spits.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    return settings


def test_safe_settings_are_taken(in_public):
    require_safe_settings()


@pytest.mark.parametrize(
    ("key", "fallbacks"),
    [
        pytest.param(KEY[:49], [], id="short"),
        pytest.param("ab" * 32, [], id="of few letters"),
        pytest.param(f"django-insecure-{KEY}", [], id="of Django's own"),
        pytest.param(KEY, [OTHER_KEY, "short"], id="one of before"),
    ],
)
def test_key_that_can_be_guessed_is_refused(in_public, key, fallbacks):
    in_public.SECRET_KEY, in_public.SECRET_KEY_FALLBACKS = key, fallbacks

    with pytest.raises(CannotStart, match="at least 50 characters of chance"):
        require_safe_settings()


def test_every_problem_is_told_at_once(in_public):
    in_public.DEBUG = in_public.DEMO = True

    with pytest.raises(CannotStart) as refused:
        require_safe_settings()

    assert [line.split()[0] for line in str(refused.value).splitlines()] == ["DEBUG=1", "The"]


def test_on_ones_own_machine_a_demo_may_do_as_it_likes(settings):
    settings.DEMO = settings.DEBUG = True
    settings.SECRET_KEY = "short"

    require_safe_settings()


def test_on_ones_own_machine_real_data_may_do_without_a_certificate(settings):
    require_safe_settings()

    settings.DEBUG = True
    with pytest.raises(CannotStart, match="DEBUG=0"):
        require_safe_settings()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"])
def test_addresses_of_this_machine(host):
    assert is_of_this_machine(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "*", "10.0.0.1", "localhost.example"])
def test_addresses_that_others_reach(host):
    assert not is_of_this_machine(host)
