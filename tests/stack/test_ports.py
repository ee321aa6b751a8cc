"""Ports: the usual one, else a free one; one set by name or none."""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.options import Options
from settings import Settings
from stack import home as homes
from stack.addresses import Addresses, choose, environment
from stack.announcement import announcement
from stack.doctor import examine
from stack.errors import StackError
from stack.kept_ports import KeptPorts, Say
from stack.ports import LOOPBACK, QUIET_PORTS, free_port
from stack.readiness import is_open
from stack.running import Stack
from tests.logins import urls_of


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as listener:
        yield listener.getsockname()[1]


def test_a_taken_port_is_replaced_by_one_that_no_outgoing_connection_can_sit_on(taken_port: int) -> None:
    assert free_port(taken_port) in QUIET_PORTS
    port = free_port(0)
    assert free_port(port) == port


Chooser = Callable[..., KeptPorts]


@pytest.fixture
def chooser(tmp_path: Path) -> Iterator[Chooser]:
    """Starts of a stack, each of which keeps what it chose until it ends."""
    with ExitStack() as starts:

        def start(say: Say = print, home: Path = tmp_path) -> KeptPorts:
            return starts.enter_context(closing(KeptPorts(homes.prepare(home), say)))

        yield start


def test_a_port_set_by_name_has_to_be_free(taken_port: int, chooser: Chooser) -> None:
    with pytest.raises(StackError, match=rf"port {taken_port} \(FLOWER_PORT\) is already in use"):
        choose(
            Settings(flower_port=taken_port),
            urls_of("postgresql://owner@nowhere/none"),
            "redis://",
            chooser(),
            has_sandbox=False,
        )


def test_there_is_no_sandbox_beside_a_real_gateway(chooser: Chooser) -> None:
    settings = Settings(ingress_host="0.0.0.0")  # noqa: S104 - not bound
    addresses = choose(settings, urls_of("postgresql://owner@nowhere/none"), "redis://", chooser(), has_sandbox=False)
    assert addresses.sandbox_port is None
    assert addresses.webhook_url("stripe") == f"http://127.0.0.1:{addresses.ingress_port}/v1/billing/webhooks/stripe/"


def test_a_port_that_was_taken_is_told_of_and_its_place_is_kept(taken_port: int, chooser: Chooser) -> None:
    said: list[str] = []
    with closing(chooser(said.append)) as first:
        chosen = first.choose("INGRESS_PORT", taken_port)
    assert said == [f"port {taken_port} is taken; INGRESS_PORT is {chosen} from now on"]
    with closing(chooser(said.append)) as second:
        assert second.choose("INGRESS_PORT", taken_port) == chosen
    assert said[1:] == [f"INGRESS_PORT is {chosen}, as before"]
    with socket.create_server((LOOPBACK, chosen)), closing(chooser(said.append)) as third:
        other = third.choose("INGRESS_PORT", taken_port)
    assert other not in (chosen, taken_port)
    assert chooser(said.append).choose("INGRESS_PORT", taken_port) == other


def test_two_that_start_at_once_choose_differently(chooser: Chooser, tmp_path: Path) -> None:
    """Long before the first one listens: initdb alone takes seconds."""
    usual = free_port(0)
    with closing(chooser(home=tmp_path / "first")) as first:
        assert first.choose("POSTGRES_PORT", usual) == usual
        second = chooser(home=tmp_path / "second").choose("POSTGRES_PORT", usual)
        assert second in QUIET_PORTS
        assert second != usual
        with pytest.raises(StackError, match="is already in use"):
            chooser(home=tmp_path / "third").choose("POSTGRES_PORT", usual, is_set=True)
    assert chooser(home=tmp_path / "fourth").choose("POSTGRES_PORT", usual, is_set=True) == usual


def test_the_usual_port_is_no_news(chooser: Chooser) -> None:
    said: list[str] = []
    port = free_port(0)
    assert chooser(said.append).choose("FLOWER_PORT", port) == port
    assert said == []


def test_the_doctor_looks_at_the_ports_that_the_next_start_takes(
    chooser: Chooser, taken_port: int, tmp_path: Path
) -> None:
    start = chooser()
    kept = start.choose("INGRESS_PORT", taken_port)
    start.close()
    assert _told_by_the_doctor(tmp_path) == f"{kept} is free"
    with socket.create_server((LOOPBACK, kept)):
        assert _told_by_the_doctor(tmp_path) == f"{kept} is taken; another free one will be used"


def _told_by_the_doctor(home: Path) -> str:
    return {finding.subject: finding.detail for finding in examine(Settings(cashbeat_home=home))}["INGRESS_PORT"]


def _of_door(settings: Settings, ports: KeptPorts) -> Addresses:
    return choose(settings, urls_of("postgresql://owner@nowhere/none"), "redis://", ports, has_sandbox=True)


@pytest.mark.skipif(sys.platform == "darwin", reason="there 127.0.0.1 is the only address of loopback")
def test_a_door_with_an_address_of_its_own_is_looked_for_there(chooser: Chooser) -> None:
    """As one that the network reaches: nobody listens on loopback then, and who does there is in nobody's way."""
    own = "127.0.0.2"
    with socket.create_server((own, 0)) as listener:
        port = listener.getsockname()[1]
        assert is_open((own, port))
        assert not is_open((LOOPBACK, port))
        taken = rf"port {port} \(INGRESS_PORT\) is already in use"
        with closing(chooser()) as first, pytest.raises(StackError, match=taken):
            _of_door(Settings(ingress_host=own, ingress_port=port), first)
        assert _of_door(Settings(ingress_port=port), chooser()).ingress_url == f"http://{LOOPBACK}:{port}"


@pytest.mark.parametrize(
    ("host", "reached"),
    [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("localhost", "localhost"), ("10.0.0.7", "10.0.0.7")],  # noqa: S104 - not bound
)
def test_where_the_door_is_reached_is_an_address_that_can_be_asked(host: str, reached: str) -> None:
    addresses = Addresses(urls_of("postgresql://owner@nowhere/none"), "redis://", host, 8000, 5555, None)
    assert addresses.ingress_url == f"http://{reached}:8000"


def test_the_address_of_another_machine_is_said_to_be_one(chooser: Chooser) -> None:
    with pytest.raises(StackError, match=r"INGRESS_HOST 203\.0\.113\.1 is no address of this machine"):
        _of_door(Settings(ingress_host="203.0.113.1"), chooser())


def test_the_address_that_is_announced_is_the_whole_one(tmp_path: Path) -> None:
    stack = Stack(Settings(cashbeat_home=tmp_path, cashbeat_env="production"))
    stack.addresses = Addresses(urls_of("postgresql://owner@nowhere/none"), "redis://", "fd00::2", 8000, 5555, None)
    console = Console(width=200, record=True)
    console.print(announcement(stack))
    assert "http://[fd00::2]:8000" in console.export_text()


def test_in_a_trial_payees_are_compared_with_the_account_of_the_sandbox() -> None:
    addresses = Addresses(urls_of("postgresql://owner@nowhere/none"), "redis://", "127.0.0.1", 8000, 5555, 8400)
    assert (
        environment(Settings(), addresses, "keys")["PAYPAL_MERCHANT_ID"] == Options(Path("/nowhere")).paypal_merchant_id
    )
