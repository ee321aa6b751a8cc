"""Money that leaves again: refunds from the dashboard, disputes, and what comes back of them after all."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from billing.credits.queries import view_balance
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.receipts.queries import list_receipts
from database.memory import WorkState
from tasks import webhooks
from tests.gateways.sandbox_process import Sandbox
from tests.scenarios.storytelling import eventually
from tests.workers.buyers import Buyer, state_of
from tests.workers.gateway_run import Subscriber, deliver, store
from workers.wiring import Work

PRICE = 2_999
FEE = 1_500


def test_a_refund_in_the_dashboard_corrects_the_invoice_and_takes_the_credits(holder: Buyer) -> None:
    charge_ref = holder.buy()
    holder.hear()
    holder.refund(charge_ref)
    with capture_logs() as lines:
        assert set(holder.hear()) == {WorkState.DONE}
    assert holder.at_gateway() == (0, 0)
    assert holder.receipts() == [("capture", PRICE, ""), ("refund", -PRICE, "")]
    assert [line for line in lines if line["log_level"] == "error"] == []
    with holder.work.database.transaction() as session:
        invoice = session.scalars(select(Invoice)).one()
        assert (invoice.status, invoice.credited_minor) == (InvoiceStatus.PAID, PRICE)
        assert view_balance(session, holder.account_id, holder.work.wall().at).balance == 0
        assert list_receipts(session, needs_a_look=True).data == []


def test_several_refunds_of_which_one_comes_back_in_any_order_and_twice(holder: Buyer, own_sandbox: Sandbox) -> None:
    charge_ref = holder.buy()
    holder.hear()
    first = holder.refund(charge_ref, 1_000)
    holder.hear()
    assert holder.at_gateway() == (1_999, 1_999)
    holder.refund(charge_ref, 499)
    own_sandbox.fail_refund(first)
    holder.refund(charge_ref, 700)
    events = holder.news()
    copies = [{**event, "id": f"{event['id']}again"} for event in events]
    mixed = [*events, *copies]
    random.Random(1).shuffle(mixed)  # noqa: S311 - an order, no secret
    for event in mixed:
        assert holder.hear([event]) == [WorkState.DONE]
    assert holder.at_gateway() == (PRICE - 499 - 700, PRICE - 499 - 700)
    moved = [minor for source, minor, _ in holder.receipts() if source == "refund"]
    assert sorted(moved) == [-1_000, -700, -499, 1_000]


def test_of_two_looks_by_two_workers_the_newer_is_booked_though_the_older_is_answered_late(
    holder: Buyer, own_sandbox: Sandbox
) -> None:
    """The refund fails when the first worker has seen it, and before that worker has booked it."""
    charge_ref = holder.buy()
    holder.hear()
    refund_ref = holder.refund(charge_ref)
    made = holder.news()
    own_sandbox.arm("slow", seconds=5, count=1, method="GET", path="/v1/disputes")
    with ThreadPoolExecutor(1) as worker:
        late = worker.submit(holder.hear, made)
        eventually(lambda: own_sandbox.has_struck("slow"), "the refunds are read, and the disputes are asked for")
        own_sandbox.fail_refund(refund_ref)
        holder.hear()
        assert set(late.result()) == {WorkState.DONE}
    own_sandbox.clear_faults()
    deliver(holder.work)
    assert holder.at_gateway() == (PRICE, PRICE)


@pytest.mark.parametrize(("is_won", "left"), [(True, PRICE - FEE), (False, -FEE)])
def test_a_dispute_takes_the_money_and_a_fee_and_what_is_won_comes_back(
    holder: Buyer, own_sandbox: Sandbox, is_won: bool, left: int
) -> None:
    charge_ref = holder.buy()
    holder.hear()
    dispute_ref = own_sandbox.dispute(charge_ref)
    holder.hear()
    assert holder.at_gateway() == (-FEE, -FEE)
    own_sandbox.end_dispute(dispute_ref, is_won=is_won)
    holder.hear()
    assert holder.at_gateway() == (left, left)
    came_back = [("dispute", PRICE, "")] if is_won else []
    gone = [("dispute", -PRICE, ""), ("dispute_fee", -FEE, "")]
    assert holder.receipts() == [("capture", PRICE, ""), *gone, *came_back]


def test_a_refund_that_is_heard_of_before_its_payment_waits_for_it(holder: Buyer) -> None:
    holder.refund(holder.buy())
    events = holder.news()
    of_refund = [event for event in events if event["type"] in ("refund.created", "charge.refunded")]
    assert holder.hear(of_refund) == [WorkState.READY] * 2
    holder.hear([event for event in events if event not in of_refund])
    deliver(holder.work)
    assert holder.at_gateway() == (0, 0)


def test_what_we_never_asked_for_is_nobodys_money_here(holder: Buyer, own_sandbox: Sandbox) -> None:
    holder.refund(_charge_by_somebody_else(own_sandbox))
    assert set(holder.hear()) == {WorkState.DONE}
    assert holder.receipts() == []


def test_a_refund_of_an_unknown_payment_that_bears_our_mark_is_parked(holder: Buyer, own_sandbox: Sandbox) -> None:
    mark = {"metadata[cashbeat_attempt]": "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"}
    holder.refund(_charge_by_somebody_else(own_sandbox, **mark))
    (event,) = [event for event in holder.news() if event["type"] == "refund.created"]
    (row_id,) = store(holder.work, [event])
    webhooks.handle(ids=[row_id])
    row = state_of(holder.work, row_id)
    assert row.state is WorkState.PARKED
    assert "UnknownMark" in (row.error or "")


def test_a_refund_of_an_invoice_that_the_gateway_wrote_is_booked_too(work: Work, subscriber: Subscriber) -> None:
    subscriber.subscribe()
    deliver(work, subscriber.news())
    holder = Buyer.__new__(Buyer)
    holder.work, holder.sandbox = work, subscriber.sandbox
    charge_ref = _charge_of(subscriber)
    holder.refund(charge_ref, 4_000)
    refund = {"id": "evt_refunded", "type": "refund.created", "object": "event", "created": 1_700_000_000,
              "api_version": "2026-10-28.endive",
              "data": {"object": {"id": "re_1", "object": "refund", "charge": charge_ref}}}  # fmt: skip
    deliver(work, [refund])
    assert holder.receipts() == [("capture", 9_900, ""), ("refund", -4_000, "")]


def _charge_of(subscriber: Subscriber) -> str:
    of_customer = [
        each for each in subscriber.sandbox.ledger()["charges"] if each["customer"] == subscriber.customer_ref
    ]
    return str(of_customer[-1]["id"])


def _charge_by_somebody_else(sandbox: Sandbox, **more: str) -> str:
    form = {"amount": "500", "currency": "usd", "confirm": "true", "payment_method": "pm_card_visa", **more}
    return str(sandbox.ask("POST", "/v1/payment_intents", **form)["latest_charge"])
