"""An OpenID provider on loopback, in a process of its own: allauth's, with its own people and its own pages.

    with provider(redirect_uris=["http://localhost:8000/accounts/with/agency/callback/"]) as agency:
        ... agency.url, agency.client_id, agency.secret ...

Its people sign in with PASSWORD; whose address ends in "unconfirmed.example" has not confirmed it there.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CLIENT, SECRET, PASSWORD = "portal", "a secret between the two", "a pass phrase over there"
PEOPLE = {
    "nadia@agency.example": "Nadia Newcomer",
    "olena@agency.example": "Olena Owner",
    "uma@unconfirmed.example": "Uma Unconfirmed",
}
STARTS_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Agency:
    """The provider as the portal's settings need it."""

    url: str
    client_id: str = CLIENT
    secret: str = SECRET


@contextlib.contextmanager
def provider(redirect_uris: list[str]) -> Iterator[Agency]:
    """Start it; it ends with the block, and with the process that started it."""
    from scripts.processes import die_with_parent

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="portal-provider-") as folder:
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.harness.openid_provider", str(port), folder, *redirect_uris],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 -- started before any thread is
            )
        try:
            _wait_for(port, process, log)
            yield Agency(f"http://127.0.0.1:{port}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    msg = f"the provider did not start:\n{log.read_text(errors='replace')[-2000:]}"
    raise RuntimeError(msg)


# --- the process ----------------------------------------------------------------------------------------------------


def _configure(folder: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    settings.configure(
        SECRET_KEY="the provider's own key, for as long as it runs",
        ALLOWED_HOSTS=["*"],
        DEBUG=False,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.sqlite3"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        ROOT_URLCONF="tests.harness.openid_provider_urls",
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        ACCOUNT_LOGIN_METHODS={"email"},
        ACCOUNT_SIGNUP_FIELDS=["email*", "password1*"],
        ACCOUNT_EMAIL_VERIFICATION="none",
        ACCOUNT_RATE_LIMITS=False,
        SESSION_COOKIE_NAME="provider_session",
        CSRF_COOKIE_NAME="provider_csrf",
        IDP_OIDC_PRIVATE_KEY=key.decode(),
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )


def _fill(redirect_uris: list[str]) -> None:
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    Client.objects.create(
        id=CLIENT,
        name="The portal",
        secret=make_password(SECRET),
        scopes="openid\nemail\nprofile",
        redirect_uris="\n".join(redirect_uris),
        skip_consent=True,
    )
    for number, (address, name) in enumerate(PEOPLE.items()):
        first, last = name.split()
        person = User.objects.create_user(f"person{number}", address, PASSWORD, first_name=first, last_name=last)
        confirmed = not address.endswith("unconfirmed.example")
        EmailAddress.objects.create(user=person, email=address, verified=confirmed, primary=True)


def main(arguments: list[str]) -> None:
    """Serve until ended."""
    import socketserver
    from wsgiref.simple_server import WSGIServer, make_server

    port, folder, *redirect_uris = arguments
    _configure(Path(folder))
    import django
    from django.core.wsgi import get_wsgi_application

    django.setup()
    _fill(redirect_uris)

    class Threads(socketserver.ThreadingMixIn, WSGIServer):
        daemon_threads = True

    make_server("127.0.0.1", int(port), get_wsgi_application(), server_class=Threads).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
