"""An invoice that a gateway wrote, as it has it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class GatewayLineFact:
    """One line of a gateway's invoice. `net_minor` after discounts and without tax; the period is half-open.

    `tax_name` and `tax_rate_ppm` are those of all its taxes together. A gateway that tells no more than what was paid
    when leaves the price and the end of the period to our books: not `is_price_told`, and the period ends as it begins.
    """

    description: str
    quantity: int
    net_minor: int
    tax_minor: int
    price_ref: str
    period_start: datetime
    period_end: datetime
    is_proration: bool
    tax_name: str = ""
    tax_rate_ppm: int = 0
    is_price_told: bool = True


@dataclass(frozen=True, slots=True)
class InvoicePaymentFact:
    """One payment that succeeded for an invoice, in minor units of the invoice's currency; `card_ref` paid it."""

    payment_ref: str
    amount_minor: int
    charge_ref: str = ""
    paid_at: datetime | None = None
    card_ref: str = ""


@dataclass(frozen=True, slots=True)
class GatewayInvoiceFact:
    """An invoice of a subscription that the gateway bills, as the gateway has it now.

    `status` is draft, open, paid, void or uncollectible; `reason` is create, cycle, change or other. `total_minor` may
    be negative (the gateway then credits the customer's balance); `due_minor` is what is asked for after
    `balance_minor` (credit of the customer that was used; negative, a debt from before that is asked for on top) and
    `carried_over_minor` (too small to be charged, and owed with the next invoice), never negative. `paid_minor` is the
    sum of all `payments`, where the gateway names them. `payment_ref` is the one that paid, or is to pay. On `page_url`
    the customer pays it in person.
    """

    gateway: str
    invoice_ref: str
    subscription_ref: str
    subscription_id: str
    customer_ref: str
    reason: str
    status: str
    currency: str
    total_minor: int
    due_minor: int
    paid_minor: int
    balance_minor: int
    lines: tuple[GatewayLineFact, ...]
    finalized_at: datetime | None = None
    paid_at: datetime | None = None
    next_attempt_at: datetime | None = None
    attempts: int = 0
    payment_ref: str = ""
    charge_ref: str = ""
    failure_code: str = ""
    payments: tuple[InvoicePaymentFact, ...] = ()
    carried_over_minor: int = 0
    page_url: str = ""

    @property
    def came(self) -> tuple[InvoicePaymentFact, ...]:
        """Each payment; where none is named, all that was paid is one."""
        if self.payments or not self.paid_minor:
            return self.payments
        return (InvoicePaymentFact(self.payment_ref, self.paid_minor, self.charge_ref, self.paid_at),)
