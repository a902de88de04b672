"""Django's settings for Mendline; whatever differs between machines comes from env.py."""

import ssl
import sys
from datetime import UTC, datetime, time
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy

from tracker import env
from tracker.databases import database_settings
from tracker.web.body_limits import ORDINARY
from tracker.web.compression import say_version

env.refuse_unsafe()

BASE_DIR = env.BASE_DIR
DEBUG = env.DEBUG
SECRET_KEY = env.SECRET_KEY
SECRET_KEY_FALLBACKS = env.SECRET_KEY_FALLBACKS  # what an older key signed or sealed goes on
ALLOWED_HOSTS = env.ALLOWED_HOSTS
SITE_URL = env.SITE_URL.rstrip("/")
TESTING = "pytest" in sys.modules

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # allauth.usersessions needs it
    "tracker.static_files.Collected",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "allauth.mfa",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "accounts",
    "symptoms",
    "tracker",
    "tracker.backups",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.web.middleware.PrivateResponsesMiddleware",
    "accounts.audit.origin_middleware",
    "tracker.web.probes.Probes",
    "tracker.web.plain_http.RefusePrograms",
    "tracker.web.body_limits.BodyLimit",
    "tracker.web.compression.CompressionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # below what sets headers: static files carry them too
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.web.known_devices.KnownDevicesMiddleware",
    "accounts.web.sessions.SessionTimeoutMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.web.unavailable.DatabaseUnavailableMiddleware",
    "accounts.web.second_factor.SecondFactorMiddleware",
    "accounts.web.reading_limits.ReadingLimitMiddleware",
    "accounts.web.middleware.DenyByDefaultMiddleware",
]

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.web.context_processors.reader",
                "symptoms.views.blindness.blindness",
            ],
        },
    },
]

# --- data: every acknowledged write is on the disk
DATA_DIR = env.DATA_DIR
DATABASES = {"default": database_settings(env.DATABASE_URL, DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LIMITS_TABLE = "cache"
CACHES = {
    # Nothing but limits on signing in: they hold across processes and restarts. The worker removes what is over; were
    # some taken out to make room, whoever fills the table would be free to guess again.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": LIMITS_TABLE,
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
    # Calls of the API and records that are opened are counted in each server process: a durable write a request would
    # cost more than it guards.
    "throttle": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "throttle",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # What takes long to count, for a few minutes in each server process (symptoms/alerts/statistics.py).
    "counted": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "counted"},
}

# --- many machines: with a Redis the worker is Celery's (tracker/celery.py), and those counts are of all machines
REDIS_URL = env.REDIS_URL
WAKER = ""  # what tells a worker that there is something for it; without it, the worker looks each second
if REDIS_URL:
    CACHES["throttle"] = {
        "BACKEND": "tracker.shared_redis.Counts",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "mendline",
    }
    WAKER = "tracker.celery.wake"
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED} if REDIS_URL.startswith("rediss:") else None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "mendline:",
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "socket_keepalive": True,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for as long as it is away
CELERY_IMPORTS = ["tracker.duty_tasks"]
CELERY_TASK_DEFAULT_QUEUE = "mendline"
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_POOL = "threads"  # they wait for the database and for mail servers; what decodes photos is a process
CELERY_WORKER_CONCURRENCY = 8
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # no file of its own: what is due is asked of the rows

# --- keys: what patients wrote, and their photos, are sealed by a key of each patient, wrapped by the master key
MASTER_KEY_FILE = env.MASTER_KEY_FILE
MASTER_KEY_COMMAND = env.MASTER_KEY_COMMAND
KEYS_DIR = env.KEYS_DIR  # never in the data folder: a copy of that must be of no use to anybody

# --- backups: in folders of their own, under a key of their own
BACKUP_DIR, BACKUP_DAYS, BACKUP_WEEKS = env.BACKUP_DIR, env.BACKUP_DAYS, env.BACKUP_WEEKS
BACKUP_KEY_FILE, BACKUP_KEY_COMMAND = env.BACKUP_KEY_FILE, env.BACKUP_KEY_COMMAND
BACKUP_WITHIN, DRILL_WITHIN = env.BACKUP_WITHIN, env.DRILL_WITHIN  # hours and days until their age is said; 0: never
KEYS_BACKUP_DIR, KEYS_BACKUP_DAYS = env.KEYS_BACKUP_DIR, env.KEYS_BACKUP_DAYS

# --- photos
PHOTOS_READ_HEIC = env.HEIC

