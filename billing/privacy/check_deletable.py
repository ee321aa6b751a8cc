"""Whether an account can be deleted now: nobody owes anybody money, and none is on its way."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.disputes.queries import count_open
from billing.errors import Rejected
from billing.invoices.tables import OWED, Invoice
from billing.manual_payments.tables import ClaimStatus, PaymentClaim
from billing.payments.tables import LIVE_ATTEMPTS, PaymentAttempt
from billing.receipts.queries import kept_of
from billing.refunds.tables import Refund, RefundStatus

WAITING_CLAIMS = (ClaimStatus.SUBMITTED, ClaimStatus.AWAITING_SECOND)
REFUNDS_ON_THEIR_WAY = (RefundStatus.CREATED, RefundStatus.UNKNOWN, RefundStatus.PENDING)


def check_confirmed(account: Account, typed: str) -> None:
    """Whoever deletes an account types its name. Raises Rejected `name_differs`."""
    if typed != account.name:
        raise Rejected("name_differs", "Type the account's name exactly as it is, to delete it.", status=422)


def check_deletable(session: Session, account_id: UUID) -> None:
    """Raises Rejected `payment_under_way`, `payment_disputed`, `account_owes` or `money_kept`.

    Kept money is the customer's: it is refunded first, so that none is lost with the account. What is owed is paid, or
    its invoice is voided, first; a start of a subscription that was never paid goes with it.
    """
    if _any(session, PaymentAttempt, account_id, PaymentAttempt.status.in_(LIVE_ATTEMPTS)):
        raise _refused("payment_under_way", "A payment is being processed, or can still be made on an open page.")
    if _any(session, Refund, account_id, Refund.status.in_(REFUNDS_ON_THEIR_WAY)):
        raise _refused("payment_under_way", "A refund is on its way.")
    if _any(session, PaymentClaim, account_id, PaymentClaim.status.in_(WAITING_CLAIMS)):
        raise _refused("payment_under_way", "A payment that the customer has claimed waits for a decision.")
    if count_open(session, account_id):
        raise _refused("payment_disputed", "A payment is disputed at its bank.")
    if _any(session, Invoice, account_id, Invoice.status.in_(OWED)):
        raise _refused("account_owes", "An invoice is not paid: it is paid or voided first.")
    kept = kept_of(session, account_id)
    if any(minor < 0 for minor in kept.values()):
        raise _refused("account_owes", "A rest was carried over to the next invoice.")
    if kept:
        told = ", ".join(f"{minor} minor units of {currency}" for currency, minor in kept.items())
        raise _refused("money_kept", f"The customer's own money is kept here ({told}): refund it first.")


def _any(session: Session, table: type, account_id: UUID, condition: object) -> bool:
    found = select(func.count()).select_from(table).where(table.account_id == account_id, condition)  # type: ignore[attr-defined, arg-type]
    return session.scalars(found).one() > 0


def _refused(code: str, detail: str) -> Rejected:
    return Rejected(code, detail, status=409)
