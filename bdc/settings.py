"""All settings of Spits, read top to bottom; what differs by place is in the environment."""

import tomllib
from pathlib import Path

import environ

from bdc.engines.addresses import (
    database_url,
    is_demo,
    is_of_this_machine,
    redis_url,
    secret_key,
)
from bdc.engines.given import given

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")  # for what the environment itself does not say

# --- Where things are -----------------------------------------------------------------
DATA_DIR = Path(env.str("SPITS_DATA", default=str(BASE_DIR / ".data"))).resolve()
DEMO = env.bool("SPITS_DEMO", default=is_demo(DATA_DIR))
DEMO_CLOCK_KNOWS = [("leads_event", "at"), ("outbox_effect", "created_at")]
HTTPS = env.bool("SPITS_HTTPS", default=False)
SECRET_KEY = secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = given("SECRET_KEY_FALLBACKS").replace(",", " ").split()
DEBUG = env.bool("DEBUG", default=False)
HOST = env.str("SPITS_HOST", default="127.0.0.1")
PORT = env.int("SPITS_PORT", default=8000)
ALLOWED_HOSTS = env.list("SPITS_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
IS_PUBLIC = not all(is_of_this_machine(name) for name in [HOST, *ALLOWED_HOSTS])
SITE_URL = env.str("SPITS_URL", default=f"http://127.0.0.1:{PORT}")
CSRF_TRUSTED_ORIGINS = env.list("SPITS_ORIGINS", default=[])

# --- Apps -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "bdc",
    "bdc.accounts",
    "bdc.outbox",
    "dealers",
    "leads",
    "campaigns",
    "reporting",
    "template_partials",
    "django_htmx",
    "pgtrigger",
    "crispy_forms",
    "crispy_bootstrap5",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",  # its widgets are drawn by our template engine
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bdc.requests.RequestMiddleware",
    "bdc.middleware.KeptNowhereMiddleware",  # after the files, which are the same for everybody
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bdc.middleware.DrawnForMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bdc.middleware.RuleBrokenMiddleware",
]
ROOT_URLCONF = "bdc.urls"
ASGI_APPLICATION = "bdc.asgi.application"
WSGI_APPLICATION = "bdc.wsgi.application"

# --- Database -------------------------------------------------------------------------
DATABASES = {"default": env.db_url_config(database_url(DATA_DIR))}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
GIVEN_OPTIONS = DATABASES["default"].get("OPTIONS", {})
DATABASES["default"]["OPTIONS"] = {
    **GIVEN_OPTIONS,
    # Triggers look whether they are to be ignored. Unset, that is an error caught in each of
    # them, and the more changes wait for the end of a transaction, the longer each catch takes.
    "options": f"{GIVEN_OPTIONS.get('options', '')} -c pgtrigger.ignore={{}}"
    " -c plan_cache_mode=force_generic_plan",
    "prepare_threshold": 0,  # for bdc/prepared.py; Django's own cursors prepare nothing
}
if env.bool("SPITS_POOL", default=False):  # the web process; workers keep a connection each
    # Who waits for a connection for 4 seconds is told to come back: the database may be away.
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 4}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
# Who worked when a backup was made does not go on where it comes back.
ENDED_BY_A_RESTORE = ["django_session", "leads_hold"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Templates and forms --------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "leads.context_processors.shell",
            ]
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Sign-in --------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "bdc.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("SPITS_PROXIES", default=0)

# --- Language and time ----------------------------------------------------------------
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

# --- Static files ---------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# The image collects them once, compressed and named by what is in them, so that browsers keep them
# for ever. Elsewhere each is served from where it is kept.
COLLECTED = env.bool("SPITS_COLLECTED", default=False)
STATIC_ROOT = BASE_DIR / "staticfiles" if COLLECTED else None
WHITENOISE_USE_FINDERS = not COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "bdc.static.CollectedFiles"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Browser safety -------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [
    r"^(healthz|metrics)$"
]  # asked within the server, where nothing is encrypted
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_ENGINE = "bdc.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_NAME = "spits_session"
CSRF_COOKIE_NAME = "spits_csrf"

# --- Mail -----------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url_config(given("EMAIL_URL") or "consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds; a post office that hangs does not hold up the others
SENDER = f"spits@{ALLOWED_HOSTS[0].lstrip('.') if IS_PUBLIC else 'localhost'}"
DEFAULT_FROM_EMAIL = env.str("SPITS_FROM", default="") or SENDER

# --- Live -----------------------------------------------------------------------------
LIVE = env.bool("SPITS_LIVE", default=True)  # pages hear of changes; else they only ask

# --- Valkey and Celery ----------------------------------------------------------------
REDIS_URL = redis_url(DATA_DIR)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace(
    "?db=", "?virtual_host=", 1
)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "spits:",
    "socket_connect_timeout": 2,  # a page that rings the doorbell does not wait for long
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 240
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
# What the timetable rings does not wait behind the doorbells of the outbox: a worker takes from
# both queues in turn. A ring that waited is worth nothing, since the next one follows.
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"celery": {}, "timetable": {}}
CELERY_TASK_ROUTES = {
    "bdc.tasks.tidy": {"queue": "timetable"},
    "leads.tasks.sweep": {"queue": "timetable"},
}
CELERY_BEAT_SCHEDULE = {
    "tidy up": {"task": "bdc.tasks.tidy", "schedule": 30, "options": {"expires": 30}},
    "carry out effects": {
        "task": "bdc.outbox.tasks.relay",
        "schedule": 5,
        "options": {"expires": 30},
    },
    "sweep leads": {"task": "leads.tasks.sweep", "schedule": 10, "options": {"expires": 30}},
}

# --- API ------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "bdc.api.problem_details",
    "DEFAULT_AUTHENTICATION_CLASSES": ["bdc.api.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["bdc.api.JSONBody"],
    "DEFAULT_THROTTLE_CLASSES": ["bdc.api.RateLimit"],
    "DEFAULT_SCHEMA_CLASS": "bdc.api.schema.OpenApi",
    "DEFAULT_PAGINATION_CLASS": "bdc.api.KeyPagination",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS tells nothing that the schema does not
    "UNAUTHENTICATED_USER": None,
}
API_REQUESTS_A_MINUTE = env.int("SPITS_API_RATE", default=6000)  # for each token
SPECTACULAR_SETTINGS = {
    "TITLE": "Spits",
    "VERSION": "1",
    "POSTPROCESSING_HOOKS": ["bdc.api.schema.with_problems"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# --- Watching -------------------------------------------------------------------------
METRICS_TOKEN = given("SPITS_METRICS_TOKEN")
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]["version"]
REVISION = env.str("SPITS_REVISION", default="")

# --- Logging --------------------------------------------------------------------------
# Every logger writes by ours, which leaves out what is somebody's; see bdc/logs.py.
BY_OURS: dict[str, object] = {"handlers": [], "propagate": True}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"text": {"()": "bdc.logs.TextLine"}, "json": {"()": "bdc.logs.JsonLine"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.str("SPITS_LOG", default="text"),
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        **dict.fromkeys(["django", "django.server", "uvicorn", "uvicorn.error"], BY_OURS),
        "uvicorn.access": {"handlers": [], "propagate": False},  # quotes what was searched for
        "django.request": {"level": "ERROR"},  # the rest is told by bdc/requests.py
        "celery": {"level": "WARNING"},
        "celery.app.trace": {"level": "CRITICAL"},  # bdc/work.py tells of tasks, and quotes nothing
    },
}
