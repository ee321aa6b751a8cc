"""A subscription that a gateway runs, and what that gateway says of it, by hand."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from billing.catalog.gateway_prices import remember_price
from billing.catalog.plans import find_terms
from billing.catalog.tables import Interval
from billing.clocks.wall import Wall
from billing.credits.queries import view_balance
from billing.gateway_run.begin_checkout import begin_checkout
from billing.gateway_run.mirror_invoice import mirror_invoice
from billing.gateway_run.sync import sync_subscription
from billing.invoices.tables import Invoice, InvoiceLine
from billing.ledger.tables import LedgerAccount, LedgerEntry
from billing.receipts.queries import kept_for, kept_of
from billing.receipts.tables import Receipt, ReceiptSource
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import Subscription
from database.engine import Database
from database.ids import uuid7
from database.outbox import OutboxEntry
from schemas.commands.subscriptions import StartSubscriptionCheckout
from schemas.facts.invoices import GatewayInvoiceFact, GatewayLineFact
from schemas.facts.subscriptions import ItemFact, PendingChangeFact, SubscriptionFact
from tests.billing.subscribers import utc

JANUARY_31, FEBRUARY_14, FEBRUARY_28 = utc("2026-01-31 12:00"), utc("2026-02-14 12:00"), utc("2026-02-28 12:00")
REF = "sub_1"
SECOND = timedelta(seconds=1)


class GatewayRun:
    """One subscription from its checkout on."""

    def __init__(
        self, database: Database, account_id: UUID, plan: str = "starter", currency: str = "USD", **fields: Any
    ) -> None:
        self.database, self.account_id, self.currency = database, account_id, currency
        self.id, self._asked_at = uuid7(), JANUARY_31
        self.command = StartSubscriptionCheckout.model_validate(
            {"account_id": account_id, "plan": {"plan": plan, "currency": currency}, "success_url": "https://app.example/ok",
             "cancel_url": "https://app.example/no", **fields}
        )  # fmt: skip
        with database.transaction() as session:
            begin_checkout(session, self.id, self.command, "stripe", JANUARY_31, Wall(JANUARY_31))

    def price(self, plan: str, interval: Interval = Interval.MONTH) -> str:
        """The gateway's name of a plan's price per month or year."""
        name = f"price_{plan}" if interval is Interval.MONTH else f"price_{plan}_{interval}"
        with self.database.transaction() as session:
            remember_price(session, "stripe", name, self.price_id(plan, interval))
        return name

    def price_id(self, plan: str, interval: Interval = Interval.MONTH) -> UUID:
        """Ours."""
        with self.database.transaction() as session:
            return find_terms(session, plan, interval, self.currency).price_id

    def fact(self, plan: str = "starter", **fields: Any) -> SubscriptionFact:
        """What the gateway says of the first month."""
        running = SubscriptionFact(
            gateway="stripe",
            subscription_ref=REF,
            subscription_id=str(self.id),
            customer_ref="cus_1",
            status="active",
            items=(ItemFact("si_1", f"price_{plan}", 1, str(self.price_id(plan))),),
            currency=self.currency,
            anchor=JANUARY_31,
            period_start=JANUARY_31,
            period_end=FEBRUARY_28,
        )
        return replace(running, **fields)

    def hear(self, fact: SubscriptionFact, asked_at: datetime | None = None, now: datetime = JANUARY_31) -> UUID | None:
        """Write down an answer; each is newer than the one before unless it says when it was asked for."""
        self._asked_at += SECOND
        with self.database.transaction() as session:
            return sync_subscription(session, fact, asked_at or self._asked_at, now)

    def bill(
        self, fact: GatewayInvoiceFact, now: datetime = JANUARY_31, pending: PendingChangeFact | None = None
    ) -> UUID | None:
        """Write an invoice down, with the change of plan that waits for it."""
        with self.database.transaction() as session:
            return mirror_invoice(session, fact, now, pending)

    def row(self) -> Subscription:
        """How it stands."""
        with self.database.transaction() as session:
            return get_subscription(session, self.id)

    def invoice(self, invoice_id: UUID | None) -> Invoice:
        """One of its invoices."""
        with self.database.transaction() as session:
            return session.get_one(Invoice, invoice_id)

    def lines(self, invoice_id: UUID | None) -> list[tuple[int, int, str]]:
        """Amount, credits and kind, line by line."""
        lines = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).order_by(InvoiceLine.position)
        with self.database.transaction() as session:
            return [(line.net_minor, line.credits, line.kind.value) for line in session.scalars(lines)]

    def credits(self, now: datetime) -> int:
        """What can be used."""
        with self.database.transaction() as session:
            return view_balance(session, self.account_id, now).balance

    def kept(self, currency: str) -> int:
        """What is kept for the account."""
        with self.database.transaction() as session:
            return kept_for(session, self.account_id, currency).minor

    def received(self) -> dict[str, int]:
        """What the gateway captured, payment by payment."""
        captured = select(Receipt.reference, Receipt.amount_minor).where(Receipt.source == ReceiptSource.CAPTURE)
        with self.database.transaction() as session:
            return {row.reference: row.amount_minor for row in session.execute(captured)}

    def kept_there(self, currency: str = "USD") -> int:
        """What the gateway keeps in a balance of its own, in minor units; negative when it is owed."""
        with self.database.transaction() as session:
            return kept_of(session, self.account_id).get(currency, 0)

    def tax_payable(self) -> int:
        """The tax that is owed to the tax office, by the ledger; a liability is negative."""
        taxes = select(func.sum(LedgerEntry.amount_minor)).where(
            LedgerEntry.ledger_account == LedgerAccount.TAX_PAYABLE
        )
        with self.database.transaction() as session:
            return int(session.scalar(taxes) or 0)

    def mails(self) -> list[str]:
        """What was staged."""
        with self.database.transaction() as session:
            return sorted(session.scalars(select(OutboxEntry.topic)))


def line(net_minor: int, price_ref: str = "price_starter", **fields: Any) -> GatewayLineFact:
    """The plan for the first month."""
    month = GatewayLineFact("Starter", 1, net_minor, 0, price_ref, JANUARY_31, FEBRUARY_28, False)
    return replace(month, **fields)


def invoice_of(*lines: GatewayLineFact, ref: str = "in_1", status: str = "paid", **fields: Any) -> GatewayInvoiceFact:
    """A paid invoice of these lines."""
    total = sum(each.net_minor + each.tax_minor for each in lines)
    due = max(0, total - fields.get("balance_minor", 0) - fields.get("carried_over_minor", 0))
    fact = GatewayInvoiceFact(
        gateway="stripe",
        invoice_ref=ref,
        subscription_ref=REF,
        subscription_id="",
        customer_ref="cus_1",
        reason="create",
        status=status,
        currency="USD",
        total_minor=total,
        due_minor=due,
        paid_minor=due if status == "paid" else 0,
        balance_minor=0,
        lines=lines,
        finalized_at=JANUARY_31,
        paid_at=JANUARY_31 if status == "paid" else None,
        attempts=1,
        payment_ref=f"pi_{ref}" if due else "",
        charge_ref=f"ch_{ref}" if due else "",
    )
    return replace(fact, **fields)
