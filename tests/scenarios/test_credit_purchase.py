"""A customer buys credits; whatever the network does, it happens once."""

import time
from functools import partial
from pathlib import Path

import requests
from sqlalchemy import text

from billing.invariants import violations
from database.engine import Database
from schemas.messages.commands import SubmitCommand
from schemas.messages.payments import PullEvents
from stack.processes import flower_login
from stack.running import Stack
from stack.shopper import Shopper
from tests.canaries import CALL, HOOK, MAIL
from tests.scenarios.storytelling import await_email, emails, eventually, open_account, start_checkout
from workers.celery_app import make_app
from workers.producer import Bell


def test_a_paid_checkout_becomes_an_invoice_credits_a_pdf_and_an_email(shopper: Shopper, stack_books: Database) -> None:
    account_id = open_account(shopper)
    checkout = start_checkout(shopper, account_id)["result"]
    assert (checkout["total_minor"], checkout["currency"]) == (2_999, "USD")
    assert shopper.pay(checkout["checkout_url"]) == 303

    invoice = await_email(shopper, checkout["invoice_id"])
    assert (invoice["status"], invoice["total_minor"]) == ("paid", 2_999)
    assert shopper.get_pdf(invoice["pdf"]).startswith(b"%PDF-")
    assert shopper.get("/v1/billing/credits/balance/", account_id=account_id)["balance"] == 2_000
    with stack_books.transaction() as session:
        assert violations(session) == []


def test_a_declined_card_books_nothing_and_a_second_card_pays(shopper: Shopper) -> None:
    account_id = open_account(shopper)
    checkout = start_checkout(shopper, account_id, "starter")["result"]
    assert shopper.pay(checkout["checkout_url"], "4000000000000002") == 402
    assert shopper.get(f"/v1/billing/invoices/{checkout['invoice_id']}/")["status"] == "draft"
    assert shopper.pay(checkout["checkout_url"]) == 303
    assert await_email(shopper, checkout["invoice_id"])["total_minor"] == 999
    assert shopper.get("/v1/billing/credits/balance/", account_id=account_id)["balance"] == 500


def test_a_lost_answer_is_asked_for_again_under_the_same_key(shopper: Shopper, stack_books: Database) -> None:
    account_id = open_account(shopper)
    lost = {"kind": "answer_lost", "count": 1, "method": "POST", "path": "/v1/checkout/sessions"}
    shopper.sandbox("POST", "/sandbox/faults", lost)
    operation = start_checkout(shopper, account_id)
    assert operation["attempts"] == 2
    with stack_books.transaction() as session:
        count = text("SELECT count(*) FROM payment_attempts WHERE account_id = :account")
        assert session.scalar(count, {"account": account_id}) == 1
    shopper.pay(operation["result"]["checkout_url"])
    await_email(shopper, operation["result"]["invoice_id"])


def test_a_repeated_command_is_the_same_checkout(shopper: Shopper) -> None:
    account_id = open_account(shopper)
    first, second = (start_checkout(shopper, account_id, key="order-1") for _ in range(2))
    assert first["id"] == second["id"]
    assert first["result"] == second["result"]


def test_webhooks_that_never_come_are_found_by_asking(stack: Stack, shopper: Shopper) -> None:
    account_id = open_account(shopper)
    shopper.sandbox("POST", "/sandbox/faults", {"kind": "drop"})
    checkout = start_checkout(shopper, account_id)["result"]
    shopper.pay(checkout["checkout_url"])
    time.sleep(1)
    assert shopper.get(f"/v1/billing/invoices/{checkout['invoice_id']}/")["status"] == "draft"
    # the calendar would ring in five minutes; another interval is another period
    Bell(make_app(stack.addresses.broker_url)).ring(PullEvents(interval_seconds=1))
    await_email(shopper, checkout["invoice_id"])


def test_an_app_that_shares_only_the_broker_sends_a_command_twice_and_it_runs_once(
    stack: Stack, shopper: Shopper, stack_books: Database
) -> None:
    account_id = open_account(shopper)
    checkout = start_checkout(shopper, account_id)["result"]
    shopper.pay(checkout["checkout_url"])
    await_email(shopper, checkout["invoice_id"])
    usage = {"account_id": account_id, "amount": 300, "description": "campaign 7"}
    command = SubmitCommand(kind="consume_credits", body=usage, caller="app/shop", idempotency_key="usage-7")
    bell = Bell(make_app(stack.addresses.broker_url))
    for _ in range(3):
        bell.ring(command)
    balance = "/v1/billing/credits/balance/"
    eventually(lambda: shopper.get(balance, account_id=account_id)["balance"] == 1_700, "the credits to be used")
    with stack_books.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM operations WHERE caller = 'app/shop'")) == 1


def test_one_id_finds_a_command_in_the_api_in_flower_and_in_the_logs(stack: Stack, shopper: Shopper) -> None:
    operation = start_checkout(shopper, open_account(shopper))
    assert shopper.get(f"/v1/operations/{operation['id']}")["status"] == "succeeded"

    flower = f"{stack.addresses.flower_url}/api/task/info/{operation['id']}"
    eventually(lambda: requests.get(flower, auth=flower_login(stack.settings), timeout=5).ok, "Flower to show the task")
    assert requests.get(flower, auth=flower_login(stack.settings), timeout=5).json()["name"] == "commands.run"
    assert requests.get(flower, timeout=5).status_code == 401

    for process in ("ingress", "commands"):
        log = stack.home / "logs" / f"{process}.log"
        eventually(partial(_mentions, log, operation["id"]), f"the id in {process}.log")


def test_no_secret_and_no_address_is_in_any_log(stack: Stack, shopper: Shopper) -> None:
    checkout = start_checkout(shopper, open_account(shopper))["result"]
    shopper.pay(checkout["checkout_url"])
    await_email(shopper, checkout["invoice_id"])
    assert len(emails(shopper)) > 0
    said = "".join(path.read_text(errors="replace") for path in (stack.home / "logs").glob("*.log"))
    for secret in (CALL, HOOK, MAIL, shopper.api_key, "billing@ada.example"):
        assert secret not in said


def _mentions(log: Path, word: str) -> bool:
    return word in log.read_text()
