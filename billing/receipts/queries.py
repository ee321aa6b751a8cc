"""Reads of receipts."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.money import Money
from billing.receipts.tables import REVERSALS, Allocation, Receipt, ReceiptRemark, ReceiptSource
from database.among import is_among
from database.pages import FIRST_PAGE, Between, Paging, in_order, narrowed
from schemas.facts.reversals import ReversalFact, ReversalKind
from schemas.views.base import Page
from schemas.views.receipts import ReceiptView

# something is left of it, or, of what was carried over, less than nothing
IS_KEPT = and_(Receipt.allocated_minor != Receipt.amount_minor, Receipt.source.not_in(REVERSALS))
NEEDS_A_LOOK = (Receipt.remark != ReceiptRemark.NONE, Receipt.looked_at.is_(None))
# held by no gateway
OURS = ("",)
ORDERS = {"created": Receipt.created_at, "received": Receipt.received_at, "amount": Receipt.amount_minor}
_KEPT = func.sum(Receipt.amount_minor - Receipt.allocated_minor)


def kept_for(session: Session, account_id: UUID, currency: str, held_at: str = "") -> Money:
    """What is kept for an account's next invoices now: of ours, or of the gateway that holds it; negative, it is owed.

    Without a lock.
    """
    usable = select(_KEPT).where(Receipt.account_id == account_id, Receipt.currency == currency, IS_KEPT)
    return Money(int(session.scalar(usable.where(Receipt.held_at == held_at)) or 0), currency)


def kept_of(session: Session, account_id: UUID) -> dict[str, int]:
    """All that is kept for an account, in minor units by currency; negative where it is owed, left out at zero."""
    kept = select(Receipt.currency, _KEPT).where(Receipt.account_id == account_id, IS_KEPT).group_by(Receipt.currency)
    rows = session.execute(kept.order_by(Receipt.currency))
    return {currency: int(minor) for currency, minor in rows if minor}


class PaidBy(NamedTuple):
    """So much of a receipt pays an invoice."""

    receipt: Receipt
    minor: int


def paid_by(session: Session, invoice_id: UUID) -> list[PaidBy]:
    """What pays of an invoice now, the first to come first: money that came for it, and what was kept from before."""
    paid = func.sum(Allocation.amount_minor)
    found = select(Receipt, paid).join(Allocation, Allocation.receipt_id == Receipt.id)
    found = found.where(Allocation.invoice_id == invoice_id).group_by(Receipt.id).having(paid != 0)
    rows = session.execute(found.order_by(Receipt.received_at, Receipt.id))
    return [PaidBy(receipt, int(minor)) for receipt, minor in rows]


def booked_among(session: Session, references: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (gateway, reference) of payments that are receipts already."""
    if not references:
        return set()
    named = tuple_(Receipt.gateway, Receipt.reference).in_(references)
    captured = select(Receipt.gateway, Receipt.reference).where(Receipt.source == ReceiptSource.CAPTURE)
    rows = session.execute(captured.where(named))
    return {(row.gateway, row.reference) for row in rows}


def as_booked(session: Session, gateway: str, facts: Sequence[ReversalFact]) -> list[ReversalFact]:
    """Those that are booked under no other kind: what has left by one object has left once, and stays what it was.

    A gateway that marks neither may call a refund made by hand a dispute as soon as a bank has taken the rest.
    """
    kinds = {ReceiptSource.REFUND: ReversalKind.DISPUTE, ReceiptSource.DISPUTE: ReversalKind.REFUND}
    named = Receipt.gateway == gateway, Receipt.reference.in_([fact.reversal_ref for fact in facts])
    rows = session.execute(select(Receipt.source, Receipt.reference).where(*named, Receipt.source.in_(kinds)))
    others = {(kinds[row.source], row.reference) for row in rows}
    return [fact for fact in facts if (fact.kind, fact.reversal_ref) not in others]


def get_payment(session: Session, receipt_id: UUID) -> Receipt:
    """A payment that came; raises Rejected `payment_not_found`, also for a receipt of anything else."""
    receipt = session.get(Receipt, receipt_id)
    if receipt is None or receipt.source is not ReceiptSource.CAPTURE:
        raise Rejected("payment_not_found", f"There is no payment {receipt_id}.", status=404)
    return receipt


def list_payments(session: Session, account_id: UUID | None, limit: int) -> Sequence[Receipt]:
    """The newest payments that came, the newest first."""
    came = select(Receipt).where(Receipt.source == ReceiptSource.CAPTURE)
    if account_id is not None:
        came = came.where(Receipt.account_id == account_id)
    return session.scalars(came.order_by(Receipt.created_at.desc(), Receipt.id.desc()).limit(limit)).all()


