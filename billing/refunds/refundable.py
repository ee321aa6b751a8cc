"""Lock what giving money back touches: a payment, the invoices that it paid, kept money, and refunds."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.credit_notes.tables import CreditNote
from billing.errors import Unavailable
from billing.invoices.tables import OWED, Invoice
from billing.receipts.queries import IS_KEPT, get_payment
from billing.receipts.rules import kept_in
from billing.receipts.tables import Allocation, Receipt
from billing.refunds.fail_refund import failed_cause
from billing.refunds.rules import Paid
from billing.refunds.tables import Refund
from billing.subscriptions.queries import lock_in_order
from billing.subscriptions.tables import Subscription


class Refundable(NamedTuple):
    """A payment that came, the invoices that it paid in the order in which it did, and kept money; all of them locked.

    `own` is what is kept of the payment itself, and of what came back of it: by credit notes of invoices that it paid,
    and by refunds that failed. `others` is what else is kept for the account in its currency.
    """

    receipt: Receipt
    own: list[Receipt]
    others: list[Receipt]
    invoices: dict[UUID, Invoice]
    shares: dict[UUID, int]

    @property
    def paid(self) -> list[Paid]:
        """What the payment has paid of each invoice that is settled, and what of that can be credited now."""
        return [
            Paid(invoice.id, minor, invoice.creditable_minor)
            for invoice, minor in self._shared()
            if invoice.status not in OWED
        ]

    @property
    def unsettled(self) -> list[tuple[Invoice, int]]:
        """What it has paid of invoices that are owed: for that nothing was granted, and no paper says it was paid.

        What is owed because a dispute was lost is not among it: it is paid again first. Nor is what one claims; else
        what was owed from before and was paid with it is.
        """
        return [
            (invoice, min(minor, invoice.creditable_minor) if invoice.contested_minor else minor)
            for invoice, minor in self._shared()
            if invoice.is_unsettled
        ]

    @property
    def unsettled_minor(self) -> int:
        """All of that, in minor units of the payment's currency."""
        return sum(minor for _, minor in self.unsettled)

    @property
    def kept(self) -> list[Receipt]:
        """What is kept, in the order in which it is drawn on: first of the payment itself."""
        return [*self.own, *self.others]

    @property
    def kept_minor(self) -> int:
        """What is kept for the account now, less what is owed from before."""
        return max(kept_in(self.kept), 0)

    @property
    def own_minor(self) -> int:
        """What of that is of the payment itself."""
        return min(max(kept_in(self.own), 0), self.kept_minor)

    def _shared(self) -> list[tuple[Invoice, int]]:
        return [(self.invoices[invoice_id], minor) for invoice_id, minor in self.shares.items()]


def lock_refundable(session: Session, receipt_id: UUID) -> Refundable:
    """All of it, nobody else's until commit. First the account: its plan does not change and give back meanwhile.

    Then its subscriptions: a dispute that is lost, or won after all, goes on to those from what is locked here.

    Raises Rejected `payment_not_found`, and Unavailable where the payment paid another invoice in the meantime.
    """
    session.flush()  # rows are read anew: what was changed of them a moment ago must be in them
    payment = get_payment(session, receipt_id)
    lock_account(session, payment.account_id)
    lock_in_order(session, select(Subscription.id).where(Subscription.account_id == payment.account_id))
    in_order = select(Invoice).where(Invoice.id.in_(paid_by(session, receipt_id))).order_by(Invoice.id)
    locked = session.scalars(in_order.with_for_update().execution_options(populate_existing=True))
    invoices = {each.id: each for each in locked}
    kept = _lock_receipts(session, payment)
    shares = paid_by(session, receipt_id)
    if set(shares) - set(invoices):
        raise Unavailable("the payment has just paid another invoice")
    come_back = _come_back(session, receipt_id, shares)
    own = [payment, *(each for each in kept if each.cause in come_back)]
    others = [each for each in kept if each.cause not in come_back]
    return Refundable(payment, own, others, invoices, shares)


def lock_refunds(session: Session, receipt: Receipt) -> list[Refund]:
    """Every refund of a payment, and each of its account that is unexplained, as they are now.

    Whoever is about to ask for one holds its row alone. The caller holds the payment.
    """
    return _lock(session, or_(Refund.receipt_id == receipt.id, _is_unexplained(receipt.account_id, receipt.currency)))


def lock_unexplained(session: Session, account_id: UUID, currency: str) -> list[Refund]:
    """Those of an account that a gateway made by itself, and that nothing in the books explains."""
    return _lock(session, _is_unexplained(account_id, currency))


def _lock(session: Session, wanted: ColumnElement[bool]) -> list[Refund]:
    found = select(Refund).where(wanted).order_by(Refund.id).with_for_update()
    return list(session.scalars(found.execution_options(populate_existing=True)))


def _is_unexplained(account_id: UUID, currency: str) -> ColumnElement[bool]:
    return and_(Refund.account_id == account_id, Refund.currency == currency, Refund.unexplained_minor > 0)


def _lock_receipts(session: Session, payment: Receipt) -> Sequence[Receipt]:
    """The payment, and what is kept for its account and currency, which is returned; what a gateway holds stays."""
    is_kept = and_(Receipt.account_id == payment.account_id, Receipt.currency == payment.currency, IS_KEPT)
    wanted = or_(Receipt.id == payment.id, and_(is_kept, Receipt.held_at == ""))
    locked = select(Receipt).where(wanted).order_by(Receipt.id).with_for_update()
    found = session.scalars(locked.execution_options(populate_existing=True)).all()
    return [each for each in found if each.id != payment.id]


def _come_back(session: Session, receipt_id: UUID, invoice_ids: Collection[UUID]) -> set[str]:
    """The causes of receipts by which money of the payment came back to be kept."""
    refunds = session.scalars(select(Refund.id).where(Refund.receipt_id == receipt_id))
    notes = select(CreditNote.cause).where(CreditNote.invoice_id.in_(invoice_ids), CreditNote.kept_minor > 0)
    return {failed_cause(refund_id) for refund_id in refunds} | set(session.scalars(notes))


def paid_by(session: Session, receipt_id: UUID) -> dict[UUID, int]:
    """By invoice, in the order in which they were paid; nothing, where that was taken back."""
    share = func.sum(Allocation.amount_minor)
    paid = select(Allocation.invoice_id, share).where(
        Allocation.receipt_id == receipt_id, Allocation.invoice_id.is_not(None)
    )
    rows = session.execute(paid.group_by(Allocation.invoice_id).order_by(func.min(Allocation.created_at)))
    return {invoice_id: int(minor) for invoice_id, minor in rows if invoice_id is not None}
