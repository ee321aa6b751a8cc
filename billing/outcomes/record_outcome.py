"""Record what became of payments, as their gateways tell it. Webhook, look-up, retry and charge all end here.

A batch is loaded, decided and written with one statement per table; one payment is a batch of one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.clocks.tables import TestClock
from billing.clocks.wall import Wall
from billing.errors import UnknownMark
from billing.invoices.tables import CHARGEABLE, Invoice, InvoiceStatus
from billing.invoices.void import void_draft
from billing.outcomes.attempt_ended import attempt_ended
from billing.outcomes.capture import Capture, capture_all
from billing.outcomes.charge_failed import charge_failed
from billing.outcomes.charge_too_small import charge_too_small
from billing.payments.cancel_under_way import cancel_under_way
from billing.payments.intend_capture import intend_capture
from billing.payments.queries import as_uuid, to_be_canceled
from billing.payments.rules import why_unwanted
from billing.payments.start_checkout import LOOK_UP_AFTER
from billing.payments.states import can_move, is_answered, is_over, is_too_small, look_up_no_more_when_final, move
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.receipts.queries import booked_among
from billing.subscriptions.queries import lock_in_order
from database.among import is_among
from database.update import update_rows
from schemas.facts.payments import PaymentFact, PaymentStatus

WRITTEN = (
    "status", "checkout_ref", "payment_ref", "charge_ref", "failure_code", "approvals", "captured_at", "look_up_at",
)  # fmt: skip


class Outcome(StrEnum):
    """What recording a fact did."""

    RECORDED = "recorded"
    KNOWN = "known"
    NOT_OURS = "not_ours"


class PaymentContradiction(Exception):
    """The gateway's account of a payment does not fit ours. Never guessed away: parked, for a person to look at."""


class Standing(NamedTuple):
    """An attempt, its invoice and, if their account lives by a test clock, what time that shows."""

    attempt: PaymentAttempt
    invoice: Invoice
    frozen_at: datetime | None


class Follows(StrEnum):
    """What follows when an attempt has changed."""

    CAPTURE = "capture"
    LOSS = "loss"
    MONEY = "money"
    TOO_SMALL = "too_small"
    NOTHING = "nothing"


class Taken(NamedTuple):
    """What was told and changed an attempt; `was_over`: nobody had waited for money of it any more."""

    standing: Standing
    fact: PaymentFact
    was_over: bool


def record_outcome(session: Session, fact: PaymentFact, wall: Wall) -> Outcome:
    """Record one; see `record_outcomes`."""
    return record_outcomes(session, [fact], wall)[0]


def record_outcomes(session: Session, facts: Sequence[PaymentFact], wall: Wall) -> list[Outcome]:
    """Bring our books to what gateways say, and return what each fact did. Duplicates and stale news change nothing.

    `wall` is the wall clock's; what is booked gets the account's own time. A capture is booked as money that we hold
    whatever it fits. What a customer agreed to is captured after the commit if it is wanted, else it has expired.
    Raises PaymentContradiction for news of another checkout than was opened, and UnknownMark for a payment that bears
    the mark of an attempt that is not in the books.
    """
    standings = _lock(session, facts)
    outcomes: list[Outcome] = []
    taken: dict[Follows, list[Taken]] = defaultdict(list)
    for fact in _as_wanted(session, standings, facts):
        standing = standings.get((fact.gateway, fact.attempt_id))
        if standing is None:
            outcomes.append(_not_ours(session, fact))
            continue
        was_over = is_over(standing.attempt)
        outcomes.append(_take(standing, fact, wall))
        if outcomes[-1] is Outcome.RECORDED:
            taken[_what_follows(standing.attempt, fact)].append(Taken(standing, fact, was_over))
    update_rows(session, [standing.attempt for standing in standings.values()], WRITTEN)
    _follow(session, taken, wall)
    return outcomes


def _what_follows(attempt: PaymentAttempt, fact: PaymentFact) -> Follows:
    if fact.status is PaymentStatus.CAPTURED:
        return Follows.MONEY
    if fact.status is PaymentStatus.APPROVED:
        return Follows.CAPTURE
    if is_too_small(attempt):
        return Follows.TOO_SMALL
    return Follows.LOSS if is_over(attempt) else Follows.NOTHING


def _follow(session: Session, taken: Mapping[Follows, Sequence[Taken]], wall: Wall) -> None:
    """Kind after kind, what was captured in the order in which it was told."""
    for standing, _, _ in taken[Follows.CAPTURE]:
        intend_capture(session, standing.attempt)
    for standing, _, _ in taken[Follows.LOSS]:
        _lose(session, standing, wall)
    capture_all(session, [_capture(standing, fact, wall) for standing, fact, _ in taken[Follows.MONEY]])
    for standing, _, was_over in taken[Follows.MONEY]:
        if was_over:
            # it had made way for another attempt, which is not to be paid as well
            cancel_under_way(session, standing.invoice.id)
    for standing, _, _ in taken[Follows.TOO_SMALL]:
        charge_too_small(session, standing.invoice, standing.frozen_at or wall.at)


def _not_ours(session: Session, fact: PaymentFact) -> Outcome:
    """Whoever pays cannot write our mark; only the books did. Its money may be booked without the attempt."""
    if not fact.attempt_id:
        return Outcome.NOT_OURS
    if booked_among(session, {(fact.gateway, fact.payment_ref)} if fact.payment_ref else ()):
        return Outcome.KNOWN
    reference = fact.payment_ref or fact.checkout_ref
    raise UnknownMark(f"{reference} is {fact.status} and bears the mark of attempt {fact.attempt_id}")


