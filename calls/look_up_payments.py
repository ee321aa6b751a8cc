"""Ask about payments that stayed open for longer than a webhook or an answer ever takes."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog

from billing.clocks.wall import Wall
from billing.errors import NotConnected, Rejected, Unavailable
from billing.outcomes.record_outcome import Outcome, PaymentContradiction, record_outcome
from billing.payments.look_up_again import look_up_again
from billing.payments.queries import Charge, open_charges, open_checkouts
from calls.charge_call import look_once_more
from calls.page_call import look_at_page
from calls.side_by_side import READS, SideBySide, told
from database.weather import is_weather
from gateways.gateway import Gateway
from schemas.facts.payments import PaymentFact
from workers.wiring import Work

log = structlog.get_logger(__name__)

LOOK_UPS_MAX = 50


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What became of one attempt?"""

    attempt_id: UUID
    gateway: str
    ask: Callable[[Gateway], PaymentFact | None]


def look_up_payments(work: Work) -> None:
    """Claim: the longest waiting. Call: what became of each, side by side. Record: that, or that it is asked again."""
    with work.database.transaction() as session:
        checkouts = open_checkouts(session, work.wall(), LOOK_UPS_MAX)
        charges = open_charges(session, work.wall(), LOOK_UPS_MAX)
    at_page, for_charge = partial(look_at_page, wall=work.wall()), partial(_ask_for_charge, work.wall())
    questions = [Question(each.attempt_id, each.gateway, partial(at_page, page=each)) for each in checkouts]
    questions += [Question(each.attempt_id, each.gateway, partial(for_charge, each)) for each in charges]
    under_way: SideBySide[Question, PaymentFact | None] = SideBySide()
    for name in {question.gateway for question in questions}:
        _ask_all(work, name, [question for question in questions if question.gateway == name], under_way)
    while answers := under_way.take_answered():
        for question, answer in answers.items():
            _record(work, question, answer)


def _ask_all(
    work: Work, name: str, questions: Sequence[Question], under_way: SideBySide[Question, PaymentFact | None]
) -> None:
    """At the pace of the gateway's reads. What gets no slot soon stays due: the next sweep finds it."""
    try:
        gateway = work.gateway(name)
    except (Rejected, NotConnected) as refusal:
        for question in questions:
            _ask_again_later(work, question.attempt_id, refusal)
        return
    under_way.read_all(work.database, gateway, {question: partial(question.ask, gateway) for question in questions})


def _record(work: Work, question: Question, answer: Future[PaymentFact | None]) -> None:
    """One payment. Where nothing came of it, it goes to the end of the line, so that it holds up no other for ever."""
    try:
        if not _is_recorded(work, told(work.database, work.gateway(question.gateway), answer, READS)):
            _ask_again_later(work, question.attempt_id, None)
    except Exception as error:
        if is_weather(error):
            raise
        _ask_again_later(work, question.attempt_id, error)


def _ask_again_later(work: Work, attempt_id: UUID, error: Exception | None) -> None:
    """At the end of the line. Nothing parks an attempt, so a bug, or a row that the books refuse, ends here as well."""
    named = {"attempt_id": str(attempt_id)}
    if isinstance(error, Unavailable):
        log.warning("look_up_unanswered", reason=str(error), **named)
    elif isinstance(error, Rejected | PaymentContradiction):
        log.error("look_up_failed", reason=str(error), **named)
    elif error is not None:
        log.error("look_up_failed", exc_info=error, **named)
    with work.database.transaction() as session:
        look_up_again(session, attempt_id, work.wall())


def _ask_for_charge(wall: Wall, charge: Charge, gateway: Gateway) -> PaymentFact | None:
    if charge.payment_ref:
        return gateway.charges.fetch_payment(payment_ref=charge.payment_ref)
    return look_once_more(gateway, charge, wall)


def _is_recorded(work: Work, payment: PaymentFact | None) -> bool:
    """Record it; false when there is nothing to record, or nothing of ours. Raises PaymentContradiction."""
    if payment is None:
        return False
    with work.database.transaction() as session:
        return record_outcome(session, payment, work.wall()) is not Outcome.NOT_OURS
