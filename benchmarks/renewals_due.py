"""A database full of subscriptions that are all due at the same instant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.accounts.tables import Account, GatewayCustomer
from billing.cards.tables import Card
from billing.catalog.plans import find_terms
from billing.catalog.seed import seed
from billing.catalog.tables import Interval
from billing.catalog.terms import PlanTerms
from billing.periods import period_at
from billing.subscriptions.tables import Collection, PayBy, Subscription, SubscriptionPeriod, SubscriptionStatus
from database.copy import copy_rows
from database.engine import Database, make_engine
from database.ids import uuid7

ROWS_AT_ONCE = 10_000
PLANS = ("starter", "growth", "scale")


def make_due(url: str, count: int, now: datetime) -> None:
    """So many accounts with a card and an active subscription whose period ends at `now`, and fresh statistics."""
    database = Database(make_engine(url))
    with database.transaction() as session:
        seed(session)
        plans = [find_terms(session, plan, Interval.MONTH, "USD") for plan in PLANS]
    for start in range(0, count, ROWS_AT_ONCE):
        with database.transaction() as session:
            _make(session, min(ROWS_AT_ONCE, count - start), plans, now)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))
    database.engine.dispose()


def _make(session: Session, count: int, plans: Sequence[PlanTerms], now: datetime) -> None:
    account_ids = [uuid7() for _ in range(count)]
    copy_rows(session, Account, [_account(account_id) for account_id in account_ids])
    copy_rows(session, GatewayCustomer, [_customer(account_id) for account_id in account_ids])
    copy_rows(session, Card, [_card(account_id) for account_id in account_ids])
    subscriptions = [
        _subscription(uuid7(), account_id, plans[index % len(plans)], now)
        for index, account_id in enumerate(account_ids)
    ]
    copy_rows(session, Subscription, subscriptions)
    copy_rows(session, SubscriptionPeriod, [_period(row) for row in subscriptions])


def _account(account_id: UUID) -> dict[str, Any]:
    return {
        "id": account_id, "name": "Ada's Analytics", "slug": f"ada-{account_id.hex}", "owner": "user-1",
        "billing_email": "billing@ada.example", "line1": "12 Engine Row", "line2": "", "city": "London", "region": "",
        "postal_code": "N1 9GU", "country": "GB", "tax_id": "",
    }  # fmt: skip


def _customer(account_id: UUID) -> dict[str, Any]:
    return {"account_id": account_id, "gateway": "stripe", "customer_ref": f"cus_{account_id.hex}"}


def _card(account_id: UUID) -> dict[str, Any]:
    return {
        "id": uuid7(), "account_id": account_id, "gateway": "stripe", "card_ref": f"pm_{account_id.hex}",
        "customer_ref": f"cus_{account_id.hex}", "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2040,
        "is_default": True,
    }  # fmt: skip


def _subscription(subscription_id: UUID, account_id: UUID, terms: PlanTerms, now: datetime) -> dict[str, Any]:
    period = period_at(now, terms.months, -1)
    return {
        "id": subscription_id, "account_id": account_id, "status": SubscriptionStatus.ACTIVE,
        "collection": Collection.CASHBEAT, "pay_by": PayBy.CARD, "price_id": terms.price_id,
        "interval": terms.interval, "currency": terms.price.currency, "anchor": now,
        "period_start": period.start, "period_end": period.end, "due_at": period.end, "created_at": period.start,
    }  # fmt: skip


def _period(row: dict[str, Any]) -> dict[str, Any]:
    return {"subscription_id": row["id"], "period_start": row["period_start"], "period_end": row["period_end"]}
