"""Charge saved cards: slots in the gateway's rate, claim, call side by side, record together what was answered.

A lease must outlive its call, and a call waits for its slot first. So slots are reserved before anything is leased, and
only if the first of them comes soon; otherwise the rows stay as they are and the sweep rings for them again. The main
thread alone writes: whatever is answered by the time it looks is recorded in one transaction.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import NotConnected, Rejected
from billing.payments.begin_charges import Step, begin_charges, step
from billing.payments.drop_attempt import UNTOLD, drop_attempt
from billing.payments.queries import Charge, gateways_of_charges
from billing.payments.tables import AttemptStatus
from calls.charge_call import ChargeCall, call_gateway, is_unlisted
from calls.key_of_try import fresh_key, is_key_spent
from calls.record_together import record_together
from calls.side_by_side import SideBySide, reserve_slots, slot, slots_max, told
from calls.write_told import write_told
from database.memory import ATTEMPTS_MAX, OVERLAP
from database.outbox import OutboxEntry
from gateways.gateway import Gateway
from schemas.facts.payments import PaymentFact
from workers import claims
from workers.wiring import Work

BEGIN_SECONDS_MAX = 20.0
UNDER_WAY = "an earlier call may still be under way"


def charge_cards(work: Work, entry_ids: Sequence[UUID]) -> None:
    """Charge the cards that these outbox rows ask for, as fast as each gateway allows all workers together."""
    free = claims.free_among(work.database, OutboxEntry, entry_ids)
    with work.database.transaction() as session:
        by_gateway = gateways_of_charges(session, free)
    for name, ids in by_gateway.items():
        try:
            gateway = work.gateway(name)
        except (Rejected, NotConnected) as error:
            claims.give_up(work.database, claims.take(work.database, OutboxEntry, ids, with_suspects=True), error)
        else:
            _charge_at(work, gateway, ids)


def _charge_at(work: Work, gateway: Gateway, entry_ids: Sequence[UUID]) -> None:
    entry_ids = entry_ids[: slots_max(gateway)]
    first_slot = reserve_slots(work.database, gateway, len(entry_ids))
    if first_slot is None:
        return
    taken = claims.take(work.database, OutboxEntry, entry_ids, with_suspects=True)
    entries = claims.lease_all(work.database, taken)
    calls = _plan_all(work, gateway, entries, first_slot)
    under_way: SideBySide[UUID, PaymentFact | None] = SideBySide()
    for entry in entries:
        if entry.id in calls:
            job = partial(call_gateway, gateway, calls[entry.id], entry.log_context())
            under_way.call(entry.id, job, calls[entry.id].slot)
    of_id = {entry.id: entry for entry in entries}
    while answers := under_way.take_answered():
        _record_all(work, gateway, [(of_id[key], calls[key].charge, answer) for key, answer in answers.items()])


def _plan_all(
    work: Work, gateway: Gateway, entries: Sequence[OutboxEntry], first_slot: float
) -> Mapping[UUID, ChargeCall]:
    begin_by = time.monotonic() + BEGIN_SECONDS_MAX
    with work.database.transaction() as session:
        charges = begin_charges(session, [entry.subject_id for entry in entries], work.wall())
    calls = {}
    for place, entry in enumerate(entries):
        with claims.attempt(work.database, entry):
            known = charges[entry.subject_id]
            is_spent = is_key_spent(gateway, entry.attempts, known.created_at, work.wall())
            if step(known) is Step.DROP:
                claims.finish(work.database, entry, partial(_drop, known))
            elif _runs_again(gateway, entry, known):
                # under which keys it was sent before nobody knows any more: it goes on with a look
                entry.attempts = gateway.limits.same_key_attempts
                claims.postpone(work.database, entry, OVERLAP, UNDER_WAY)
            elif entry.lease_until is not None and is_spent:
                # every end that is reported takes the lease off the row: this one's worker died or hangs, and a look
                # now, or another key, could come before its call does
                claims.postpone(work.database, entry, OVERLAP, UNDER_WAY)
            else:
                at = slot(gateway, first_slot, place)
                # what is sent again its gateway brings back, listed or not
                is_awaited = step(known) is Step.ASK and is_unlisted(gateway, known, work.wall().at)
                calls[entry.id] = _plan(entry, known, at, begin_by, is_spent=is_spent, is_awaited=is_awaited)
    return calls


def _runs_again(gateway: Gateway, entry: OutboxEntry, charge: Charge) -> bool:
    """Whether it was sent in vain until it parked, and a person lets it run again, as from the first try on.

    Where whatever is sent goes under one key that makes no difference.
    """
    is_sent = entry.attempts == 1 and charge.status is AttemptStatus.UNKNOWN
    return is_sent and gateway.limits.same_key_attempts < ATTEMPTS_MAX


def _plan(
    entry: OutboxEntry, charge: Charge, at: float, begin_by: float, *, is_spent: bool, is_awaited: bool
) -> ChargeCall:
    """A repeat goes under the same key as long as that helps and the gateway still knows it; then we look first."""
    is_repeat = charge.status is AttemptStatus.UNKNOWN
    is_look_first = step(charge) is Step.ASK or (is_repeat and is_spent)
    key = fresh_key(charge.request.idempotency_key, entry.attempts)
    return ChargeCall(charge, is_look_first, is_spent and not is_awaited, key, at, begin_by)


def _record_all(
    work: Work, gateway: Gateway, answers: Sequence[tuple[OutboxEntry, Charge, Future[PaymentFact | None]]]
) -> None:
    """What went wrong ends row by row; what the gateway told of payments is recorded together."""
    answered: list[tuple[OutboxEntry, PaymentFact]] = []
    for entry, charge, answer in answers:
        with claims.attempt(work.database, entry):
            fact = told(work.database, gateway, answer)
            if fact is None:
                claims.finish(work.database, entry, partial(_drop, charge))
            else:
                answered.append((entry, fact))
    record_together(work.database, answered, partial(write_told, work))


def _drop(charge: Charge, session: Session) -> dict[str, Any]:
    dropped = drop_attempt(session, charge.attempt_id, UNTOLD)
    if not dropped:
        return {"dropped": f"attempt_{charge.status}"}
    return {"dropped": "canceled" if charge.unwanted_since else f"invoice_{charge.invoice_status}"}
