"""What Spits refuses to start with, each told in a sentence that says what to change.

A demo on one's own machine may do as it likes.
"""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.core.checks import CheckMessage, Error

from bdc.engines.addresses import is_of_this_machine
from bdc.engines.trouble import CannotStart

FEWEST_LETTERS = 50  # of a secret key
FEWEST_DIFFERENT = 10

DEBUG = "DEBUG=1 shows settings and people's data to whoever meets an error: set DEBUG=0."
SECRET_KEY = (
    "SECRET_KEY, or one of SECRET_KEY_FALLBACKS, can be guessed: give at least "
    f"{FEWEST_LETTERS} characters of chance, as `openssl rand -hex 32` makes them."
)
DEMO = (
    "The passwords of a demo are known to everybody: set SPITS_DEMO=0, or let SPITS_HOST and "
    "SPITS_HOSTS name this machine alone."
)
ANY_NAME = (
    "SPITS_HOSTS=* answers to every name, also to one in a forged link: name those that Spits is "
    "asked for, as spits.example."
)
NO_NAME = (
    "Spits listens on {host} and knows no name of its own: set SPITS_HOSTS to the names that it "
    "is asked for, as spits.example."
)
NO_HTTPS = (
    "Passwords would be readable on their way: set SPITS_HTTPS=1, with a proxy that has a "
    "certificate before Spits, as docker-compose.yml has."
)
LINKS = (
    "Links in mails would lead to {url}: set SPITS_URL to the address that people use, as "
    "https://spits.example."
)
NO_MAIL = (
    "Mails would be written to the log: set EMAIL_URL to a mail server, as "
    "smtp+tls://user:password@host:587, or to dummymail:// for none."
)


def require_safe_settings() -> None:
    """Raise CannotStart, with every sentence, unless Spits may start with these settings."""
    if problems := dict(_problems()):
        raise CannotStart("\n".join(problems.values()))


def check_safety(
    *, app_configs: Sequence[object] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """The same for `manage.py check --deploy`."""
    return [Error(sentence, id=f"bdc.{name}") for name, sentence in _problems()]


def _problems() -> Iterator[tuple[str, str]]:
    """Every problem: its name and its sentence."""
    if settings.DEMO and not settings.IS_PUBLIC:
        return
    if settings.DEBUG:
        yield "debug", DEBUG
    if not all(map(_is_strong, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])):
        yield "secret_key", SECRET_KEY
    if settings.IS_PUBLIC:
        yield from _problems_in_public()


def _problems_in_public() -> Iterator[tuple[str, str]]:
    if settings.DEMO:
        yield "demo", DEMO
    if "*" in settings.ALLOWED_HOSTS:
        yield "hosts", ANY_NAME
    elif all(map(is_of_this_machine, settings.ALLOWED_HOSTS)):
        yield "hosts", NO_NAME.format(host=settings.HOST)
    if not settings.HTTPS:
        yield "https", NO_HTTPS
    if not settings.SITE_URL.startswith("https://"):
        yield "url", LINKS.format(url=settings.SITE_URL)
    if settings.EMAIL_BACKEND == "django.core.mail.backends.console.EmailBackend":
        yield "mail", NO_MAIL


def _is_strong(key: str) -> bool:
    return (
        len(key) >= FEWEST_LETTERS
        and len(set(key)) >= FEWEST_DIFFERENT
        and not key.startswith("django-insecure-")
    )
