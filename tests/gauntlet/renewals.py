"""The run's subscriptions: look on until each has come to its end, and let the cards that are to recover pay again."""

import threading
import time
from collections.abc import Sequence
from uuid import UUID

import requests
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from database.engine import Database
from stack.errors import StackError
from stack.shopper import Shopper
from tests.gauntlet.plan import Happened, Plan
from tests.gauntlet.subscribers import Fate, Subscriber, steer

POLL_SECONDS = 1.0
# After the last has fallen due. A charge that has met four faults in a row waits for ten to twelve minutes by itself,
# see `workers.claims.WAITS_SECONDS`; who is not renewed well after that has found a bug.
PATIENCE_SECONDS = 1_200.0
EXAMPLES_MAX = 3
STANDING = text("""
    SELECT s.id, s.status, count(i.id) FILTER (WHERE i.status = 'paid') AS paid
    FROM subscriptions s LEFT JOIN invoices i ON i.subscription_id = s.id GROUP BY s.id
""")
TRY_NOW = text("""
    UPDATE dunnings SET next_attempt_at = now() WHERE state = 'open' AND subscription_id = ANY(CAST(:ids AS uuid[]))
""")


class Renewals(threading.Thread):
    """Counts the subscriptions that have come to their end; over when all have, or when patience is."""

    def __init__(
        self, plan: Plan, happened: Happened, database: Database, shopper: Shopper, subscribers: Sequence[Subscriber]
    ) -> None:
        super().__init__(name="renewals")
        self._plan, self._happened, self._database, self._shopper = plan, happened, database, shopper
        self._going_on = {each.subscription_id: each for each in subscribers}
        self._relented: set[UUID] = set()

    def run(self) -> None:
        """Look again and again, through every outage."""
        deadline = time.monotonic() + self._plan.due_seconds + PATIENCE_SECONDS
        while self._going_on and time.monotonic() < deadline:
            try:
                self._look()
            except (DBAPIError, StackError, requests.RequestException):
                self._happened.count("retries")
            time.sleep(POLL_SECONDS)
        if self._going_on:
            examples = [str(each) for each in self._going_on][:EXAMPLES_MAX]
            self._happened.blame(f"{len(self._going_on)} subscriptions came to no end, such as {examples}")

    def _look(self) -> None:
        with self._database.transaction() as session:
            standing = {row.id: (row.status, row.paid) for row in session.execute(STANDING)}
        over = [each for each in self._going_on.values() if _is_over(each, *standing[each.subscription_id])]
        for subscriber in over:
            del self._going_on[subscriber.subscription_id]
        self._happened.count("renewed", len(over))
        self._relent([each for each in self._going_on.values() if standing[each.subscription_id][0] == "past_due"])

    def _relent(self, past_due: list[Subscriber]) -> None:
        """Their cards pay again, and the day of the next try has come."""
        recovering = [each for each in past_due if each.fate is Fate.RECOVERS]
        chosen = [each for each in recovering if each.subscription_id not in self._relented]
        if not chosen:
            return
        steer(self._shopper, dict.fromkeys(chosen))
        ids = [each.subscription_id for each in chosen]
        with self._database.transaction() as session:
            session.execute(TRY_NOW, {"ids": [str(subscription_id) for subscription_id in ids]})
        self._relented.update(ids)


def _is_over(subscriber: Subscriber, status: str, paid: int) -> bool:
    if subscriber.fate is Fate.DECLINES:
        return status == "past_due"
    return paid == subscriber.periods
