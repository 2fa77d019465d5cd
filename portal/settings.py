"""All settings in Django's own order; every deployment value comes from the environment.

`PORTAL_DATA_DIR/portal.env` may hold the same variables (`make run` writes one); the real environment wins.
A missing or wrong value stops the start with a message that names the variable.
"""

from datetime import timedelta
from email.utils import formataddr
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env, EnvError, validate

from portal.ui.color import readable_accent

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
# A relative path starts at the project, so that it means the same to every process, wherever it was started.
DATA_DIR = BASE_DIR / (env.str("PORTAL_DATA_DIR", "") or "var")
env.read_env(DATA_DIR / "portal.env", recurse=False, override=False)

MODE = env.str("PORTAL_MODE", "production", validate=validate.OneOf(["production", "demo", "dev"]))
PRODUCTION = MODE == "production"
DEBUG = MODE == "dev"


def required(variable: str, example: str) -> str:
    """Return a value that the portal cannot do without, or stop the start and name it."""
    value = env.str(variable, "")
    if not value:
        raise ImproperlyConfigured(f"Set {variable} in the environment, for example {variable}={example}")
    return value


def required_keys(variable: str) -> list[str]:
    """Return a list of secret keys, the current one first, each long enough to be a key."""
    keys = [key.strip() for key in required(variable, "<64 random characters>").split(",") if key.strip()]
    if any(len(key) < 32 for key in keys):
        raise ImproperlyConfigured(f"{variable}: each key needs at least 32 characters")
    return keys


# Core
SECRET_KEY = required("SECRET_KEY", "<64 random characters>")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY needs at least 50 characters")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
CODE_DIGEST_KEYS = required_keys("PORTAL_CODE_DIGEST_KEYS")
CODE_SEAL_KEYS = required_keys("PORTAL_CODE_SEAL_KEYS")
ALLOWED_HOSTS = [host.strip() for host in required("PORTAL_HOSTS", "portal.example.com").split(",") if host.strip()]
CSRF_TRUSTED_ORIGINS: list[str] = env.list("PORTAL_TRUSTED_ORIGINS", [])
# Where links in mails lead, and who we are to products: never what a request calls us.
PORTAL_URL = env.str(
    "PORTAL_URL",
    f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else f"http://{ALLOWED_HOSTS[0]}:{env.int('PORT', 8000)}",
).rstrip("/")

INSTALLED_APPS = [
    "portal",
    "portal.accounts",
    "portal.foundation.crypto",
    "portal.foundation.queue",
    "portal.foundation.mail",
    "portal.foundation.webhooks",
    "portal.foundation.oauth",
    "portal.foundation.api",
    "licenses",
    "devices",
    "downloads",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
    "csp",
]
if not PRODUCTION:
    # The demonstration's data and its page of mails do not exist in production at all.
    INSTALLED_APPS.append("portal.demo")

MIDDLEWARE = [
    # First, so that also the redirect to HTTPS and the refusal of a wrong host carry the policy.
    "csp.middleware.CSPMiddleware",
    "portal.middleware.SetHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.TakeMoment",
    "portal.foundation.api.middleware.ApiResponses",
    "portal.middleware.CompressPages",
    "portal.middleware.RefuseOddText",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.AskToSignIn",
    "portal.accounts.middleware.CustomerPreferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.foundation.oauth.middleware.WidenFormAction",
    "portal.middleware.RefuseHandMadeRequests",
    # Last, so that what it shows is in the reader's language.
    "portal.middleware.LeadToPages",
]
if not PRODUCTION:
    MIDDLEWARE.insert(2, "portal.demo.middleware.OneAddress")

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "portal.ui.tags",
                "licenses.tags",
                "devices.tags",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.ui.brand.brand",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database
# A page must answer within 5 seconds, because somebody waits for it; a command or a worker takes the time that its work
# takes. `portal/wsgi.py` says that this process serves pages. What each limit is for: foundation/database/base.py.
SERVES_PAGES = env.bool("PORTAL_SERVES_PAGES", False)
DATABASE_POOL = env.int("PORTAL_DATABASE_POOL", 0)
DATABASE_ANSWERS_WITHIN = 3.5 if SERVES_PAGES else None
DATABASE_WAITS: dict[str, Any] = {
    "connect_timeout": 2 if SERVES_PAGES else 10,
    "options": "-c statement_timeout=3000" if SERVES_PAGES else "",
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5000,
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "portal.sqlite3"}
}
try:
    if env.str("DATABASE_URL", ""):
        DATABASES = {"default": env.dj_db_url("DATABASE_URL")}
