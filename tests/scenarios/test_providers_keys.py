"""Keys that are sealed again and taken away while everything runs; that none is read anywhere is found at its end."""

import time
from collections.abc import Iterator

import pytest
import requests
from pydantic import SecretStr

from stack import master_keys
from stack.ask_provider import ask
from stack.providers import switch
from stack.providers_shown import describe_all
from stack.rotation import rotate_all
from stack.running import Stack
from stack.shopper import Shopper
from tests.canaries import CANARY, NOTICED_WITHIN_SECONDS, find_secrets
from tests.scenarios.storytelling import await_email, eventually, open_account, start_checkout

NAME = "Canary Customer"


@pytest.fixture
def switched_off(stack: Stack) -> Iterator[None]:
    """A time in which Stripe is not called."""
    switch(stack.settings, "stripe", active=False)
    time.sleep(NOTICED_WITHIN_SECONDS)
    yield
    switch(stack.settings, "stripe", active=True)
    time.sleep(NOTICED_WITHIN_SECONDS)


def test_keys_are_sealed_again_while_customers_buy(stack: Stack, shopper: Shopper) -> None:
    account_id = open_account(shopper, NAME)
    _buy(shopper, account_id)
    other_way_round = ",".join(reversed(master_keys.known(stack.settings).split(",")))
    new_first = stack.settings.model_copy(update={"cashbeat_master_keys": SecretStr(other_way_round)})
    assert rotate_all(new_first) == ("new", 3)
    time.sleep(NOTICED_WITHIN_SECONDS)
    _buy(shopper, account_id)
    shown = describe_all(new_first) + [ask(new_first, name) for name in ("stripe", "resend")]
    assert [line for line in shown if "sealed under new" in line] != []
    assert CANARY not in " ".join(shown)


@pytest.mark.usefixtures("switched_off")
def test_what_has_to_call_waits_and_says_why(stack: Stack, shopper: Shopper) -> None:
    page = "https://app.example/"
    body = {"account_id": open_account(shopper, NAME), "package": "value", "success_url": page, "cancel_url": page}
    address = f"{stack.addresses.ingress_url}/v1/billing/stripe/credit-checkout/"
    requests.post(address, json=body, headers={"Authorization": f"Bearer {shopper.api_key}"}, timeout=30)
    log = stack.home / "logs" / "commands.log"
    eventually(lambda: "it is disabled" in log.read_text(), "a worker to say that it may not call")


def test_a_secret_that_is_written_anywhere_is_found(stack: Stack) -> None:
    assert find_secrets(stack.home) == []
    leak = stack.home / "logs" / "leak"
    leak.write_text(f"a header: {CANARY}")
    assert find_secrets(stack.home) == [f"{leak}:{CANARY}"]
    leak.unlink()


def _buy(shopper: Shopper, account_id: str) -> None:
    operation = start_checkout(shopper, account_id)["result"]
    assert shopper.pay(operation["checkout_url"]) == 303
    await_email(shopper, operation["invoice_id"])
