"""Reads of orders: packages that were billed, to be paid past every gateway. They go by the policy `default`."""

from datetime import datetime

from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.orm import Session

from billing.dunning.tables import DunningEnd, DunningPolicy
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus

ORDER_POLICY = "default"


def is_open_order() -> ColumnElement[bool]:
    """In a query of invoices: a package was billed and is not paid; who buys at a gateway is billed when they pay."""
    is_package = (Invoice.reason == InvoiceReason.PURCHASE) & Invoice.subscription_id.is_(None)
    return (Invoice.status == InvoiceStatus.PENDING) & is_package


def order_ends_at() -> ColumnElement[datetime | None]:
    """In a query of invoices and their policy: until when an order waits for its money."""
    return Invoice.due_at + func.make_interval(0, 0, 0, cast(DunningPolicy.transfer_days, Integer))


def end_of_order(session: Session, invoice: Invoice) -> datetime | None:
    """The instant at which an unpaid order is canceled; None where its policy lets it stand."""
    ends = select(order_ends_at()).join(DunningPolicy, DunningPolicy.slug == ORDER_POLICY)
    return session.scalar(ends.where(Invoice.id == invoice.id, DunningPolicy.at_the_end != DunningEnd.MARK_UNPAID))
