"""One settings file, driven by the environment.

Without any variable the portal runs on this machine alone: SQLite, Celery on a filesystem broker, captured
mail. DATABASE_URL, REDIS_URL and EMAIL_URL make it the production shape; PORTAL_ENV=production refuses to
start without what production needs (`portal/core/checks.py`). All variables: docs/operations.md.
"""

import sys
from email.utils import formataddr
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal import env, mail_settings
from portal.sign_in import *  # noqa: F403 -- a chapter of this file

BASE_DIR = Path(__file__).resolve().parent.parent
PORTAL_ENV = env.text("PORTAL_ENV", "development")
PRODUCTION = PORTAL_ENV == "production"
DEBUG = env.flag("DEBUG", default=False)
DATA_DIR = Path(env.text("PORTAL_DATA", str(BASE_DIR / "var"))).resolve()
PORT = env.number("PORT", 8000)

SECRET_KEY = env.text("SECRET_KEY") or (
    "" if PRODUCTION else "development-only-key-never-used-in-production-0123456789"
)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
SITE_URL = env.text("SITE_URL", "" if PRODUCTION else f"http://localhost:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []

if PRODUCTION:
    missing = [name for name in ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "PRIVATE_MEDIA_ROOT") if not env.text(name)]
    if not (env.text("REDIS_URL") or env.text("CACHE_URL")):
        missing.append("REDIS_URL (or CACHE_URL=db: a cache that all workers share)")
    if not (env.text("EMAIL_URL") or env.text("OUTBOX_TRANSPORT")):
        missing.append("EMAIL_URL (or OUTBOX_TRANSPORT: a mail service's backend)")
    if missing:
        msg = f"PORTAL_ENV=production needs: {', '.join(missing)}. docs/operations.md says what each is for."
        raise ImproperlyConfigured(msg)

# The community this site is for: data, so that another community of practice can run the same software.
COMMUNITY = {
    "name": env.text("COMMUNITY_NAME", "Shared Services Community of Practice"),
    "name_main": env.text("COMMUNITY_NAME_MAIN", "Shared Services"),
    "name_sub": env.text("COMMUNITY_NAME_SUB", "Community of Practice"),
    "contact": env.text("COMMUNITY_CONTACT", "programme@example.org"),
}

INSTALLED_APPS = [
    "portal.core",
    "portal.taxonomy",
    "portal.outbox",
    "portal.incoming",
    "portal.follows",
    "portal.notifications",
    "portal.discussions",
    "portal.meetings",
    "portal.desk",
    "members",
    "cases",
    "kits",
    "workinggroups",
    "portal.pages",
    "demo",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "members.wagtail_app.PortalUsersConfig",  # wagtail.users with our forms for accounts
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_countries",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "portal.core.middleware.input_gate",  # before anything that looks at what was sent, and inside the headers
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "members.accounts.middleware.timed_sessions",
    "portal.core.middleware.personal",
    "allauth.account.middleware.AccountMiddleware",
    "members.accounts.middleware.SecondFactorFirst",
    "portal.core.middleware.DefaultDeny",
    "portal.core.middleware.private_by_default",
    "portal.pages.middleware.redirects",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

FORM_RENDERER = "portal.core.renderer.PortalRenderer"
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
                "portal.core.context.site",
                "members.context.me",
                "members.context.sign_in",
                "portal.notifications.context.unread",
                "portal.incoming.context.address",
                "portal.outbox.context.delayed",
            ],
        },
    },
]

