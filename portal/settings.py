"""Every setting, from the environment. docs/operations.md lists the names."""

import os
from datetime import timedelta

from celery.schedules import crontab
from django.utils.csp import CSP

from portal import environment, logs, processes

ROOT = environment.ROOT
DATA = environment.folder()

DEBUG = environment.flag("LABLEDGER_DEBUG")
SECRET_KEY = environment.secret("LABLEDGER_SECRET_KEY")
# Fernet keys, newest first: the first encrypts, all decrypt.
CREDENTIAL_KEYS = environment.secret("LABLEDGER_CREDENTIAL_KEYS").split()
ALLOWED_HOSTS = environment.words("LABLEDGER_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = environment.words("LABLEDGER_ORIGINS")
# Where links lead that are written into other systems.
PUBLIC_ADDRESS = (
    os.environ.get("LABLEDGER_ADDRESS")
    or next(iter(CSRF_TRUSTED_ORIGINS), "")
    or f"http://localhost:{os.environ.get('LABLEDGER_PORT') or 8000}"
).rstrip("/")

INSTALLED_APPS = [
    "portal",
    "portal.accounts",
    "handoff",
    "sprints",
    "tracking",
    "sources",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_structlog",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "portal.metrics.Durations",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.login_required_everywhere",
    "portal.accounts.middleware.viewers_zone",
    "portal.accounts.middleware.Audited",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.middleware.seen",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.health.Requests",
]

ROOT_URLCONF = "portal.urls"
SHELL_FACTS = "portal.freshness.facts"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.shell.shell",
            ],
            "builtins": ["portal.templatetags.shown", "portal.templatetags.parts"],
        },
    }
]

# ── stores ───────────────────────────────────────────────────────────────────

RUN = (DATA / "run").resolve()  # a link, where the data folder is too deep for a socket
DATABASE_URL = os.environ.get("DATABASE_URL") or (f"postgresql://labledger@/labledger?host={RUN}")
REDIS_URL = os.environ.get("REDIS_URL") or f"unix://{RUN / 'valkey.sock'}"
DATABASES = {"default": environment.database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }
}
BLOBS = DATA / "blobs"
# How much of it is read again by night and compared with its sha256.
READ_AGAIN_A_NIGHT = int(os.environ.get("LABLEDGER_READ_AGAIN_GB") or 50) * 10**9

# ── people ───────────────────────────────────────────────────────────────────

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.accounts.adapter.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_ADAPTER = "portal.accounts.factors.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
USERSESSIONS_TRACK_ACTIVITY = True
# Who changed what (portal/accounts/audit.py): only what writes has a story.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
PGHISTORY_APPEND_ONLY = True

# ── the web's walls ──────────────────────────────────────────────────────────

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
HTTPS = environment.flag("LABLEDGER_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False  # the proxy's work
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Where the limits of attempts find a person's address: behind so many proxies.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("LABLEDGER_PROXIES") or (1 if HTTPS else 0))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# ── language, files, mail, logs ──────────────────────────────────────────────

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = False

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.assets.Assets"},
}
if environment.flag("LABLEDGER_PLAIN_STATIC"):  # tests: straight from static/, no build
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 2**20

MAILERS: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
}
if host := os.environ.get("LABLEDGER_SMTP_HOST"):
    MAILERS["default"] = {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": host,
            "port": int(os.environ.get("LABLEDGER_SMTP_PORT", "587")),
            "username": os.environ.get("LABLEDGER_SMTP_USER", ""),
            "password": environment.secret("LABLEDGER_SMTP_PASSWORD"),
            "use_tls": True,
            "timeout": 10,  # a person may wait for it
        },
    }
DEFAULT_FROM_EMAIL = os.environ.get("LABLEDGER_MAIL_FROM", "labledger@localhost")

METRICS_TOKEN = environment.secret("LABLEDGER_METRICS_TOKEN")  # empty: no metrics

logs.configure()
LOGGING = logs.logging(os.environ.get("LABLEDGER_LOG_LEVEL", "INFO"))

# ── the API ──────────────────────────────────────────────────────────────────

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.accounts.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.accounts.tokens.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "portal.api.scheme.Scheme",
    "EXCEPTION_HANDLER": "portal.api.problems.problem",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Labledger",
    "VERSION": "1",
    "DESCRIPTION": "What the pages show, as JSON. Tokens are made under Settings, API tokens.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["portal.accounts.tokens.HasScope"],
    "GET_LIB_DOC_EXCLUDES": "portal.api.docs.unwritten",
}

# ── work in the background ───────────────────────────────────────────────────

CELERY_BROKER_URL = environment.broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
# Late, so that a worker keeps no message beside the ones it works on: others may
# be free. The queue gives out anew what is not acknowledged within the hour, or
# whose worker died; a sync begins once all the same (sources/claims.py).
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ROUTES = {
    "portal.tasks.follow_hints": {"queue": processes.HINTS},
    "portal.tasks.read_hints": {"queue": processes.HINTS},
    "portal.tasks.send_what_is_due": {"queue": processes.HINTS},
    "portal.tasks.send_outbox": {"queue": processes.HINTS},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sync what is due": {
        "task": "portal.tasks.sync_due_sources",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 10},  # seconds: while all workers read, they do not pile up
    },
    "forget old syncs": {
        "task": "portal.tasks.forget_old_syncs",
        "schedule": crontab(hour="3", minute="17"),
    },
    "read files again": {
        "task": "portal.tasks.read_files_again",
        "schedule": crontab(hour="2", minute="7"),
    },
}
CELERY_BEAT_SCHEDULE["send what is due"] = {
    "task": "portal.tasks.send_what_is_due",
    "schedule": timedelta(seconds=5),
    "options": {"expires": 10},
}
SYNC_LEASE = timedelta(minutes=3)  # a claim that is not renewed runs out after this
