"""Charges of saved cards against the sandbox: many at once, and every way in which an answer can fail to come."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlalchemy import Engine, func, select, update

from billing.accounts.open import open_account
from billing.catalog.seed import seed
from billing.clocks.wall import Wall
from billing.credit_notes.void_invoice import void_issued
from billing.invariants import violations
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.pace import push_back
from billing.payments.tables import AttemptStatus, PaymentAttempt
from database.engine import Database
from database.ids import uuid7
from database.memory import WorkState
from database.outbox import OutboxEntry
from gateways.stripe.limits import LIMITS
from gateways.stripe.vendor import open_gateway
from schemas.facts.payments import CheckoutFact, CheckoutRequest, PaymentFact, PaymentStatus
from schemas.messages import LookUpPayments
from settings import SANDBOX_STRIPE_KEY, Settings
from tasks import payments
from tests.billing.charges import card, give_card, intend, issue
from tests.billing.conftest import ADA
from tests.billing.purchases import fact, start_purchase
from tests.gateways.cards_there import save_there
from tests.gateways.sandbox_process import Sandbox
from workers import task as task_base
from workers.wiring import Work, utc_now

LOST, STORED = "answer_lost", "500"
INTENTS = {"method": "POST", "path": "/v1/payment_intents"}


def _customer(work: Work, card_ref: str = "pm_card_visa") -> UUID:
    """An account with a saved card at the sandbox."""
    with work.database.transaction() as session:
        account_id = open_account(session, uuid7(), ADA)
    fact = save_there(work.gateway("stripe").saved_methods, account_id, card_ref)
    give_card(work.database, account_id, work.wall().at, fact)
    return account_id


def _owe(work: Work, account_id: UUID, minor: int = 2_900) -> PaymentAttempt:
    """An issued invoice that is to be charged."""
    return intend(work.database, issue(work.database, account_id, work.wall().at, minor), work.wall().at)


def _void(work: Work) -> None:
    """The only invoice there is."""
    with work.database.transaction() as session:
        void_issued(session, session.scalars(select(Invoice)).one(), work.wall().at)


def _charge(work: Work) -> None:
    """Ring for everything there is to charge, due or not."""
    with work.database.transaction() as session:
        session.execute(update(OutboxEntry).values(next_attempt_at=func.now(), lease_until=None))
        ids = session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == "charge")).all()
    payments.charge(ids=list(ids))


def _attempt(database: Database, attempt_id: UUID) -> PaymentAttempt:
    with database.transaction() as session:
        return session.get_one(PaymentAttempt, attempt_id)


def _row(database: Database, attempt_id: UUID) -> OutboxEntry:
    with database.transaction() as session:
        found = select(OutboxEntry).where(OutboxEntry.topic == "charge", OutboxEntry.subject_id == attempt_id)
        return session.scalars(found).one()


def _taken(sandbox: Sandbox, attempt: PaymentAttempt) -> list[int]:
    """What the sandbox took from the customer of this charge."""
    charges = sandbox.ledger()["charges"]
    return [each["amount"] for each in charges if each["customer"] == attempt.request["customer_ref"]]


def test_a_message_of_charges_is_made_side_by_side_and_each_ends_in_the_books(
    work: Work, module_sandbox: Sandbox
) -> None:
    good, poor = _customer(work), _customer(work, "pm_card_chargeCustomerFail")
    captured = [_owe(work, good, 1_000 + number) for number in range(12)]
    declined = _owe(work, poor)
    _charge(work)

    assert {_attempt(work.database, each.id).status for each in captured} == {AttemptStatus.CAPTURED}
    assert sorted(_taken(module_sandbox, captured[0])) == [1_000 + number for number in range(12)]
    after = _attempt(work.database, declined.id)
    assert (after.status, after.failure_code, _taken(module_sandbox, declined)) == (
        AttemptStatus.FAILED,
        "generic_decline",
        [],
    )
    assert {_row(work.database, each.id).state for each in [*captured, declined]} == {WorkState.DONE}
    with work.database.transaction() as session:
        assert violations(session) == []


def test_two_workers_with_the_same_message_charge_each_invoice_once(work: Work, module_sandbox: Sandbox) -> None:
    attempts = [_owe(work, _customer(work)) for _ in range(4)]
    ids = [_row(work.database, attempt.id).id for attempt in attempts]
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda _: payments.charge(ids=ids), range(2)))
    assert {_attempt(work.database, attempt.id).status for attempt in attempts} == {AttemptStatus.CAPTURED}
    assert [_taken(module_sandbox, attempt) for attempt in attempts] == [[2_900]] * 4


def test_all_calls_keep_the_rate(work: Work) -> None:
    account_id = _customer(work)
    attempts = [_owe(work, account_id) for _ in range(10)]
    stripe = work.gateway("stripe")
    slow = replace(stripe, limits=replace(stripe.limits, calls_per_second=20.0))
    task_base.start(replace(work, gateways={"stripe": slow}))
    began = time.monotonic()
    _charge(work)
    assert time.monotonic() - began >= 9 / 20
    assert {_attempt(work.database, each.id).status for each in attempts} == {AttemptStatus.CAPTURED}


def test_a_lost_answer_is_asked_for_again_under_the_same_key(work: Work, module_sandbox: Sandbox) -> None:
    attempt = _owe(work, _customer(work))
    module_sandbox.arm(LOST, count=1, **INTENTS)
    _charge(work)
    assert _attempt(work.database, attempt.id).status is AttemptStatus.UNKNOWN
    assert _row(work.database, attempt.id).state is WorkState.READY

    _charge(work)
    assert _attempt(work.database, attempt.id).status is AttemptStatus.CAPTURED
    assert _taken(module_sandbox, attempt) == [2_900]


@pytest.mark.parametrize("stage", ["during", "after"])
def test_an_error_that_the_gateway_repeats_for_a_day_is_looked_behind_and_nothing_is_taken_twice(
    work: Work, module_sandbox: Sandbox, stage: str
) -> None:
    attempt = _owe(work, _customer(work))
    module_sandbox.arm(STORED, stage=stage, count=1, **INTENTS)
    for _ in range(LIMITS.same_key_attempts):
        _charge(work)
        assert _attempt(work.database, attempt.id).status is AttemptStatus.UNKNOWN
    _charge(work)
    assert _attempt(work.database, attempt.id).status is AttemptStatus.CAPTURED
    assert _taken(module_sandbox, attempt) == [2_900]


def test_while_a_call_may_still_be_under_way_no_other_key_is_used(work: Work, module_sandbox: Sandbox) -> None:
    """A worker that died or hangs has left its lease: its call may reach the gateway after we have looked."""
    attempt = _owe(work, _customer(work))
    module_sandbox.arm(STORED, stage="during", count=1, **INTENTS)
    for _ in range(LIMITS.same_key_attempts):
        _charge(work)
    with work.database.transaction() as session:
        session.execute(update(OutboxEntry).values(next_attempt_at=func.now(), lease_until=func.now()))
    payments.charge(ids=[_row(work.database, attempt.id).id])
    assert _attempt(work.database, attempt.id).status is AttemptStatus.UNKNOWN
    assert (_taken(module_sandbox, attempt), _row(work.database, attempt.id).lease_until) == ([], None)

    _charge(work)
    assert _attempt(work.database, attempt.id).status is AttemptStatus.CAPTURED
    assert _taken(module_sandbox, attempt) == [2_900]


def test_a_day_later_the_gateway_is_asked_before_anything_is_sent(
    work: Work, module_sandbox: Sandbox, as_owner: Engine
) -> None:
    attempt = _owe(work, _customer(work))
    module_sandbox.arm(LOST, count=1, **INTENTS)
    _charge(work)
    with as_owner.begin() as connection:
        connection.execute(update(PaymentAttempt).values(created_at=func.now() - timedelta(days=2)))
    # whatever is sent now would be lost as well: only a look can bring the answer
    module_sandbox.arm(LOST, **INTENTS)
    _charge(work)
    assert _attempt(work.database, attempt.id).status is AttemptStatus.CAPTURED
    assert _taken(module_sandbox, attempt) == [2_900]


def test_an_invoice_that_is_void_meanwhile_is_not_charged(work: Work, module_sandbox: Sandbox) -> None:
    attempt = _owe(work, _customer(work))
    _void(work)
    _charge(work)
    assert (_attempt(work.database, attempt.id).status, _taken(module_sandbox, attempt)) == (AttemptStatus.EXPIRED, [])
    row = _row(work.database, attempt.id)
    assert (row.state, row.result) == (WorkState.DONE, {"dropped": "invoice_void"})


def test_a_void_invoice_whose_answer_was_lost_is_only_asked_about(work: Work, module_sandbox: Sandbox) -> None:
    attempt = _owe(work, _customer(work))
    module_sandbox.arm("timeout_before", seconds=0.1, count=1, **INTENTS)
    _charge(work)
    _void(work)
    for _ in range(LIMITS.same_key_attempts - 1):
        _charge(work)
        assert _attempt(work.database, attempt.id).status is AttemptStatus.UNKNOWN
    _charge(work)
    assert (_attempt(work.database, attempt.id).status, _taken(module_sandbox, attempt)) == (AttemptStatus.EXPIRED, [])


def test_a_gateway_that_asks_us_to_slow_down_is_heard_by_everybody_and_nobody_is_dunned(
    work: Work, module_sandbox: Sandbox
) -> None:
    attempt = _owe(work, _customer(work))
    module_sandbox.arm("429", retry_after_seconds=30, count=1, **INTENTS)
    _charge(work)
    assert _attempt(work.database, attempt.id).status is AttemptStatus.UNKNOWN
    assert _row(work.database, attempt.id).attempts == 1

    _charge(work)
    row = _row(work.database, attempt.id)
    assert (row.attempts, row.state) == (1, WorkState.READY)
    with work.database.transaction() as session:
        assert session.scalars(select(Invoice.status)).one() is InvoiceStatus.PENDING


def test_without_a_slot_nothing_is_claimed(work: Work) -> None:
    attempt = _owe(work, _customer(work))
    with work.database.transaction() as session:
        push_back(session, "stripe", 60)
    _charge(work)
    row = _row(work.database, attempt.id)
    assert (row.attempts, row.lease_until, row.state) == (0, None, WorkState.READY)
    assert _attempt(work.database, attempt.id).status is AttemptStatus.CREATED


def test_a_card_that_the_gateway_refuses_has_failed_and_its_log_line_says_which(work: Work) -> None:
    account_id = _customer(work)
    attempts = []
    for number in range(3):
        give_card(work.database, account_id, work.wall().at, card(f"pm_gone_{number}", "cus_gone"))
        attempts.append(_owe(work, account_id))
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        _charge(work)
    after = [_attempt(work.database, each.id) for each in attempts]
    assert {(each.status, each.failure_code) for each in after} == {(AttemptStatus.FAILED, "resource_missing")}
    refused = [line["outbox_id"] for line in lines if line["event"] == "charge_refused"]
    assert sorted(refused) == sorted(str(_row(work.database, each.id).id) for each in attempts)
    assert structlog.contextvars.get_contextvars() == {}


def test_a_charge_whose_worker_died_is_found_by_the_look_up(work: Work, module_sandbox: Sandbox) -> None:
    attempt = _owe(work, _customer(work))
    module_sandbox.arm(LOST, count=1, **INTENTS)
    _charge(work)
    look_up = partial(payments.look_up_payments, **LookUpPayments(interval_seconds=1).model_dump())
    look_up()
    assert _attempt(work.database, attempt.id).status is AttemptStatus.UNKNOWN

    task_base.start(replace(work, wall=lambda: Wall(utc_now() + timedelta(minutes=16))))
    time.sleep(1)  # the period of the look-up before
    look_up()
    assert _attempt(work.database, attempt.id).status is AttemptStatus.CAPTURED
    assert _taken(module_sandbox, attempt) == [2_900]
    _charge(work)
    assert _row(work.database, attempt.id).result == {"dropped": "attempt_captured"}


def test_a_checkout_that_the_gateway_does_not_know_goes_to_the_end_of_the_line(work: Work) -> None:
    with work.database.transaction() as session:
        seed(session)
        account_id = open_account(session, uuid7(), ADA)
    request = start_purchase(work.database, account_id, utc_now())
    later = utc_now() + timedelta(minutes=16)
    task_base.start(replace(work, wall=lambda: Wall(later)))
    payments.look_up_payments(**LookUpPayments(interval_seconds=1).model_dump())
    waiting = _attempt(work.database, UUID(request.attempt_id))
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
    statuses = [_attempt(work.database, UUID(each.attempt_id)).status for each in requests]
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
    assert _attempt(work.database, other).status is AttemptStatus.CAPTURED
    waiting = _attempt(work.database, gone)
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
