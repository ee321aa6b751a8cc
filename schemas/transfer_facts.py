"""What documents tell of money that is paid past every gateway."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BankFacts:
    """Whose account a transfer goes to. IBAN and BIC without blanks; the BIC may be empty."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A payment that the customer says was made for an invoice, and what became of that.

    The amount is minor units of `currency`. Once it is approved, `left_minor` of the invoice is still to be paid, in
    minor units of `invoice_currency`, and `kept_minor` of the amount is kept for the next invoices. `reason` is why it
    was rejected.
    """

    amount_minor: int
    currency: str
    paid_on: date
    reference: str
    invoice_number: str
    invoice_currency: str
    left_minor: int = 0
    kept_minor: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """A package that was ordered, to be paid past every gateway. It is canceled on `ends_on`; None, it stands.

    `kept_minor` came of its money before it was canceled, and is kept for the next invoices.
    """

    ends_on: date | None = None
    kept_minor: int = 0
