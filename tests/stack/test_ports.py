"""Ports: the usual one, else a free one; one set by name or none."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from settings import Settings
from stack.addresses import choose
from stack.errors import StackError
from stack.kept_ports import KeptPorts
from stack.ports import LOOPBACK, QUIET_PORTS, free_port
from tests.logins import urls_of


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as listener:
        yield listener.getsockname()[1]


def test_a_taken_port_is_replaced_by_one_that_no_outgoing_connection_can_sit_on(taken_port: int) -> None:
    assert free_port(taken_port) in QUIET_PORTS
    port = free_port(0)
    assert free_port(port) == port


def test_a_port_set_by_name_has_to_be_free(taken_port: int, tmp_path: Path) -> None:
    with pytest.raises(StackError, match=rf"port {taken_port} \(FLOWER_PORT\) is already in use"):
        choose(
            Settings(flower_port=taken_port),
            urls_of("postgresql://owner@nowhere/none"),
            "redis://",
            KeptPorts(tmp_path, print),
        )


def test_there_is_no_sandbox_beside_a_real_gateway(tmp_path: Path) -> None:
    settings = Settings(stripe_secret_key=SecretStr("sk_test_canary"), ingress_host="0.0.0.0")  # noqa: S104 - not bound
    addresses = choose(settings, urls_of("postgresql://owner@nowhere/none"), "redis://", KeptPorts(tmp_path, print))
    assert addresses.sandbox_port is None
    assert addresses.webhook_url == f"http://127.0.0.1:{addresses.ingress_port}/v1/billing/webhooks/stripe/"


def test_a_port_that_was_taken_is_told_of_and_its_place_is_kept(taken_port: int, tmp_path: Path) -> None:
    said: list[str] = []
    chosen = KeptPorts(tmp_path, said.append).choose("INGRESS_PORT", taken_port)
    assert said == [f"port {taken_port} is taken; INGRESS_PORT is {chosen} from now on"]
    assert KeptPorts(tmp_path, said.append).choose("INGRESS_PORT", taken_port) == chosen
    assert said[1:] == [f"INGRESS_PORT is {chosen}, as before"]
    with socket.create_server((LOOPBACK, chosen)):
        other = KeptPorts(tmp_path, said.append).choose("INGRESS_PORT", taken_port)
    assert other not in (chosen, taken_port)
    assert KeptPorts(tmp_path, said.append).choose("INGRESS_PORT", taken_port) == other


def test_the_usual_port_is_no_news(tmp_path: Path) -> None:
    said: list[str] = []
    port = free_port(0)
    assert KeptPorts(tmp_path, said.append).choose("FLOWER_PORT", port) == port
    assert said == []
