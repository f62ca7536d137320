"""Throwaway servers: they answer, they can be hurt, and they leave nothing."""

import psycopg
import pytest
import redis

from tests.harness import programs
from tests.harness.services import postgres, redis_server

pytestmark = pytest.mark.once


@pytest.mark.skipif(not programs.postgres(), reason="PostgreSQL was not found")
def test_postgres_keeps_what_was_committed_when_killed_and_leaves_no_folder():
    with postgres() as service:
        with psycopg.connect(service.url) as connection:
            connection.execute("create table kept (number int)")
        service.kill()
        service.start()
        with psycopg.connect(service.url) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (0,)
    assert service.process.returncode is not None
    assert not service.folder.exists()


@pytest.mark.skipif(not programs.redis_server(), reason="Redis was not found")
def test_redis_can_fall_silent_and_come_back():
    with redis_server() as service:
        client = redis.Redis.from_url(service.url, socket_timeout=0.2, retry=None)
        assert client.ping()
        service.pause()
        with pytest.raises(redis.exceptions.TimeoutError):
            client.ping()
        service.resume()
        assert client.ping()
        client.close()
    assert not service.folder.exists()
