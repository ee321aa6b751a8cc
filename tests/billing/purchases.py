"""A purchase in two steps, as the tasks take it, for tests of the books."""

from datetime import datetime
from uuid import UUID

from billing.clocks.wall import Wall
from billing.payments.start_checkout import intend_checkout, record_opened
from database.engine import Database
from database.ids import uuid7
from schemas.commands.payments import StartCreditCheckout
from schemas.facts.payments import CheckoutFact, CheckoutRequest, PaymentFact, PaymentStatus


def start_purchase(database: Database, account_id: UUID, now: datetime, package: str = "value") -> CheckoutRequest:
    """A checkout that the gateway has opened and nobody has paid yet."""
    command = StartCreditCheckout(
        account_id=account_id,
        package=package,
        success_url="https://app.example/ok",
        cancel_url="https://app.example/no",
    )
    with database.transaction() as session:
        request = intend_checkout(session, uuid7(), command, "stripe", Wall(now))
    opened = CheckoutFact(f"cs_test_{request.attempt_id}", "https://pay.example/1", PaymentStatus.PENDING)
    with database.transaction() as session:
        record_opened(session, UUID(request.attempt_id), opened, Wall(now))
    return request


def fact(
    request: CheckoutRequest,
    status: PaymentStatus,
    *,
    amount_minor: int = 2_999,
    currency: str = "USD",
    paid_at: datetime | None = None,
) -> PaymentFact:
    """What the gateway says about the purchase."""
    return PaymentFact(
        gateway="stripe",
        attempt_id=request.attempt_id,
        checkout_ref=f"cs_test_{request.attempt_id}",
        payment_ref=f"pi_{request.attempt_id}",
        charge_ref=f"ch_{request.attempt_id}",
        customer_ref="cus_1",
        status=status,
        amount_minor=amount_minor,
        currency=currency,
        paid_at=paid_at,
    )