def _lock(session: Session, facts: Sequence[PaymentFact]) -> dict[tuple[str, str], Standing]:
    """By gateway and attempt. First the subscriptions, then the invoices, each in the order of their ids, as by all."""
    ids = {known for fact in facts if (known := as_uuid(fact.attempt_id)) is not None}
    if not ids:
        return {}
    of_these = select(Invoice.subscription_id).join(PaymentAttempt, PaymentAttempt.invoice_id == Invoice.id)
    lock_in_order(session, of_these.where(is_among(PaymentAttempt.id, ids)))
    clock = select(TestClock.frozen_at).join(Account, Account.clock_id == TestClock.id)
    frozen_at = clock.where(Account.id == PaymentAttempt.account_id).scalar_subquery()
    found = select(PaymentAttempt, Invoice, frozen_at).join(Invoice, Invoice.id == PaymentAttempt.invoice_id)
    in_order = found.where(is_among(PaymentAttempt.id, ids)).order_by(Invoice.id, PaymentAttempt.id)
    rows = session.execute(in_order.with_for_update(of=(PaymentAttempt, Invoice)))
    standings: Iterator[Standing] = (Standing(*row) for row in rows)
    return {(standing.attempt.gateway, str(standing.attempt.id)): standing for standing in standings}


def _as_wanted(
    session: Session, standings: Mapping[tuple[str, str], Standing], facts: Sequence[PaymentFact]
) -> Iterator[PaymentFact]:
    """What was agreed to and is not wanted (any more) has expired: nobody takes it, unless that has begun."""
    agreed = [fact for fact in facts if fact.status is PaymentStatus.APPROVED]
    canceled = to_be_canceled(session, list(filter(None, (as_uuid(fact.attempt_id) for fact in agreed))))
    for fact in facts:
        standing, reason = standings.get((fact.gateway, fact.attempt_id)), ""
        if standing is not None and fact.status is PaymentStatus.APPROVED:
            attempt, invoice, _ = standing
            is_begun = attempt.status is AttemptStatus.APPROVED
            reason = "" if is_begun else why_unwanted(attempt, invoice, fact, is_canceled=attempt.id in canceled)
        yield replace(fact, status=PaymentStatus.EXPIRED, failure_code=reason) if reason else fact


def _take(standing: Standing, fact: PaymentFact, wall: Wall) -> Outcome:
    """Bring the attempt to what the gateway says of it."""
    attempt, after = standing.attempt, AttemptStatus(fact.status.value)
    if attempt.status is AttemptStatus.CAPTURED:
        return Outcome.RECORDED if _is_other_money(attempt, fact) else Outcome.KNOWN
    attempt.look_up_at = wall.at + LOOK_UP_AFTER
    if attempt.status is after or not can_move(attempt, after):
        look_up_no_more_when_final(attempt)
        return Outcome.KNOWN
    _write_down(attempt, fact)
    move(attempt, after)
    if after is AttemptStatus.CAPTURED:
        attempt.captured_at = standing.frozen_at or fact.paid_at or wall.at
    elif after is AttemptStatus.APPROVED:
        attempt.approvals += 1
    return Outcome.RECORDED


def _is_other_money(attempt: PaymentAttempt, fact: PaymentFact) -> bool:
    """A second payment for what was paid: a customer paid on two pages of one purchase.

    Where one of the two has no reference, nothing tells them apart: then it is the same money, told once more.
    """
    is_told_apart = bool(fact.payment_ref) and bool(attempt.payment_ref)
    return fact.status is PaymentStatus.CAPTURED and is_told_apart and fact.payment_ref != attempt.payment_ref


def _write_down(attempt: PaymentAttempt, fact: PaymentFact) -> None:
    is_other_page = attempt.checkout_ref and fact.checkout_ref and attempt.checkout_ref != fact.checkout_ref
    if is_other_page and fact.status is not PaymentStatus.CAPTURED:
        raise PaymentContradiction(f"attempt {attempt.id} was opened as another checkout than the one now reported")
    attempt.checkout_ref = attempt.checkout_ref or fact.checkout_ref
    attempt.payment_ref = fact.payment_ref or attempt.payment_ref
    attempt.charge_ref = fact.charge_ref or attempt.charge_ref
    attempt.failure_code = fact.failure_code


def _capture(standing: Standing, fact: PaymentFact, wall: Wall) -> Capture:
    """Whoever lives by a test clock is paid by that clock too, whatever time the gateway has."""
    frozen_at = standing.frozen_at
    return Capture(standing.attempt, standing.invoice, fact, frozen_at or fact.paid_at or wall.at, frozen_at or wall.at)


def _lose(session: Session, standing: Standing, wall: Wall) -> None:
    """No money will come of this attempt: a purchase's draft is dropped; after a declined charge, dunning decides."""
    attempt, invoice, now = standing.attempt, standing.invoice, standing.frozen_at or wall.at
    if attempt.kind is AttemptKind.CHECKOUT:
        void_draft(invoice, now)
    elif invoice.status not in CHARGEABLE:
        return
    elif is_answered(attempt) or invoice.status is InvoiceStatus.DRAFT:
        charge_failed(session, invoice, attempt, now)
    else:
        attempt_ended(session, invoice, now)
