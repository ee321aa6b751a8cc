"""What is taken of what a customer agreed to on a page. Pure."""

from billing.invoices.tables import OWED, Invoice, InvoiceStatus
from billing.money import Money
from billing.payments.tables import PaymentAttempt
from schemas.facts.payments import PaymentFact

# why it is not captured; the attempt bears it as its failure
CANCELED, NOT_OWED, OTHER_AMOUNT = "canceled", "not_owed", "other_amount"


def why_unwanted(attempt: PaymentAttempt, invoice: Invoice, fact: PaymentFact, *, is_canceled: bool) -> str:
    """Why the money that a customer agreed to is not taken; empty: it is wanted.

    It has to be what was asked for, and no more than is owed by now: a transfer may have come meanwhile.
    """
    if is_canceled:
        return CANCELED
    if invoice.status not in OWED and invoice.status is not InvoiceStatus.DRAFT:
        return NOT_OWED
    asked = Money(attempt.amount_minor, attempt.currency)
    is_same = (fact.amount_minor, fact.currency) == (asked.minor, asked.currency)
    return "" if is_same and asked.minor <= invoice.left_minor else OTHER_AMOUNT
