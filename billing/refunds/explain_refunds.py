"""Explain what a gateway gave back by itself, once money is kept that it can have come out of."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.receipts.rules import kept_in
from billing.receipts.tables import Receipt
from billing.refunds.draw import draw_kept
from billing.refunds.tables import WITHOUT_EFFECT, Refund


def explain_refunds(session: Session, refunds: Sequence[Refund], kept: Sequence[Receipt], now: datetime) -> None:
    """Let kept money of the account meet what is unexplained of its refunds; the caller holds the rows of both.

    So it does not matter what is heard of first: a refund in the gateway's dashboard, or that ours failed because that
    one had left nothing to give back; nor when the invoice is credited that the money had paid.
    """
    for refund in refunds:
        found = min(refund.unexplained_minor, max(kept_in(kept), 0))
        if found and refund.status not in WITHOUT_EFFECT:
            draw_kept(session, kept, refund, found)
            refund.kept_minor += found
            refund.unexplained_minor -= found
            post(session, [_explained(refund, Money(found, refund.currency))], now)


def _explained(refund: Refund, found: Money) -> Movement:
    sides = (Side(LedgerAccount.CUSTOMER_BALANCE, found), Side(LedgerAccount.UNEXPLAINED_REVERSALS, -found))
    cause = f"refund_explained/{refund.id}/{refund.kept_minor}"
    return Movement(LedgerReason.REFUND_BEGUN, cause, refund.account_id, sides)
