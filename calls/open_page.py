"""Open a hosted page for an attempt that is written down: under its key, and never a second one blindly."""

from dataclasses import replace
from uuid import UUID

from billing.errors import Rejected, Unavailable
from billing.outcomes.record_outcome import record_outcome
from billing.payments.queries import CLOCK_TOLERANCE
from billing.payments.start_checkout import record_no_answer, record_opened
from calls.page_call import never_paid
from database.operations import Operation
from gateways.gateway import Gateway
from schemas.facts.payments import CheckoutFact, CheckoutRequest
from workers.claims import Act
from workers.wiring import Work


def open_page(work: Work, gateway: Gateway, operation: Operation, request: CheckoutRequest) -> Act:
    """Call: the page. Record: its address, that nobody knows, or that there will be none."""
    attempt_id = UUID(request.attempt_id)
    try:
        checkout = _open(work, gateway, operation, request)
    except Unavailable as error:
        if error.ambiguous:
            with work.database.transaction() as session:
                record_no_answer(session, attempt_id)
        raise
    except Rejected:
        with work.database.transaction() as session:
            record_outcome(session, never_paid(gateway.name, request), work.wall())
        raise
    return lambda session: record_opened(session, attempt_id, checkout, work.wall())


def _open(work: Work, gateway: Gateway, operation: Operation, request: CheckoutRequest) -> CheckoutFact:
    """Open it under our key; later look for what we may have opened, and never open a second one blindly."""
    if operation.attempts <= gateway.limits.same_key_attempts:
        return gateway.checkout.open_checkout(request)
    first_attempt_at = operation.first_attempt_at or work.wall().at
    # the frozen request expires while the key is still honoured; later there is nothing left to open
    last_at = first_attempt_at + gateway.limits.key_window
    found = gateway.checkout.find_checkout(
        request.attempt_id,
        created_after=first_attempt_at - CLOCK_TOLERANCE,
        created_before=last_at,
        customer_ref=request.customer_ref,
    )
    if found is not None:
        return found
    if work.wall().at > last_at:
        raise Rejected("checkout_expired", "The gateway could not be reached in time; start a new checkout.", 409)
    key = f"{request.idempotency_key}/{operation.attempts}"
    return gateway.checkout.open_checkout(replace(request, idempotency_key=key))