except (EnvError, ValueError) as error:
    raise ImproperlyConfigured(f"DATABASE_URL is not a database address: {error}") from error
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["NAME"] = str(BASE_DIR / DATABASES["default"]["NAME"])
    # Kept, a file that is open can be read when the disk is full; opening it anew would write beside it.
    DATABASES["default"]["CONN_MAX_AGE"] = None
    # IMMEDIATE takes the write lock first: without it two writers meet "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA temp_store=MEMORY;"
        "PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=27103364;PRAGMA cache_size=2000;",
    }
else:
    DATABASES["default"] |= {
        "ENGINE": "portal.foundation.database",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**DATABASE_WAITS, **DATABASES["default"].get("OPTIONS", {})},
    }
    if SERVES_PAGES and DATABASE_POOL:
        # The pool keeps connections instead. With its own reconnect_timeout of 5 minutes it would look more and more
        # seldom for a server that is away.
        DATABASES["default"]["CONN_MAX_AGE"] = 0
        DATABASES["default"]["OPTIONS"]["pool"] = {
            "min_size": 1,
            "max_size": DATABASE_POOL,
            "timeout": 2,
            "reconnect_timeout": 1,
            "max_lifetime": 600,
        }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The cache counts sign-in attempts, so it must be one that all worker processes share.
DATABASE_CACHE: dict[str, Any] = {
    "BACKEND": "portal.foundation.database.cache.DatabaseCache",
    "LOCATION": "cache",
    # Django's 300 would throw counters away while they still count.
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
CACHES = {"default": DATABASE_CACHE}
if env.str("CACHE_URL", ""):
    CACHES = {"default": env.dj_cache_url("CACHE_URL"), "database": DATABASE_CACHE}
    if CACHES["default"]["BACKEND"].endswith(".RedisCache"):
        CACHES["default"]["BACKEND"] = "portal.foundation.database.cache.KeptTwice"

# Signing in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "licenses:index"
PASSWORD_HASHERS = [
    "portal.accounts.hashers.OwaspArgon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "portal.accounts.validators.DigitUpperLowerValidator"},
    {"NAME": "portal.accounts.validators.CommonPasswordValidator"},
    {
        "NAME": "portal.accounts.validators.SimilarPasswordValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "portal.accounts.forms.RegisterForm",
    "login": "portal.accounts.forms.SignInForm",
    "change_password": "portal.accounts.forms.ChangePasswordForm",
    "reset_password": "portal.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "portal.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "portal.accounts.forms.ReauthenticateForm",
    "add_email": "portal.accounts.forms.ChangeEmailForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
PASSWORD_RESET_TIMEOUT = 24 * 3600
# As long as the link in the mail works, it signs in the browser in which its reader registered.
ACCOUNT_LOGIN_TIMEOUT = ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS * 24 * 3600
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Wrong passwords from a network address (those for an account are a row of LIMITS), and verification mails to an email
# address; allauth's other limits stand as they are, all a minute long.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip", "confirm_email": "1/m/key,6/h/key"}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
# Behind a proxy: how many hops to trust, or the header that it sets; else every visitor shares the proxy's limits.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PORTAL_PROXY_COUNT", 0)
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = env.str("PORTAL_CLIENT_IP_HEADER", None)

# Signing in on devices: the OpenID provider
IDP_OIDC_ADAPTER = "portal.foundation.oauth.adapter.OIDCAdapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 60 * 24 * 3600
IDP_OIDC_ROTATE_REFRESH_TOKEN = True
IDP_OIDC_DEVICE_CODE_EXPIRES_IN = 600
IDP_OIDC_DEVICE_CODE_INTERVAL = 5
# How often an address may ask for a device's code, and how often one may be typed, are rows of LIMITS.
IDP_OIDC_RATE_LIMITS = {"device_request": "", "device_user_code": ""}

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
TIME_ZONE = env.str("PORTAL_TIME_ZONE", "UTC")
USE_TZ = True

# Files
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "portal.ui.storage.RememberedAddresses"
    },
}
# Where nginx serves uploads from ("internal" location), for example /uploads/; empty: the portal sends the bytes.
ACCEL_PREFIX = env.str("PORTAL_ACCEL_PREFIX", "")
INSTALLER_MAX_SIZE = env.int("PORTAL_INSTALLER_MAX_MB", 4096) * 1024**2

# Mail: every mail is put in the outbox in the same transaction; the worker hands it to MAIL_DELIVERY.
EMAIL_BACKEND = "portal.foundation.mail.backend.OutboxBackend"
if PRODUCTION:
    MAIL_DELIVERY = env.dj_email_url("EMAIL_URL", "smtp://localhost:25")
else:
    MAIL_DELIVERY = {
        "EMAIL_BACKEND": "portal.demo.mail.OneFileEachBackend",
        "EMAIL_FILE_PATH": str(DATA_DIR / "mail"),
    }
SITE_NAME = required("PORTAL_SITE_NAME", "My Portal")
SERVER_EMAIL = env.str("PORTAL_MAIL_FROM", "portal@localhost")
DEFAULT_FROM_EMAIL = formataddr((SITE_NAME, SERVER_EMAIL))

# The operator's brand
SUPPORT_URL = env.str("PORTAL_SUPPORT_URL", "")
HELP_URL = env.str("PORTAL_HELP_URL", "")
PRIVACY_URL = env.str("PORTAL_PRIVACY_URL", "")
TERMS_URL = env.str("PORTAL_TERMS_URL", "")
DISCLAIMER = env.str("PORTAL_DISCLAIMER", "")
ACCENT_COLOR = env.str("PORTAL_ACCENT", "") and readable_accent(env.str("PORTAL_ACCENT"))
GLYPH_URL = env.str("PORTAL_GLYPH", "")
# The region of customers who have none of their own (codes.md case 8 compares it with the plan's).
REGIONS = ["europe", "americas", "asia-pacific", "africa-middle-east"]
REGION = env.str("PORTAL_REGION", "europe", validate=validate.OneOf(REGIONS))

# Log: what went wrong, with its traceback, on standard error. What people typed is in none of it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "INFO" if DEBUG else "WARNING", "propagate": False},
        # Every 404 and 403 of a crawler is no warning of ours.
        "django.request": {"level": "INFO" if DEBUG else "ERROR"},
        # Once a minute the worker says what is due and late; the demonstration's terminal stays quiet.
        "portal.foundation.queue.worker": {"level": "INFO" if PRODUCTION else "WARNING"},
    },
}

