"""Disputes of the gateway's test cards, from the event to the answer."""

import pytest
from sqlalchemy import select

from billing.credits.queries import view_balance
from billing.disputes.queries import get_evidence, list_disputes
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.usage.consume import consume_credits
from database.memory import WorkState
from database.outbox import OutboxEntry
from schemas.messages.documents import RenderInvoices, WriteEvidence
from schemas.views.disputes import DisputeView
from tasks import documents
from tests.documents.test_evidence_pdf import pages
from tests.gateways.sandbox_process import Sandbox
from tests.scenarios.storytelling import eventually
from tests.workers.buyers import Buyer

DISPUTED_CARD, ASKED_ABOUT_CARD = "4000000000000259", "4000000000001976"
CREDITS, PRICE, FEE = 2_000, 2_999, 1_500


def _buy(holder: Buyer, sandbox: Sandbox, card: str) -> None:
    """And hear of the payment, before its bank does."""
    assert sandbox.pay(holder.open_page(), card) == 303
    assert set(holder.hear()) == {WorkState.DONE}


def _dispute(holder: Buyer, sandbox: Sandbox) -> DisputeView:
    """The gateway tells of it a little later."""
    eventually(lambda: sandbox.ask("GET", "/v1/disputes")["data"] != [], "the customer goes to the bank")
    holder.hear()
    return _only(holder)


def _only(holder: Buyer) -> DisputeView:
    with holder.work.database.transaction() as session:
        (dispute,) = list_disputes(session).data
        return dispute


def _credits(holder: Buyer) -> int:
    with holder.work.database.transaction() as session:
        return view_balance(session, holder.account_id, holder.work.wall().at).balance


def _rows(holder: Buyer, topic: str) -> tuple[str, ...]:
    with holder.work.database.transaction() as session:
        return tuple(str(row) for row in session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == topic)))


def test_the_evidence_is_written_and_wins(holder: Buyer, own_sandbox: Sandbox) -> None:
    _buy(holder, own_sandbox, DISPUTED_CARD)
    with holder.work.database.transaction() as session:
        consume_credits(session, holder.account_id, 150, "use/1", "", holder.work.wall().at)
    documents.render_invoices(**RenderInvoices(ids=_rows(holder, "invoice_pdf")).model_dump(mode="json"))
    dispute = _dispute(holder, own_sandbox)
    assert (dispute.status, dispute.reason, dispute.left_minor) == ("needs_response", "fraudulent", PRICE)
    assert (_credits(holder), dispute.evidence) == (0, None)
    documents.write_evidence(**WriteEvidence(ids=_rows(holder, "dispute_evidence")).model_dump(mode="json"))
    with holder.work.database.transaction() as session:
        first, invoice = pages(get_evidence(session, dispute.id))
    assert dispute.reference in first.replace(" ", ""), "it may be broken over two lines"
    assert "Of 2,000 credits that were granted on payment, 150 have been used" in first
    assert "INV-" in invoice
    own_sandbox.ask("POST", f"/v1/disputes/{dispute.reference}", **{"evidence[uncategorized_text]": "winning_evidence"})
    holder.hear()
    assert (_only(holder).status, _credits(holder)) == ("won", CREDITS - 150)
    assert holder.at_gateway() == (PRICE - FEE, PRICE - FEE)


@pytest.mark.parametrize(("said", "status", "left"), [
    ("winning_evidence", "inquiry_closed", PRICE),
    ("escalate_inquiry_evidence", "needs_response", -FEE),
])  # fmt: skip
def test_an_inquiry_is_answered_or_becomes_a_dispute(
    holder: Buyer, own_sandbox: Sandbox, said: str, status: str, left: int
) -> None:
    _buy(holder, own_sandbox, ASKED_ABOUT_CARD)
    inquiry = _dispute(holder, own_sandbox)
    assert (inquiry.status, inquiry.left_minor, _credits(holder)) == ("inquiry", 0, CREDITS)
    own_sandbox.ask("POST", f"/v1/disputes/{inquiry.reference}", **{"evidence[uncategorized_text]": said})
    holder.hear()
    assert (_only(holder).status, holder.at_gateway()) == (status, (left, left))


def test_giving_in_at_the_gateway_makes_the_invoice_owed(holder: Buyer, own_sandbox: Sandbox) -> None:
    _buy(holder, own_sandbox, DISPUTED_CARD)
    dispute = _dispute(holder, own_sandbox)
    own_sandbox.ask("POST", f"/v1/disputes/{dispute.reference}/close")
    holder.hear()
    with holder.work.database.transaction() as session:
        invoice = session.scalars(select(Invoice)).one()
        assert (invoice.status, invoice.left_minor) == (InvoiceStatus.UNCOLLECTIBLE, PRICE)
    assert (_only(holder).status, _credits(holder)) == ("lost", 0)
    assert holder.at_gateway() == (-FEE, -FEE)
