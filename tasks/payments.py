"""Charges of saved cards: slots in the gateway's rate, claim, call side by side, record one by one.

A lease must outlive its call, and a call waits for its slot first. So slots are reserved before anything is leased, and
only if the first of them comes soon; otherwise the rows stay as they are and the sweep rings for them again. Threads
talk to the gateway and to nothing else: the main thread alone writes, each answer as it comes, in a transaction of its
own.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

import logs
from billing.errors import Rejected, Unavailable
from billing.outcomes.record_outcome import Outcome, PaymentContradiction, record_outcome
from billing.payments.begin_charges import Step, begin_charges, step
from billing.payments.drop_charge import drop_charge
from billing.payments.pace import push_back, reserve
from billing.payments.queries import Charge
from billing.payments.tables import AttemptStatus
from database.outbox import OutboxEntry
from gateways.ports import SAME_KEY_ATTEMPTS, CardGateway
from schemas.facts import ChargeRequest, PaymentFact, PaymentStatus
from schemas.messages import CHARGE_IDS_MAX, ChargeCards
from workers import claims
from workers.task import doorway
from workers.wiring import PaymentRoom, Work

log = structlog.get_logger(__name__)

# The one gateway that keeps cards for us.
CARD_GATEWAY = "stripe"
# One for each row of the fullest message: a call that has a slot but no thread would be late, and the late ones of two
# workers together break the rate. They only wait for the network.
THREADS = CHARGE_IDS_MAX
# A lease holds for 45 seconds and a call with its time-outs takes 23, so it begins within the first 20 or not at all.
# The last slot of a message comes after 16 at most: where the rate is low, a message's first rows alone are taken.
SLOT_WAIT_MAX = timedelta(seconds=8)
SLOTS_SECONDS_MAX = 8.0
BEGIN_SECONDS_MAX = 20.0
# By then a call whose worker died has reached the gateway or never will.
OVERLAP = timedelta(seconds=60)
# Stripe forgets a key after 24 hours; an hour is left for a slow retry.
KEY_WINDOW = timedelta(hours=23)

Answer = Future[PaymentFact | None]


@dataclass(frozen=True, slots=True)
class Call:
    """One call to be made: no earlier than its slot and not after `begin_by`, both on the monotonic clock.

    `is_last_heard` when no earlier call can still be under way, so that what the gateway does not show was never made.
    """

    charge: Charge
    is_look_first: bool
    is_last_heard: bool
    fresh_key: str
    slot: float
    begin_by: float


@doorway(ChargeCards)
def charge(work: Work, message: ChargeCards) -> None:
    """Charge the cards that these outbox rows ask for, as fast as the gateway allows all workers together."""
    room = work.room(CARD_GATEWAY)
    free = claims.free_among(work.database, OutboxEntry, message.ids)
    free = free[: max(1, int(room.calls_per_second * SLOTS_SECONDS_MAX))]
    first_slot = _reserve(work, room, len(free)) if free else None
    if first_slot is None:
        return
    entries = claims.lease_all(work.database, claims.take(work.database, OutboxEntry, free, with_suspects=True))
    begin_by = time.monotonic() + BEGIN_SECONDS_MAX
    with work.database.transaction() as session:
        charges = begin_charges(session, [entry.subject_id for entry in entries], work.now())
    calls = {}
    for place, entry in enumerate(entries):
        with claims.attempt(work.database, entry):
            known = charges[entry.subject_id]
            if step(known) is Step.DROP:
                claims.finish(work.database, entry, partial(_drop, known))
            elif entry.lease_until is not None and _is_key_spent(work, entry, known):
                # every end that is reported takes the lease off the row: this one's worker died or hangs, and a look
                # now, or another key, could come before its call does
                claims.postpone(work.database, entry, OVERLAP, "an earlier call may still be under way")
            else:
                slot = first_slot + place / room.calls_per_second
                calls[entry.id] = _plan(work, entry, known, slot, begin_by)
    _charge_all(work, room, entries, calls)


def _reserve(work: Work, room: PaymentRoom, count: int) -> float | None:
    """When the first of so many slots comes, on the monotonic clock; None when that is not soon."""
    with work.database.transaction() as session:
        wait_seconds = reserve(session, CARD_GATEWAY, count, room.calls_per_second, SLOT_WAIT_MAX)
    if wait_seconds is None:
        log.info("no_slot_soon", count=count)
        return None
    return time.monotonic() + wait_seconds


def _plan(work: Work, entry: OutboxEntry, charge: Charge, slot: float, begin_by: float) -> Call:
    """A repeat goes under the same key as long as that helps and the gateway still knows it; then we look first."""
    is_repeat = charge.status is AttemptStatus.UNKNOWN
    is_key_spent = _is_key_spent(work, entry, charge)
    is_look_first = step(charge) is Step.ASK or (is_repeat and is_key_spent)
    fresh_key = f"{charge.request.idempotency_key}/{entry.attempts}"
    return Call(charge, is_look_first, is_key_spent, fresh_key, slot, begin_by)


def _is_key_spent(work: Work, entry: OutboxEntry, charge: Charge) -> bool:
    return entry.attempts > SAME_KEY_ATTEMPTS or work.now() - charge.created_at > KEY_WINDOW


def _charge_all(work: Work, room: PaymentRoom, entries: Sequence[OutboxEntry], calls: Mapping[UUID, Call]) -> None:
    answers: dict[Answer, OutboxEntry] = {}
    for entry in entries:
        if entry.id in calls:
            job = partial(_call_in_thread, room.cards, calls[entry.id], entry.log_context())
            # each call with a copy of this task's log context, which nobody else writes to
            answers[_threads().submit(copy_context().run, job)] = entry
    for answer in as_completed(answers):
        entry = answers[answer]
        with claims.attempt(work.database, entry):
            _record(work, entry, calls[entry.id].charge, answer)


@cache
def _threads() -> ThreadPoolExecutor:
    """Made by the first message, which is after the fork: threads do not survive one."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="charge")


