"""Cancel a payment that is under way: a page is closed, a charge that is not answered yet is stopped.

It may turn out to be paid: then that is its outcome, whoever wanted to cancel it.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.errors import Unavailable
from billing.outcomes.record_outcome import record_outcome
from billing.payments.queries import Charge, find_live_charge, find_live_checkout
from calls.charge_call import look_once_more
from calls.page_call import close_page
from database.outbox import OutboxEntry
from gateways.gateway import Gateway
from schemas.facts.payments import PaymentFact, PaymentStatus
from workers import claims
from workers.wiring import Work


def cancel_payments(work: Work, entry_ids: Sequence[UUID]) -> None:
    """Cancel what these outbox rows name, and record what became of it."""
    for entry in claims.take(work.database, OutboxEntry, entry_ids):
        with claims.attempt(work.database, entry):
            if claims.lease(work.database, entry, claims.LONG_LEASE):
                _cancel_one(work, entry)


def cancel_payment(work: Work, attempt_id: UUID) -> PaymentFact | None:
    """What became of an attempt that was under way; None when it was over before. Nothing is recorded.

    Pending is what is being processed and cannot be stopped: its outcome comes by itself, some days later at worst.
    Raises Unavailable while the gateway does not know it, or does not close its page.
    """
    with work.database.transaction() as session:
        page = find_live_checkout(session, attempt_id)
        charge = find_live_charge(session, attempt_id, work.wall())
    if page is not None:
        return _certain(close_page(work.gateway(page.gateway), page, work.wall()))
    if charge is not None:
        return _certain(_stop_charge(work.gateway(charge.gateway), charge, work.wall()))
    return None


def _cancel_one(work: Work, entry: OutboxEntry) -> None:
    fact = cancel_payment(work, entry.subject_id)

    def act(session: Session) -> None:
        if fact is not None:
            record_outcome(session, fact, work.wall())

    claims.finish(work.database, entry, act)


def _stop_charge(gateway: Gateway, charge: Charge, wall: Wall) -> PaymentFact | None:
    found = look_once_more(gateway, charge, wall)
    if found is None or found.status is not PaymentStatus.PENDING:
        return found
    return gateway.charges.cancel_charge(found.payment_ref)


def _certain(fact: PaymentFact | None) -> PaymentFact:
    if fact is None:
        raise Unavailable("the gateway does not know the payment (yet)")
    if fact.page_url:
        raise Unavailable("the page is still open")
    return fact
