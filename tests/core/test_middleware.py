"""What every request passes: the input gate, the headers, the rules for caches; and the pages for what broke."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
MATRIX = Path(__file__).parent.parent / "authz" / "matrix.yaml"
PLAIN = [row["address"] for row in yaml.safe_load(MATRIX.read_text(encoding="utf-8"))["rows"] if "sample" not in row]
WORDS = "%20".join(f"word{number}" for number in range(300))
HUGE = "9" * 21


@pytest.fixture
def broken(settings: Any) -> Client:
    """A client that gets the answer that a browser would get."""
    settings.ROOT_URLCONF = "tests.core.broken_urls"
    return Client(raise_request_exception=False)


# --- what no person types ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("value", ["%00", "a%00b", "%ff", "%ED%A0%80", "%c0%80", "x" * 5000])
@pytest.mark.parametrize("name", ["q", "after", "nonsense"])
def test_a_query_that_no_database_stores_is_refused_at_the_door(client: Client, name: str, value: str) -> None:
    response = client.get(f"/glossary/?{name}={value}")
    assert response.status_code == 400
    assert "We cannot read that address or form" in response.content.decode()


@pytest.mark.parametrize("query", ["q=%E2%82%AC", "q=%F0%9F%91%A9", "q=100%25", "q=%", "q=%zz", "q=%2500", "&&=&"])
def test_what_people_type_passes(client: Client, query: str) -> None:
    assert client.get(f"/glossary/?{query}").status_code == 200


@pytest.mark.parametrize("path", ["/%00", "/glossary/a%00b/", "/accounts/login/%00"])
def test_a_nul_in_the_path_is_refused(client: Client, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/glossary/%ff/", "/glossary/%ED%A0%80/", "/glossary/%2500/", f"/glossary/{HUGE}/"])
def test_a_path_that_means_nothing_is_no_page(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "django_language", "messages", "other"])
def test_a_nul_in_a_cookie_is_refused(client: Client, cookie: str) -> None:
    """Written as "\\000" in quotes it arrives: PostgreSQL would be asked for a session of that name."""
    response = client.get("/notifications/", headers={"cookie": f'{cookie}="abcd\\000efghijklmnop"'})
    assert response.status_code == 400


NASTY = [
    f"q={WORDS}",
    f"page={HUGE}&after={HUGE}",
    f"after={HUGE}",
    "after=bnVsbA&sort=nonsense",
    "kind=x&level=x&service=x&stage=x&challenge=x&country=x&group=x&sort=x",
    f"kind={HUGE}&level={HUGE}&country={HUGE}&group={HUGE}&stage={HUGE}",
    "q=" + "%22" * 60,
    "q=a:b%20OR%20NOT%20*%20(&q=second",
    "q=%27%3B--&level=%27",
    "q=%E2%80%AEtxet&level=%E2%80%AE",
    "&".join(f"level=x{number}" for number in range(400)),
]


@pytest.mark.parametrize("who", ["visitor", "member", "staff"])
def test_no_address_breaks_on_a_query_that_nobody_types(
    who: str, request: pytest.FixtureRequest, client_of: ClientOf
) -> None:
    client, broke = client_of(request.getfixturevalue(who)), []
    client.raise_request_exception = False
    for address in PLAIN:
        for query in NASTY:
            status = client.get(f"{reverse(address)}?{query}").status_code
            if status >= 500:
                broke.append(f"{address}?{query[:60]}: {status}")
    assert broke == []


# --- bodies ------------------------------------------------------------------------------------------------------
class CountingInput(BytesIO):
    """A body that remembers how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def post(body: bytes, path: str = "/accounts/login/", **environ: str) -> tuple[int, int]:
    """The status and how many bytes were read, asked of the WSGI application itself."""
    stream, statuses = CountingInput(body), []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "wsgi.input": stream,
        "wsgi.errors": BytesIO(),
        "wsgi.url_scheme": "http",
        **environ,
    }
    response = get_wsgi_application()(environ, lambda status, headers: statuses.append(int(status.split()[0])))
    b"".join(response)
    return statuses[0], stream.taken


MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_thirty_megabytes_are_refused_unread(kind: str) -> None:
    assert post(b"x" * 100, CONTENT_LENGTH=str(30 * MEGABYTE), CONTENT_TYPE=kind) == (413, 0)


def test_the_page_says_how_much_is_allowed(client: Client) -> None:
    response = client.post("/accounts/login/", {"a": "b"}, CONTENT_LENGTH=str(30 * MEGABYTE))
    assert response.status_code == 413
    assert "25 MB" in response.content.decode()


