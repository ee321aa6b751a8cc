"""A hosted page lies in somebody's browser: it is opened and it ends by the wall clock, whatever a test clock shows."""

from typing import Any

import pytest

from schemas.commands.base import Command
from schemas.commands.payments import StartCardSetup, StartCreditCheckout
from schemas.commands.subscriptions import StartSubscriptionCheckout
from tests.workers.gateway_run import Subscriber

PAGES: dict[type[Command], dict[str, Any]] = {
    StartCardSetup: {},
    StartCreditCheckout: {"package": "value"},
    StartSubscriptionCheckout: {"plan": {"plan": "starter"}},
}
BACK = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.kind)
def test_a_customer_of_an_old_test_clock_can_open_every_page(subscriber: Subscriber, kind: type[Command]) -> None:
    """Once the gateway knows the customer, it knows the clock, too."""
    account = {"account_id": subscriber.account_id}
    subscriber.command(StartCardSetup.model_validate(account | BACK))
    opened = subscriber.command(kind.model_validate(account | BACK | PAGES[kind]))
    assert subscriber.sandbox.pay(opened["checkout_url"]) == 303
