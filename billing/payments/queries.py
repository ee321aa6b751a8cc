"""Reads of payment attempts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.cards.tables import Card
from billing.clocks.tables import TestClock
from billing.clocks.wall import Wall
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.payments.intend_charge import thaw_charge
from billing.payments.start_checkout import thaw
from billing.payments.tables import LIVE_ATTEMPTS, AttemptKind, AttemptStatus, PaymentAttempt
from database.among import is_among
from database.outbox import OutboxEntry
from schemas.facts.payments import ChargeRequest, CheckoutRequest

IS_LIVE = PaymentAttempt.status.in_(LIVE_ATTEMPTS)
# what these were billed for can be taken back as long as it is not paid
TAKEN_BACK = (InvoiceReason.START, InvoiceReason.CHANGE)
# before the attempt's id: what makes the wish to cancel it unique, see `cancel_under_way`
CANCEL = "cancel_payment/"
# Our clock and the gateway's may differ by this much.
CLOCK_TOLERANCE = timedelta(minutes=5)


def captured_references(session: Session, attempt_ids: Iterable[str]) -> set[tuple[str, str]]:
    """The payments and checkouts by which these attempts were captured, each as (gateway, reference).

    Nothing that is heard under these can change them any more; another reference is other money. Foreign ids have none.
    """
    wanted = [known for known in map(as_uuid, attempt_ids) if known is not None]
    if not wanted:
        return set()
    columns = (PaymentAttempt.gateway, PaymentAttempt.payment_ref, PaymentAttempt.checkout_ref)
    captured = select(*columns).where(PaymentAttempt.status == AttemptStatus.CAPTURED)
    rows = session.execute(captured.where(is_among(PaymentAttempt.id, wanted)))
    return {(row.gateway, reference) for row in rows for reference in (row.payment_ref, row.checkout_ref) if reference}


def as_uuid(attempt_id: str) -> UUID | None:
    """The id of an attempt, if a mark can be one."""
    try:
        return UUID(attempt_id)
    except ValueError:
        return None


def invoice_asked_for(session: Session, attempt_id: UUID | None) -> UUID | None:
    """The invoice that an attempt was to pay, if there is one. What else its money paid, it paid as kept money."""
    return session.get_one(PaymentAttempt, attempt_id).invoice_id if attempt_id is not None else None


def is_used(session: Session, gateway: str) -> bool:
    """Whether a payment was ever asked for there."""
    return session.scalar(select(PaymentAttempt.id).where(PaymentAttempt.gateway == gateway).limit(1)) is not None


def live_attempt(session: Session, invoice_id: UUID) -> PaymentAttempt | None:
    """The one attempt of ours that may still take the money of an invoice, if there is one. Read without a lock."""
    attempt = PaymentAttempt
    live = select(attempt).where(attempt.invoice_id == invoice_id, attempt.kind != AttemptKind.GATEWAY, IS_LIVE)
    return session.scalar(live.execution_options(populate_existing=True))


@dataclass(frozen=True, slots=True)
class OpenCheckout:
    """A hosted page as it stands. Nothing but its opening is known of one without a `checkout_ref`.

    `payment_ref` is of a payment that was made on it and has no outcome yet. Under `capture_key` is captured what the
    customer agreed to; empty as long as nothing is to be captured.
    """

    attempt_id: UUID
    gateway: str
    checkout_ref: str
    request: CheckoutRequest
    created_at: datetime
    payment_ref: str = ""
    capture_key: str = ""


def open_checkouts(session: Session, wall: Wall, limit: int) -> list[OpenCheckout]:
    """Pages that should have been heard of by now, the longest waiting first."""
    waiting = _checkouts().where(PaymentAttempt.look_up_at <= wall.at).order_by(PaymentAttempt.look_up_at)
    return [_checkout(attempt) for attempt in session.scalars(waiting.limit(limit))]


def find_live_checkout(session: Session, attempt_id: UUID) -> OpenCheckout | None:
    """This page, if it may still be paid. What is to be canceled is captured no more: its closing tells what came."""
    attempt = session.scalar(_checkouts().where(PaymentAttempt.id == attempt_id, IS_LIVE))
    is_unwanted = session.scalar(select(OutboxEntry.id).where(OutboxEntry.cause == f"{CANCEL}{attempt_id}")) is not None
    page = _checkout(attempt) if attempt else None
    return replace(page, capture_key="") if page and is_unwanted else page


def to_be_canceled(session: Session, attempt_ids: Collection[UUID]) -> set[UUID]:
    """Those of these attempts that somebody wishes to cancel."""
    wishes = [f"{CANCEL}{attempt_id}" for attempt_id in attempt_ids]
    staged = select(OutboxEntry.subject_id).where(OutboxEntry.cause.in_(wishes))
    return set(session.scalars(staged)) if wishes else set()


def find_page(session: Session, gateway: str, checkout_ref: str) -> UUID | None:
    """The attempt whose page this is; None for a page that is not ours, or not known by its reference yet."""
    of_page = select(PaymentAttempt.id).where(PaymentAttempt.gateway == gateway)
    return session.scalar(of_page.where(PaymentAttempt.checkout_ref == checkout_ref))


def open_pages_of(session: Session, subscription_id: UUID) -> Sequence[UUID]:
    """The attempts whose pages are open for the start of a subscription, or for a change of its plan."""
    of_this = select(PaymentAttempt.id).join(Invoice, Invoice.id == PaymentAttempt.invoice_id)
    of_this = of_this.where(Invoice.subscription_id == subscription_id, Invoice.reason.in_(TAKEN_BACK))
    pages = of_this.where(PaymentAttempt.kind == AttemptKind.PAGE, IS_LIVE)
    return session.scalars(pages.order_by(PaymentAttempt.id)).all()


def _checkouts() -> Select[PaymentAttempt]:
    return select(PaymentAttempt).where(PaymentAttempt.kind.in_((AttemptKind.CHECKOUT, AttemptKind.PAGE)))


def _checkout(attempt: PaymentAttempt) -> OpenCheckout:
    is_approved = attempt.status is AttemptStatus.APPROVED
    key = f"cashbeat/capture/{attempt.id}/{attempt.approvals}" if is_approved else ""
    known = attempt.checkout_ref, thaw(attempt.request), attempt.created_at, attempt.payment_ref
    return OpenCheckout(attempt.id, attempt.gateway, *known, key)


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge as it stands, and the window (both ends included) in which the gateway can have made it.

    A gateway with test clocks dates what belongs to a customer on one by that clock: the window holds both courses of
    time. The books were asked at `asked_at` by the wall clock. It was `sent_at` last, if ever. `unwanted_since` is the
    instant of the wish to cancel it, by the database's clock; None while nobody wishes that.
    """

    attempt_id: UUID
    gateway: str
    status: AttemptStatus
    invoice_status: InvoiceStatus
    request: ChargeRequest
    payment_ref: str
    created_at: datetime
    sent_at: datetime | None
    made_after: datetime
    made_before: datetime
    asked_at: datetime
    unwanted_since: datetime | None
    is_card_detached: bool


