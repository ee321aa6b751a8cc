"""Reconciliation: what the webhooks did not tell us, we ask for."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from billing.errors import Rejected, Unavailable
from billing.invariants import QUESTIONS
from billing.outcomes.record_outcome import Outcome, PaymentContradiction, record_outcome
from billing.payments.look_up_again import look_up_again
from billing.payments.queries import Charge, OpenCheckout, open_charges, open_checkouts
from database.inbox import remember
from database.upkeep import begin_period
from gateways.ports import EVENTS_LIMIT
from schemas.facts import PaymentFact
from schemas.messages import WEBHOOK_IDS_MAX, CheckInvariants, HandleWebhooks, LookUpPayments, PullEvents
from workers.task import doorway
from workers.wiring import PaymentRoom, Work

log = structlog.get_logger(__name__)

# Pulls overlap by far more than their interval, so that an outage of an hour leaves no hole.
PULL_OVERLAP = timedelta(hours=1)
LOOK_UPS_MAX = 50


@doorway(PullEvents)
def pull_events(work: Work, message: PullEvents) -> None:
    """Store the events of the last hour that the gateways list and we have not seen."""
    with work.database.transaction() as session:
        if not begin_period(session, message.task, message.interval_seconds):
            return
    since = work.now() - PULL_OVERLAP
    for name, room in work.payments.items():
        try:
            bodies = list(room.gateway.list_events(created_after=since, types=room.event_types, limit=EVENTS_LIMIT))
        except Unavailable as error:
            log.warning("events_unanswered", gateway=name, reason=str(error))
            continue
        if len(bodies) == EVENTS_LIMIT:
            log.error("events_may_be_missing", gateway=name, since=since.isoformat(), limit=EVENTS_LIMIT)
        _store_missing(work, name, [_as_row(room, body) for body in bodies])


def _as_row(room: PaymentRoom, body: bytes) -> tuple[str, str, str]:
    """Only the envelope is read here: an event that cannot be translated is stored and parked like any other."""
    envelope = room.read_envelope(body)
    return envelope.event_id, envelope.event_type, body.decode()


def _store_missing(work: Work, gateway: str, listed: list[tuple[str, str, str]]) -> None:
    for start in range(0, len(listed), WEBHOOK_IDS_MAX):
        with work.database.transaction() as session:
            ids = remember(session, gateway, listed[start : start + WEBHOOK_IDS_MAX])
        if ids:
            log.warning("webhooks_were_missing", gateway=gateway, count=len(ids))
            work.bell.ring(HandleWebhooks(ids=tuple(ids)))


@doorway(LookUpPayments)
def look_up_payments(work: Work, message: LookUpPayments) -> None:
    """Ask about payments that stayed open for longer than a webhook or an answer ever takes."""
    with work.database.transaction() as session:
        if not begin_period(session, message.task, message.interval_seconds):
            return
        checkouts = open_checkouts(session, work.now(), LOOK_UPS_MAX)
        charges = open_charges(session, work.now(), LOOK_UPS_MAX)
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
    with work.database.transaction() as session:
        look_up_again(session, attempt_id, work.now())


def _ask_for_checkout(work: Work, checkout: OpenCheckout) -> PaymentFact | None:
    return work.room(checkout.gateway).gateway.fetch_payment(checkout_ref=checkout.checkout_ref)


def _ask_for_charge(work: Work, charge: Charge) -> PaymentFact | None:
    room = work.room(charge.gateway)
    if charge.payment_ref:
        return room.gateway.fetch_payment(payment_ref=charge.payment_ref)
    return room.cards.find_charge(
        charge.request.attempt_id,
        customer_ref=charge.request.customer_ref,
        created_after=charge.made_after,
        created_before=charge.made_before,
    )


def _is_recorded(work: Work, payment: PaymentFact | None) -> bool:
    """Record it; false when there is nothing to record, or nothing of ours. Raises PaymentContradiction."""
    if payment is None:
        return False
    with work.database.transaction() as session:
        return record_outcome(session, payment, work.now()) is not Outcome.NOT_OURS


@doorway(CheckInvariants)
def check_invariants(work: Work, message: CheckInvariants) -> None:
    """Ask every question; an answer is an alarm."""
    with work.database.transaction() as session:
        if not begin_period(session, message.task, message.interval_seconds):
            return
        for name, ask in QUESTIONS.items():
            for violation in ask(session):
                log.error("invariant_violated", invariant=name, violation=violation)
