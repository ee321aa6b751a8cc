"""Money arrived: what of it pays an invoice, and what is kept. Decided here, for one or for many; see `write`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.invoices.tables import OWED, Invoice, InvoiceStatus
from billing.ledger.post import Movement, Side
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.receipts.tables import ReceiptRemark, ReceiptSource
from database.ids import uuid7
from schemas.facts.payments import NO_CARD_NAMED, ChargedCard

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """Money that arrived once, for one cause. `debits` say where it is now: at a gateway, or out of revenue and tax.

    `any_amount`: a person has seen that it is not what was open, and nobody else need be called for that.
    """

    account_id: UUID
    source: ReceiptSource
    reason: LedgerReason
    cause: str
    amount: Money
    debits: tuple[Side, ...]
    received_at: datetime
    attempt_id: UUID | None = None
    reverses_id: UUID | None = None
    gateway: str = ""
    reference: str = ""
    held_at: str = ""
    card: ChargedCard = NO_CARD_NAMED
    any_amount: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """The rows of a receipt and, if it pays anything, of its allocation; and what moves in the ledger."""

    receipt: Row
    allocation: Row | None
    movement: Movement

    @property
    def remark(self) -> ReceiptRemark:
        """Why a person should look at it, if so."""
        return ReceiptRemark(self.receipt["remark"])


def capture_of(
    account_id: UUID, attempt_id: UUID | None, gateway: str, payment_ref: str, amount: Money, paid_at: datetime
) -> Received:
    """A payment that a gateway captured. Its reference there makes it one receipt, else the attempt does."""
    return Received(
        account_id=account_id,
        source=ReceiptSource.CAPTURE,
        reason=LedgerReason.PAYMENT_CAPTURED,
        cause=f"payment_captured/{gateway}/{payment_ref or attempt_id}",
        amount=amount,
        debits=(Side(LedgerAccount.GATEWAY_CLEARING, amount, gateway=gateway),),
        received_at=paid_at,
        attempt_id=attempt_id,
        gateway=gateway,
        reference=payment_ref,
    )


def receive(received: Received, invoice: Invoice | None, *, remark: ReceiptRemark = ReceiptRemark.NONE) -> Booked:
    """Let the money pay what is open of an invoice, whose row the caller holds; what is left over is kept.

    The invoice is brought up to date in memory, but stays open also when it is covered now: see `settle_invoice`.
    Without an invoice all is kept. The remark that is given is made where the money itself calls for none.
    """
    if invoice is not None:
        remark = _remark(received, invoice) or remark
    allocated = _pay(received.amount, invoice) if invoice is not None else 0
    receipt = receipt_row(received, allocated, remark)
    pays = allocation_row(receipt["id"], invoice.id, allocated) if invoice is not None and allocated else None
    return Booked(receipt, pays, _movement(received, allocated))


def receipt_row(received: Received, allocated_minor: int, remark: ReceiptRemark) -> Row:
    """Money that moved, as a row of `receipts`."""
    return {
        "id": uuid7(),
        "account_id": received.account_id,
        "source": received.source,
        "cause": received.cause,
        "attempt_id": received.attempt_id,
        "reverses_id": received.reverses_id,
        "gateway": received.gateway,
        "reference": received.reference,
        "amount_minor": received.amount.minor,
        "currency": received.amount.currency,
        "allocated_minor": allocated_minor,
        "held_at": received.held_at,
        "card_brand": received.card.brand,
        "card_last4": received.card.last4,
        "remark": remark,
        "received_at": received.received_at,
    }


def remark_of(amount: Money, invoice: Invoice) -> ReceiptRemark:
    """Whether the money is what was open of the invoice, and if not, why."""
    if amount.currency != invoice.currency:
        return ReceiptRemark.OTHER_CURRENCY
    if invoice.status is InvoiceStatus.PAID or (invoice.status in OWED and not invoice.left_minor):
        return ReceiptRemark.PAID_TWICE
    if invoice.status is InvoiceStatus.VOID:
        return ReceiptRemark.INVOICE_VOID
    return ReceiptRemark.NONE if amount.minor == invoice.left_minor else ReceiptRemark.OTHER_AMOUNT


def allocation_row(receipt_id: UUID, invoice_id: UUID, amount_minor: int) -> Row:
    """So much of a receipt pays an invoice, in minor units of both; negative when it is taken back."""
    return {"id": uuid7(), "receipt_id": receipt_id, "invoice_id": invoice_id, "amount_minor": amount_minor}


def _remark(received: Received, invoice: Invoice) -> ReceiptRemark:
    remark = remark_of(received.amount, invoice)
    return ReceiptRemark.NONE if remark is ReceiptRemark.OTHER_AMOUNT and received.any_amount else remark


def _pay(amount: Money, invoice: Invoice) -> int:
    if invoice.status not in OWED or amount.currency != invoice.currency:
        return 0
    allocated = min(amount.minor, invoice.left_minor)
    invoice.allocated_minor += allocated
    return allocated


def _movement(received: Received, allocated: int) -> Movement:
    kept = received.amount.minor - allocated
    currency = received.amount.currency
    sides = (
        *received.debits,
        Side(LedgerAccount.RECEIVABLE, Money(-allocated, currency)),
        Side(LedgerAccount.CUSTOMER_BALANCE, Money(-kept, currency)),
    )
    return Movement(received.reason, received.cause, received.account_id, sides)