def unmatched_minor(session: Session, gateway: str, references: Collection[str], currency: str) -> int:
    """What came under these references for nothing that we had asked for, in minor units."""
    came = select(func.sum(Receipt.amount_minor)).where(_captured_as(gateway, references))
    return int(session.scalar(came.where(Receipt.currency == currency, Receipt.attempt_id.is_(None))) or 0)


def find_captured(session: Session, gateway: str, references: Collection[str]) -> UUID | None:
    """The receipt of the payment that came under one of these references; None when none did."""
    return session.scalar(select(Receipt.id).where(_captured_as(gateway, references)).limit(1))


def lock_kept(
    session: Session, account_ids: Collection[UUID], held_at: tuple[str, ...] = OURS
) -> dict[tuple[UUID, str], list[Receipt]]:
    """Receipts with something left or owed, by account and currency, the oldest first; nobody else's until commit.

    Those for invoices of ours; what a gateway holds is for its own, as it will use it for those, whatever we do.
    Locked in the order of their ids: two batches that meet in an account cannot deadlock.
    """
    locked = _kept(account_ids, held_at).with_for_update().execution_options(populate_existing=True)
    return _by_currency(session.scalars(locked))


def find_kept(session: Session, account_ids: Collection[UUID]) -> dict[tuple[UUID, str], list[Receipt]]:
    """The same of ours, for whoever only shows it."""
    return _by_currency(session.scalars(_kept(account_ids, OURS)))


def _kept(account_ids: Collection[UUID], held_at: tuple[str, ...]) -> Select[Receipt]:
    of_these = is_among(Receipt.account_id, account_ids), Receipt.held_at.in_(held_at), IS_KEPT
    return select(Receipt).where(*of_these).order_by(Receipt.id)


def _by_currency(receipts: Iterable[Receipt]) -> dict[tuple[UUID, str], list[Receipt]]:
    found: dict[tuple[UUID, str], list[Receipt]] = {}
    for receipt in receipts:
        found.setdefault((receipt.account_id, receipt.currency), []).append(receipt)
    return found


def list_receipts(
    session: Session,
    paging: Paging = FIRST_PAGE,
    *,
    account_id: UUID | None = None,
    source: ReceiptSource | None = None,
    gateway: str | None = None,
    currency: str | None = None,
    created: Between | None = None,
    received: Between | None = None,
    amount: Between | None = None,
    needs_a_look: bool = False,
) -> Page[ReceiptView]:
    """A page of receipts, ordered as `ORDERS` names it."""
    query = narrowed(
        select(Receipt),
        (Receipt.account_id, account_id),
        (Receipt.source, source),
        (Receipt.gateway, gateway),
        (Receipt.currency, currency),
        (Receipt.created_at, created),
        (Receipt.received_at, received),
        (Receipt.amount_minor, amount),
    )
    if needs_a_look:
        query = query.where(*NEEDS_A_LOOK)
    page, cursor = in_order(session, query, Receipt, paging, ORDERS)
    return Page(data=[view_receipt(receipt) for receipt in page], next_cursor=cursor)


def show_receipt(session: Session, receipt_id: UUID) -> ReceiptView:
    """One receipt as the API shows it; raises Rejected `receipt_not_found`."""
    receipt = session.get(Receipt, receipt_id)
    if receipt is None:
        raise Rejected("receipt_not_found", f"There is no receipt {receipt_id}.", status=404)
    return view_receipt(receipt)


def receipts_of_attempts(session: Session, attempt_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The receipts of the money that these attempts brought, by the attempts' ids; of several the first."""
    came = select(Receipt.attempt_id, Receipt.id).where(
        is_among(Receipt.attempt_id, attempt_ids), Receipt.source == ReceiptSource.CAPTURE
    )
    found: dict[UUID, UUID] = {}
    for attempt_id, receipt_id in session.execute(came.order_by(Receipt.created_at, Receipt.id)):
        if attempt_id is not None:
            found.setdefault(attempt_id, receipt_id)
    return found


def count_unseen(session: Session) -> int:
    """How many wait for a person."""
    return session.scalars(select(func.count()).select_from(Receipt).where(*NEEDS_A_LOOK)).one()


def _captured_as(gateway: str, references: Collection[str]) -> ColumnElement[bool]:
    is_capture = and_(Receipt.source == ReceiptSource.CAPTURE, Receipt.reference != "")
    return and_(is_capture, Receipt.gateway == gateway, Receipt.reference.in_(references))


def view_receipt(receipt: Receipt) -> ReceiptView:
    """A receipt as the API shows it."""
    return ReceiptView(
        id=receipt.id,
        account_id=receipt.account_id,
        source=str(receipt.source),
        gateway=receipt.gateway,
        reference=receipt.reference,
        amount_minor=receipt.amount_minor,
        currency=receipt.currency,
        allocated_minor=receipt.allocated_minor,
        kept_minor=receipt.kept_minor,
        remark=str(receipt.remark),
        received_at=receipt.received_at,
    )
