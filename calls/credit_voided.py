"""Give void invoices their credit notes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from billing.outcomes.invoice_voided import invoice_voided
from database.outbox import OutboxEntry
from workers import claims
from workers.wiring import Work


def credit_voided_invoices(work: Work, entry_ids: Sequence[UUID]) -> None:
    """Issue the credit note of each invoice that these outbox rows name; issuing stages its PDF."""
    for entry in claims.take(work.database, OutboxEntry, entry_ids):
        with claims.attempt(work.database, entry):
            _credit(work, entry)


def _credit(work: Work, entry: OutboxEntry) -> None:
    def act(session: Session) -> None:
        invoice_voided(session, entry.subject_id, work.wall())

    claims.finish(work.database, entry, act)
