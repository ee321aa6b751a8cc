"""Commands of the company's own people about money that goes back, or is not asked for any more."""

from typing import Literal
from uuid import UUID

from schemas.amounts import MinorUnits
from schemas.commands.base import Command
from schemas.instants import Day
from schemas.names import Line, Name
from schemas.views.refunds import CreditNoteView, RefundView

# as they are printed on the credit note
Reason = Literal["duplicate", "fraudulent", "requested_by_customer", "order_change", "product_unsatisfactory"]
UsedCredits = Literal["reduce", "debt", "forgive"]


class RefundPayment(Command):
    """Give a payment back to where it came from: `amount_minor` of it, or all that can go back.

    What the payment paid is corrected by credit notes, and the credits that it bought are taken back. Of those that are
    used, `reduce` refunds nothing, `debt` lets them be owed, and `forgive` asks nothing for them. What came past every
    gateway was paid out by a person, on `paid_out_on`.
    """

    kind = "refund_payment"
    permission = "refunds:write"
    result_view = RefundView

    payment_id: UUID
    amount_minor: MinorUnits | None = None
    reason: Reason = "requested_by_customer"
    used_credits: UsedCredits = "reduce"
    note: Line = ""
    paid_out_on: Day | None = None


class CreditInvoice(Command):
    """Correct a paid invoice by a credit note, and keep the money for the account's next invoices."""

    kind = "credit_invoice"
    permission = "refunds:write"
    result_view = CreditNoteView

    invoice_id: UUID
    amount_minor: MinorUnits | None = None
    reason: Reason = "requested_by_customer"
    used_credits: UsedCredits = "reduce"
    note: Line = ""


class WriteOffInvoice(Command):
    """Ask nobody any more for an issued invoice that nobody paid. It may still be paid."""

    kind = "write_off_invoice"
    permission = "refunds:write"

    invoice_id: UUID
    reason: Name


COMMANDS: tuple[type[Command], ...] = (RefundPayment, CreditInvoice, WriteOffInvoice)
