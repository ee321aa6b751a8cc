"""Let a person look at money that is booked."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.receipts.tables import Receipt, ReceiptRemark


def call_person(session: Session, receipt_id: UUID, remark: ReceiptRemark) -> None:
    """It calls one until it is looked at (again); what was remarked of it before stays, and calls as well."""
    receipt = session.get_one(Receipt, receipt_id, with_for_update=True, populate_existing=True)
    receipt.remark, receipt.looked_at = receipt.remark or remark, None
    session.flush()
