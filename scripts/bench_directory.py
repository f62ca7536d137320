"""How much the directory costs with 1,000 and with 100,000 members, on SQLite and on PostgreSQL.

`python -m scripts.bench_directory [--members 100000] [--only sqlite]`. Each scenario is asked for many times
through the whole portal (middleware, templates), each time between two renderings of one same template: what is
compared is the cost in such renderings, since a machine's speed changes from minute to minute.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

SMALL, LARGE, LIMIT = 1_000, 100_000, 1.5
ROUNDS = 15
BEHIND = 5_000
# Two facets and a text that thousands match, few match, and nobody wrote a facet for.
SCENARIOS = {
    "everybody": "",
    "two facets and a text": "level=national&language=en&q=manager",
    "two rarer facets and a text": "kind=researcher&language=es&q=peers",
    "a text": "q=payroll",
    "two letters": "q=ma",
    "willing and language and a text": "willing=speak&language=en&q=pe",
    "newest, one facet": "kind=practitioner&sort=newest",
}
DEEP = {"everybody": "", "kind and language and a text": "kind=practitioner&language=en&q=peers&sort=name"}


def main() -> int:
    """Run on each database there is; 1 when anything costs more than 1.5 times as much."""
    arguments = _arguments()
    if arguments.here:
        return measure(arguments.members)
    from tests.harness import programs, services  # noqa: PLC0415 -- only where servers are started

    codes = []
    with contextlib.ExitStack() as stack:
        databases = {"sqlite": ""}
        if programs.postgres():
            databases["postgresql"] = stack.enter_context(services.postgres()).url
        for name, url in databases.items():
            if arguments.only in {"", name}:
                print(f"=== {name}", flush=True)
                codes.append(_in_a_process_of_its_own(url, arguments.members))
    return max(codes, default=1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=LARGE)
    parser.add_argument("--only", default="", choices=["", "sqlite", "postgresql"])
    parser.add_argument("--here", action="store_true", help="measure on the database of this environment")
    return parser.parse_args()


def _in_a_process_of_its_own(url: str, members: int) -> int:
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        environment = {
            **os.environ,
            "PORTAL_DATA": folder,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        environment.pop("REDIS_URL", None)
        command = [sys.executable, "-m", "scripts.bench_directory", "--here", "--members", str(members)]
        return subprocess.run(command, env=environment, cwd=Path(__file__).parent.parent, check=False).returncode


def measure(members: int) -> int:
    """Fill to 1,000, measure; fill to `members`, measure; print both and their ratio."""
    import django  # noqa: PLC0415 -- in the process that measures
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    from tests.bench.community import make  # noqa: PLC0415 -- after the models are there

    found: dict[int, dict[str, tuple[float, int, int]]] = {}
    for number in (SMALL, members):
        began = time.monotonic()
        make(number)
        _analyse()
        print(f"{number} members written in {time.monotonic() - began:.0f} s", flush=True)
        found[number] = _costs()
    return _report(found[SMALL], found[members], members)


def _analyse() -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _costs() -> dict[str, tuple[float, int, int]]:
    """For each scenario: its cost in renderings of the template, its queries, its bytes."""
    from django.test import Client  # noqa: PLC0415

    from members.models import User  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.order_by("pk")[0])
    visitor = Client()
    addresses = {f"{name}, first page": f"/members/?{query}" for name, query in SCENARIOS.items()}
    addresses |= {f"{name}, behind the 5,000th": _behind(query) for name, query in DEEP.items()}
    costs = {name: _cost(client, url) for name, url in addresses.items()}
    return costs | {
        "visitor, two facets and a text": _cost(visitor, "/members/?kind=practitioner&country=US&q=payroll")
    }


def _behind(query: str) -> str:
    """The page after the 5,000th person, or after half of them where there are fewer."""
    from members.models import Profile  # noqa: PLC0415
    from portal.core.listing import encode_cursor  # noqa: PLC0415

    rows = (
        Profile.objects.filter(shown_to__in=["members", "public"])
        .order_by("sort_name", "id")
        .values_list("sort_name", "id")
    )
    place = min(BEHIND, rows.count() // 2)
    return f"/members/?{query}&after={encode_cursor(rows[place])}"


def _cost(client: Any, url: str) -> tuple[float, int, int]:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    kernel = _kernel()
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(url)
    queries = len(asked)
    if response.status_code != HTTPStatus.OK:
        msg = f"{url} answered {response.status_code}"
        raise SystemExit(msg)
    ratios = []
    for _round in range(ROUNDS):
        before = _seconds(kernel)
        page = _seconds(lambda: client.get(url))
        ratios.append(page / ((before + _seconds(kernel)) / 2))
    return statistics.median(ratios), queries, len(response.content)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _kernel() -> Callable[[], object]:
    """A template of fifty rows: what one unit of cost is."""
    from django.template import Context, Template  # noqa: PLC0415

    source = (
        "{% for row in rows %}<tr><td>{{ row.name }}</td><td>{{ row.number|add:1 }}</td>"
        "{% if row.odd %}<td>odd</td>{% endif %}</tr>{% endfor %}"
    )
    template = Template(source)
    rows = [{"name": f"row {number}", "number": number, "odd": number % 2} for number in range(200)]
    return lambda: template.render(Context({"rows": rows}))


def _report(small: dict[str, Any], large: dict[str, Any], members: int) -> int:
    print(f"{'':48}{SMALL:>8}{members:>9}   ratio  queries   KB")
    worst = 0
    for name, (cost, queries, _size) in small.items():
        more, asked, size = large[name]
        ratio = more / cost
        good = ratio <= LIMIT and asked == queries
        worst = max(worst, 0 if good else 1)
        figures = f"{cost:8.1f}{more:9.1f}{ratio:8.2f}  {queries:>3} {asked:>3} {size / 1000:5.0f}"
        print(f"{name:48}{figures}{'' if good else '  <-'}")
    return worst


if __name__ == "__main__":
    sys.exit(main())
