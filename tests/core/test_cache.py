"""A cache that is away is a miss, quickly; and it is not asked again and again."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from portal.core.cache import QUIET_SECONDS, FailOpenRedisCache
from tests.harness import programs, services

OPTIONS = {"OPTIONS": {"socket_timeout": 0.05, "socket_connect_timeout": 0.05}}
needs_redis = pytest.mark.skipif(programs.redis_server() is None, reason="Redis was not found")


@pytest.fixture
def at() -> Iterator[Callable[[int], FailOpenRedisCache]]:
    """Make a cache for a port; its connections are closed with the test."""
    made = []
    FailOpenRedisCache._quiet_until = 0.0

    def make(port: int) -> FailOpenRedisCache:
        made.append(FailOpenRedisCache(f"redis://127.0.0.1:{port}/0", dict(OPTIONS)))
        return made[-1]

    yield make
    FailOpenRedisCache._quiet_until = 0.0
    for cache in made:
        for pool in cache._cache._pools.values():
            pool.disconnect()


@pytest.fixture
def away(at: Callable[[int], FailOpenRedisCache]) -> FailOpenRedisCache:
    """Nobody listens."""
    return at(services.free_port())


@pytest.fixture
def silent(at: Callable[[int], FailOpenRedisCache]) -> Iterator[FailOpenRedisCache]:
    """Somebody takes the connection and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        yield at(listener.getsockname()[1])


def every_answer(cache: FailOpenRedisCache) -> list[object]:
    return [
        cache.get("a", "default"),
        cache.set("a", 1),
        cache.add("a", 1),
        cache.touch("a"),
        cache.delete("a"),
        cache.get_many(["a", "b"]),
        cache.set_many({"a": 1, "b": 2}),
        cache.delete_many(["a"]),
        cache.has_key("a"),
        "a" in cache,
        cache.get_or_set("a", lambda: 5),
        cache.clear(),
    ]


ALL_MISSES = ["default", None, False, False, False, {}, ["a", "b"], None, False, False, 5, False]


@pytest.mark.parametrize("trouble", ["away", "silent"])
def test_every_question_is_answered_as_if_nothing_were_cached(trouble: str, request: pytest.FixtureRequest) -> None:
    cache = request.getfixturevalue(trouble)
    assert every_answer(cache) == ALL_MISSES
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")


def test_a_silent_server_costs_a_page_that_asks_a_hundred_times_one_wait(silent: FailOpenRedisCache) -> None:
    began = time.monotonic()
    for number in range(100):
        silent.get(f"key-{number}")
    assert time.monotonic() - began < 0.4


def test_each_question_alone_is_bounded(silent: FailOpenRedisCache) -> None:
    for ask in (lambda: silent.get("a"), lambda: silent.set("a", 1), lambda: silent.get_many(["a"])):
        FailOpenRedisCache._quiet_until = 0.0
        began = time.monotonic()
        ask()
        assert time.monotonic() - began < 0.3


def test_the_quiet_ends(silent: FailOpenRedisCache) -> None:
    silent.get("a")
    assert 0 < FailOpenRedisCache._quiet_until - time.monotonic() <= QUIET_SECONDS


@needs_redis
def test_with_a_server_it_is_a_cache_and_again_after_the_server_was_away(
    at: Callable[[int], FailOpenRedisCache],
) -> None:
    with services.redis_server() as server:
        cache = at(server.port)
        cache.set("a", {"b": 1})
        assert cache.get("a") == {"b": 1}
        assert cache.add("a", 2) is False
        cache.set("n", 1)
        assert cache.incr("n", 4) == 5
        server.kill()
        assert cache.get("a", "gone") == "gone"
        server.start()
        assert cache.get("a", "still quiet") == "still quiet"
        FailOpenRedisCache._quiet_until = 0.0
        cache.set("a", 3)
        assert cache.get("a") == 3
        assert cache.clear() is True


@needs_redis
def test_what_older_code_left_there_is_a_miss_and_no_fault(at: Callable[[int], FailOpenRedisCache]) -> None:
    with services.redis_server() as server:
        cache = at(server.port)
        raw = cache._cache.get_client(None, write=True)
        raw.set(
            cache.make_key("gone-class"),
            b"\x80\x04\x95\x15\x00\x00\x00\x00\x00\x00\x00\x8c\x05gonex\x94\x8c\x07Missing\x94\x93\x94.",
        )
        raw.set(cache.make_key("half"), b"\x80\x04\x95")
        assert cache.get("gone-class", "miss") == "miss"
        assert cache.get("half", "miss") == "miss"
        assert cache.get_many(["half"]) == {}
        cache.set("fresh", 1)
        assert cache.get("fresh") == 1  # such a value says nothing about the server
