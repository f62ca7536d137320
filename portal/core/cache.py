"""A cache that is allowed to be away: every failure is a miss."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger("portal.cache")


class FailOpenRedisCache(RedisCache):
    """Redis as cache; when it is unreachable or silent, pages are computed as if nothing were cached.

    The time-outs of the connection (50 ms) bound what a silent server can cost a page.
    """

    def _quietly(self, method: str, default: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(), method)(*args, **kwargs)
        except (RedisError, OSError) as error:
            log.warning("cache %s failed: %s", method, error)
            return default

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._quietly("get", default, key, default, version)

    def set(self, key: str, value: Any, *args: Any, **kwargs: Any) -> None:
        self._quietly("set", None, key, value, *args, **kwargs)

    def add(self, key: str, value: Any, *args: Any, **kwargs: Any) -> bool:
        return self._quietly("add", False, key, value, *args, **kwargs)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._quietly("delete", False, key, version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        return self._quietly("get_many", {}, keys, version)

    def set_many(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> list[str]:
        return self._quietly("set_many", list(data), data, *args, **kwargs)

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._quietly("has_key", False, key, version)

    def touch(self, key: str, *args: Any, **kwargs: Any) -> bool:
        return self._quietly("touch", False, key, *args, **kwargs)
