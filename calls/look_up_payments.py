"""Ask about payments that stayed open for longer than a webhook or an answer ever takes."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import structlog

from billing.errors import Rejected, Unavailable
from billing.outcomes.record_outcome import Outcome, PaymentContradiction, record_outcome
from billing.payments.look_up_again import look_up_again
from billing.payments.queries import Charge, OpenCheckout, open_charges, open_checkouts
from calls.charge_call import look
from database.weather import is_weather
from schemas.facts import PaymentFact
from workers.wiring import Work

log = structlog.get_logger(__name__)

LOOK_UPS_MAX = 50


def look_up_payments(work: Work) -> None:
    """Claim: the longest waiting. Call: what became of each. Record: that, or that it is to be asked again."""
    with work.database.transaction() as session:
        checkouts = open_checkouts(session, work.wall(), LOOK_UPS_MAX)
        charges = open_charges(session, work.wall(), LOOK_UPS_MAX)
    for checkout in checkouts:
        _look_up(work, checkout.attempt_id, partial(_ask_for_checkout, work, checkout))
    for charge in charges:
        _look_up(work, charge.attempt_id, partial(_ask_for_charge, work, charge))


def _look_up(work: Work, attempt_id: UUID, ask: Callable[[], PaymentFact | None]) -> None:
    """One payment. Where nothing came of it, it goes to the end of the line, so that it holds up no other for ever."""
    try:
        if _is_recorded(work, ask()):
            return
    except Unavailable as error:
        log.warning("look_up_unanswered", attempt_id=str(attempt_id), reason=str(error))
    except (Rejected, PaymentContradiction) as error:
        log.error("look_up_failed", attempt_id=str(attempt_id), reason=str(error))
    except Exception as error:
        if is_weather(error):
            raise
        # a bug, or a row that the books refuse; nothing parks an attempt, so the line goes on behind it
        log.exception("look_up_failed", attempt_id=str(attempt_id))
    with work.database.transaction() as session:
        look_up_again(session, attempt_id, work.wall())


def _ask_for_checkout(work: Work, checkout: OpenCheckout) -> PaymentFact | None:
    return work.gateway(checkout.gateway).checkout.fetch_payment(checkout_ref=checkout.checkout_ref)


def _ask_for_charge(work: Work, charge: Charge) -> PaymentFact | None:
    gateway = work.gateway(charge.gateway)
    if charge.payment_ref:
        return gateway.charges.fetch_payment(payment_ref=charge.payment_ref)
    return look(gateway, charge)


def _is_recorded(work: Work, payment: PaymentFact | None) -> bool:
    """Record it; false when there is nothing to record, or nothing of ours. Raises PaymentContradiction."""
    if payment is None:
        return False
    with work.database.transaction() as session:
        return record_outcome(session, payment, work.wall()) is not Outcome.NOT_OURS
