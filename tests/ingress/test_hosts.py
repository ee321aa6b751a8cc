"""A request names one host. With two, what stands before the door may have believed the other one."""

import socket

import httpx
import pytest


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        ("Host: a.example\r\n", 200),
        ("", 400),
        ("Host: a.example\r\nHost: b.example\r\n", 400),
        ("Host: a.example\r\nhost: a.example\r\n", 400),
        ("Host: a.example\r\nX-Host: b.example\r\n", 200),
    ],
)
def test_one_host(hosts: str, status: int, door: httpx.Client) -> None:
    assert _status(door, f"GET /healthz/ HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n") == status


def test_before_http_1_1_there_were_none(door: httpx.Client) -> None:
    """Some load balancers still ask for health this way."""
    assert _status(door, "GET /healthz/ HTTP/1.0\r\n\r\n") == 200
    assert _status(door, "GET /healthz/ HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == 400


def _status(door: httpx.Client, request: str) -> int:
    with socket.create_connection((door.base_url.host, door.base_url.port or 80), timeout=5) as connection:
        connection.sendall(request.encode())
        return int(connection.recv(65_536).split()[1])
