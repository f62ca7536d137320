"""How much the directory costs with 1,000 and with 100,000 members, on SQLite and on PostgreSQL.

`python -m scripts.bench_directory [--members 100000] [--only sqlite]`. Each size has a database and
a process of its own, and the two are asked in turns, so that whatever else the machine does meets both. Asked is the
whole page through the portal (middleware, templates), and apart from it what the page asks of the directory; warm,
the median of several. One scenario changes a profile before each page. 1 when a page costs more than 1.5 times as
much with many members as with few, or takes more queries.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SMALL, LARGE, LIMIT = 1_000, 100_000, 1.5
ROUNDS, PAIR_ROUNDS, AGAIN = 15, 5, 41
PEERS_QUERIES = 12
# Two facets and a text that thousands match, few match, and nobody wrote a facet for.
SCENARIOS = {
    "everybody": "",
    "two facets and a text": "level=national&language=en&q=manager",
    "two rarer facets and a text": "kind=researcher&language=es&q=peers",
    "two facets and a name": "kind=practitioner&country=US&q=marisol",
    "two facets, three letters": "kind=practitioner&language=en&q=bar",
    "two facets, two letters": "willing=speak&language=en&q=pe",
    "two facets, four words": "kind=practitioner&language=en&q=peers+who+left+contract",
    "a text": "q=payroll",
    "newest, two facets and a text": "kind=practitioner&language=en&q=peers&sort=newest",
    "a find box, two facets and a text": "kind=practitioner&language=en&q=peers&find_expertise=benefits",
}
DEEP = {
    "everybody": "",
    "two facets and a text": "kind=practitioner&language=en&q=peers",
    "newest, two facets and a text": "kind=practitioner&language=en&q=peers&sort=newest",
}
VISITOR = {"two facets and a text": "kind=practitioner&country=US&q=l"}
# Of each facet a value that most have, and one that few have.
VALUES = {
    "level": ("national", "county"),
    "kind": ("practitioner", "researcher"),
    "country": ("US", "RO"),
    "service": ("hr", "payroll"),
    "stage": ("run", "plan"),
    "expertise": ("bench-1", "bench-60"),
    "language": ("en", "cy"),
    "willing": ("speak", "review"),
    "organisation": ("bench-1", "bench-60"),
}
TEXTS = ("peers", "payroll")


@dataclass(frozen=True)
class Case:
    """One page, or one question to the directory, that is measured."""

    title: str
    ask: dict[str, Any]


def main() -> int:
    """Run on each database there is; 1 when anything costs too much."""
    arguments = _arguments()
    if arguments.serve:
        from tests.bench.directory import serve  # noqa: PLC0415 -- in the process that knows the database

        return serve(arguments.serve)
    from tests.harness import programs, services  # noqa: PLC0415 -- only where servers are started

    kinds = ["sqlite", *(["postgresql"] if programs.postgres() else [])]
    codes = []
    for kind in (each for each in kinds if arguments.only in {"", each}):
        print(f"=== {kind}", flush=True)
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(services.postgres()).url if kind == "postgresql" else ""
            houses = [stack.enter_context(_house(server, number)) for number in (SMALL, arguments.members)]
            codes.append(_measure(houses, arguments.members))
    return max(codes, default=1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=LARGE)
    parser.add_argument("--only", default="", choices=["", "sqlite", "postgresql"])
    parser.add_argument("--serve", type=int, default=0, help="answer on the database of this environment")
    return parser.parse_args()


class House:
    """A process with a database of so many members; one question at a time, in lines of JSON."""

    def __init__(self, environment: dict[str, str], number: int) -> None:
        command = [sys.executable, "-m", "scripts.bench_directory", "--serve", str(number)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def answer(self) -> dict[str, Any]:
        """Wait for what it says."""
        line = self.process.stdout.readline()
        if not line:
            msg = "the process that measures ended"
            raise SystemExit(msg)
        return json.loads(line)

    def ask(self, **question: Any) -> dict[str, Any]:
        """Ask, and wait."""
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return self.answer()


@contextlib.contextmanager
def _house(server: str, number: int) -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        url = _database(server, number) if server else ""
        environment = {
            **os.environ,
            "PORTAL_DATA": folder,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        environment.pop("REDIS_URL", None)
        house = House(environment, number)
        try:
            print(f"{number} members written in {house.answer()['seconds']:.0f} s", flush=True)
            yield house
        finally:
            house.process.kill()
            house.process.wait()


def _database(server: str, number: int) -> str:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE bench_{number}")
    return f"{server.rsplit('/', 1)[0]}/bench_{number}"


# --- what is asked ----------------------------------------------------------------------------------------------


def _cases() -> list[Case]:
    pages = [Case(f"{name}, first page", _page(query)) for name, query in SCENARIOS.items()]
    pages += [Case(f"{name}, behind the 5,000th", _page(query, deep=True)) for name, query in DEEP.items()]
    pages += [Case(f"visitor, {name}", _page(query, reader="visitor")) for name, query in VISITOR.items()]
    changed = {**_page(SCENARIOS["two facets and a text"]), "changed": True}
    return [*pages, Case("two facets and a text, somebody just changed", changed)]


def _page(query: str, *, deep: bool = False, reader: str = "member") -> dict[str, Any]:
    return {"what": "page", "query": query, "deep": deep, "reader": reader}


def _pairs() -> list[Case]:
    """Any two facets and a text: each pair of facets with what most have and with what few have."""
    return [
        Case(query, {"what": "page", "query": query, "deep": deep, "reader": "member"})
        for one, other in combinations(VALUES, 2)
        for rare, text in enumerate(TEXTS)
        for deep in (False, True)
        for query in [f"{one}={VALUES[one][rare]}&{other}={VALUES[other][rare]}&q={text}"]
    ]


# --- what it costs ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """Of one case at one size: the median in milliseconds, queries, kilobytes, people on the page."""

    page: float
    queries: int
    size: float
    people: int


def _measure(houses: Sequence[House], members: int) -> int:
    print(f"{'milliseconds, median':48}{SMALL:>9}{members:>9}   ratio  queries   KB people")
    cases = _cases()
    good = [_line(case.title, _costs(houses, case.ask, ROUNDS)) for case in cases]
    print("the directory alone, without middleware and templates:")
    for case in cases:
        _line(case.title, _costs(houses, {**case.ask, "what": "layer"}, ROUNDS))
    good += [_peers_cost(houses), _pairs_cost(houses)]
    verdict = "within" if all(good) else "NOT within"
    print(f"whole pages: {verdict} {LIMIT} times their cost with {SMALL} members, in as many queries", flush=True)
    return 0 if all(good) else 1


def _costs(houses: Sequence[House], ask: dict[str, Any], rounds: int) -> list[Cost]:
    """In turns; a ratio that is too high is looked at again, longer."""
    found = _rounds(houses, ask, rounds)
    return found if _ratio(found) <= LIMIT else _rounds(houses, ask, AGAIN)


def _rounds(
    houses: Sequence[House], ask: dict[str, Any], rounds: int, *, of_few: dict[str, Any] | None = None
) -> list[Cost]:
    asks = (of_few or ask, ask)
    first = [house.ask(**each, warm=True) for house, each in zip(houses, asks, strict=True)]
    times: list[list[float]] = [[] for _house in houses]
    for number in range(rounds):
        for which in (0, 1) if number % 2 else (1, 0):
            times[which].append(houses[which].ask(**asks[which])["seconds"])
    return [
        Cost(1000 * statistics.median(each), warm["queries"], warm["bytes"] / 1000, warm["people"])
        for each, warm in zip(times, first, strict=True)
    ]


def _ratio(costs: Sequence[Cost]) -> float:
    return costs[1].page / costs[0].page


def _line(title: str, costs: Sequence[Cost]) -> bool:
    few, many = costs
    good = _ratio(costs) <= LIMIT and many.queries <= few.queries
    figures = (
        f"{few.page:9.1f}{many.page:9.1f}{_ratio(costs):8.2f}  {few.queries:>3} {many.queries:>3} {many.size:5.0f}"
    )
    print(f"{title[:48]:48}{figures} {few.people:>3} {many.people:>2}{'' if good else '  <-'}", flush=True)
    return good


def _peers_cost(houses: Sequence[House]) -> bool:
    """Peers like oneself: their page is held to its queries; what it costs is told."""
    few, many = _rounds(houses, {**_page(""), "what": "peers"}, ROUNDS)
    print(
        f"peers like oneself: {few.page:.1f} and {many.page:.1f} ms, {few.people} and {many.people} people,"
        f" {few.queries} and {many.queries} queries (fewer than {PEERS_QUERIES})",
        flush=True,
    )
    return max(few.queries, many.queries) < PEERS_QUERIES


def _pairs_cost(houses: Sequence[House]) -> bool:
    """Every two facets with a text. Where few members leave no full page, a full one of theirs is the measure."""
    full = _page(SCENARIOS["two facets and a text"])
    found: list[tuple[float, str, list[Cost]]] = []
    for case in _pairs():
        few, many = (house.ask(**case.ask, warm=True)["people"] for house in houses)
        instead = full if many > few else None
        costs = _rounds(houses, case.ask, PAIR_ROUNDS, of_few=instead)
        if _ratio(costs) > LIMIT:
            costs = _rounds(houses, case.ask, AGAIN, of_few=instead)
        found.append((_ratio(costs), f"{'deep ' if case.ask['deep'] else ''}{case.title}", costs))
    found.sort(key=lambda each: each[0])
    middle = found[len(found) // 2][0]
    print(f"{len(found)} pages of any two facets and a text, ratio {middle:.2f} in the middle; the dearest:")
    good = [_line(title, costs) for _ratio_of, title, costs in found[-3:]]
    return all(good) and all(costs[1].queries <= costs[0].queries for _ratio_of, _title, costs in found)


if __name__ == "__main__":
    sys.exit(main())
