"""One customer, one page of the toy's, and what becomes of both."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Text, cast, func, select, update

from billing.credits.queries import view_balance
from billing.invoices.tables import Invoice
from billing.payments.cancel_under_way import cancel_under_way
from billing.payments.tables import PaymentAttempt
from billing.receipts.tables import Receipt
from database.memory import WorkState
from database.operations import Operation
from database.outbox import OutboxEntry
from tasks import payments
from tests.billing.charges import issue
from tests.toy_vendor.office import Office
from tests.toy_vendor.through_doors import PAGES, buy, give, hear
from workers.wiring import Work, utc_now

PRICE, CREDITS = 2_999, 2_000
NOTHING = (0, 0)


class Deal:
    """One customer and one page of the toy's."""

    def __init__(self, door: httpx.Client, work: Work, office: Office, account_id: UUID) -> None:
        self.door, self.work, self.office, self.account_id = door, work, office, account_id
        self.ref = ""

    def buy(self) -> None:
        """A package, as far as its page."""
        self.ref = buy(self.door, self.work, self.account_id)

    def owe(self, minor: int = PRICE) -> UUID:
        """An invoice, and a page to pay it on."""
        invoice_id = issue(self.work.database, self.account_id, self.work.wall().at, minor)
        self.open_page(invoice_id)
        return invoice_id

    def open_page(self, invoice_id: UUID) -> Operation:
        path = "/v1/billing/toy/create-order/"
        opened = give(self.door, self.work, path, invoice_id=str(invoice_id), **PAGES)
        self.ref = str(opened.result["checkout_ref"]) if opened.result else self.ref
        return opened

    def wish_to_cancel(self, invoice_id: UUID) -> bool:
        """Whether nothing is under way any more; else it is to be canceled."""
        with self.work.database.transaction() as session:
            session.get_one(Invoice, invoice_id, with_for_update=True)
            return cancel_under_way(session, invoice_id)

    def agree(self) -> bytes:
        return self.office.agree(self.ref)

    def hear(self, event: bytes) -> None:
        """And do what follows from it."""
        hear(self.door, self.work, event)
        self.follow()

    def come_back(self) -> dict[str, Any]:
        """The browser returns, and the product asks."""
        asked = give(self.door, self.work, "/v1/billing/toy/capture-order/", checkout_ref=self.ref)
        assert asked.result is not None, asked.problem
        return asked.result

    def follow(self) -> list[WorkState]:
        """What was staged to be captured, as a worker does it."""
        with self.work.database.transaction() as session:
            ready = select(OutboxEntry.id).where(OutboxEntry.state == WorkState.READY)
            staged = session.scalars(ready.where(OutboxEntry.topic.in_(("capture", "cancel_payment")))).all()
            topics = {row.id: row.topic for row in session.scalars(select(OutboxEntry))}
        for entry_id in staged:
            {"capture": payments.capture, "cancel_payment": payments.cancel}[topics[entry_id]](ids=[entry_id])
        with self.work.database.transaction() as session:
            return [row.state for row in session.scalars(select(OutboxEntry)) if row.id in staged]

    def later(self) -> None:
        """Waits are over, leases have run out, and what is open is to be asked about."""
        with self.work.database.transaction() as session:
            session.execute(update(OutboxEntry).values(next_attempt_at=func.now()))
            session.execute(
                update(OutboxEntry).where(OutboxEntry.lease_until.is_not(None)).values(lease_until=func.now())
            )
            waiting = update(PaymentAttempt).where(PaymentAttempt.look_up_at.is_not(None))
            session.execute(waiting.values(look_up_at=func.now() - timedelta(seconds=1)))

    def its_time_is_over(self) -> None:
        """Of the page, as it was asked for."""
        long_ago = func.to_jsonb(cast("2020-01-01T00:00:00+00:00", Text))
        ended = func.jsonb_set(PaymentAttempt.request, "{expires_at}", long_ago)
        with self.work.database.transaction() as session:
            session.execute(update(PaymentAttempt).values(request=ended))

    def attempt(self) -> PaymentAttempt:
        with self.work.database.transaction() as session:
            return session.scalars(select(PaymentAttempt).where(PaymentAttempt.checkout_ref == self.ref)).one()

    def invoice(self) -> Invoice:
        with self.work.database.transaction() as session:
            return session.get_one(Invoice, self.attempt().invoice_id)

    def books(self) -> tuple[int, int]:
        """Cents that came in all, and credits that the customer has."""
        with self.work.database.transaction() as session:
            came = session.scalar(select(func.coalesce(func.sum(Receipt.amount_minor), 0))) or 0
            return int(came), view_balance(session, self.account_id, utc_now()).balance

    def captured(self) -> int:
        """Cents that the office has taken."""
        return sum(self.office.orders[each.ref]["amount_minor"] for each in self.office.captures)
