"""What is under way for an invoice is canceled at the gateway before anything else begins; the money may be faster."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from billing.invoices.tables import InvoiceStatus
from billing.payments.begin_charges import Step, begin_charges, step
from billing.payments.cancel_under_way import cancel_under_way
from billing.payments.tables import AttemptStatus
from tests.workers.owing import Owing

INTENTS = {"method": "POST", "path": "/v1/payment_intents"}


def test_where_nothing_is_under_way_nothing_is_canceled(owing: Owing) -> None:
    assert owing.cancel()
    assert owing.rows("cancel_payment") == []


def test_a_charge_that_was_not_sent_is_dropped_at_once(owing: Owing) -> None:
    owing.intend()
    assert owing.cancel()
    owing.do("charge")
    assert (owing.story(), owing.taken()) == ([("charge", "expired")], [])
    assert owing.invoice().status is InvoiceStatus.PENDING


def test_a_charge_is_either_sent_or_dropped(owing: Owing) -> None:
    """A worker begins it at the very moment at which it is canceled: it waits, and then it sees."""
    attempt_id, database = owing.intend(), owing.work.database

    def begin() -> Step:
        with database.transaction() as session:
            return step(begin_charges(session, [attempt_id], owing.work.wall())[attempt_id])

    with ThreadPoolExecutor(1) as worker:
        with database.transaction() as session:
            assert cancel_under_way(session, owing.invoice_id)
            begun = worker.submit(begin)
            with pytest.raises(TimeoutError):
                begun.result(0.3)
        assert begun.result(10) is Step.DROP
    assert owing.attempts()[0].status is AttemptStatus.EXPIRED


def test_a_charge_whose_answer_was_lost_has_paid(owing: Owing) -> None:
    owing.sandbox.arm("answer_lost", **INTENTS, count=1)
    owing.intend()
    owing.do("charge")
    assert owing.story() == [("charge", "unknown")]
    assert not owing.cancel()
    assert not owing.cancel(), "asked for twice, it is canceled once"
    owing.do("cancel_payment")
    assert (owing.story(), owing.taken()) == ([("charge", "captured")], [2_900])
    assert owing.invoice().status is InvoiceStatus.PAID
    assert owing.cancel(), "whoever wanted it out of the way finds nothing under way, and the invoice paid"
    owing.do("charge")
    assert owing.taken() == [2_900]


def test_a_charge_that_the_gateway_does_not_know_may_be_on_its_way(owing: Owing) -> None:
    attempt_id, work = owing.intend(), owing.work
    with work.database.transaction() as session:
        begin_charges(session, [attempt_id], work.wall())
    assert not owing.cancel()
    owing.do("cancel_payment")
    assert owing.rows("cancel_payment") == [("ready", "the gateway does not know the payment (yet)")]
    owing.do("charge")
    assert (owing.story(), owing.taken()) == ([("charge", "unknown")], []), "it is asked about, and not sent again"
