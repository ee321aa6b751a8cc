"""Reconciliation: what the webhooks did not tell us, we ask for."""

from datetime import timedelta

import structlog

from billing.errors import Rejected
from billing.invariants import QUESTIONS
from billing.payments.look_up_again import look_up_again
from billing.payments.queries import Charge, open_charges, open_checkouts
from billing.payments.record_outcome import PaymentContradiction, record_outcome
from database.inbox import remember
from database.upkeep import begin_period
from schemas.facts import PaymentFact
from schemas.messages import WEBHOOK_IDS_MAX, CheckInvariants, HandleWebhooks, LookUpPayments, PullEvents
from workers.task import doorway
from workers.wiring import PaymentRoom, Work

log = structlog.get_logger(__name__)

# Pulls overlap by far more than their interval, so that an outage of an hour leaves no hole.
PULL_OVERLAP = timedelta(hours=1)
EVENTS_MAX = 1_000
LOOK_UPS_MAX = 50


@doorway(PullEvents)
def pull_events(work: Work, message: PullEvents) -> None:
    """Store the events of the last hour that the gateways list and we have not seen."""
    with work.database.transaction() as session:
        if not begin_period(session, message.task, message.interval_seconds):
            return
    since = work.now() - PULL_OVERLAP
    for name, room in work.payments.items():
        bodies = room.gateway.list_events(created_after=since, types=room.event_types, limit=EVENTS_MAX)
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
    for gateway, checkout_ref in checkouts:
        _record_if_known(work, work.room(gateway).gateway.fetch_payment(checkout_ref=checkout_ref))
    for charge in charges:
        if not _record_if_known(work, _look_up(work, charge)):
            with work.database.transaction() as session:
                look_up_again(session, charge.attempt_id, work.now())


def _look_up(work: Work, charge: Charge) -> PaymentFact | None:
    """What the gateway has of a charge; when it refuses to tell, that is an alarm, and does not hold up the others."""
    room = work.room(charge.gateway)
    try:
        if charge.payment_ref:
            return room.gateway.fetch_payment(payment_ref=charge.payment_ref)
        return room.cards.find_charge(
            charge.request.attempt_id,
            customer_ref=charge.request.customer_ref,
            created_after=charge.made_after,
            created_before=charge.made_before,
        )
    except Rejected as refusal:
        log.error("look_up_refused", attempt_id=str(charge.attempt_id), code=refusal.code, detail=refusal.detail)
        return None


def _record_if_known(work: Work, payment: PaymentFact | None) -> bool:
    """False when there is nothing to record. A contradiction is an alarm, and does not hold up the others."""
    if payment is None:
        return False
    try:
        with work.database.transaction() as session:
            record_outcome(session, payment, work.now())
    except PaymentContradiction as contradiction:
        log.error("payment_contradiction", detail=str(contradiction))
        return False
    return True


@doorway(CheckInvariants)
def check_invariants(work: Work, message: CheckInvariants) -> None:
    """Ask every question; an answer is an alarm."""
    with work.database.transaction() as session:
        if not begin_period(session, message.task, message.interval_seconds):
            return
        for name, ask in QUESTIONS.items():
            for violation in ask(session):
                log.error("invariant_violated", invariant=name, violation=violation)
