"""The embedded Valkey: a broker that survives, freezes and forgets on demand."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from stack.ports import free_port
from stack.valkey import EmbeddedValkey

FSYNC_WAIT_SECONDS = 1.5  # appendfsync everysec


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    valkey = EmbeddedValkey(tmp_path / "a home", free_port(0))
    valkey.start()
    yield valkey
    valkey.stop()


def test_messages_survive_a_kill_and_the_port_stays(valkey: EmbeddedValkey) -> None:
    address = valkey.url()
    with redis.Redis.from_url(address) as client:
        client.lpush("queue", "hint")
        time.sleep(FSYNC_WAIT_SECONDS)
    valkey.kill()
    valkey.start()
    assert valkey.url() == address
    with redis.Redis.from_url(address) as client:
        assert client.lrange("queue", 0, -1) == [b"hint"]


def test_it_never_evicts_and_asks_for_the_password(valkey: EmbeddedValkey) -> None:
    with redis.Redis.from_url(valkey.url()) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
    stranger = redis.Redis(port=valkey.port)
    with stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    assert (valkey.folder / "valkey.conf").stat().st_mode & 0o077 == 0


def test_a_frozen_server_says_nothing_until_it_thaws(valkey: EmbeddedValkey) -> None:
    valkey.freeze()
    with redis.Redis.from_url(valkey.url(), socket_timeout=0.2) as client:
        with pytest.raises(redis.TimeoutError):
            client.ping()
        valkey.thaw()
        assert client.ping() is True


def test_flush_forgets_everything(valkey: EmbeddedValkey) -> None:
    with redis.Redis.from_url(valkey.url()) as client:
        client.set("key", "value")
        valkey.flush()
        assert client.keys() == []
