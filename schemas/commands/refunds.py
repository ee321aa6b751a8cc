"""Commands of the company's own people about money that goes back."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictInt

from schemas.commands.base import Command
from schemas.names import Line

# as they are printed on the credit note
Reason = Literal["duplicate", "fraudulent", "requested_by_customer", "order_change", "product_unsatisfactory"]
UsedCredits = Literal["reduce", "debt", "forgive"]
MinorUnits = Annotated[StrictInt, Field(gt=0, le=10**12)]


class RefundPayment(Command):
    """Give a payment back to where it came from: `amount_minor` of it, or all that can go back.

    What the payment paid is corrected by credit notes, and the credits that it bought are taken back. Of those that are
    used, `reduce` refunds nothing, `debt` lets them be owed, and `forgive` asks nothing for them.
    """

    kind = "refund_payment"
    scope = "admin:write"

    payment_id: UUID
    amount_minor: MinorUnits | None = None
    reason: Reason = "requested_by_customer"
    used_credits: UsedCredits = "reduce"
    note: Line = ""


class CreditInvoice(Command):
    """Correct a paid invoice by a credit note, and keep the money for the account's next invoices."""

    kind = "credit_invoice"
    scope = "admin:write"

    invoice_id: UUID
    amount_minor: MinorUnits | None = None
    reason: Reason = "requested_by_customer"
    used_credits: UsedCredits = "reduce"
    note: Line = ""
