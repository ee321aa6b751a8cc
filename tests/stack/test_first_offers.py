"""At the first start those gateways are offered that are connected; later it is as somebody has set it."""

from typing import Any

import pytest
from pydantic import SecretStr

from billing.payment_methods.queries import list_configs
from database.engine import Database
from gateways.registry import VENDORS
from settings import Settings
from stack.first_offers import offer_first
from tests.credentials.kept import OLD, keyed

STRIPE: dict[str, Any] = {"stripe_secret_key": SecretStr("sk_test_of_settings")}
PAYPAL: dict[str, Any] = {"paypal_client_id": SecretStr("client-id-of-settings")}


@pytest.fixture(autouse=True)
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a room for each."""
    monkeypatch.setitem(VENDORS, "paypal", "gateways.paypal")


def _offered(books: Database) -> list[tuple[str, str]]:
    with books.transaction() as session:
        return [(each.country, each.method) for each in list_configs(session) if each.enabled]


@pytest.mark.parametrize(
    ("told", "gateways"),
    [({}, ["stripe"]), (STRIPE, ["stripe"]), (PAYPAL, ["paypal"]), (STRIPE | PAYPAL, ["paypal", "stripe"])],
)
def test_who_is_connected_is_offered(
    database_url: str, books_of_owner: Database, told: dict[str, Any], gateways: list[str]
) -> None:
    offer_first(Settings(**told), database_url)
    in_the_states = {method for country, method in _offered(books_of_owner) if country == "US"}
    assert sorted(in_the_states - {"bank_transfer"}) == gateways


def test_the_sandbox_stands_in_for_all(database_url: str, books_of_owner: Database) -> None:
    offer_first(Settings(), database_url, has_sandbox=True)
    assert {("US", "stripe"), ("US", "paypal"), ("rest", "stripe")} <= set(_offered(books_of_owner))


def test_who_has_a_row_is_connected_and_what_was_offered_first_stays(
    database_url: str, books_of_owner: Database
) -> None:
    with books_of_owner.transaction() as session:
        keyed(session, OLD, "of_the_row", name="paypal")
    offer_first(Settings(), database_url)
    offered = _offered(books_of_owner)
    assert ("US", "paypal") in offered
    offer_first(Settings(**STRIPE), database_url)
    assert _offered(books_of_owner) == offered
