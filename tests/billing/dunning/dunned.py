"""Books of customers who do not pay."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.clocks.timelines import Timeline
from billing.dunning.retry_due import due_retries, retry_due
from billing.dunning.tables import Dunning
from billing.outcomes.end_dunning import due_ends, end_due
from billing.payments.tables import AttemptStatus, PaymentAttempt
from database.outbox import OutboxEntry
from tests.billing.subscribers import Books, utc

JANUARY, FEBRUARY = utc("2026-01-15 10:00"), utc("2026-02-15 10:00")
BROKE, STOLEN = "insufficient_funds", "stolen_card"


class Dunned(Books):
    """Books, and a hand that sweeps what is dunned."""

    def sweep(self, now: datetime, clock_id: UUID | None = None) -> tuple[int, int]:
        """(retries begun, ends) on one timeline."""
        timeline = Timeline(clock_id, now)
        return self._each(due_retries, retry_due, timeline), self._each(due_ends, end_due, timeline)

    def _each(
        self,
        find: Callable[..., list[UUID]],
        act: Callable[..., bool],
        timeline: Timeline,
    ) -> int:
        with self.database.transaction() as session:
            ids = find(session, timeline, 100)
        done = 0
        for invoice_id in ids:
            with self.database.transaction() as session:
                done += act(session, invoice_id, timeline.now)
        return done

    def dunning(self) -> Dunning:
        """The only one there is."""
        with self.database.transaction() as session:
            return session.scalars(select(Dunning)).one()

    def mails(self, topic: str) -> int:
        """How many mails of a kind were staged."""
        with self.database.transaction() as session:
            return len(session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == topic)).all())

    def new_card(self, account_id: UUID, now: datetime) -> int:
        """The customer names another card; how many charges of it are under way."""
        card_id = self.give_card(account_id, now)
        live = select(PaymentAttempt.id).where(
            PaymentAttempt.card_id == card_id, PaymentAttempt.status == AttemptStatus.CREATED
        )
        with self.database.transaction() as session:
            return len(session.scalars(live).all())


def declined_renewal(books: Dunned, account_id: UUID, decline: str, **fields: object) -> UUID:
    """A subscription, paid at ten in January, whose renewal in February was declined."""
    subscription_id = books.subscribe(account_id, JANUARY, **fields)  # type: ignore[arg-type]  # `plan` is not among them
    books.answer(JANUARY)
    books.come_due(FEBRUARY)
    books.answer(FEBRUARY, decline)
    return subscription_id
