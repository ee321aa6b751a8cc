"""Capture what customers agreed to on pages: claim, call, record. Whoever hears of it first has staged it, once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from billing.payments.queries import find_live_checkout
from calls.key_of_try import fresh_key, is_key_spent
from calls.page_call import capture_page
from calls.write_told import write_told
from database.outbox import OutboxEntry
from workers import claims
from workers.wiring import Work


def capture_payments(work: Work, entry_ids: Sequence[UUID]) -> None:
    """Capture what these outbox rows name, and record what became of each."""
    for entry in claims.take(work.database, OutboxEntry, entry_ids):
        with claims.attempt(work.database, entry):
            # a token, a capture and a look at what came of it, each with its time-outs
            if claims.lease(work.database, entry, claims.LONG_LEASE):
                _capture_one(work, entry)


def _capture_one(work: Work, entry: OutboxEntry) -> None:
    """A repeat goes under the same key as long as that helps; a page is captured once, whichever key is used."""
    with work.database.transaction() as session:
        page = find_live_checkout(session, entry.subject_id)
    if page is None or not page.capture_key:
        claims.finish(work.database, entry, lambda _: {"dropped": "known"})
        return
    gateway = work.gateway(page.gateway)
    is_spent = is_key_spent(gateway, entry.attempts, entry.created_at, work.wall())
    key = fresh_key(page.capture_key, entry.attempts) if is_spent else page.capture_key
    fact = capture_page(gateway, page, key)

    def act(session: Session) -> None:
        write_told(work, session, [fact])

    claims.finish(work.database, entry, act)
