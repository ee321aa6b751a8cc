"""A gateway that converts charges, and refuses what comes to too little of the currency in which it pays out."""

from collections.abc import Iterator

import pytest

from billing.cycle.start.create import create_subscription
from billing.invoices.tables import InvoiceStatus
from billing.receipts.tables import ReceiptRemark
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import SubscriptionStatus
from database.ids import uuid7
from schemas.commands.subscriptions import CreateSubscription, PlanChoice
from tests.gateways.sandbox_process import Sandbox
from tests.workers.owing import Owing


@pytest.fixture
def converting(module_sandbox: Sandbox) -> Iterator[None]:
    """It takes nothing below 100.00, which no table of ours knows."""
    module_sandbox.charge_no_less_than(10_000)
    yield
    module_sandbox.charge_no_less_than(1)


def test_what_it_refuses_is_asked_for_with_the_next_invoice(owing: Owing, converting: None) -> None:
    """29.00 are owed; with the 99.00 of a start they are enough."""
    owing.intend()
    owing.do("charge")
    assert (owing.invoice().status, owing.story(), owing.taken()) == (InvoiceStatus.PAID, [("charge", "failed")], [])
    assert (owing.invoice().carried_over_minor, owing.kept()) == (2_900, [(-2_900, ReceiptRemark.NONE)])
    wanted = CreateSubscription(account_id=owing.account_id, plan=PlanChoice(plan="starter"))
    with owing.work.database.transaction() as session:
        subscription_id = create_subscription(session, uuid7(), wanted, owing.work.wall().at).id
    owing.do("charge")
    with owing.work.database.transaction() as session:
        assert get_subscription(session, subscription_id).status is SubscriptionStatus.ACTIVE
    assert (owing.taken(), owing.kept(), owing.rows("payment_failed")) == ([12_800], [], [])


def test_a_start_of_so_little_begins_at_once(owing: Owing, converting: None) -> None:
    wanted = CreateSubscription(account_id=owing.account_id, plan=PlanChoice(plan="starter"))
    with owing.work.database.transaction() as session:
        subscription_id = create_subscription(session, uuid7(), wanted, owing.work.wall().at).id
    owing.do("charge")
    with owing.work.database.transaction() as session:
        assert get_subscription(session, subscription_id).status is SubscriptionStatus.ACTIVE
    assert (owing.taken(), owing.kept(), owing.rows("payment_failed")) == ([], [(-9_900, ReceiptRemark.NONE)], [])
