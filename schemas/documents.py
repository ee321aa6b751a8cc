"""Facts that a document is made of. Billing writes them down, `documents` draws them; neither knows the other."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A seller or a buyer as printed. `address_lines` in postal order, country last; empty fields are left out."""

    name: str
    address_lines: tuple[str, ...] = ()
    tax_id: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One invoice line. Amounts are minor units of the invoice's currency, without tax."""

    description: str
    quantity: int
    unit_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """Tax of one rate over the invoice. `rate_ppm` is parts per million (19 % is 190_000)."""

    name: str
    rate_ppm: int
    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """Everything an invoice document shows. Dates are calendar days in UTC; amounts minor units of `currency`."""

    number: str
    status: str
    currency: str
    issued_on: date
    due_on: date
    paid_on: date | None
    seller: PartyFacts
    buyer: PartyFacts
    lines: tuple[LineFacts, ...]
    taxes: tuple[TaxFacts, ...]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    payment_method: str = ""
    payment_reference: str = ""
    payment_instructions: str = ""
    credits_granted: int = 0
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class EmailFacts:
    """A rendered e-mail, ready for a sender. `attachments` are (file name, bytes)."""

    recipient: str
    subject: str
    html: str
    text: str
    attachments: tuple[tuple[str, bytes], ...] = ()