# --- people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["accounts.hashers.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
LEAST_PASSWORD_LENGTH = 15
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": LEAST_PASSWORD_LENGTH},
    },
    {"NAME": "accounts.hashers.MaximumLength"},
    {"NAME": "accounts.passwords.Guessable"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.allauth_adapters.Adapter"
ACCOUNT_FORMS = {
    "signup": "accounts.allauth_forms.SignupForm",
    "login": "accounts.allauth_forms.LoginForm",
    "add_email": "accounts.allauth_forms.AddEmailForm",
    "change_password": "accounts.allauth_forms.ChangePasswordForm",
    "reauthenticate": "accounts.allauth_forms.ReauthenticateForm",
    "set_password": "accounts.allauth_forms.SetPasswordForm",
    "reset_password": "accounts.allauth_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.allauth_forms.ResetPasswordKeyForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.partition(":")[0]
# Otherwise all clients share the proxy's address, and one attacker's failed sign-ins lock everybody out.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.TRUST_PROXY else 0
ACCOUNT_RATE_LIMITS = {
    # By network alone they would shut out whoever shares it: accounts/limits.py counts tries and letters instead.
    "login": None,
    "login_failed": None,
    "reset_password": "20/m/ip",
}
MFA_ADAPTER = "accounts.allauth_mfa.Adapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # by finger, face or PIN: a passkey is two factors in one
MFA_TOTP_TOLERANCE = 1  # half minutes: RFC 6238 advises no more; who is further off is told so
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 12  # 40 bits, which nobody tries out on their hashes (accounts/recovery_codes.py)
# There is no secret to guess, and a clinic's people come from one network in the morning.
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_FORMS = {
    "authenticate": "accounts.allauth_mfa.AuthenticateForm",
    "reauthenticate": "accounts.allauth_mfa.ReauthenticateForm",
    "activate_totp": "accounts.allauth_mfa.ActivateTOTPForm",
    "add_webauthn": "accounts.allauth_mfa.AddPasskeyForm",
    "edit_webauthn": "accounts.allauth_mfa.RenamePasskeyForm",
    "authenticate_webauthn": "accounts.allauth_mfa.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "accounts.allauth_mfa.ReauthenticatePasskeyForm",
    "login_webauthn": "accounts.allauth_mfa.LoginPasskeyForm",
}
# Members have to set one up, so many days after they became one, or after the day from which an operator asks for it.
SECOND_FACTOR_REQUIRED = env.SECOND_FACTOR
SECOND_FACTOR_DAYS = env.SECOND_FACTOR_DAYS
SECOND_FACTOR_SINCE = datetime.combine(env.SECOND_FACTOR_SINCE, time.min, UTC) if env.SECOND_FACTOR_SINCE else None
USERSESSIONS_ADAPTER = "accounts.allauth_adapters.SessionsAdapter"

# What is said on the next page names people: it lies with the session, not in a cookie that everybody can read.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- sessions, cookies, headers (docs/security.md), where they differ from Django's own
SESSION_COOKIE_NAME = "session" if DEBUG else "__Host-session"
CSRF_COOKIE_NAME = "csrf" if DEBUG else "__Host-csrf"
DEVICE_COOKIE_NAME = "device" if DEBUG else "__Host-device"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 30 * 24 * 60 * 60
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "tracker.views.csrf_failure"
SECURE_SSL_REDIRECT = not DEBUG
# A probe inside the machine speaks plain http; a program that does is refused (web/plain_http.py), and so notices.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^workerz$", r"^api/"]
SECURE_HSTS_SECONDS = 0 if DEBUG else 63_072_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = env.HSTS_PRELOAD
SECURE_REFERRER_POLICY = "same-origin"  # "no-referrer" makes form posts carry "Origin: null"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.TRUST_PROXY else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        **({} if DEBUG else {"upgrade-insecure-requests": True}),
    },
}
if not env.HSTS_PRELOAD:
    # Preloading binds the operator's whole domain, so it is the operator's choice.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]

# --- what one request may weigh (how long a body may be is in web/body_limits.py); files are streamed to the disk
DATA_UPLOAD_MAX_MEMORY_SIZE = ORDINARY
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "symptoms.photos.uploads.NamelessFileHandler",
]
UPLOAD_ROOT = DATA_DIR / "uploads"  # never the system's own: what lies there is private, and swept

# --- mail: pages only queue it, so that no answer waits for the mail server; the worker hands it over
EMAIL_BACKEND = "accounts.mail_backend.QueuedMail"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.MAIL_FROM
MAIL_FOLDER = DATA_DIR / "mail"  # where the demo's mail lies when no mail server is named
SHOWS_MAIL = DEBUG  # the demo's e-mails can be read on a page; kept apart, since tests switch DEBUG itself off
EMAIL_HOST = env.SMTP_HOST
EMAIL_PORT = env.SMTP_PORT
EMAIL_HOST_USER = env.SMTP_USER
EMAIL_HOST_PASSWORD = env.SMTP_PASSWORD
EMAIL_USE_TLS = env.SMTP_SECURITY == "starttls"
EMAIL_USE_SSL = env.SMTP_SECURITY == "tls"

