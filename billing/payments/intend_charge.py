"""Intend to charge an issued invoice to a saved card of the account, while the customer is away."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from billing.cards.queries import ChargeableCard, get_default_card
from billing.invoices.tables import Invoice
from billing.money import Money
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from database.ids import uuid7
from database.outbox import stage
from schemas.facts.payments import ChargeRequest, PaymentMarks

INTEND = insert(PaymentAttempt).returning(PaymentAttempt)


def intend_charge(
    session: Session,
    invoice: Invoice,
    cause: str,
    now: datetime,
    package: str = "",
    card: ChargeableCard | None = None,
) -> PaymentAttempt | None:
    """Write the attempt to charge what is left to pay and stage the call; None when the account has no default card.

    Another `card` is charged where one is given. The invoice is in the database and has something left to pay;
    `package` is the slug of what it buys, if it buys one: then the charge is marked with the invoice's own cause, by
    which the purchase is known again.
    The database refuses a second attempt for the same cause and a second one that may still take the money
    (IntegrityError, at once).
    """
    card = card or get_default_card(session, invoice.account_id)
    return intend_charge_of(session, invoice, cause, card, package) if card else None


def intend_charge_of(
    session: Session, invoice: Invoice, cause: str, card: ChargeableCard, package: str = ""
) -> PaymentAttempt:
    """The same of a card that is known."""
    left = Money(invoice.left_minor, invoice.currency)
    row = charge_row(uuid7(), invoice.id, invoice.account_id, invoice.number or "", left, card, cause, package)
    if package:
        row["request"]["marks"]["cause"] = invoice.cause
    attempt = session.scalars(INTEND, [row]).one()
    stage(session, "charge", attempt.id, charge_cause(attempt.id))
    return attempt


def charge_row(
    attempt_id: UUID,
    invoice_id: UUID,
    account_id: UUID,
    invoice_number: str,
    left: Money,
    card: ChargeableCard,
    cause: str,
    package: str = "",
) -> dict[str, Any]:
    """The attempt as a row of `payment_attempts`, for whoever writes many at once; every other column has its default.

    Each needs its outbox row too: topic `charge`, the attempt as its subject, `charge_cause` as its cause.
    """
    return {
        "id": attempt_id,
        "account_id": account_id,
        "invoice_id": invoice_id,
        "kind": AttemptKind.CHARGE,
        "card_id": card.id,
        "cause": cause,
        "gateway": card.gateway,
        "status": AttemptStatus.CREATED,
        "amount_minor": left.minor,
        "currency": left.currency,
        "request": charge_request(attempt_id, invoice_number, left, card)
        | {"marks": _marks(account_id, invoice_id, invoice_number, cause, package)},
    }


def charge_cause(attempt_id: UUID) -> str:
    """What makes the outbox row of a charge unique."""
    return f"charge/{attempt_id}"


def charge_request(attempt_id: UUID, invoice_number: str, left: Money, card: ChargeableCard) -> dict[str, Any]:
    """The frozen parameters of the call, as JSON: a repeat under the same key carries the same to the letter.

    An invoice that gets its number only later in the transaction is charged without a description.
    """
    return {
        "attempt_id": str(attempt_id),
        "idempotency_key": f"cashbeat/charge/{attempt_id}",
        "amount_minor": left.minor,
        "currency": left.currency,
        "customer_ref": card.customer_ref,
        "card_ref": card.card_ref,
        "description": f"Invoice {invoice_number}" if invoice_number else "",
    }


def _marks(account_id: UUID, invoice_id: UUID, invoice_number: str, cause: str, package: str) -> dict[str, str]:
    marks = {"account_id": str(account_id), "invoice_id": str(invoice_id), "cause": cause}
    return marks | {name: text for name, text in (("invoice_number", invoice_number), ("package", package)) if text}


def thaw_charge(request: dict[str, Any]) -> ChargeRequest:
    """The frozen parameters of an attempt as the gateway takes them."""
    return ChargeRequest(**{**request, "marks": PaymentMarks(**request.get("marks", {}))})
