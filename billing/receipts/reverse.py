"""Money left a gateway again, or came back after all: book the difference to what is booked already."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.receipts.receive import Booked, Received, receipt_row
from billing.receipts.tables import REVERSALS, Receipt, ReceiptRemark, ReceiptSource
from billing.receipts.write import write_receipts
from schemas.facts.reversals import ReversalFact


class Reversal(NamedTuple):
    """One refund or dispute in one currency."""

    source: ReceiptSource
    reference: str
    currency: str


class Standing(NamedTuple):
    """What is booked of it: the sum in minor units (negative: it is gone), and in how many movements."""

    minor: int = 0
    movements: int = 0


class _Move(NamedTuple):
    """What moves now, as the how manieth of its reversal, and when it did."""

    amount: Money
    number: int
    at: datetime


def reverse(
    session: Session, captured: Receipt, facts: Sequence[ReversalFact], now: datetime, refunds: Mapping[str, int]
) -> None:
    """Bring the books to what has left of a captured payment; news that is known already changes nothing.

    What left by the named `refunds` was owed for them, but for so much of each that they say is unexplained. For that,
    and for what else it left, only a person can say: what was paid stays paid and what was granted stays granted, and
    each movement calls one. The caller holds the captured receipt's
    row lock. `now` is the account's time.
    """
    standings = _standings(session, captured.gateway, [fact.reversal_ref for fact in facts])
    booked = []
    for fact in facts:
        reversal = Reversal(ReceiptSource(fact.kind.value), fact.reversal_ref, fact.currency)
        standing = standings.get(reversal, Standing())
        moved = Money(-fact.left_minor - standing.minor, fact.currency)
        if moved.minor:
            unexplained = refunds.get(fact.reversal_ref)
            movement = _Move(moved, standing.movements + 1, min(fact.moved_at, now))
            booked.append(_book(captured, reversal, movement, unexplained))
    post(session, [each.movement for each in booked], now)
    write_receipts(session, booked)


def _standings(session: Session, gateway: str, references: Sequence[str]) -> dict[Reversal, Standing]:
    columns = (Receipt.source, Receipt.reference, Receipt.currency)
    found = select(*columns, func.sum(Receipt.amount_minor), func.count()).where(
        Receipt.gateway == gateway, Receipt.reference.in_(references), Receipt.source.in_(REVERSALS)
    )
    return {
        Reversal(ReceiptSource(source), reference, currency): Standing(int(minor), movements)
        for source, reference, currency, minor, movements in session.execute(found.group_by(*columns))
    }


def _book(captured: Receipt, reversal: Reversal, move: _Move, unexplained_minor: int | None) -> Booked:
    """The next movement of this one. Its number makes it unique: two workers with the same news cannot both book it."""
    received = Received(
        account_id=captured.account_id,
        source=reversal.source,
        reason=LedgerReason.PAYMENT_REVERSED,
        cause=f"{reversal.source}/{captured.gateway}/{reversal.reference}/{reversal.currency}/{move.number}",
        amount=move.amount,
        debits=(Side(LedgerAccount.GATEWAY_CLEARING, move.amount, gateway=captured.gateway),),
        received_at=move.at,
        attempt_id=captured.attempt_id,
        reverses_id=captured.id,
        gateway=captured.gateway,
        reference=reversal.reference,
    )
    is_refund = unexplained_minor is not None
    against = LedgerAccount.REFUNDS_PAYABLE if is_refund else LedgerAccount.UNEXPLAINED_REVERSALS
    sides = (*received.debits, Side(against, -move.amount))
    movement = Movement(received.reason, received.cause, received.account_id, sides)
    remark = ReceiptRemark.NONE if unexplained_minor == 0 else _remark(move.amount)
    return Booked(receipt_row(received, 0, remark), None, movement)


def _remark(moved: Money) -> ReceiptRemark:
    return ReceiptRemark.REVERSED if moved.minor < 0 else ReceiptRemark.CAME_BACK
