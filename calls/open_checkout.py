"""Sell a credit package on a gateway's hosted page."""

from uuid import UUID

from billing.payments.queries import CLOCK_TOLERANCE
from billing.payments.start_checkout import CHECKOUT_LIFETIME, intend_checkout, record_opened
from billing.payments.tables import PaymentAttempt
from calls.open_page import open_page
from database.operations import Operation
from gateways.gateway import Capability, Gateway
from schemas.commands.payments import StartCreditCheckout
from schemas.facts.payments import CheckoutFact, CheckoutRequest, PaymentStatus
from workers.claims import Act
from workers.wiring import Work


def open_checkout(work: Work, operation: Operation, command: StartCreditCheckout) -> Act:
    """Claim: the intention, frozen. Call: the page. Record: its address, or that nobody knows."""
    gateway = work.choose(Capability.CHECKOUT, command.gateway)
    gateway.require(Capability.CHECKOUT)
    with work.database.transaction() as session:
        request = intend_checkout(session, operation.id, command, gateway.name, work.wall())
        attempt = session.get_one(PaymentAttempt, UUID(request.attempt_id))
    if attempt.checkout_ref:
        return _as_it_is(work, gateway, attempt, request)
    return open_page(work, gateway, operation, request)


def _as_it_is(work: Work, gateway: Gateway, attempt: PaymentAttempt, request: CheckoutRequest) -> Act:
    """A page that the books know and its operation does not, as after a restore. One that is over has no address."""
    found = gateway.checkout.find_checkout(
        request.attempt_id,
        created_after=attempt.created_at - CHECKOUT_LIFETIME - CLOCK_TOLERANCE,
        customer_ref=request.customer_ref,
    )
    page = found or CheckoutFact(attempt.checkout_ref, "", PaymentStatus.PENDING)
    return lambda session: record_opened(session, attempt.id, page, work.wall())
