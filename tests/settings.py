"""The settings of the tests: those of Spits, but quick, and on engines of their own."""

from tests.engine import use_throw_away_engines

use_throw_away_engines()

from bdc.settings import *  # noqa: E402, F403  the engines come first
from bdc.settings import MIDDLEWARE as USUAL  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SILENCED_SYSTEM_CHECKS = ["bdc.E001"]  # these engines may lose what they hold
LIVE = False  # the servers of browser tests send an answer only when it is whole
MIDDLEWARE = [
    "tests.static_files.FoundOnce" if name.startswith("whitenoise.") else name for name in USUAL
]
