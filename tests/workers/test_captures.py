"""Charges of saved cards against the sandbox: many at once, at the rate of all workers, and none that is not owed."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from billing.invariants import violations
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.pace import push_back
from billing.payments.tables import AttemptStatus
from database.memory import WorkState
from gateways.stripe.vendor import open_gateway
from settings import SANDBOX_STRIPE_KEY, Settings
from tasks import payments
from tests.billing.charges import card, give_card
from tests.gateways.sandbox_process import Sandbox
from tests.workers.charging import INTENTS, attempt_of, charge, customer, owe, row_of, taken, void
from workers import task as task_base
from workers.wiring import Work


def test_a_message_of_charges_is_made_side_by_side_and_each_ends_in_the_books(
    work: Work, module_sandbox: Sandbox
) -> None:
    good, poor = customer(work), customer(work, "pm_card_chargeCustomerFail")
    captured = [owe(work, good, 1_000 + number) for number in range(12)]
    declined = owe(work, poor)
    charge(work)

    assert {attempt_of(work.database, each.id).status for each in captured} == {AttemptStatus.CAPTURED}
    assert sorted(taken(module_sandbox, captured[0])) == [1_000 + number for number in range(12)]
    after = attempt_of(work.database, declined.id)
    assert (after.status, after.failure_code, taken(module_sandbox, declined)) == (
        AttemptStatus.FAILED,
        "generic_decline",
        [],
    )
    assert {row_of(work.database, each.id).state for each in [*captured, declined]} == {WorkState.DONE}
    with work.database.transaction() as session:
        assert violations(session) == []


def test_two_workers_with_the_same_message_charge_each_invoice_once(work: Work, module_sandbox: Sandbox) -> None:
    attempts = [owe(work, customer(work)) for _ in range(4)]
    ids = [row_of(work.database, attempt.id).id for attempt in attempts]
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda _: payments.charge(ids=ids), range(2)))
    assert {attempt_of(work.database, attempt.id).status for attempt in attempts} == {AttemptStatus.CAPTURED}
    assert [taken(module_sandbox, attempt) for attempt in attempts] == [[2_900]] * 4


def test_all_calls_keep_the_rate(work: Work) -> None:
    account_id = customer(work)
    attempts = [owe(work, account_id) for _ in range(10)]
    stripe = work.gateway("stripe")
    slow = replace(stripe, limits=replace(stripe.limits, calls_per_second=20.0))
    task_base.start(replace(work, gateways={"stripe": slow}))
    began = time.monotonic()
    charge(work)
    assert time.monotonic() - began >= 9 / 20
    assert {attempt_of(work.database, each.id).status for each in attempts} == {AttemptStatus.CAPTURED}


def test_an_invoice_that_is_void_meanwhile_is_not_charged(work: Work, module_sandbox: Sandbox) -> None:
    attempt = owe(work, customer(work))
    void(work)
    charge(work)
    assert (attempt_of(work.database, attempt.id).status, taken(module_sandbox, attempt)) == (AttemptStatus.EXPIRED, [])
    row = row_of(work.database, attempt.id)
    assert (row.state, row.result) == (WorkState.DONE, {"dropped": "invoice_void"})


def test_a_gateway_that_asks_us_to_slow_down_is_heard_by_everybody_and_nobody_is_dunned(
    work: Work, module_sandbox: Sandbox
) -> None:
    attempt = owe(work, customer(work))
    module_sandbox.arm("429", retry_after_seconds=30, count=1, **INTENTS)
    charge(work)
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.UNKNOWN
    assert row_of(work.database, attempt.id).attempts == 1

    charge(work)
    row = row_of(work.database, attempt.id)
    assert (row.attempts, row.state) == (1, WorkState.READY)
    with work.database.transaction() as session:
        assert session.scalars(select(Invoice.status)).one() is InvoiceStatus.PENDING


def test_without_a_slot_nothing_is_claimed(work: Work) -> None:
    attempt = owe(work, customer(work))
    with work.database.transaction() as session:
        push_back(session, "stripe", 60)
    charge(work)
    row = row_of(work.database, attempt.id)
    assert (row.attempts, row.lease_until, row.state) == (0, None, WorkState.READY)
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.CREATED


def test_a_card_that_the_gateway_refuses_has_failed_and_its_log_line_says_which(work: Work) -> None:
    account_id = customer(work)
    attempts = []
    for number in range(3):
        give_card(work.database, account_id, work.wall().at, card(f"pm_gone_{number}", "cus_gone"))
        attempts.append(owe(work, account_id))
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        charge(work)
    after = [attempt_of(work.database, each.id) for each in attempts]
    assert {(each.status, each.failure_code) for each in after} == {(AttemptStatus.FAILED, "resource_missing")}
    refused = [line["outbox_id"] for line in lines if line["event"] == "charge_refused"]
    assert sorted(refused) == sorted(str(row_of(work.database, each.id).id) for each in attempts)
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize(
    ("key", "base", "wanted", "expected"),
    [
        (SANDBOX_STRIPE_KEY, "http://127.0.0.1:8400", 0, 100),
        ("sk_test_51H", "", 0, 25),
        ("rk_test_51H", "", 0, 25),
        ("sk_live_51H", "", 0, 100),
        ("sk_live_51H", "", 400, 400),
    ],
)
def test_the_rate_goes_with_the_key_unless_it_is_set(key: str, base: str, wanted: float, expected: float) -> None:
    fields: dict[str, Any] = {
        "stripe_secret_key": key, "stripe_api_base": base, "stripe_calls_per_second": wanted,
    }  # fmt: skip
    assert open_gateway(Settings(**fields).of_vendor("stripe")).limits.calls_per_second == expected
