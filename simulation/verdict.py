"""The verdict: the books contradict neither themselves nor the sandbox's own ledger."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.refunds.tables import Refund, RefundStatus

EXAMPLES_MAX = 3

# the gateway's name of it, its amount in minor units, and the currency
Moved = tuple[str, int, str]


def our_charges(session: Session) -> list[Moved]:
    """Every payment that our books call captured."""
    found = select(PaymentAttempt.charge_ref, PaymentAttempt.amount_minor, PaymentAttempt.currency)
    return [row._tuple() for row in session.execute(found.where(PaymentAttempt.status == AttemptStatus.CAPTURED))]


def our_refunds(session: Session) -> list[Moved]:
    """Every refund that they call succeeded."""
    found = select(Refund.refund_ref, Refund.amount_minor, Refund.currency)
    return [row._tuple() for row in session.execute(found.where(Refund.status == RefundStatus.SUCCEEDED))]


def theirs(rows: Iterable[Mapping[str, Any]]) -> list[Moved]:
    """The same of the sandbox's ledger."""
    return [(row["id"], row["amount"], row["currency"].upper()) for row in rows]


def differences(what: str, ours: Iterable[Moved], theirs: Iterable[Moved]) -> list[str]:
    """What is in one ledger and not in the other, or twice in one; nothing when they tell the same story."""
    ours, theirs = Counter(ours), Counter(theirs)
    said = {
        "only in our books": list((ours - theirs).elements()),
        "only in the sandbox's ledger": list((theirs - ours).elements()),
        "twice": [moved for moved, times in (ours | theirs).items() if times > 1],
    }
    return [
        f"{len(found)} {what} are {where}, such as {sorted(found)[:EXAMPLES_MAX]}"
        for where, found in said.items()
        if found
    ]
