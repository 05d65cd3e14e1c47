"""The portal's settings. README.md lists the environment variables that are read here."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from bpic import environment
from bpic.embedded import places

BASE_DIR = places.ROOT
VAR_DIR = places.data_folder()
SOCKETS = places.socket_folder(VAR_DIR)

# The institution

# The names a partnership goes by are data: another institution sets its own.
PARTNERSHIP = {
    "name": "BRICS Partnership on New Industrial Revolution",
    "short": "PartNIR",
    "portal": "PartNIR portal",
}
SYMBOL_PATTERN = "{partnership}/{body}/{year}/{kind}/{number}"
# Where a deadline leaves a capital fewer working days than this, whoever sets it is warned: a
# delegation needs one to read the text, one to ask its ministries, and one to answer.
FEWEST_WORKING_DAYS = 3
# A state that has not answered a text is reminded so many working days of its own before the end.
REMIND_WORKING_DAYS_BEFORE = (3, 1)
# Under silence nobody has to act, so the time is not the chair's to weigh alone: a silence lasts at
# least so many hours, and leaves every capital at least so many working days.
SILENCE_HOURS = int(os.environ.get("SILENCE_HOURS") or 72)
SILENCE_WORKING_DAYS = int(os.environ.get("SILENCE_WORKING_DAYS") or 3)
PORTAL_URL = (os.environ.get("PORTAL_URL") or "http://127.0.0.1:8000").rstrip("/")
DOCUMENT_ROOT = Path(os.environ.get("DOCUMENT_ROOT") or VAR_DIR / "documents")
# Drafts and comparisons on paper: a week at most, and apart from what is issued.
PRINTOUT_ROOT = Path(os.environ.get("PRINTOUT_ROOT") or VAR_DIR / "printouts")
# The secretariat's key as PKCS#12, for the signed copies; without one nothing is signed.
SIGNING_KEY = os.environ.get("SIGNING_KEY") or ""
SIGNING_PASSPHRASE = os.environ.get("SIGNING_PASSPHRASE") or ""
# Signing in as an invented person of the example year, without a password.
EXAMPLE_SIGN_IN = environment.flag(os.environ.get("EXAMPLE_SIGN_IN"))

# Where the portal is reached

_public = urlsplit(PORTAL_URL)
if _public.scheme not in {"http", "https"} or not _public.hostname:
    raise ImproperlyConfigured("PORTAL_URL is a full address, such as https://portal.example.org.")
HTTPS = _public.scheme == "https"

DEBUG = environment.flag(os.environ.get("DEBUG"))
ALLOWED_HOSTS = environment.words(os.environ.get("ALLOWED_HOSTS")) or [
    _public.hostname,
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = environment.words(os.environ.get("CSRF_TRUSTED_ORIGINS")) or (
    [f"{_public.scheme}://{_public.netloc}"] if HTTPS else []
)

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if os.environ.get("DATABASE_URL"):
        raise ImproperlyConfigured(
            "SECRET_KEY is missing. Set it to a long random text and keep it from everyone: "
            "sessions and links in messages are signed with it."
        )
    SECRET_KEY = places.secret_key(VAR_DIR)

# Parts

INSTALLED_APPS = [
    "bpic",
    "workplans",
    "meetings",
    "secretariat",
    "guardian",
    "csp",
    "django_htmx",
    "django_prose_editor",
    "bpic.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]
# Form fields are drawn by the portal's own templates (templates/django/forms).
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "bpic.middleware.response_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bpic.accounts.standing",
    "bpic.accounts.SessionsEndWithARole",
    "bpic.middleware.SignInRequired",
    "bpic.confirmation.ActsAreConfirmed",
    "bpic.middleware.ProceduresEnd",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "bpic.urls"
WSGI_APPLICATION = "bpic.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "bpic.context.page",
            ],
        },
    },
]

# Data

REDIS_URL = os.environ.get("REDIS_URL") or places.redis_url(SOCKETS)

_database = environment.database(os.environ.get("DATABASE_URL") or places.database_url(SOCKETS))
_statement_seconds = int(os.environ.get("DATABASE_STATEMENT_TIMEOUT") or 15)
_database["OPTIONS"].setdefault("connect_timeout", 5)
_database["OPTIONS"]["options"] = (
    f"-c statement_timeout={_statement_seconds}s -c lock_timeout=5s"
    " -c idle_in_transaction_session_timeout=30s"
)
_database["CONN_HEALTH_CHECKS"] = True
# The web process alone sets DATABASE_POOL (bpic/gunicorn.py): a pool must not cross the worker's
# fork, and test servers would leave pooled connections behind.
if os.environ.get("DATABASE_POOL"):
    _database["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": int(os.environ["DATABASE_POOL"]),
        "timeout": 10,
    }
else:
    _database["CONN_MAX_AGE"] = 60
DATABASES = {"default": _database}

# Sessions, limits and cached pages stay in PostgreSQL, so that an outage or a flush of Redis
# signs nobody out and skips no check.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 2000},
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "bpic.static.PortalStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"

# A text of 2 MB sent as a form grows to three times that in some scripts, and a part's page carries
# what it said when it was opened beside what it says now. It is refused in words at its field.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# People

AUTHENTICATION_BACKENDS = [
    "bpic.accounts.PersonBackend",
    "guardian.backends.ObjectPermissionBackend",
]
# Nobody who has not signed in holds a permission on an object.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"

# Whoever performs an act of state has signed in or confirmed who they are within so long.
CONFIRMATION_LASTS = timedelta(minutes=int(os.environ.get("CONFIRM_MINUTES") or 5))
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
if HTTPS:
    # The prefix makes browsers refuse these cookies from any other host of the domain.
    SESSION_COOKIE_NAME = "__Host-sid"
    CSRF_COOKIE_NAME = "__Host-csrf"

# Protection of pages (bpic/middleware.py adds what Django has no setting for)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
# Health checks come from the machine itself, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Preloading binds a whole domain for years; that is its owner's decision, not the portal's.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# Language and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# The worker: rows in PostgreSQL are the orders, Redis is only the bell

CELERY_BROKER_URL = environment.broker(REDIS_URL)
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 50
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 2
# A lost broker is waited for; what was begun is finished and acknowledged by its row.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# A plan of 300 activities takes about a minute to typeset.
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 330
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A request that rings the bell while Redis is down fails within a second; the sweep rings again.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than twice the longest task: a message given out again early would start it twice.
    "visibility_timeout": 3600,
    "unacked_restore_interval": 1,
    # Two attempts to reach it, a moment apart.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
    "socket_keepalive": True,
}
CELERY_BEAT_SCHEDULE = {
    "sweep documents": {
        "task": "workplans.tasks.sweep_documents",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "sign documents": {
        "task": "workplans.tasks.sign_documents",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "sweep printouts": {
        "task": "workplans.tasks.sweep_printouts",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "settle procedures": {
        "task": "workplans.tasks.settle_procedures",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "end lapsed considerations": {
        "task": "workplans.tasks.end_lapsed_considerations",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "keep accreditation in step": {
        "task": "secretariat.tasks.keep_in_step",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "hand over by the table": {
        "task": "bpic.tasks.hand_over_by_table",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "settle quiet sittings": {
        "task": "workplans.tasks.settle_quiet_sittings",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "remind of obligations": {
        "task": "workplans.tasks.remind_of_obligations",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "remind of answers": {
        "task": "workplans.tasks.remind_of_answers",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "sweep notices": {
        "task": "secretariat.tasks.sweep_notices",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
}

# Messages

DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL") or f"portal@{_public.hostname}"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
# A page that shows the mail of invented people; never with a mail server to send it.
EXAMPLE_MAILBOX = EXAMPLE_SIGN_IN and not os.environ.get("EMAIL_URL")
if os.environ.get("EMAIL_URL"):
    globals().update(environment.email(os.environ["EMAIL_URL"]))

# Logs: one line for each event, to the standard error output

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "bpic.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL") or "INFO"},
    "loggers": {
        # Django would otherwise add handlers of its own, for mail and for the development server.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # The sweeps come every few seconds; what a task has to say it says itself.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
    },
}
