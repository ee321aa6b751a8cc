"""An account whose use is told as events: prices, credits, and what became of each event."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from billing.accounts.queries import lock_account
from billing.credits.queries import view_balance
from billing.errors import Rejected
from billing.invariants import credits_are_proved, usage_is_proved
from billing.usage.record import Batch, Outcome, Recorded, Use, record_usage
from billing.usage.release import release
from billing.usage.reserve import Estimate, reserve
from billing.usage.set_cost import NewCost, set_cost
from billing.usage.settle import Settled, Settlement, settle
from billing.usage.tables import Rounding
from database.engine import Database
from database.ids import uuid7
from tests.billing.prepaid import Prepaid

LONG_AGO = timedelta(days=365)


class Meter:
    """What a product does with its customer's credits; whatever was done, the books prove it."""

    def __init__(self, database: Database, account_id: UUID, now: datetime) -> None:
        self.database, self.account_id, self.now = database, account_id, now
        self.prepaid = Prepaid(database, account_id)

    def price(
        self, operation: str, credits: int, per_quantity: int = 1, *, rounding: Rounding = Rounding.UP,
        since: datetime | None = None, now: datetime | None = None,
    ) -> UUID:  # fmt: skip
        """What an operation costs, since long ago unless told otherwise."""
        new = NewCost(operation, operation, "unit", credits, per_quantity, rounding, since or self.now - LONG_AGO)
        with self.database.transaction() as session:
            return set_cost(session, new, now or self.now).id

    def agree(self, overdraft_max: int) -> None:
        """So far below zero it may go."""
        with self.database.transaction() as session:
            lock_account(session, self.account_id).credit_overdraft_max = overdraft_max

    def record(self, *uses: Use, now: datetime | None = None) -> list[Outcome]:
        """One batch; its outcomes."""
        (recorded,) = self.record_batches([uses], now)
        return recorded.outcomes

    def record_batches(self, batches: Sequence[Sequence[Use]], now: datetime | None = None) -> list[Recorded]:
        """Several, in one set."""
        asked = [Batch(self.account_id, uses, f"test/{uuid7()}", now or self.now) for uses in batches]
        with self.database.transaction() as session:
            recorded = record_usage(session, asked)
        self.prove()
        assert not any(isinstance(each, Rejected) for each in recorded)
        return [each for each in recorded if isinstance(each, Recorded)]

    def reserve(self, operation: str, quantity: int, lasts: timedelta = timedelta(hours=1)) -> UUID:
        """Set credits apart."""
        with self.database.transaction() as session:
            found = reserve(session, uuid7(), Estimate(self.account_id, operation, quantity, lasts), self.now).id
        self.prove()
        return found

    def settle(
        self, reservation_id: UUID, quantity: int, event_id: str = "done", now: datetime | None = None
    ) -> Settled:
        """The work is done."""
        with self.database.transaction() as session:
            settlement = Settlement(event_id, quantity, "", f"test/{uuid7()}")
            settled = settle(session, reservation_id, settlement, now or self.now)
        self.prove()
        return settled

    def release(self, reservation_id: UUID) -> int:
        """Nothing was used."""
        with self.database.transaction() as session:
            balance = release(session, reservation_id, self.now)
        self.prove()
        return balance

    @property
    def balance(self) -> int:
        """Less what is owed."""
        with self.database.transaction() as session:
            return view_balance(session, self.account_id, self.now).balance

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What stands in the database."""
        with self.database.transaction() as session:
            return [tuple(row) for row in session.execute(text(statement))]

    def prove(self) -> None:
        """Events, debits, sums and reservations fit."""
        with self.database.transaction() as session:
            assert usage_is_proved.ask(session) == []
            assert credits_are_proved.ask(session) == []


def use(event_id: str, operation: str = "scan", quantity: int = 1, at: datetime | None = None, site: str = "") -> Use:
    """One event."""
    return Use(event_id, operation, quantity, site, at)


def told(outcomes: Sequence[Outcome]) -> list[int | str]:
    """The credits of each, `again` for a duplicate, or the code of its refusal."""
    return [
        each.refusal.code if each.refusal is not None else "again" if each.is_duplicate else each.credits
        for each in outcomes
    ]