def _call_in_thread(cards: CardGateway, call: Call, log_context: Mapping[str, str]) -> PaymentFact | None:
    logs.bind(**log_context)
    time.sleep(max(0.0, call.slot - time.monotonic()))
    return _call(cards, call)


def _call(cards: CardGateway, call: Call) -> PaymentFact | None:
    """The gateway's answer; None when the invoice is not open any more and the gateway has no charge for it either.

    A look is a call beyond the slot; it is rare. Raises Unavailable.
    """
    request = call.charge.request
    if call.is_look_first:
        found = _look(cards, call.charge)
        if found is None and not call.is_last_heard:
            raise Unavailable("an earlier call may still be under way")
        if found is not None or step(call.charge) is Step.ASK:
            return found
        request = replace(request, idempotency_key=call.fresh_key)
    if time.monotonic() > call.begin_by:
        raise Unavailable("the lease would not outlive the call")
    return _charge(cards, request)


def _look(cards: CardGateway, charge: Charge) -> PaymentFact | None:
    """What the gateway has of a charge. That it refuses to tell is for a person to look at, and no outcome."""
    try:
        return cards.find_charge(
            charge.request.attempt_id,
            customer_ref=charge.request.customer_ref,
            created_after=charge.made_after,
            created_before=charge.made_before,
        )
    except Rejected as refusal:
        raise PaymentContradiction(f"attempt {charge.attempt_id} cannot be looked up: {refusal}") from refusal


def _charge(cards: CardGateway, request: ChargeRequest) -> PaymentFact:
    """A refusal is an outcome like a decline: the card cannot be charged this way, and the customer is told."""
    try:
        return cards.charge(request)
    except Rejected as refusal:
        if refusal.code == "idempotency_key_reused":
            raise PaymentContradiction(f"attempt {request.attempt_id} was sent with other parameters before") from None
        log.warning("charge_refused", code=refusal.code, detail=refusal.detail)
        return PaymentFact(
            gateway=CARD_GATEWAY,
            attempt_id=request.attempt_id,
            checkout_ref="",
            payment_ref="",
            charge_ref="",
            customer_ref=request.customer_ref,
            status=PaymentStatus.FAILED,
            amount_minor=request.amount_minor,
            currency=request.currency,
            failure_code=refusal.code,
        )


def _record(work: Work, entry: OutboxEntry, charge: Charge, answer: Answer) -> None:
    try:
        fact = answer.result()
    except Unavailable as error:
        if error.retry_after_seconds is not None:
            with work.database.transaction() as session:
                push_back(session, CARD_GATEWAY, error.retry_after_seconds)
        raise
    if fact is None:
        claims.finish(work.database, entry, partial(_drop, charge))
    else:
        claims.finish(work.database, entry, partial(_write_down, work, fact))


def _write_down(work: Work, fact: PaymentFact, session: Session) -> None:
    """The attempt tells what came of it; the row needs no result, which would be one more statement per charge."""
    try:
        outcome = record_outcome(session, fact, work.now())
    except Rejected as refusal:
        # the gateway has spoken, so a rule of ours that forbids it must not pass for a business outcome
        raise PaymentContradiction(f"{fact.status} attempt {fact.attempt_id} cannot be booked: {refusal}") from refusal
    if outcome is Outcome.NOT_OURS:
        raise PaymentContradiction(f"the gateway answered about another attempt, {fact.attempt_id!r}")


def _drop(charge: Charge, session: Session) -> dict[str, Any]:
    dropped = drop_charge(session, charge.attempt_id)
    return {"dropped": f"invoice_{charge.invoice_status}" if dropped else f"attempt_{charge.status}"}
