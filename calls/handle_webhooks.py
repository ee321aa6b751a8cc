"""Handle gateway events: one statement takes a batch, one look tells what the books know, gateways are asked side by
side, and what was heard of payments is written together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

import logs
from billing.errors import NotConnected
from billing.outcomes.record_outcome import record_outcomes
from calls.hear_card import CARD
from calls.hear_customer import CUSTOMER
from calls.hear_invoice import INVOICE
from calls.hear_mails import hear_mails
from calls.hear_payment import PAYMENT
from calls.hear_reversal import REVERSAL
from calls.hear_subscription import SUBSCRIPTION
from calls.hearing import Conversation, Heard, Inquiry, Known, Other, Payment, Unheard
from calls.known import look
from calls.record_together import record_together
from calls.side_by_side import READS, SideBySide, told
from database.inbox import InboxEvent
from database.turns import turn
from schemas.facts.events import Concern, EventFact
from schemas.facts.payments import PaymentFact
from workers import claims
from workers.wiring import Work

log = structlog.get_logger(__name__)

CONVERSATIONS: Mapping[Concern, Conversation] = {
    Concern.PAYMENT: PAYMENT,
    Concern.REVERSAL: REVERSAL,
    Concern.SUBSCRIPTION: SUBSCRIPTION,
    Concern.INVOICE: INVOICE,
    Concern.CARD: CARD,
    Concern.CUSTOMER: CUSTOMER,
}
# what could not be asked in time is left for the sweep
LEFT_FOR = timedelta(seconds=5)

Key = tuple[str, Concern, str]


@dataclass(frozen=True, slots=True)
class Rung:
    """An event, what it is about, and the key that all events about the same object share."""

    event: InboxEvent
    fact: EventFact
    key: Key


def handle_webhooks(work: Work, event_ids: Sequence[UUID]) -> None:
    """Claim, call, record. One bad event does not hold up the others."""
    taken = claims.take(work.database, InboxEvent, event_ids)
    hear_mails(work, [event for event in taken if event.gateway == work.mail_reader.name])
    facts = _translated(work, [event for event in taken if event.gateway != work.mail_reader.name])
    with work.database.transaction() as session:
        known = look(session, [fact for _, fact in facts])
    idle: list[InboxEvent] = []
    rung: list[Rung] = []
    for event, fact in facts:
        if _is_idle(known, fact):
            idle.append(event)
        else:
            rung.append(_rung(event, fact))
    unheard = _hear(work, known, rung)
    claims.finish_all(work.database, [*idle, *unheard])


def _translated(work: Work, events: Sequence[InboxEvent]) -> list[tuple[InboxEvent, EventFact]]:
    """Each event that can be read; one that cannot is parked."""
    facts = []
    for event in events:
        with claims.attempt(work.database, event):
            facts.append((event, work.gateway(event.gateway).translate(event.body.encode())))
    return facts


def _is_idle(known: Known, fact: EventFact) -> bool:
    """Whether asking would tell nothing that could be written down. It only saves calls: the verb decides again."""
    return fact.concerns is Concern.NOTHING or CONVERSATIONS[fact.concerns].is_idle(known, fact)


def _rung(event: InboxEvent, fact: EventFact) -> Rung:
    return Rung(event, fact, (fact.gateway, fact.concerns, CONVERSATIONS[fact.concerns].subject(fact)))


def _hear(work: Work, known: Known, rung: Sequence[Rung]) -> list[InboxEvent]:
    """Ask, and write down what was heard; returns the events with nothing to write down."""
    together: dict[Key, list[Rung]] = {}
    in_turn: dict[Key, list[Rung]] = {}
    for each in rung:
        (in_turn if CONVERSATIONS[each.key[1]].is_in_turn else together).setdefault(each.key, []).append(each)
    unheard = _hear_together(work, known, together)
    for key, of_key in in_turn.items():
        unheard += _hear_in_turn(work, known, key, of_key)
    return unheard


def _hear_in_turn(work: Work, known: Known, key: Key, rung: list[Rung]) -> list[InboxEvent]:
    """Ask about a customer or an object, and write that down, while no other worker does; else it comes again."""
    gateway, _, reference = key
    with turn(work.database, f"{gateway}/{rung[0].fact.customer_ref or reference}") as is_ours:
        if is_ours:
            return _hear_together(work, known, {key: rung})
    _leave(work, rung, "another worker asks about the same")
    return []


def _hear_together(work: Work, known: Known, by_key: Mapping[Key, list[Rung]]) -> list[InboxEvent]:
    """Ask side by side, and write down each answer as it comes."""
    asked = _ask_all(work, known, by_key)
    unheard: list[InboxEvent] = []
    written: set[Key] = set()
    while answers := asked.take_answered():
        payments: list[tuple[InboxEvent, PaymentFact]] = []
        for key, answer in answers.items():
            for each in by_key[key]:
                with claims.attempt(work.database, each.event):
                    match told(work.database, work.gateway(key[0]), answer, READS):
                        case Payment() as payment:
                            payments.append((each.event, payment.fact))
                        case Other() as other:
                            _record_other(work, each, other, written)
                        case Unheard():
                            log.info("nothing_heard", concern=key[1].value)
                            unheard.append(each.event)
        record_together(work.database, payments, partial(_write_payments, work))
    return unheard


def _ask_all(work: Work, known: Known, by_key: Mapping[Key, list[Rung]]) -> SideBySide[Key, Heard]:
    under_way: SideBySide[Key, Heard] = SideBySide()
    for name in {key[0] for key in by_key}:
        try:
            gateway = work.gateway(name)
        except NotConnected as error:
            claims.give_up(
                work.database, [each.event for key in by_key if key[0] == name for each in by_key[key]], error
            )
            continue
        inquiry = Inquiry(gateway, known)
        questions = {key: partial(_ask, inquiry, rung[0]) for key, rung in by_key.items() if key[0] == name}
        for key in under_way.read_all(work.database, gateway, questions):
            _leave(work, by_key[key], "the gateway is asked by others")
    return under_way


def _ask(inquiry: Inquiry, rung: Rung) -> Heard:
    with logs.bound(**rung.event.log_context()):
        return CONVERSATIONS[rung.key[1]].ask(inquiry, rung.fact)


def _leave(work: Work, rung: Sequence[Rung], reason: str) -> None:
    for each in rung:
        claims.postpone(work.database, each.event, LEFT_FOR, reason, is_tried=False)


def _write_payments(work: Work, session: Session, facts: Sequence[PaymentFact]) -> None:
    """Several events may ring for one payment: its second news changes nothing."""
    record_outcomes(session, facts, work.wall())


def _record_other(work: Work, rung: Rung, other: Other, written: set[Key]) -> None:
    """One answer serves all events about its object; what one of them has written the others need not write again."""

    def act(session: Session) -> None:
        if rung.key not in written:
            other.record(session, work.wall())

    if claims.finish(work.database, rung.event, act):
        written.add(rung.key)