# --- data -------------------------------------------------------------------------------------------------------
DATA_DIR.mkdir(parents=True, exist_ok=True)
DATABASES = {"default": env.database(env.text("DATABASE_URL"), DATA_DIR / "portal.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
if REDIS_URL:
    _default_cache = {
        "BACKEND": "portal.core.cache.FailOpenRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 0.05, "socket_connect_timeout": 0.05},
    }
else:
    _default_cache = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}
CACHES = {
    "default": _default_cache,
    # Sign-in limits must hold when Redis is away, and must be one count for all workers. A table of its own, and
    # large: a full table is culled, and whoever could fill it could wipe out the counts.
    "limits": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_limits",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # "Keep me signed in" gives a session two weeks
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(DATA_DIR / "media")))
PRIVATE_MEDIA_ROOT = Path(env.text("PRIVATE_MEDIA_ROOT", str(DATA_DIR / "private")))
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
AWS_STORAGE_BUCKET_NAME = env.text("AWS_STORAGE_BUCKET_NAME")
_s3 = "storages.backends.s3.S3Storage"
_s3_options = {"signature_version": "s3v4", "file_overwrite": False}
SERVE_MEDIA = env.flag("SERVE_MEDIA", default=not AWS_STORAGE_BUCKET_NAME)
STORAGES = {
    "default": (
        {"BACKEND": _s3, "OPTIONS": {**_s3_options, "location": "public", "querystring_auth": False}}
        if AWS_STORAGE_BUCKET_NAME
        else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
    # Kit files and attachments: no public address; one view serves them after asking who may read.
    "private": (
        {"BACKEND": _s3, "OPTIONS": {**_s3_options, "location": "private"}}
        if AWS_STORAGE_BUCKET_NAME
        else {"BACKEND": "portal.core.storage.PrivateFileSystemStorage"}
    ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 31_536_000
WHITENOISE_USE_FINDERS = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000  # an agenda or a twelve-agency form has many rows
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# --- people -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
# Below these a visitor who may not see a page gets the way to join, the same for hidden and for missing.
MEMBERS_AREAS = ("/cases/", "/discussions/", "/groups/", "/kits/", "/meetings/", "/members/")
PERSON_CARDS = "members.queries.cards_by_user"  # how the kernel asks for people's cards
PEOPLE_BY_HANDLE = "members.queries.users_by_handle"  # and whom "@handle" in a text means
AUTHENTICATION_BACKENDS = ["members.accounts.backend.AccountBackend"]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "members.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "members.accounts.forms.LoginForm",
    "signup": "members.joining.forms.JoinForm",
    "request_login_code": "members.accounts.forms.RequestLoginCodeForm",
    "confirm_login_code": "members.accounts.forms.ConfirmLoginCodeForm",
    "confirm_email_verification_code": "members.accounts.forms.ConfirmEmailForm",
    "change_email": "members.accounts.forms.ChangeEmailForm",
    "add_email": "members.accounts.forms.AddEmailForm",
    "reset_password": "members.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "members.accounts.forms.ResetPasswordKeyForm",
    "change_password": "members.accounts.forms.ChangePasswordForm",
    "set_password": "members.accounts.forms.SetPasswordForm",
    "reauthenticate": "members.accounts.forms.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # what NIST allows a secret sent out of band
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
# One address for each account; another takes its place once it is confirmed, and the password was asked again.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_URL.startswith("https://") else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)

# --- words and times ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LOCALE_PATHS = [BASE_DIR / "locale"]
_languages = [("en-gb", _("English")), ("fr", _("French")), ("es", _("Spanish")), ("ro", _("Romanian"))]
# A language is offered once its catalogue is there: half a page in each of two languages helps nobody.
LANGUAGES = [
    (code, label)
    for code, label in _languages
    if code == LANGUAGE_CODE or (BASE_DIR / "locale" / code / "LC_MESSAGES" / "django.mo").exists()
]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
# How dates look where Django's own choice does not fit the page ("6 p.m.").
FORMAT_MODULE_PATH = ["portal.formats"]
COUNTRIES_OVERRIDE = {"US": "United States", "GB": "United Kingdom"}

# --- mail and background work ------------------------------------------------------------------------------------
_mail = mail_settings.mail(env.text("EMAIL_URL"), DATA_DIR / "mail")
# Libraries send into the outbox (rows in the same transaction); the drain sends with the transport.
EMAIL_BACKEND = "portal.outbox.backend.OutboxBackend"
OUTBOX_TRANSPORT = env.text("OUTBOX_TRANSPORT") or _mail.pop("TRANSPORT")
_mail.pop("TRANSPORT", None)
globals().update(_mail)
CAPTURE_MAIL = not env.text("EMAIL_URL") and not PRODUCTION
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL") or formataddr((COMMUNITY["name"], COMMUNITY["contact"]))
SERVER_EMAIL = DEFAULT_FROM_EMAIL
OUTBOX_LEASE_SECONDS = env.number("OUTBOX_LEASE_SECONDS", 120)
OUTBOX_BATCH = env.number("OUTBOX_BATCH", 100)
OUTBOX_SENDERS = env.number("OUTBOX_SENDERS", 2)
MAIL_DELAY_LOOK_SECONDS = 30
RETENTION_DAYS = env.numbers("RETENTION_DAYS")

_broker_folder = DATA_DIR / "broker"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 300,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }
else:
    for _name in ("messages", "control"):
        (_broker_folder / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost//"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker_folder / "messages"),
        "data_folder_out": str(_broker_folder / "messages"),
        "control_folder": str(_broker_folder / "control"),
        "store_processed": False,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "drain what is due": {
        "task": "portal.outbox.tasks.drain",
        "schedule": float(env.number("OUTBOX_SWEEP_SECONDS", 60)),
    },
    "remove what was kept long enough": {"task": "portal.outbox.tasks.sweep", "schedule": 3600.0},
    "keep the wall times of meetings": {"task": "portal.meetings.tasks.keep_wall_times", "schedule": 86_400.0},
    "forget ended sessions": {"task": "members.tasks.forget_ended_sessions", "schedule": 86_400.0},
    "remind of questions to newcomers": {"task": "members.tasks.sweep_requests", "schedule": 3600.0},
    "look back at introductions, ahead to hours": {"task": "members.tasks.look_back_and_ahead", "schedule": 900.0},
    "keep the wall times of office hours": {"task": "members.tasks.keep_wall_times", "schedule": 86_400.0},
    "publish what is scheduled": {"task": "portal.pages.tasks.publish_scheduled", "schedule": 60.0},
}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

# --- Wagtail -----------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = COMMUNITY["name"]
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_I18N_ENABLED = False
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 24_000_000
WAGTAILDOCS_DOCUMENT_MODEL = "pages.PrivateDocument"  # in the private storage
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "csv", "txt"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAIL_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
# Looks for words in titles, the same on every database: Wagtail's own search does not come back on SQLite for a word
# that is everywhere ("shared services").
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database.fallback", "AUTO_UPDATE": False}}
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
# A reviewer's approval is the authority to publish: Wagtail's default refuses reviewers without that permission.
WAGTAIL_FINISH_WORKFLOW_ACTION = "portal.pages.workflow.publish_approved"

# --- headers -----------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/cms/", "/django-admin/"),
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        "manifest-src": [SELF],
    },
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if SITE_URL.startswith("https://"):
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by the machine itself, without TLS
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# Preloading binds the whole parent domain for years: a decision of whoever owns the domain, not of this software.
# W005/W021 concern just that.
# W019 wants no frames at all, but the editors' preview shows our own pages in one.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W019", "security.W021"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
    "loggers": {"portal": {"level": "INFO"}},
}
TESTING = "pytest" in sys.modules