@pytest.mark.parametrize("body", [b"a=" + b"x" * (3 * MEGABYTE), "&".join(f"a{n}=1" for n in range(4000)).encode()])
def test_a_form_without_files_larger_than_any_of_ours_is_refused(body: bytes) -> None:
    client = Client(raise_request_exception=False)
    response = client.generic("POST", "/accounts/login/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "+5", "1_000", "٣", " 5", "0x10"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert post(b"a=b", CONTENT_LENGTH=length) == (400, 0)


@pytest.mark.parametrize("length", ["9" * 21, "9" * 4000])
def test_a_length_beyond_all_measure_is_too_large(length: str) -> None:
    assert post(b"a=b", CONTENT_LENGTH=length) == (413, 0)


@pytest.mark.parametrize("environ", [{}, {"CONTENT_LENGTH": ""}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_a_body_of_unannounced_length_is_never_read(environ: dict[str, str]) -> None:
    """The form arrives empty, so the token of the form is missing."""
    assert post(b"a=" + b"x" * 30 * MEGABYTE, **environ) == (403, 0)


def test_a_length_that_lies_is_an_unfinished_form() -> None:
    status, _taken = post(b"a=b", CONTENT_LENGTH="1000")
    assert status in {400, 403}


@pytest.mark.parametrize("body", [b"\xff\xfe", b"login=%00", b"login=%ED%A0%80&password=%ff", b"--x\r\n\r\n--x--\r\n"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"])
def test_a_body_of_nonsense_breaks_nothing(body: bytes, kind: str) -> None:
    client = Client(raise_request_exception=False)
    response = client.generic("POST", "/accounts/login/", body, content_type=kind)
    assert response.status_code < 500


# --- headers -----------------------------------------------------------------------------------------------------
def answers(client: Client) -> Iterator[tuple[int, Any]]:
    """One of each kind of page, with the status it should have."""
    yield 200, client.get("/glossary/")
    yield 200, client.get("/accounts/login/")
    yield 302, client.get("/notifications/")
    yield 400, client.get("/?q=%00")
    yield 400, client.get("/glossary/", headers={"host": "evil.example"})
    yield 403, Client(enforce_csrf_checks=True).post("/accounts/login/", {"a": "b"})
    yield 404, client.get("/no/such/page/")
    yield 404, client.get("/glossary/no-such-term/")
    yield 405, client.put("/notifications/stop/x/")
    yield 413, client.post("/accounts/login/", {"a": "b"}, CONTENT_LENGTH=str(30 * MEGABYTE))
    yield 500, client.get("/broken/fault/")
    yield 503, client.get("/broken/database/")
    yield 503, client.get("/broken/connection/")
    yield 200, client.get("/healthz")


def test_every_answer_carries_the_headers_that_protect_its_reader(broken: Client) -> None:
    for status, response in answers(broken):
        assert response.status_code == status
        where = f"{status} {response.request['PATH_INFO'] if hasattr(response, 'request') else ''}"
        policy = response["Content-Security-Policy"]
        for rule in (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors",
            "base-uri 'none'",
        ):
            assert rule in policy, where
        assert "unsafe" not in policy, where
        assert response["X-Content-Type-Options"] == "nosniff", where
        assert response["Referrer-Policy"] == "same-origin", where
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", where


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "a b", "localhost:8000@evil.example", "[::1", ""]
)
def test_a_name_that_is_not_ours_is_refused(client: Client, host: str) -> None:
    response = (
        client.get("/accounts/login/", headers={"host": host}) if host else client.get("/", SERVER_NAME="evil.example")
    )
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()


def test_a_forwarded_host_is_not_believed(client: Client) -> None:
    response = client.get("/accounts/password/reset/", headers={"x-forwarded-host": "evil.example"})
    assert "evil.example" not in response.content.decode()


def test_broken_pages_say_what_to_do_and_name_no_cause(broken: Client) -> None:
    fault, away = broken.get("/broken/fault/"), broken.get("/broken/database/")
    assert "Something broke on our side" in fault.content.decode()
    assert "ZeroDivisionError" not in fault.content.decode()
    assert "will be back in a moment" in away.content.decode()
    assert away["Retry-After"] == "5"
    assert "Retry-After" not in fault


# --- caches ------------------------------------------------------------------------------------------------------
def test_what_was_made_for_one_person_is_kept_by_no_cache(member: Any, client_of: ClientOf) -> None:
    for address in ("/glossary/", "/notifications/", "/no/such/page/"):
        response = client_of(member).get(address)
        assert response["Cache-Control"] == "private, no-store"
        assert "Cookie" in response["Vary"]


def test_what_a_visitor_gets_may_be_kept_and_is_asked_after(client: Client) -> None:
    response = client.get("/glossary/")
    assert response["Cache-Control"] == "no-cache"
    assert "Cookie" in response["Vary"]
    assert not response.cookies


def test_words_and_times_are_the_reader_s_and_the_next_reader_s_again(
    member: Any, client_of: ClientOf, settings: Any
) -> None:
    member.time_zone = "Asia/Kolkata"
    member.save()
    client_of(member).get("/notifications/")
    assert timezone.get_current_timezone_name() == "UTC"
