"""Keys that are set while everything runs are used, rolled and sealed again, and are to be read nowhere."""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types
import pytest
import requests
from pydantic import SecretStr

from credentials.master_keys import make
from settings import Settings
from stack import development_key, master_keys
from stack.ask_provider import ask
from stack.processes import flower_login
from stack.providers import set_plain, set_secret, switch
from stack.providers_shown import describe_all
from stack.rotation import rotate_all
from stack.running import Stack
from stack.shopper import Shopper
from tests.scenarios.storytelling import await_email, eventually, open_account, start_checkout

NAME = "Canary Customer"
# looked for without what a vendor's secrets begin with: a mask by the beginning must not be what hides them
CANARY = "canary_that_must_not_sing"
HOOK, MAIL, CALL = f"whsec_{CANARY}", f"re_{CANARY}", f"sk_test_{CANARY}"
# the other party knows its own secrets, and what is kept closed to all but the owner holds the master keys
NOTICED_WITHIN_SECONDS = 5.0
ELSEWHERE = {"sandbox", "secrets"}


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A whole Cashbeat of its own, which is told two master keys."""
    keys = SecretStr(f"{make('old')},{make('new')}")
    with (
        tempfile.TemporaryDirectory(prefix="cashbeat-canary-") as home,
        Stack(Settings(cashbeat_home=Path(home), log_format="json", cashbeat_master_keys=keys)) as running,
    ):
        yield running


def _buy(shopper: Shopper, account_id: str) -> None:
    operation = start_checkout(shopper, account_id)["result"]
    assert shopper.pay(operation["checkout_url"]) == 303
    await_email(shopper, operation["invoice_id"])


def _set_all(stack: Stack, shopper: Shopper) -> None:
    for name in ("stripe", "resend"):
        set_plain(stack.settings, name, "endpoint", stack.addresses.sandbox_url)
    set_secret(stack.settings, "resend", "api_key", MAIL, timedelta())
    set_secret(stack.settings, "stripe", "api_key", CALL, timedelta())
    set_secret(stack.settings, "stripe", "webhook_secret", HOOK, timedelta())
    shopper.sandbox("PATCH", "/sandbox/options", {"webhook_secrets": [HOOK], "api_keys": [CALL, MAIL]})


def test_a_canary_is_found_nowhere(stack: Stack) -> None:
    key = development_key.ensure(stack.addresses.database_url, stack.home)
    shopper = Shopper(stack.addresses.ingress_url, stack.addresses.sandbox_url, key)
    account_id = open_account(shopper, NAME)
    _set_all(stack, shopper)
    time.sleep(NOTICED_WITHIN_SECONDS)  # that is the promise: nobody is called with another key from then on
    _buy(shopper, account_id)
    told = describe_all(stack.settings) + [ask(stack.settings, name) for name in ("stripe", "resend")]

    other_way = stack.settings.cashbeat_master_keys.get_secret_value().split(",")[::-1]
    rolled = stack.settings.model_copy(update={"cashbeat_master_keys": SecretStr(",".join(other_way))})
    assert rotate_all(rolled) == ("new", 3)
    _buy(shopper, account_id)

    switch(stack.settings, "stripe", active=False)
    told.append(_what_waits(stack, shopper, account_id))
    switch(stack.settings, "stripe", active=True)
    told += [
        str(shopper.get(path))
        for path in (f"/v1/billing/receipts/?account_id={account_id}", f"/v1/billing/invoices/?account_id={account_id}")
    ]
    told += [*_flower(stack), requests.get(f"{stack.addresses.ingress_url}/metrics", timeout=10).text]
    told.append(json.dumps([process.info for process in psutil.process_iter(["cmdline"])]))
    shopper.close()

    assert not [text for text in told if CANARY in text]
    assert _files_with(stack.home, NAME), "what is there is found, so that finding nothing means something"
    assert _files_with(stack.home, CANARY) == []
    assert master_keys.known(stack.settings), "it runs with these"


def _what_waits(stack: Stack, shopper: Shopper, account_id: str) -> str:
    """A command that has to call waits, and says why; nobody is told the key."""
    address = f"{stack.addresses.ingress_url}/v1/billing/stripe/credit-checkout/"
    page = "https://app.example/"
    body = {"account_id": account_id, "package": "value", "success_url": page, "cancel_url": page}
    logs = stack.home / "logs"

    def refused() -> bool:
        requests.post(address, json=body, headers={"Authorization": f"Bearer {shopper.api_key}"}, timeout=30)
        texts = (path.read_text(errors="replace") for path in logs.rglob("*") if path.is_file())
        return any("stripe is disabled" in text for text in texts)

    eventually(refused, "a worker to say that it may not call")
    return requests.get(address, timeout=10).text


def _flower(stack: Stack) -> Iterator[str]:
    for path in ("/api/tasks?limit=1000", "/api/workers", "/"):
        answer = requests.get(f"{stack.addresses.flower_url}{path}", auth=flower_login(stack.settings), timeout=20)
        assert answer.ok
        yield answer.text


def _files_with(home: Path, word: str) -> list[str]:
    """Files of the stores, logs and processes that hold it."""
    folders = [str(each) for each in home.iterdir() if each.is_dir() and each.name not in ELSEWHERE]
    search = ["grep", "--recursive", "--files-with-matches", "--text", "--fixed-strings"]
    found = subprocess.run([*search, word, *folders], capture_output=True, text=True, check=False)
    return found.stdout.splitlines()