# Limits of the activation code form: one table, all in one place.
CODE_LIMITS: dict[str, Any] = {
    "counted_per_account": 5,
    "counted_window": timedelta(minutes=15),
    "first_pause": timedelta(minutes=15),
    "pauses_remembered": timedelta(hours=24),
    "pauses_until_mail": 3,
    "counted_per_address": 60,
    "any_per_account": 60,
    "any_per_address": 300,
    "any_window": timedelta(hours=1),
    "licenses_per_account": 100,
    "claim_open_for": timedelta(hours=24),
}

# For how long a process signs with a key before it looks whether the key was rotated.
SIGNING_KEY_KEPT_FOR = timedelta(minutes=1)

# What the API's document says of the whole.
API_TITLE = "Devices and orders"
API_DESCRIPTION = (
    "For programs: a product on a device takes its seat and keeps its lease; a store places its orders. "
    "Every refusal is a problem document (RFC 9457) with a stable `code`."
)

# All other limits, in one table: so many of one subject in so long, counted in the database (foundation/api/limits.py).
LIMITS: dict[str, tuple[int, timedelta]] = {
    # Calls of the API: of one account (check-ins: device; orders: client).
    "licenses": (120, timedelta(hours=1)),
    "connect": (30, timedelta(hours=1)),
    "check-in": (60, timedelta(hours=1)),
    "sign-out": (60, timedelta(hours=1)),
    "release": (30, timedelta(hours=1)),
    "orders": (600, timedelta(minutes=1)),
    # Wrong passwords for one email address, whether or not it has an account.
    "sign-in": (5, timedelta(minutes=15)),
    # Codes that visitors type before they sign in, by network address: each becomes a row, none is looked up.
    "visitors-code": (60, timedelta(hours=1)),
    # Codes that devices ask for, by network address.
    "device-request": (20, timedelta(minutes=1)),
    # Only what is wrong: codes of devices, by person; secrets, and tokens that never were, by client and address.
    "device-code": (10, timedelta(minutes=5)),
    "wrong-secret": (60, timedelta(minutes=10)),
    "wrong-token": (60, timedelta(minutes=10)),
    # Downloads that an account begins; and parts of one file, for browsers that resume and programs that fetch pieces.
    "download": (20, timedelta(hours=1)),
    "download-part": (1000, timedelta(hours=1)),
    # Links for another device that are opened from a network address: enough for an office, too few to guess.
    "open-link": (20, timedelta(minutes=1)),
}

# Security
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "portal.accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("PORTAL_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("PORTAL_HSTS_SECONDS", 365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    if env.bool("PORTAL_BEHIND_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
