"""Ask about payments that stayed open for longer than a webhook or an answer ever takes."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog

from billing.errors import Rejected, Unavailable
from billing.outcomes.record_outcome import Outcome, PaymentContradiction, record_outcome
from billing.payments.look_up_again import look_up_again
from billing.payments.queries import Charge, OpenCheckout, open_charges, open_checkouts
from calls.charge_call import look
from calls.side_by_side import READS, SideBySide, reserve_slots, slot, slots_max, told
from database.weather import is_weather
from gateways.gateway import Gateway
from schemas.facts import PaymentFact
from workers.wiring import Work

log = structlog.get_logger(__name__)

LOOK_UPS_MAX = 50


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What became of one attempt?"""

    attempt_id: UUID
    gateway: Gateway
    ask: Callable[[], PaymentFact | None]


def look_up_payments(work: Work) -> None:
    """Claim: the longest waiting. Call: what became of each, side by side. Record: that, or that it is asked again."""
    with work.database.transaction() as session:
        checkouts = open_checkouts(session, work.wall(), LOOK_UPS_MAX)
        charges = open_charges(session, work.wall(), LOOK_UPS_MAX)
    questions = [_about_checkout(work, checkout) for checkout in checkouts]
    questions += [_about_charge(work, charge) for charge in charges]
    under_way = _ask_all(work, questions)
    while answers := under_way.take_answered():
        for question, answer in answers.items():
            _record(work, question, answer)


def _ask_all(work: Work, questions: Sequence[Question]) -> SideBySide[Question, PaymentFact | None]:
    """At the pace of each gateway's reads. What gets no slot soon stays due: the next sweep finds it."""
    under_way: SideBySide[Question, PaymentFact | None] = SideBySide()
    of_gateway: dict[str, list[Question]] = {}
    for question in questions:
        of_gateway.setdefault(question.gateway.name, []).append(question)
    for of_one in of_gateway.values():
        gateway = of_one[0].gateway
        asked = of_one[: slots_max(gateway)]
        first_slot = reserve_slots(work.database, gateway, len(asked), READS)
        for place, question in enumerate(asked if first_slot is not None else ()):
            under_way.call(question, question.ask, slot(gateway, first_slot or 0.0, place))
    return under_way


def _record(work: Work, question: Question, answer: Future[PaymentFact | None]) -> None:
    """One payment. Where nothing came of it, it goes to the end of the line, so that it holds up no other for ever."""
    attempt_id = question.attempt_id
    try:
        if _is_recorded(work, told(work.database, question.gateway, answer, READS)):
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


def _about_checkout(work: Work, checkout: OpenCheckout) -> Question:
    gateway = work.gateway(checkout.gateway)
    return Question(checkout.attempt_id, gateway, partial(_ask_for_checkout, gateway, checkout))


def _about_charge(work: Work, charge: Charge) -> Question:
    gateway = work.gateway(charge.gateway)
    return Question(charge.attempt_id, gateway, partial(_ask_for_charge, gateway, charge))


def _ask_for_checkout(gateway: Gateway, checkout: OpenCheckout) -> PaymentFact | None:
    return gateway.checkout.fetch_payment(checkout_ref=checkout.checkout_ref)


def _ask_for_charge(gateway: Gateway, charge: Charge) -> PaymentFact | None:
    if charge.payment_ref:
        return gateway.charges.fetch_payment(payment_ref=charge.payment_ref)
    return look(gateway, charge)


def _is_recorded(work: Work, payment: PaymentFact | None) -> bool:
    """Record it; false when there is nothing to record, or nothing of ours. Raises PaymentContradiction."""
    if payment is None:
        return False
    with work.database.transaction() as session:
        return record_outcome(session, payment, work.wall()) is not Outcome.NOT_OURS
