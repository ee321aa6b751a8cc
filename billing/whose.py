"""Whose things are: by the name of a field, the account that what it names belongs to, and how its absence is told.

Who may touch some accounts alone is told of another's thing exactly what they are told of one that does not exist.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.cards.tables import Card
from billing.credit_notes.tables import CreditNote
from billing.disputes.tables import Dispute
from billing.errors import Rejected
from billing.invoices.tables import Invoice
from billing.manual_payments.tables import PaymentClaim
from billing.payments.tables import PaymentAttempt
from billing.receipts.tables import Receipt
from billing.refunds.tables import Refund
from billing.subscriptions.tables import Subscription
from billing.team.tables import Invitation, Member
from billing.usage.tables import UsageReservation

ACCOUNT = "account_id"


@dataclass(frozen=True, slots=True)
class Thing:
    """`key` is the column that a field of this name holds, `account` the one that says whose the row is."""

    key: Any
    account: Any
    code: str
    sentence: str

    def absent(self, named: object) -> Rejected:
        """The 404 of what is not there, and of what is another's."""
        return Rejected(self.code, self.sentence.format(named), status=404)


# A field that is not among these says nothing about whose something is.
THINGS: Mapping[str, Thing] = {
    ACCOUNT: Thing(Account.id, Account.id, "account_not_found", "There is no account {}."),
    "subscription_id": Thing(
        Subscription.id, Subscription.account_id, "subscription_not_found", "There is no subscription {}."
    ),
    "invoice_id": Thing(Invoice.id, Invoice.account_id, "invoice_not_found", "There is no invoice {}."),
    "card_id": Thing(Card.id, Card.account_id, "card_not_found", "There is no card {}."),
    "claim_id": Thing(PaymentClaim.id, PaymentClaim.account_id, "claim_not_found", "There is no claim {}."),
    "payment_id": Thing(Receipt.id, Receipt.account_id, "payment_not_found", "There is no payment {}."),
    "refund_id": Thing(Refund.id, Refund.account_id, "refund_not_found", "There is no refund {}."),
    "credit_note_id": Thing(
        CreditNote.id, CreditNote.account_id, "credit_note_not_found", "There is no credit note {}."
    ),
    "dispute_id": Thing(Dispute.id, Dispute.account_id, "dispute_not_found", "There is no dispute {}."),
    "receipt_id": Thing(Receipt.id, Receipt.account_id, "receipt_not_found", "There is no receipt {}."),
    # as `payments/` lists them; a field `payment_id` is what came of one, its receipt
    "attempt_id": Thing(PaymentAttempt.id, PaymentAttempt.account_id, "payment_not_found", "There is no payment {}."),
    "reservation_id": Thing(
        UsageReservation.id, UsageReservation.account_id, "reservation_not_found", "There is no reservation {}."
    ),
    "member_id": Thing(Member.id, Member.account_id, "member_not_found", "There is no member {}."),
    "invitation_id": Thing(Invitation.id, Invitation.account_id, "invitation_not_found", "There is no invitation {}."),
    # a page at a gateway, by the gateway's reference
    "checkout_ref": Thing(
        PaymentAttempt.checkout_ref,
        PaymentAttempt.account_id,
        "checkout_not_found",
        "We have opened no page {!r} there.",
    ),
}


def named_in(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The things that these fields name, each as field and value."""
    return ((field, fields[field]) for field in THINGS if fields.get(field) is not None)


def account_of(session: Session, fields: Mapping[str, Any]) -> UUID | None:
    """The account of the first thing that these fields name; None where they name none that is there."""
    for field, named in named_in(fields):
        thing = THINGS[field]
        return session.scalar(select(thing.account).where(thing.key == named).limit(1))
    return None


def is_among(session: Session, field: str, named: Any, accounts: Iterable[UUID]) -> bool:
    """Whether what the field names is there and belongs to one of these accounts, whichever rows bear the name."""
    thing = THINGS[field]
    whose = set(session.scalars(select(thing.account).where(thing.key == named)))
    return whose != set() and whose <= set(accounts)


def require_among(session: Session, field: str, named: Any, accounts: Iterable[UUID]) -> None:
    """Raises Rejected, with the words for what is not there, unless it belongs to one of these accounts."""
    if not is_among(session, field, named, accounts):
        raise THINGS[field].absent(named)
