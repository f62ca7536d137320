"""A cache that is allowed to be away: every failure is a miss."""

import logging
import pickle
import time
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger("portal.cache")

# After a failure the cache is not asked for so long: a page that reads it five times waits once, not five times.
QUIET_SECONDS = 10.0
_AWAY = (RedisError, OSError)
# What unpickling raises for a value that other code wrote, before a deployment for example.
_UNREADABLE = (pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError)


class FailOpenRedisCache(RedisCache):
    """Redis as cache; when it is unreachable or silent, pages are computed as if nothing were cached.

    The time-outs of the connection (50 ms) bound what a silent server can cost a page, the breaker how often.
    Do not count attempts at secrets here: see the cache "limits".
    """

    _quiet_until = 0.0  # for the whole process: every thread has a cache object of its own

    def _ask(self, method: str, default: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < FailOpenRedisCache._quiet_until:
            return default
        try:
            return getattr(super(), method)(*args, **kwargs)
        except _AWAY as error:
            FailOpenRedisCache._quiet_until = time.monotonic() + QUIET_SECONDS
            log.warning("the cache is not asked for %d s: %s", QUIET_SECONDS, error)
        except _UNREADABLE as error:
            log.warning("cache %s: %s: %s", method, type(error).__name__, error)
        return default

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", default, key, default, version)

    def set(self, key: str, value: Any, *args: Any, **kwargs: Any) -> None:
        self._ask("set", None, key, value, *args, **kwargs)

    def add(self, key: str, value: Any, *args: Any, **kwargs: Any) -> bool:
        return self._ask("add", False, key, value, *args, **kwargs)

    def touch(self, key: str, *args: Any, **kwargs: Any) -> bool:
        return self._ask("touch", False, key, *args, **kwargs)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._ask("delete", False, key, version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        return self._ask("get_many", {}, keys, version)

    def set_many(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> list[str]:
        return self._ask("set_many", list(data), data, *args, **kwargs)

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        self._ask("delete_many", None, keys, version)

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._ask("has_key", False, key, version)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError for a key that is not there, as Django's caches do; also while Redis is away."""
        count = self._ask("incr", None, key, delta, version)
        if count is None:
            msg = f"Key {key!r} not found"
            raise ValueError(msg)
        return count

    def clear(self) -> bool:
        return self._ask("clear", False)
