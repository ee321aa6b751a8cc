"""Sell a credit package through a hosted checkout: claim, call, record."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from billing.errors import Rejected, Unavailable
from billing.payments.start_checkout import intend_checkout, record_no_answer, record_opened
from database.operations import Operation
from gateways.ports import SAME_KEY_ATTEMPTS
from schemas.commands import StartCreditCheckout
from schemas.facts import CheckoutFact, CheckoutRequest
from workers.claims import Act
from workers.wiring import Work

GATEWAY = "stripe"
# The frozen request expires with the checkout's 23 hours; later there is nothing left to open.
KEY_WINDOW = timedelta(hours=22)
# Our clock and the gateway's may differ by this much.
CLOCK_TOLERANCE = timedelta(minutes=5)


def start_credit_checkout(work: Work, operation: Operation, command: StartCreditCheckout) -> Act:
    """Open the checkout; no transaction is open while the gateway is asked."""
    with work.database.transaction() as session:
        request = intend_checkout(session, operation.id, command, GATEWAY, work.now())
    attempt_id = UUID(request.attempt_id)
    try:
        checkout = _open(work, operation, request)
    except Unavailable as error:
        if error.ambiguous:
            with work.database.transaction() as session:
                record_no_answer(session, attempt_id)
        raise
    return lambda session: record_opened(session, attempt_id, checkout, work.now())


def _open(work: Work, operation: Operation, request: CheckoutRequest) -> CheckoutFact:
    """Open it under our key; later look for what we may have opened, and never open a second one blindly."""
    gateway = work.room(GATEWAY).gateway
    if operation.attempts <= SAME_KEY_ATTEMPTS:
        return gateway.open_checkout(request)
    first_attempt_at = operation.first_attempt_at or work.now()
    found = gateway.find_checkout(
        request.attempt_id,
        created_after=first_attempt_at - CLOCK_TOLERANCE,
        created_before=first_attempt_at + KEY_WINDOW,
        customer_ref=request.customer_ref,
    )
    if found is not None:
        return found
    if work.now() - first_attempt_at > KEY_WINDOW:
        raise Rejected("checkout_expired", "The gateway could not be reached in time; start a new checkout.", 409)
    return gateway.open_checkout(replace(request, idempotency_key=f"{request.idempotency_key}/{operation.attempts}"))
