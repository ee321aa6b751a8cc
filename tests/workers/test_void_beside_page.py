"""An invoice is taken back while its customer may be paying on a page: the page is closed first, or the money came."""

from billing.approvals.set_limit import set_second_person_limit
from billing.invoices.tables import InvoiceStatus
from database.engine import Database
from database.memory import WorkState
from database.operations import Operation
from schemas.commands.invoices import VoidInvoice
from tests.workers.owing import Owing

CARD = "5555 5555 5555 4444"


def _void(owing: Owing) -> Operation:
    return owing.command(VoidInvoice(invoice_id=owing.invoice_id, reason="billed twice"))


def test_its_page_is_closed_and_nothing_is_paid_there_any_more(owing: Owing) -> None:
    page = owing.open_page()
    assert _void(owing).state is WorkState.DONE
    assert owing.invoice().status is InvoiceStatus.VOID
    assert owing.story() == [("page", "expired")]
    assert owing.sandbox.pay(page, CARD) != 303
    assert owing.taken() == []


def test_a_customer_who_was_faster_has_paid_it(owing: Owing) -> None:
    assert owing.sandbox.pay(owing.open_page(), CARD) == 303
    refused = _void(owing)
    assert refused.problem is not None
    assert str(refused.problem["type"]).endswith("invoice_paid")
    owing.hear()
    assert (owing.invoice().status, owing.taken()) == (InvoiceStatus.PAID, [2_900])


def test_as_long_as_another_person_has_to_approve_the_page_stays_open(owing: Owing, books_of_owner: Database) -> None:
    with books_of_owner.transaction() as session:
        set_second_person_limit(session, "void_invoice", "USD", 0)
    page = owing.open_page()
    assert _void(owing).state is WorkState.AWAITING_APPROVAL
    assert owing.sandbox.pay(page, CARD) == 303
    owing.hear()
    assert owing.invoice().status is InvoiceStatus.PAID
    with books_of_owner.transaction() as session:
        set_second_person_limit(session, "void_invoice", "USD", 100_000)


def test_while_nobody_knows_what_became_of_a_charge_the_invoice_is_not_taken_back(owing: Owing) -> None:
    """The money may have come, and would then have paid nothing."""
    owing.sandbox.arm("answer_lost", method="POST", path="/v1/payment_intents", count=1)
    owing.intend()
    owing.do("charge")
    assert owing.story() == [("charge", "unknown")]
    refused = _void(owing)
    assert str((refused.problem or {})["type"]).endswith("payment_under_way")
    assert owing.invoice().status is InvoiceStatus.PENDING
    assert owing.story() == [("charge", "unknown")], "nor is it given up"
    owing.do("charge")
    assert (owing.invoice().status, owing.taken()) == (InvoiceStatus.PAID, [2_900])
    assert str((_void(owing).problem or {})["type"]).endswith("invoice_paid")


def test_a_charge_that_is_on_its_way_is_waited_for_and_one_that_is_not_is_dropped(owing: Owing) -> None:
    owing.intend()
    assert _void(owing).state is WorkState.DONE
    assert (owing.invoice().status, owing.story()) == (InvoiceStatus.VOID, [("charge", "expired")])
    owing.do("charge")
    assert owing.taken() == []