def gateways_of_charges(session: Session, entry_ids: Collection[UUID]) -> dict[str, list[UUID]]:
    """The outbox rows that ask for charges, oldest first, by the gateway of the attempt that each is about."""
    of_entry = select(OutboxEntry.id, PaymentAttempt.gateway).join(
        PaymentAttempt, PaymentAttempt.id == OutboxEntry.subject_id
    )
    by_gateway: dict[str, list[UUID]] = {}
    for row in session.execute(of_entry.where(is_among(OutboxEntry.id, entry_ids)).order_by(OutboxEntry.id)):
        by_gateway.setdefault(row.gateway, []).append(row.id)
    return by_gateway


def lock_charges(session: Session, attempt_ids: Collection[UUID], wall: Wall) -> dict[UUID, Charge]:
    """These charges by their attempts' ids, nobody else's until commit; `wall` is the wall clock's time.

    Locked in the order in which outcomes are recorded.
    """
    wanted = _charges().where(is_among(PaymentAttempt.id, attempt_ids))
    in_order = wanted.order_by(PaymentAttempt.invoice_id, PaymentAttempt.id)
    rows = session.execute(in_order.with_for_update(of=PaymentAttempt))
    return {row.id: _charge(row, wall) for row in rows}


def open_charges(session: Session, wall: Wall, limit: int) -> list[Charge]:
    """Charges that were sent and should have been answered by now, the longest waiting first."""
    waiting = _charges().where(PaymentAttempt.look_up_at <= wall.at)
    return [_charge(row, wall) for row in session.execute(waiting.order_by(PaymentAttempt.look_up_at).limit(limit))]


def find_live_charge(session: Session, attempt_id: UUID, wall: Wall) -> Charge | None:
    """This charge, if it may still take the money."""
    row = session.execute(_charges().where(PaymentAttempt.id == attempt_id, IS_LIVE)).one_or_none()
    return _charge(row, wall) if row else None


def _charges() -> Select[Any]:
    attempt = PaymentAttempt
    columns = (attempt.id, attempt.gateway, attempt.status, attempt.request, attempt.payment_ref)
    times = (attempt.created_at, attempt.sent_at)
    of_invoice = (Invoice.status.label("invoice_status"), Invoice.issued_at)
    wish = select(OutboxEntry.created_at).where(OutboxEntry.cause == func.concat(CANCEL, attempt.id)).scalar_subquery()
    found = select(*columns, *times, *of_invoice, TestClock.frozen_at, Card.detached_at, wish.label("unwanted_since"))
    found = found.join(Invoice, Invoice.id == attempt.invoice_id).outerjoin(Card, Card.id == attempt.card_id)
    found = found.join(Account, Account.id == attempt.account_id).outerjoin(TestClock, TestClock.id == Account.clock_id)
    return found.where(attempt.kind == AttemptKind.CHARGE)


def _charge(row: Row[Any], wall: Wall) -> Charge:
    return Charge(
        attempt_id=row.id,
        gateway=row.gateway,
        status=row.status,
        invoice_status=row.invoice_status,
        request=thaw_charge(row.request),
        payment_ref=row.payment_ref,
        created_at=row.created_at,
        sent_at=row.sent_at,
        made_after=min(row.created_at, row.issued_at or row.created_at) - CLOCK_TOLERANCE,
        made_before=max(wall.at, row.frozen_at or wall.at) + CLOCK_TOLERANCE,
        asked_at=wall.at,
        unwanted_since=row.unwanted_since,
        is_card_detached=row.detached_at is not None,
    )
