"""Pages while Redis is in trouble are as quick as before."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.stage import Web, stage
from tests.faults.wire import Wire, wire
from tests.harness import programs, services

REQUESTS = 200
SLOWER_AT_MOST_SECONDS = 0.1
pytestmark = pytest.mark.slow


def p95(web: Web, address: str) -> float:
    """Of 200 requests, one after the other; all of them must be answered as ever."""
    replies = [web.get(address) for _ in range(REQUESTS)]
    assert {reply.status for reply in replies} == {200}
    return sorted(reply.seconds for reply in replies)[math.ceil(REQUESTS * 0.95) - 1]


@pytest.fixture
def redis_wire() -> Iterator[Wire]:
    """Between the web and a Redis of the test's own."""
    if programs.redis_server() is None:
        pytest.skip("Redis was not found")
    with services.redis_server() as server, wire(server.port) as running:
        yield running


@pytest.mark.parametrize("address", ["/measured/ring/", "/measured/ask/"])
def test_no_page_is_slower_while_redis_is_silent_or_gone(
    address: str, tmp_path: Path, transactional_db: None, redis_wire: Wire, figure: Callable[..., None]
) -> None:
    with stage(tmp_path, REDIS_URL=f"redis://127.0.0.1:{redis_wire.port}/0") as running:
        web = running.web()
        took = {"well": p95(web, address)}
        redis_wire.hold()
        took["silent"] = p95(web, address)
        redis_wire.cut()
        took["gone"] = p95(web, address)
        redis_wire.mend()
        took["well again"] = p95(web, address)
    what = "a page that rings the bell" if "ring" in address else "a page that asks the cache five times"
    figure(
        "Pages, 95th percentile of 200 requests in ms", what, **{state: round(s * 1000) for state, s in took.items()}
    )
    assert max(took.values()) - took["well"] <= SLOWER_AT_MOST_SECONDS
