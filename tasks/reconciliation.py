"""Reconciliation: what the webhooks did not tell us, we ask for."""

from datetime import timedelta

import structlog

from billing.invariants import QUESTIONS
from billing.payments.queries import open_checkouts
from billing.payments.record_outcome import record_outcome
from database.inbox import remember
from database.upkeep import begin_period
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
    """Ask about payments that stayed open for longer than a webhook ever takes."""
    with work.database.transaction() as session:
        if not begin_period(session, message.task, message.interval_seconds):
            return
        waiting = open_checkouts(session, work.now(), LOOK_UPS_MAX)
    for gateway, checkout_ref in waiting:
        payment = work.room(gateway).gateway.fetch_payment(checkout_ref=checkout_ref)
        if payment is not None:
            with work.database.transaction() as session:
                record_outcome(session, payment, work.now())


@doorway(CheckInvariants)
def check_invariants(work: Work, message: CheckInvariants) -> None:
    """Ask every question; an answer is an alarm."""
    with work.database.transaction() as session:
        if not begin_period(session, message.task, message.interval_seconds):
            return
        for name, ask in QUESTIONS.items():
            for violation in ask(session):
                log.error("invariant_violated", invariant=name, violation=violation)
