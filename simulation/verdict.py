"""The verdict: the books contradict neither themselves nor the sandbox's own ledger nor the bank."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.manual_payments.tables import PaymentClaim
from billing.payment_methods.tables import ManualMethod
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.tables import Refund, RefundStatus
from billing.statements.tables import StatementLine
from schemas.facts.statements import BankLine

EXAMPLES_MAX = 3

# the gateway's name of it, its amount in minor units, and the currency
Moved = tuple[str, int, str]


def our_charges(session: Session) -> list[Moved]:
    """Every payment that our books call captured."""
    found = select(PaymentAttempt.charge_ref, PaymentAttempt.amount_minor, PaymentAttempt.currency)
    return [row._tuple() for row in session.execute(found.where(PaymentAttempt.status == AttemptStatus.CAPTURED))]


def our_refunds(session: Session) -> list[Moved]:
    """Every refund that they call succeeded, but for those that people paid out past every gateway."""
    found = select(Refund.refund_ref, Refund.amount_minor, Refund.currency)
    made = found.where(Refund.status == RefundStatus.SUCCEEDED, Refund.gateway.not_in(list(ManualMethod)))
    return [row._tuple() for row in session.execute(made)]


def our_transfers(session: Session) -> list[Moved]:
    """Every receipt that came past every gateway, by the bank's name of the line that proves it."""
    of_hand = select(Receipt.id, Receipt.amount_minor, Receipt.currency, StatementLine.bank_ref)
    found = (
        of_hand.outerjoin(PaymentClaim, PaymentClaim.receipt_id == Receipt.id)
        .outerjoin(StatementLine, StatementLine.claim_id == PaymentClaim.id)
        .where(Receipt.source == ReceiptSource.CAPTURE, Receipt.gateway.in_(list(ManualMethod)))
    )
    return [(row.bank_ref or str(row.id), row.amount_minor, row.currency) for row in session.execute(found)]


def our_disputes(session: Session) -> list[Moved]:
    """Every receipt of money that a dispute took, or gave back, and of what the gateway has taken for one."""
    found = select(Receipt.reference, Receipt.amount_minor, Receipt.currency, Receipt.source)
    of_disputes = found.where(Receipt.source.in_([ReceiptSource.DISPUTE, ReceiptSource.DISPUTE_FEE]))
    return [
        (fee_of(row.reference) if row.source is ReceiptSource.DISPUTE_FEE else row.reference, row[1], row.currency)
        for row in session.execute(of_disputes)
    ]


def of_bank(lines: Iterable[BankLine]) -> list[Moved]:
    """The same of the bank's own lines."""
    return [(line.bank_ref, line.amount_minor, line.currency) for line in lines]


def theirs(rows: Iterable[Mapping[str, Any]]) -> list[Moved]:
    """The same of the sandbox's ledger."""
    return [(row["id"], row["amount"], row["currency"].upper()) for row in rows]


def their_disputes(adjustments: Iterable[Mapping[str, Any]]) -> list[Moved]:
    """The same of disputes: each adjustment in the sandbox's ledger, and its fee."""
    moved: list[Moved] = []
    for row in adjustments:
        currency = row["currency"].upper()
        moved.append((row["of"], row["amount"], currency))
        if row["fee"]:
            moved.append((fee_of(row["of"]), -row["fee"], currency))
    return moved


def fee_of(dispute_ref: str) -> str:
    """The name of what the gateway has taken for a dispute; it has none of its own."""
    return f"{dispute_ref}/fee"


def differences(what: str, ours: Iterable[Moved], theirs: Iterable[Moved]) -> list[str]:
    """What is in one ledger and not in the other, or twice in one; nothing when they tell the same story."""
    ours, theirs = Counter(ours), Counter(theirs)
    said = {
        "only in our books": list((ours - theirs).elements()),
        "only in the other side's books": list((theirs - ours).elements()),
        "twice": [moved for moved, times in (ours | theirs).items() if times > 1],
    }
    return [
        f"{len(found)} {what} are {where}, such as {sorted(found)[:EXAMPLES_MAX]}"
        for where, found in said.items()
        if found
    ]
