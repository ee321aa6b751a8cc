"""The customer is back from a page: capture what they agreed to there, and say what they have to do, if anything.

The gateway's own news of it may be handled at the same moment. Both write the same down and capture under one key.
"""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.payments.queries import find_live_checkout, find_page
from billing.payments.tables import PaymentAttempt
from calls.page_call import capture_page
from calls.write_told import write_told
from database.operations import Operation
from database.outbox import put_off
from gateways.gateway import Capability, Gateway
from schemas.commands.payments import CaptureCheckout
from schemas.facts.payments import PaymentFact, PaymentStatus
from workers import claims
from workers.claims import Act
from workers.wiring import Work


def capture_checkout(work: Work, operation: Operation, command: CaptureCheckout) -> Act:
    """Call: what the gateway says of the page. Record: that. Call: the capture, if wanted. Record: its outcome."""
    gateway = work.choose(Capability.CAPTURES, command.gateway)
    gateway.require(Capability.CAPTURES)
    attempt_id = _attempt_of(work, gateway, command.checkout_ref)
    told = gateway.checkout.fetch_payment(checkout_ref=command.checkout_ref)
    if told is not None and told.status is PaymentStatus.APPROVED:
        told = _captured(work, gateway, attempt_id, told)

    def act(session: Session) -> dict[str, Any]:
        if told is not None:
            write_told(work, session, [told])
        return _view(session.get_one(PaymentAttempt, attempt_id, populate_existing=True), told)

    return act


def _attempt_of(work: Work, gateway: Gateway, checkout_ref: str) -> UUID:
    with work.database.transaction() as session:
        attempt_id = find_page(session, gateway.name, checkout_ref)
    if attempt_id is None:
        raise Rejected("checkout_not_found", f"We have opened no page {checkout_ref!r} there.", status=404)
    return attempt_id


def _captured(work: Work, gateway: Gateway, attempt_id: UUID, told: PaymentFact) -> PaymentFact | None:
    """None where it is not wanted, or was captured meanwhile."""
    with work.database.transaction() as session:
        write_told(work, session, [told])
        page = find_live_checkout(session, attempt_id)
        # two requests under one key at once may both be refused
        put_off(session, "capture", attempt_id, claims.LEASE)
    return capture_page(gateway, page, page.capture_key) if page is not None and page.capture_key else None


def _view(attempt: PaymentAttempt, told: PaymentFact | None) -> dict[str, Any]:
    """`checkout_url` is where the customer has to go (back) to; empty where they have nothing to do."""
    return {
        "status": attempt.status.value,
        "failure_code": attempt.failure_code,
        "checkout_url": told.page_url if told is not None else "",
        "checkout_ref": attempt.checkout_ref,
        "payment_attempt_id": str(attempt.id),
        "invoice_id": str(attempt.invoice_id),
        "total_minor": attempt.amount_minor,
        "currency": attempt.currency,
    }
