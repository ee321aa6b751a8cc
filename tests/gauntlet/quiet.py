"""Quiet: every webhook is delivered and nothing is left to do, but for the receipts that the run does not wait for."""

import sys
import time
from collections.abc import Callable

import requests
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from database.engine import Database
from stack.errors import StackError
from stack.shopper import Shopper
from tests.gauntlet.plan import Happened, Plan

# without any progress; leases, waits and look-ups of what a killed worker had are shorter
QUIET_WAIT_SECONDS = 900.0
QUIET_POLL_SECONDS = 1.0

UNFINISHED = text("""
    SELECT (SELECT count(*) FROM inbox WHERE state = 'ready')
         + (SELECT count(*) FROM operations WHERE state = 'ready')
         + (SELECT count(*) FROM outbox WHERE state = 'ready')
         + (SELECT count(*) FROM unverified_events)
""")
RECEIPTS_AHEAD = text("""
    SELECT i.number FROM outbox o JOIN invoices i ON i.id = o.subject_id
    WHERE o.state = 'ready' AND i.reason = 'renewal' AND i.status = 'paid'
      AND o.topic IN ('invoice_pdf', 'subscription_renewal')
""")
RECEIPTS_SENT = text("SELECT count(*) FROM outbox WHERE topic = 'subscription_renewal' AND state = 'done'")
UNSETTLED = text("""
    SELECT (SELECT count(*) FROM payment_attempts
            WHERE kind = 'charge' AND status IN ('created', 'unknown', 'pending')
               OR gateway = 'paypal' AND status IN ('approved', 'unknown', 'pending'))
         + (SELECT count(*) FROM refunds WHERE status IN ('created', 'unknown', 'pending'))
""")


def await_quiet(plan: Plan, happened: Happened, database: Database, shopper: Shopper, show: Callable[[], None]) -> None:
    """Return when it is quiet, or blame the run when it stands still. How long it takes is the machine's business."""
    fewest, moved_at = sys.maxsize, time.monotonic()
    while not _is_quiet(plan, database, shopper):
        show()
        left = _left(database)
        if left < fewest:
            fewest, moved_at = left, time.monotonic()
        if time.monotonic() - moved_at > QUIET_WAIT_SECONDS:
            happened.blame(f"{fewest} rows wait, and none was done for {QUIET_WAIT_SECONDS:.0f} seconds")
            return
        time.sleep(QUIET_POLL_SECONDS)


def left_over(session: Session) -> int:
    """Rows of the pipeline that still wait for something other than a renewal's receipt."""
    return int(session.scalar(UNFINISHED) or 0) - len(session.scalars(RECEIPTS_AHEAD).all())


def receipts_ahead(session: Session) -> set[str]:
    """Numbers of paid renewals whose PDF or mail is staged and still to come."""
    return set(session.scalars(RECEIPTS_AHEAD))


def unsettled(session: Session) -> int:
    """Charges of saved cards and refunds that nobody knows the outcome of."""
    return int(session.scalar(UNSETTLED) or 0)


def _is_quiet(plan: Plan, database: Database, shopper: Shopper) -> bool:
    try:
        if shopper.sandbox("GET", "/sandbox/webhooks")["pending"]:
            return False
        with database.transaction() as session:
            return left_over(session) + unsettled(session) == 0 and _has_documents(plan, session)
    except (DBAPIError, StackError, requests.RequestException):
        return False


def _left(database: Database) -> int:
    """All that waits, receipts as well; as long as nobody can count it, as much as there may be."""
    try:
        with database.transaction() as session:
            return int(session.scalar(UNFINISHED) or 0) + unsettled(session)
    except DBAPIError:
        return sys.maxsize


def _has_documents(plan: Plan, session: Session) -> bool:
    return not receipts_ahead(session) or int(session.scalar(RECEIPTS_SENT) or 0) >= plan.documents