# --- other ways to reach a member: push services that are let through, and addresses of Apprise for texts and calls
PUSH_SERVICES = env.PUSH_SERVICES
PUSH_STAND_IN = ""  # tests name an origin that stands in for a push service
APPRISE_URLS = {"sms": env.SMS_URL, "phone": env.PHONE_URL}  # a kind without one is not offered

# --- a service outside that calls somebody when it no longer hears that all is well
DEADMAN_URL = env.DEADMAN_URL
METRICS_TOKEN = env.METRICS_TOKEN
DEADMAN_STAND_IN = ""  # tests name an origin that stands in for it

# --- numbers to call, by country: an operator's file over accounts/help_numbers.toml; never part of the protocol
HELP_NUMBERS = env.HELP_NUMBERS or (BASE_DIR / "symptoms/demo/help_numbers.toml" if DEBUG else None)
COUNTRY = env.COUNTRY  # of a site that serves one country: for who is not signed in, and only where nothing is guessed

# --- whom a practice asks for help with the server: text, shown as it is
OPERATOR_CONTACT = env.OPERATOR_CONTACT
# Who is told of a hole, and until when that holds: /.well-known/security.txt (RFC 9116).
SECURITY_CONTACT, SECURITY_EXPIRES = env.SECURITY_CONTACT, env.SECURITY_EXPIRES

# --- language and time
LANGUAGE_CODE = "en-gb"
# English is what the code says: nothing is looked up, which was a fiftieth of an entry, until there is a .po file.
USE_I18N = False
FORMAT_MODULE_PATH = "tracker.formats"
TIME_ZONE = env.TIME_ZONE

# --- static files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "tracker.static_files.Drawings",
    "tracker.static_files.RedFlags",
]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "symptoms.photos.storage.PrivateStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "photos": {"BACKEND": "symptoms.photos.storage.PrivateStorage", "OPTIONS": {"location": DATA_DIR / "photos"}},
    "keys": {"BACKEND": "symptoms.photos.storage.PrivateStorage", "OPTIONS": {"location": KEYS_DIR}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "tracker.static_files.Storage",
    },
}
if env.S3_BUCKET:  # for several machines: in place of folders that one of them has
    BUCKET = {"bucket": env.S3_BUCKET, "endpoint": env.S3_ENDPOINT, "region": env.S3_REGION}
    STORAGES["photos"] = {"BACKEND": "symptoms.photos.bucket.Bucket", "OPTIONS": {**BUCKET, "prefix": "photos"}}
    STORAGES["exports"] = {
        "BACKEND": "symptoms.photos.bucket.Bucket",
        "OPTIONS": {**BUCKET, "prefix": "exports", "longest": 3600.0},  # gigabytes, which no request waits for
    }
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else's pages need our files
WHITENOISE_ADD_HEADERS_FUNCTION = say_version if DEBUG else None

# --- API
REST_FRAMEWORK = {
    # Token first, so that an answer without credentials is 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "symptoms.api.authentication.ByToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["symptoms.api.permissions.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["symptoms.api.parsers.StrictJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["symptoms.api.throttles.PerPerson"],
    "DEFAULT_THROTTLE_RATES": {"person": env.API_RATE},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "symptoms.api.problems.problem",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "NUM_PROXIES": 1 if env.TRUST_PROXY else 0,
}
# Knox keeps tokens for programs as hashes, in a table of ours; its own has no name, no scope, and is never made.
KNOX_TOKEN_MODEL = "accounts.ProgramToken"  # noqa: S105  # the name of a model
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"TOKEN_PREFIX": "mendline_", "AUTO_REFRESH": False}  # who searches files for lost secrets knows it by that
INTENDED_USE = gettext_lazy(
    "Mendline is a diary for your skin after microneedling. It gives general care advice and shows your clinic which "
    "entries to read first. It does not diagnose. It does not replace emergency services or your practitioner."
)
SPECTACULAR_SETTINGS = {
    "TITLE": "Mendline",
    "DESCRIPTION": INTENDED_USE,
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "PATH_CONVERTER_OVERRIDES": {"id": {"type": "string", "format": "uuid"}},
}

# --- the log: one line of JSON a record, which names nobody (docs/logs.md); plain lines in the demo
LOGGING_CONFIG = "tracker.logs.configure"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_tokens": {"()": "accounts.web.log_filters.WithoutTokens"}},
    "formatters": {} if DEBUG else {"json": {"()": "tracker.logs.JsonLines"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            **({"filters": ["without_tokens"]} if DEBUG else {"formatter": "json"}),
        },
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Each task would be two lines every few seconds; what becomes of duties is said by themselves.
        "celery": {"level": "WARNING"},
        # In DEBUG Django brings a console of its own, which would write every line again, with its tokens.
        "django": {"handlers": [], "level": "INFO"},
        # What sends texts and calls says to which number; what became of them is told by `manage.py outbox`.
        "apprise": {"level": "CRITICAL"},
    },
}
