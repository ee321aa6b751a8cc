"""Write subscribers into the books: active since long ago, and due one after the other while the run goes on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from billing.accounts.tables import Account, GatewayCustomer
from billing.cards.tables import Card
from billing.catalog.plans import find_terms
from billing.catalog.tables import Interval
from billing.catalog.terms import PlanTerms
from billing.periods import period_at
from billing.subscriptions.tables import Collection, PayBy, Subscription, SubscriptionPeriod, SubscriptionStatus
from database.copy import copy_rows
from database.ids import uuid7
from schemas.facts.customers import SavedKind
from tests.gauntlet.plan import Plan
from tests.gauntlet.subscribers import Subscriber, email_of

PLANS = ("starter", "growth", "scale")
# the worker groups have started by then
FIRST_DUE_AFTER = timedelta(seconds=5)


def write_subscribers(session: Session, plan: Plan, subscribers: Sequence[Subscriber], now: datetime) -> None:
    """All of them in the caller's transaction; their periods end spread over `plan.due_seconds` from `now` on.

    Who owes two periods has missed the end of one: it is due at once, and again when the others are.
    """
    terms = [find_terms(session, slug, Interval.MONTH, "USD") for slug in PLANS]
    copy_rows(session, Account, [_account(each) for each in subscribers])
    copy_rows(session, GatewayCustomer, [_customer(each) for each in subscribers])
    copy_rows(session, Card, [_card(each, place, now) for each in subscribers for place in range(len(each.cards))])
    apart = timedelta(seconds=plan.due_seconds) / max(1, plan.renewals)
    rows = [
        _subscription(each, terms[each.number % len(terms)], now + FIRST_DUE_AFTER + each.number * apart)
        for each in subscribers
    ]
    copy_rows(session, Subscription, rows)
    copy_rows(session, SubscriptionPeriod, [_period(row) for row in rows])


def _account(subscriber: Subscriber) -> dict[str, Any]:
    number = subscriber.number
    return {
        "id": subscriber.account_id, "name": f"Subscriber {number}", "slug": f"subscriber-{number}",
        "owner": f"subscriber-{number}", "billing_email": email_of(number), "line1": f"{number + 1} Station Road",
        "line2": "", "city": "Springfield", "region": "", "postal_code": "62701", "country": "US", "tax_id": "",
    }  # fmt: skip


def _customer(subscriber: Subscriber) -> dict[str, Any]:
    return {
        "account_id": subscriber.account_id,
        "gateway": subscriber.gateway,
        "customer_ref": subscriber.customer_ref,
    }


def _card(subscriber: Subscriber, place: int, now: datetime) -> dict[str, Any]:
    """The first is the one to be charged, chosen when all were saved: news of them comes later, and is old."""
    method = subscriber.cards[place]
    return {
        "id": uuid7(), "account_id": subscriber.account_id, "gateway": subscriber.gateway, "card_ref": method["id"],
        "customer_ref": subscriber.customer_ref, **_shown(method), "is_default": place == 0,
        "chosen_at": now if place == 0 else None,
    }  # fmt: skip


def _shown(method: dict[str, Any]) -> dict[str, Any]:
    if "card" in method:
        of_card = {name: method["card"][name] for name in ("brand", "last4", "exp_month", "exp_year")}
        return {"kind": SavedKind.CARD, "holder": "", **of_card}
    told = {"kind": SavedKind.WALLET, "holder": method["email"]}
    return {**told, "brand": "PayPal", "last4": "", "exp_month": None, "exp_year": None}


def _subscription(subscriber: Subscriber, terms: PlanTerms, anchor: datetime) -> dict[str, Any]:
    period = period_at(anchor, terms.months, -subscriber.periods)
    return {
        "id": subscriber.subscription_id, "account_id": subscriber.account_id, "status": SubscriptionStatus.ACTIVE,
        "collection": Collection.CASHBEAT, "pay_by": PayBy.CARD, "price_id": terms.price_id,
        "interval": terms.interval, "currency": terms.price.currency, "anchor": anchor,
        "period_start": period.start, "period_end": period.end, "due_at": period.end, "created_at": period.start,
    }  # fmt: skip


def _period(row: dict[str, Any]) -> dict[str, Any]:
    return {"subscription_id": row["id"], "period_start": row["period_start"], "period_end": row["period_end"]}
