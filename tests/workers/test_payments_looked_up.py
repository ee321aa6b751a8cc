"""Payments that were left open are looked up, and none of them stands in another's way."""

import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Engine, update

from billing.accounts.open import open_account
from billing.catalog.seed import seed
from billing.clocks.wall import Wall
from billing.payments.tables import AttemptStatus, PaymentAttempt
from database.ids import uuid7
from schemas.facts.payments import CheckoutFact, CheckoutRequest, PaymentFact, PaymentStatus
from schemas.messages.payments import LookUpPayments
from tasks import payments
from tests.billing.conftest import ADA
from tests.billing.purchases import fact, start_purchase
from tests.gateways.sandbox_process import Sandbox
from tests.workers.charging import INTENTS, LOST, attempt_of, charge, customer, owe, row_of, taken
from workers import task as task_base
from workers.wiring import Work, utc_now


def test_a_charge_whose_worker_died_is_found_by_the_look_up(work: Work, module_sandbox: Sandbox) -> None:
    attempt = owe(work, customer(work))
    module_sandbox.arm(LOST, count=1, **INTENTS)
    charge(work)
    look_up = partial(payments.look_up_payments, **LookUpPayments(interval_seconds=1).model_dump())
    look_up()
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.UNKNOWN

    task_base.start(replace(work, wall=lambda: Wall(utc_now() + timedelta(minutes=16))))
    time.sleep(1)  # the period of the look-up before
    look_up()
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.CAPTURED
    assert taken(module_sandbox, attempt) == [2_900]
    charge(work)
    assert row_of(work.database, attempt.id).result == {"dropped": "attempt_captured"}


def test_a_checkout_that_the_gateway_does_not_know_goes_to_the_end_of_the_line(work: Work) -> None:
    with work.database.transaction() as session:
        seed(session)
        account_id = open_account(session, uuid7(), ADA)
    request = start_purchase(work.database, account_id, utc_now())
    later = utc_now() + timedelta(minutes=16)
    task_base.start(replace(work, wall=lambda: Wall(later)))
    payments.look_up_payments(**LookUpPayments(interval_seconds=1).model_dump())
    waiting = attempt_of(work.database, UUID(request.attempt_id))
    assert waiting.look_up_at is not None
    assert waiting.look_up_at > later


def test_a_look_up_that_fails_for_a_bug_holds_up_no_other(work: Work) -> None:
    """The gateway says of two purchases that one payment paid both: the books refuse the second of them."""
    with work.database.transaction() as session:
        seed(session)
        account_id = open_account(session, uuid7(), ADA)
    requests = [start_purchase(work.database, account_id, utc_now()) for _ in range(3)]
    confused = _Confused(
        {f"cs_test_{each.attempt_id}": fact(each, PaymentStatus.CAPTURED) for each in requests},
        payment_refs=["pi_same", "pi_same", "pi_other"],
    )
    later = Wall(utc_now() + timedelta(minutes=16))
    gateways = {"stripe": replace(work.gateway("stripe"), offers_checkout=confused)}
    task_base.start(replace(work, wall=lambda: later, gateways=gateways))
    with structlog.testing.capture_logs() as lines:
        payments.look_up_payments(**LookUpPayments(interval_seconds=1).model_dump())
    statuses = [attempt_of(work.database, UUID(each.attempt_id)).status for each in requests]
    assert statuses == [AttemptStatus.CAPTURED, AttemptStatus.PENDING, AttemptStatus.CAPTURED]
    failed = [line["attempt_id"] for line in lines if line["event"] == "look_up_failed"]
    assert failed == [requests[1].attempt_id]


def test_a_payment_of_a_gateway_that_is_gone_holds_up_no_other(work: Work, as_owner: Engine) -> None:
    with work.database.transaction() as session:
        seed(session)
        account_id = open_account(session, uuid7(), ADA)
    requests = [start_purchase(work.database, account_id, utc_now()) for _ in range(2)]
    gone, other = (UUID(each.attempt_id) for each in requests)
    with as_owner.begin() as connection:
        connection.execute(update(PaymentAttempt).where(PaymentAttempt.id == gone).values(gateway="gone"))
    confused = _Confused({f"cs_test_{other}": fact(requests[1], PaymentStatus.CAPTURED)}, payment_refs=["pi_other"])
    later = Wall(utc_now() + timedelta(minutes=16))
    gateways = {"stripe": replace(work.gateway("stripe"), offers_checkout=confused)}
    task_base.start(replace(work, wall=lambda: later, gateways=gateways))
    payments.look_up_payments(**LookUpPayments(interval_seconds=1).model_dump())
    assert attempt_of(work.database, other).status is AttemptStatus.CAPTURED
    waiting = attempt_of(work.database, gone)
    assert waiting.look_up_at is not None
    assert waiting.look_up_at > later.at


class _Confused:
    """A gateway that tells of these payments, under references of its own choice."""

    def __init__(self, told: dict[str, PaymentFact], payment_refs: list[str]) -> None:
        self._told = {
            ref: replace(each, payment_ref=payment_refs[place]) for place, (ref, each) in enumerate(told.items())
        }

    def fetch_payment(self, *, checkout_ref: str = "", payment_ref: str = "") -> PaymentFact | None:
        return self._told.get(checkout_ref)

    def open_checkout(self, request: CheckoutRequest) -> CheckoutFact:
        raise AssertionError("nothing is opened here")

    def close_checkout(self, checkout_ref: str) -> PaymentFact:
        raise AssertionError("nothing is closed here")

    def find_checkout(self, attempt_id: str, **window: Any) -> CheckoutFact | None:
        raise AssertionError("nothing is searched here")
