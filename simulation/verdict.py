"""The verdict: the books contradict neither themselves nor the sandbox's own ledger."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.payments.tables import AttemptStatus, PaymentAttempt

EXAMPLES_MAX = 3

Charge = tuple[str, int, str]


def our_charges(session: Session) -> list[Charge]:
    """(the gateway's charge, amount in minor units, currency) of every payment that our books call captured."""
    found = select(PaymentAttempt.charge_ref, PaymentAttempt.amount_minor, PaymentAttempt.currency)
    return [row._tuple() for row in session.execute(found.where(PaymentAttempt.status == AttemptStatus.CAPTURED))]


def their_charges(charges: Iterable[Mapping[str, Any]]) -> list[Charge]:
    """The same of the sandbox's ledger."""
    return [(charge["id"], charge["amount"], charge["currency"].upper()) for charge in charges]


def differences(ours: Iterable[Charge], theirs: Iterable[Charge]) -> list[str]:
    """What is in one ledger and not in the other, or twice in one; nothing when they tell the same story."""
    ours, theirs = Counter(ours), Counter(theirs)
    said = {
        "only in our books": list((ours - theirs).elements()),
        "only in the sandbox's ledger": list((theirs - ours).elements()),
        "twice": [charge for charge, times in (ours | theirs).items() if times > 1],
    }
    return [
        f"{len(found)} charges are {what}, such as {sorted(found)[:EXAMPLES_MAX]}"
        for what, found in said.items()
        if found
    ]
