"""An invoice may be paid at one of several gateways: the one that is named, and at no two of them at once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from billing.errors import NeverConnected, NotConnected, Rejected
from database.memory import WorkState
from gateways.gateway import Capability, Gateway
from gateways.registry import VENDORS
from schemas.commands.payments import CaptureCheckout
from tests.toy_vendor import vendor
from tests.toy_vendor.office import Office, opened
from tests.workers.owing import Owing
from workers.wiring import Work


@pytest.fixture
def second_vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A second vendor with pages."""
    monkeypatch.setitem(VENDORS, "toy", "tests.toy_vendor")
    with opened(Office()) as office:
        monkeypatch.setattr(vendor, "address", office.url)
        yield office


def test_another_gateway_that_is_named_has_the_open_page_closed(owing: Owing, second_vendor: Office) -> None:
    assert owing.ask_page(gateway="stripe").state is WorkState.DONE
    elsewhere = owing.ask_page(gateway="toy")
    assert owing.story() == [("page", "expired"), ("page", "pending")]
    assert str((elsewhere.result or {})["checkout_url"]).startswith(second_vendor.url)
    again = owing.ask_page()
    assert again.result == elsewhere.result, "whoever names none has the page that is open"
    assert owing.ask_page(gateway="stripe").state is WorkState.DONE
    assert [order["status"] for order in second_vendor.orders.values()] == ["closed"]


def test_a_gateway_whose_pages_take_the_money_by_themselves_has_nothing_to_capture(owing: Owing) -> None:
    refused = owing.command(CaptureCheckout(checkout_ref="cs_test_1", gateway="stripe"))
    assert (refused.state, (refused.problem or {})["type"]) == (
        WorkState.REJECTED, "urn:cashbeat:problem:gateway_cannot",
    )  # fmt: skip


class Unconnected(Mapping[str, Gateway]):
    """What a worker has whose first vendor nobody has connected, or somebody has disabled."""

    def __init__(self, gateways: Mapping[str, Gateway], why_not: NotConnected) -> None:
        self._gateways, self._why_not = gateways, why_not

    def __getitem__(self, name: str) -> Gateway:
        if name == "stripe":
            raise self._why_not
        return self._gateways[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._gateways)

    def __len__(self) -> int:
        return len(self._gateways)


def test_where_nobody_has_chosen_the_first_that_is_connected_is_asked(work: Work, second_vendor: Office) -> None:
    assert work.choose(Capability.CHECKOUT).name == "stripe"
    without = replace(work, gateways=Unconnected(work.gateways, NeverConnected("stripe", "it has no key")))
    assert without.choose(Capability.CHECKOUT).name == "toy"
    with pytest.raises(NotConnected, match="stripe is not called"):
        without.choose(Capability.CHARGES)
    with pytest.raises(NotConnected):
        without.choose(Capability.CHECKOUT, "stripe")
    with pytest.raises(Rejected, match="gateway_unknown"):
        replace(work, gateways={}).choose(Capability.CHECKOUT)


def test_what_was_meant_for_one_that_is_disabled_waits_for_it(work: Work, second_vendor: Office) -> None:
    """A command that has begun there must not begin once more at another."""
    without = replace(work, gateways=Unconnected(work.gateways, NotConnected("stripe", "it is disabled")))
    with pytest.raises(NotConnected, match="it is disabled"):
        without.choose(Capability.CHECKOUT)
