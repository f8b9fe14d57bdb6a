"""Settings with the embedded defaults: SQLite, a Valkey server on a private socket, files on the disk.

production.py refuses these defaults, test.py makes them fast and separate. Every variable of the
environment that counts is read here or in config.environment.
"""

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from config import environment
from config.settings.people import *  # noqa: F403
from core.secret_files import secret_from_file

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")  # numpy reads these once: web and workers share few cores

ROOT: Path = environment.ROOT
DATA_DIR: Path = environment.data_folder()
WEIGHTS_DIR: Path = Path(os.environ.get("WEIGHTS_DIR") or DATA_DIR / "weights")
FRONTEND_DIST: Path = ROOT / "frontend" / "dist"
PORT: int = int(os.environ.get("PORT") or 8000)

DEBUG = False
SECRET_KEY: str = os.environ.get("SECRET_KEY") or secret_from_file(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS: list[str] = environment.names("SECRET_KEY_FALLBACKS", default="")
ALLOWED_HOSTS: list[str] = environment.names("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS: list[str] = environment.names("CSRF_TRUSTED_ORIGINS", default="")
TRUSTED_PROXY_HOPS: int = int(os.environ.get("TRUSTED_PROXY_HOPS") or 0)
DEMO: bool = environment.flag("FOVEA_DEMO")
ONE_PERSON_SITE: bool = environment.flag("ONE_PERSON_SITE")
REVIEW_CLAIM_MINUTES: int = int(os.environ.get("REVIEW_CLAIM_MINUTES") or 30)
WATCH_WEEKS: int = int(os.environ.get("WATCH_WEEKS") or 8)  # that an alarm about a model looks back
WATCH_OVERRIDES: float = float(os.environ.get("WATCH_OVERRIDES") or 0.2)  # share of decisions
WATCH_FEWEST_DECISIONS: int = int(os.environ.get("WATCH_FEWEST_DECISIONS") or 20)
WATCH_PSI: float = float(os.environ.get("WATCH_PSI") or 0.1)
WATCH_PSI_DRIFT: float = float(os.environ.get("WATCH_PSI_DRIFT") or 0.25)
WATCH_FEWEST_IMAGES: int = int(os.environ.get("WATCH_FEWEST_IMAGES") or 50)
STARTER_MODELS: bool = environment.flag("STARTER_MODELS", default=True)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "axes",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "core",
    "accounts",
    "annotations",
    "inference",
    "review",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.RefuseNulMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionEndMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "review.middleware.PatientViewsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parents[1] / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# Data
DATABASES = {"default": environment.database(default_file=DATA_DIR / "fovea.sqlite3")}
STORAGES = {
    "default": environment.storage(default_folder=DATA_DIR / "storage"),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MAX_IMAGE_BYTES: int = int(os.environ.get("MAX_IMAGE_BYTES") or 200_000_000)
MAX_ARCHIVE_BYTES: int = int(os.environ.get("MAX_ARCHIVE_BYTES") or 8 * 1024**3)
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024**2  # bodies other than files: the largest is one save of many shapes
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FILES = 100
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_TEMP_DIR: str | None = None

# The built front end
STATIC_URL = "/static/"
STATIC_ROOT = FRONTEND_DIST
WHITENOISE_IMMUTABLE_FILE_TEST = r"/assets/.+-[A-Za-z0-9_-]{8}\.\w+$"

# People: how they sign in, and what stops guessing, is in config.settings.people
AUTH_USER_MODEL = "accounts.User"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
TOKEN_MAX_DAYS: int = int(os.environ.get("TOKEN_MAX_DAYS") or 365)
TOKEN_DAYS = min(90, TOKEN_MAX_DAYS)  # how long a personal token lasts unless its owner says otherwise
INVITATION_DAYS: int = int(os.environ.get("INVITATION_DAYS") or 7)

# E-mail: without a server, invitations are links that the administrator hands over
EMAIL_HOST: str = os.environ.get("EMAIL_HOST") or ""
EMAIL_PORT: int = int(os.environ.get("EMAIL_PORT") or 587)
EMAIL_HOST_USER: str = os.environ.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD: str = os.environ.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS: bool = environment.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = os.environ.get("DEFAULT_FROM_EMAIL") or EMAIL_HOST_USER or "fovea@localhost"

# Browser
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "blob:", "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.PersonalTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.CappedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.FoveaSchema",
    "EXCEPTION_HANDLER": "core.api.errors.error_answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "NUM_PROXIES": TRUSTED_PROXY_HOPS,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fovea",
    "DESCRIPTION": "Annotation and review of fundus photographs. For research and decision support, "
    "not a medical device.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "JobStateEnum": "core.states.JobState",
        "QueueEnum": "core.states.Queue",
        "RoleEnum": "accounts.roles.Role",
        "TokenScopeEnum": "accounts.scopes.Scope",
        "LabelSetStateEnum": "annotations.states.LabelSetState",
        "DoubleReadingStateEnum": "annotations.states.DoubleReadingState",
        "ImportStateEnum": "annotations.states.ImportState",
        "ImportKindEnum": "annotations.states.ImportKind",
        "ExportKindEnum": "annotations.states.ExportKind",
        "QualityGradeEnum": "annotations.states.QualityGrade",
        "ModelStateEnum": "inference.states.ModelState",
        "ModelTaskEnum": "inference.states.ModelTask",
        "SearchStateEnum": "inference.states.SearchState",
        "TrialStateEnum": "inference.states.TrialState",
        "DecisionOutcomeEnum": "inference.states.DecisionOutcome",
        "ToldOutcomeEnum": "inference.states.TOLD_OUTCOMES",
        "ReviewStateEnum": "review.states.ReviewState",
        "FindingVerdictEnum": "review.states.Verdict",
        "VerdictReasonEnum": "review.states.VerdictReason",
        "UrgencyEnum": "review.states.Urgency",
        "WhyEnum": "review.states.Why",
        "QueueStateEnum": "review.states.QueueState",
        "QueueEyeEnum": "review.states.QueueEye",
        "EyeEnum": "annotations.states.Eye",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums"],
}

# Background work. The database is the queue of record; the broker only wakes workers.
REDIS_URL: str = os.environ.get("REDIS_URL") or f"unix://{environment.broker_socket(DATA_DIR)}"
PUBLISH_JOBS = True  # most tests turn these two off and run jobs themselves
JOB_HEARTBEAT = True
VIEWINGS_BEHIND = True  # who looked at whom is written by a thread, not by the request
_VISIBILITY_TIMEOUT_S = 7 * 24 * 3600  # above the longest job; a dead worker's job comes back by its lease
CELERY_BROKER_URL = environment.broker_url(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": _VISIBILITY_TIMEOUT_S,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "max_retries": 1,  # of connecting to publish; a worker's own connection tries for ever
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
CELERY_RESULT_BACKEND = None
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": _VISIBILITY_TIMEOUT_S}
CELERY_VISIBILITY_TIMEOUT = _VISIBILITY_TIMEOUT_S
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the sweeper brings jobs back, and counts
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TRACK_STARTED = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "short"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 0
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BEAT_SCHEDULER = "core.scheduler:LocalScheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep jobs": {"task": "core.sweep", "schedule": 15.0},
    "frequent chores": {"task": "core.frequent_chores", "schedule": 15.0},
    "daily chores": {"task": "core.chores", "schedule": 24 * 3600.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL") or "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "axes": {"level": "ERROR"}},
}
