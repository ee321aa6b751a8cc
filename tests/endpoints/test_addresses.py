"""Where events are never sent: into the network that this machine stands in."""

import time
from dataclasses import replace

import pytest

from billing.errors import Rejected
from calls.create_event_endpoint import refuse_address
from endpoints.addresses import AddressRefused, resolve
from endpoints.deadlines import Deadlines
from endpoints.post import Posting
from tests.endpoints.listener import Listener
from tests.endpoints.product import Product

INNER = (
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[ff02::1]", "[::127.0.0.1]", "[::ffff:0:10.0.0.1]", "[fec0::1]",
    "[64:ff9b:1::10.0.0.1]", "[5f00::1]", "192.0.0.8", "localhost", "db.internal", "printer.local", "LOCALHOST.",
)  # fmt: skip


@pytest.mark.parametrize("host", INNER)
def test_no_inner_address_is_asked_in_production(host: str, listening_shop: Product) -> None:
    work = replace(listening_shop.work, is_production=True)
    with pytest.raises(Rejected, match="Nothing is sent to this address"):
        refuse_address(work, f"https://{host}/hooks")
    refuse_address(listening_shop.work, f"http://{host}/hooks")


def test_in_production_it_has_to_be_https() -> None:
    with pytest.raises(AddressRefused, match="https"):
        resolve("http://93.184.215.14/hooks", is_production=True)


def test_who_is_asked_is_the_address_that_was_looked_at(listener: Listener) -> None:
    """A name that means another address by now gains nothing: the connection goes to the one that was looked at."""
    target = resolve(f"http://localhost:{listener.port}/hooks", is_production=False)
    assert target.address in ("127.0.0.1", "::1")
    assert (target.host, target.host_header) == ("localhost", f"localhost:{listener.port}")
    assert resolve("https://93.184.215.14/a?b=c", is_production=True).path == "/a?b=c"


def test_what_an_address_means_by_now_is_looked_at_again_when_it_is_sent_to(
    listening_shop: Product, listener: Listener
) -> None:
    endpoint = listening_shop.listen(listener.url)
    listening_shop.work = replace(listening_shop.work, is_production=True)
    listening_shop.happen(1)
    listening_shop.tell()
    (delivery,) = listening_shop.deliveries(endpoint)
    assert (delivery.status, listener.heard) == ("waiting", [])
    assert delivery.tries[0].error.startswith("refused: ")


def test_an_endpoint_that_lasts_too_long_is_cut_off(listener: Listener) -> None:
    listener.seconds = 5.0
    deadlines = Deadlines()
    begun = time.monotonic()
    with Posting(listener.url, deadlines, is_production=False, seconds=1.0) as posting:
        answer = posting.post(b"{}", {})
    deadlines.stop()
    assert (answer.status, answer.error, answer.is_taken) == (None, "timeout", False)
    assert time.monotonic() - begun < 4.0


def test_a_connection_is_kept_and_one_that_was_closed_is_opened_again(listener: Listener) -> None:
    deadlines = Deadlines()
    with Posting(listener.url, deadlines, is_production=False) as posting:
        assert [posting.post(b"{}", {}).status for _ in range(3)] == [204] * 3
        listener.headers = {"Connection": "close"}
        assert [posting.post(b"{}", {}).status for _ in range(2)] == [204] * 2
    deadlines.stop()
    assert len(listener.heard) == 5
