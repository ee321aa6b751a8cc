"""A customer chooses to pay an invoice past every gateway: how that is done is told by mail."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.errors import Rejected
from billing.invoices.tables import OWED, Invoice
from billing.manual_payments.submit import check_claimable
from billing.manual_payments.tables import ManualPayment
from billing.payment_methods.check_offered import check_offered
from billing.payment_methods.tables import ManualMethod
from database.outbox import stage


def choose_manual_payment(session: Session, invoice_id: UUID, method: ManualMethod, cause: str) -> Invoice:
    """Remember the way, and stage the instructions. Whatever else may pay the invoice still may: the money decides.

    Raises Rejected `invoice_not_found`, `invoice_draft`, `gateway_collects`, `invoice_paid` or `invoice_void` where
    nothing is to be paid, and `method_not_offered`.
    """
    invoice = session.get(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    if invoice is None:
        raise Rejected("invoice_not_found", f"There is no invoice {invoice_id}.", status=404)
    check_claimable(invoice)
    if invoice.status not in OWED:
        raise Rejected(f"invoice_{invoice.status}", f"The invoice is {invoice.status}: it cannot be paid.", status=409)
    check_offered(session, get_account(session, invoice.account_id), method, invoice.currency)
    remember(session, invoice.id, method)
    stage(session, "manual_payment_instructions", invoice.id, f"manual_payment_instructions/{invoice.id}/{cause}")
    return invoice


def remember(session: Session, invoice_id: UUID, method: ManualMethod) -> None:
    """The way that was chosen last counts."""
    chosen = insert(ManualPayment).values(invoice_id=invoice_id, method=method)
    session.execute(
        chosen.on_conflict_do_update(index_elements=["invoice_id"], set_={"method": chosen.excluded.method})
    )
