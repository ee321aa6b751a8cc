"""Refunds that we ask for: once at the gateway, whatever happens to the call, and never more than came."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from billing.credit_notes.tables import CreditNote, CreditNoteReason
from billing.errors import Rejected
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.tables import Refund, UsedCredits
from database.ids import uuid7
from database.memory import WorkState
from database.outbox import OutboxEntry
from gateways.stripe.limits import LIMITS
from tasks import payments
from tests.gateways.sandbox_process import Sandbox
from tests.workers.buyers import Buyer

PRICE = 2_999
REFUNDS = {"method": "POST", "path": "/v1/refunds"}


def _ask(holder: Buyer, amount: int | None = None) -> UUID:
    refund_id, work = uuid7(), holder.work
    with work.database.transaction() as session:
        receipt_id = session.scalars(select(Receipt.id).where(Receipt.source == ReceiptSource.CAPTURE)).one()
        reason, cause = CreditNoteReason.REQUESTED_BY_CUSTOMER, f"operation/{refund_id}"
        begin_refund(
            session,
            refund_id,
            RefundWish(receipt_id, amount, reason, UsedCredits.REDUCE, "app/x", cause),
            work.wall().at,
        )
    return refund_id


def _send(holder: Buyer) -> None:
    """Whatever waits, whether its time has come or not."""
    waiting = (OutboxEntry.topic == "refund") & (OutboxEntry.state == WorkState.READY)
    with holder.work.database.transaction() as session:
        session.execute(update(OutboxEntry).where(waiting).values(next_attempt_at=func.now()))
        ids = session.scalars(select(OutboxEntry.id).where(waiting)).all()
    for row_id in ids:
        payments.refund(ids=[row_id])


def _story(holder: Buyer) -> list[tuple[int, str]]:
    with holder.work.database.transaction() as session:
        return [(each.amount_minor, each.status.value) for each in session.scalars(select(Refund).order_by(Refund.id))]


def _made(sandbox: Sandbox) -> list[int]:
    return [-entry["amount"] for entry in sandbox.ask("GET", "/v1/balance_transactions", type="refund")["data"]]


@pytest.fixture
def paid(holder: Buyer) -> Buyer:
    """Somebody who has bought credits."""
    holder.buy()
    holder.hear()
    return holder


def test_it_is_made_once_and_its_webhooks_change_nothing_more(paid: Buyer) -> None:
    _ask(paid)
    _send(paid)
    assert _story(paid) == [(PRICE, "succeeded")]
    paid.hear()
    assert (_story(paid), paid.at_gateway()) == ([(PRICE, "succeeded")], (0, 0))
    assert paid.receipts() == [("capture", PRICE, ""), ("refund", -PRICE, "")]


def test_an_answer_that_was_lost_is_looked_for(paid: Buyer, own_sandbox: Sandbox) -> None:
    own_sandbox.arm("answer_lost", **REFUNDS, count=1)
    _ask(paid, 1_000)
    _send(paid)
    assert _story(paid) == [(1_000, "unknown")]
    _send(paid)
    assert (_story(paid), paid.at_gateway()) == ([(1_000, "succeeded")], (1_999, 1_999))


def test_a_failure_that_the_gateway_keeps_under_its_key_is_left_behind(paid: Buyer, own_sandbox: Sandbox) -> None:
    """Stripe replays a 500 for 24 hours: https://docs.stripe.com/api/idempotent_requests."""
    own_sandbox.arm("500", **REFUNDS, stage="during", count=1)
    _ask(paid, 1_000)
    for _ in range(LIMITS.same_key_attempts):
        _send(paid)
        assert _story(paid) == [(1_000, "unknown")]
    _send(paid)
    assert (_story(paid), paid.at_gateway()) == ([(1_000, "succeeded")], (1_999, 1_999))


def test_under_another_key_nobody_asks_while_a_worker_may_be_asking(paid: Buyer, own_sandbox: Sandbox) -> None:
    own_sandbox.arm("500", **REFUNDS, stage="during", count=1)
    _ask(paid, 1_000)
    for _ in range(LIMITS.same_key_attempts):
        _send(paid)
    died = update(OutboxEntry).where(OutboxEntry.topic == "refund")
    with paid.work.database.transaction() as session:
        session.execute(died.values(lease_until=func.now() - timedelta(seconds=1), lease_token=uuid7()))
    _send(paid)
    assert _story(paid) == [(1_000, "unknown")], "it waits"
    _send(paid)
    assert (_story(paid), paid.at_gateway()) == ([(1_000, "succeeded")], (1_999, 1_999))


def test_the_webhook_may_come_before_the_answer(paid: Buyer, own_sandbox: Sandbox) -> None:
    own_sandbox.arm("answer_lost", **REFUNDS, count=1)
    _ask(paid, 1_000)
    _send(paid)
    paid.hear()
    assert _story(paid) == [(1_000, "succeeded")]
    _send(paid)
    assert (_story(paid), paid.at_gateway()) == ([(1_000, "succeeded")], (1_999, 1_999))


def test_of_sixteen_at_once_no_more_goes_back_than_came(paid: Buyer) -> None:
    def ask(_: int) -> str:
        try:
            _ask(paid, 300)
        except Rejected as refusal:
            return refusal.code
        return "begun"

    with ThreadPoolExecutor(16) as many:
        assert Counter(many.map(ask, range(16))) == {"begun": PRICE // 300, "refund_too_large": 16 - PRICE // 300}
    _send(paid)
    paid.hear()
    assert _story(paid) == [(300, "succeeded")] * 9
    assert paid.at_gateway() == (PRICE - 2_700, PRICE - 2_700)
    with paid.work.database.transaction() as session:
        numbers = session.scalars(select(CreditNote.number).order_by(CreditNote.number)).all()
    assert [number[-5:] for number in numbers] == [f"{place:05d}" for place in range(1, 10)]


@pytest.mark.parametrize("is_heard_first", [True, False])
def test_what_the_dashboard_has_given_back_meanwhile_is_not_given_twice(
    paid: Buyer, own_sandbox: Sandbox, is_heard_first: bool
) -> None:
    refund_id = _ask(paid)
    paid.refund(own_sandbox.ledger()["charges"][-1]["id"])
    if is_heard_first:
        paid.hear()
    _send(paid)
    with paid.work.database.transaction() as session:
        assert session.get_one(Refund, refund_id).failure_code == "charge_already_refunded"
    if not is_heard_first:
        paid.hear()
    assert _story(paid) == [(PRICE, "failed"), (PRICE, "succeeded")]
    assert paid.at_gateway() == (0, 0)
    with paid.work.database.transaction() as session:
        left = balances(session)
    assert left.get((LedgerAccount.CUSTOMER_BALANCE, "", "USD"), 0) == 0
    assert left.get((LedgerAccount.UNEXPLAINED_REVERSALS, "", "USD"), 0) == 0
