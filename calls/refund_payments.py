"""Give captured money back: claim, call, record. What may have been asked before is looked for first."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.outcomes.record_outcome import PaymentContradiction
from billing.outcomes.record_refund import record_refund
from billing.refunds.send_refund import RefundToSend, send_refund
from calls.key_of_try import fresh_key, is_key_spent
from database.memory import OVERLAP
from database.outbox import OutboxEntry
from gateways.gateway import Gateway
from schemas.facts.reversals import RefundRequest, RefundState, ReversalFact, ReversalKind
from workers import claims
from workers.wiring import Work

log = structlog.get_logger(__name__)


def refund_payments(work: Work, entry_ids: Sequence[UUID]) -> None:
    """Ask gateways for the refunds that these outbox rows name, and record what became of each."""
    for entry in claims.take(work.database, OutboxEntry, entry_ids):
        with claims.attempt(work.database, entry):
            if claims.lease(work.database, entry, claims.LONG_LEASE):
                _refund_one(work, entry)


def _refund_one(work: Work, entry: OutboxEntry) -> None:
    with work.database.transaction() as session:
        sent = send_refund(session, entry.subject_id)
    gateway = None if sent is None else work.gateway(sent.gateway)
    is_spent = (
        sent is not None and gateway is not None and is_key_spent(gateway, entry.attempts, sent.created_at, work.wall())
    )
    if is_spent and entry.lease_until is not None:
        # every end that is reported takes the lease off the row: this one's worker died or hangs, and a call under
        # another key could come before its call does
        claims.postpone(work.database, entry, OVERLAP, "an earlier call may still be under way")
        return
    fact = None if sent is None or gateway is None else _ask(work, gateway, _keyed(sent, entry, is_spent))

    def act(session: Session) -> None:
        if fact is not None:
            record_refund(session, entry.subject_id, fact, work.wall())

    claims.finish(work.database, entry, act)


def _keyed(sent: RefundToSend, entry: OutboxEntry, is_spent: bool) -> RefundRequest:
    if not is_spent:
        return sent.request
    return replace(sent.request, idempotency_key=fresh_key(sent.request.idempotency_key, entry.attempts))


def _ask(work: Work, gateway: Gateway, request: RefundRequest) -> ReversalFact:
    """Only where all refunds of the payment were looked through for it: books from a backup forget what they asked.

    A repeat that is under way at the same time meets the same key.
    """
    found = gateway.refunds.find_refund(request.refund_id, payment_ref=request.payment_ref)
    if found is not None:
        return found
    try:
        return gateway.refunds.refund(request)
    except Rejected as refusal:
        if refusal.code == "idempotency_key_reused":
            raise PaymentContradiction(f"refund {request.refund_id} was sent with other parameters before") from None
        log.warning("refund_refused", code=refusal.code, detail=refusal.detail)
        return _refused(request, refusal, work)


def _refused(request: RefundRequest, refusal: Rejected, work: Work) -> ReversalFact:
    return ReversalFact(
        kind=ReversalKind.REFUND,
        reversal_ref="",
        left_minor=0,
        currency=request.currency,
        moved_at=work.wall().at,
        state=RefundState.FAILED,
        refund_id=request.refund_id,
        failure_code=refusal.code,
    )
