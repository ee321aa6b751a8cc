"""Subscriptions through the API: read, previewed, commanded by their path; and the routes of test clocks."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.catalog.seed import seed
from billing.clocks.tables import TestClock as Clock
from billing.credits.tables import CreditSource
from billing.cycle.end.cancel import cancel_subscription
from billing.cycle.plan_change.change_plan import change_plan
from billing.cycle.start.create import create_subscription
from billing.invoices.queries import list_lines
from billing.invoices.settle import settle_invoice
from billing.invoices.tables import Invoice, InvoiceReason
from billing.subscriptions.tables import Subscription as Row
from billing.tax.tables import TaxRate
from database.ids import uuid7
from schemas.commands.subscriptions import ChangePlan, CreateSubscription, PlanChoice
from tests.billing.gifts import grant_credits

Rows = Callable[..., list[tuple[Any, ...]]]

SUBSCRIPTIONS = "/v1/billing/subscriptions/"
PREVIEW = SUBSCRIPTIONS + "preview/"
CLOCKS = "/v1/test-clocks/"
MARCH_1 = datetime(2026, 3, 1, tzinfo=UTC)
MARCH_16 = datetime(2026, 3, 16, tzinfo=UTC)


def test_what_is_previewed_is_what_is_charged(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    """Half of March is left, and sales tax begins on the very day (UTC) of the change."""
    subscription_id = _subscribe(owner_session, acme_id, "starter")
    owner_session.add(TaxRate(id=uuid7(), country="US", name="Tax", rate_ppm=70_000, valid_from=date(2026, 3, 16)))
    owner_session.commit()
    wanted = {"subscription_id": str(subscription_id), "plan": {"plan": "scale"}}
    invoices_before = owner_session.scalar(select(func.count()).select_from(Invoice))
    shown = door.post(PREVIEW, json={**wanted, "at": "2026-03-15T19:00:00-05:00"}, headers=key)
    assert shown.status_code == 200, shown.text
    preview = shown.json()
    assert (preview["at"], preview["when"]) == ("2026-03-16T00:00:00Z", "now")
    assert owner_session.scalar(select(func.count()).select_from(Invoice)) == invoices_before, (
        "a preview writes nothing"
    )

    change_plan(owner_session, ChangePlan.model_validate(wanted), "a test", MARCH_16)
    owner_session.commit()
    invoice = owner_session.scalars(select(Invoice).where(Invoice.reason == InvoiceReason.CHANGE)).one()
    totals = ("subtotal_minor", "tax_minor", "total_minor", "balance_used_minor", "currency")
    assert {name: preview[name] for name in totals} == {name: getattr(invoice, name) for name in totals}
    assert preview["tax_minor"] > 0
    assert preview["due_minor"] == invoice.total_minor - invoice.balance_used_minor
    parts = ("description", "quantity", "unit_minor", "net_minor", "tax_minor")
    assert [{name: line[name] for name in parts} for line in preview["lines"]] == [
        {name: getattr(line, name) for name in parts} for line in list_lines(owner_session, invoice.id)
    ]


def test_an_account_on_a_test_clock_is_shown_at_its_own_time(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    clock = Clock(
        id=uuid7(), name="spring", frozen_at=MARCH_16, target_at=datetime(2026, 4, 2, tzinfo=UTC), status="advancing"
    )
    owner_session.add(clock)
    owner_session.flush()
    owner_session.get_one(Account, acme_id).clock_id = clock.id
    owner_session.flush()
    subscription_id = _subscribe(owner_session, acme_id, "growth")
    grant_credits(owner_session, acme_id, CreditSource.PACKAGE, "a test", 7, datetime(2026, 3, 20, tzinfo=UTC), MARCH_1)
    owner_session.commit()
    wanted = {"subscription_id": str(subscription_id), "plan": {"plan": "scale"}}
    assert door.post(PREVIEW, json=wanted, headers=key).json()["at"] == "2026-03-16T00:00:00Z"
    balance = door.get("/v1/billing/credits/balance/", params={"account_id": str(acme_id)}, headers=key).json()
    assert (balance["balance"], balance["next_expiry_at"]) == (1_500 + 7, "2026-03-20T00:00:00Z")
    shown = door.get(f"{CLOCKS}{clock.id}/", headers=key).json()
    assert (shown["name"], shown["frozen_at"], shown["status"]) == ("spring", "2026-03-16T00:00:00Z", "advancing")
    assert door.get(CLOCKS, headers=key).json() == {"data": [shown], "next_cursor": None}


def test_a_preview_that_makes_no_sense(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    wanted = {"subscription_id": str(_subscribe(owner_session, acme_id, "growth")), "plan": {"plan": "scale"}}
    owner_session.commit()
    for change, status, word in (
        ({"subscription_id": str(uuid4())}, 404, "subscription_not_found"),
        ({"plan": {"plan": "nothing"}}, 404, "plan_not_found"),
        ({"plan": {"plan": "growth"}, "at": "2026-03-16T00:00:00Z"}, 409, "same_plan"),
        ({"at": "2026-04-01T00:00:00Z"}, 422, "outside_period"),
        ({"at": "0001-01-01T00:00:00+14:00"}, 422, "invalid"),
        ({"at": "2026-03-16T00:00:00"}, 422, "invalid"),
        ({"when": "tomorrow"}, 422, "invalid"),
    ):
        answer = door.post(PREVIEW, json={**wanted, **change}, headers=key)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, word), change


def test_a_second_trial_of_a_plan_is_refused_in_the_preview_too(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    had, running = (_begin_trial(owner_session, acme_id, plan) for plan in ("scale", "growth"))
    first = owner_session.get_one(Row, had)
    cancel_subscription(owner_session, first, at_period_end=False, cause="a test", now=MARCH_16)
    owner_session.commit()
    wanted = {"subscription_id": str(running), "plan": {"plan": "scale"}, "at": "2026-03-16T00:00:00Z"}
    refused = door.post(PREVIEW, json=wanted, headers=key)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:cashbeat:problem:trial_used")
    again = door.post(PREVIEW, json={**wanted, "allow_trial_again": True}, headers=key)
    assert (again.status_code, again.json()["change"]) == (200, "made"), again.text


def test_subscriptions_one_by_one_and_by_account_status_and_page(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    older, newer = (_subscribe(owner_session, acme_id, plan) for plan in ("starter", "growth"))
    owner_session.commit()
    shown = door.get(f"{SUBSCRIPTIONS}{older}/", headers=key).json()
    assert (shown["plan"], shown["status"], shown["price_minor"]) == ("starter", "active", 9_900)
    assert (shown["period_start"], shown["period_end"]) == ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
    for wanted, expected in (
        ({}, [newer, older]),
        ({"account_id": str(acme_id), "status": "active"}, [newer, older]),
        ({"status": "paused"}, []),
        ({"account_id": str(uuid4())}, []),
        ({"limit": "1"}, [newer]),
    ):
        page = door.get(SUBSCRIPTIONS, params=wanted, headers=key).json()
        assert [one["id"] for one in page["data"]] == [str(one) for one in expected], wanted
        assert bool(page["next_cursor"]) is (wanted == {"limit": "1"})
    cursor = door.get(SUBSCRIPTIONS, params={"limit": "1"}, headers=key).json()["next_cursor"]
    last = door.get(SUBSCRIPTIONS, params={"limit": "1", "cursor": cursor}, headers=key).json()
    assert ([one["id"] for one in last["data"]], last["next_cursor"]) == ([str(older)], None)
    for name, value in (("status", "asleep"), ("limit", "101"), ("cursor", "x"), ("color", "red")):
        answer = door.get(SUBSCRIPTIONS, params={name: value}, headers=key)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name)


def test_the_path_says_which_subscription_is_meant(door: httpx.Client, key: dict[str, str], rows: Rows) -> None:
    one, other = str(uuid4()), str(uuid4())
    path = f"{SUBSCRIPTIONS}{one}/cancel/"
    assert door.post(path, headers=key).status_code == 202, "no body is an empty one"
    assert door.post(path, json={"subscription_id": one, "when": "now"}, headers=key).status_code == 202
    refused = door.post(path, json={"subscription_id": other}, headers=key)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "subscription_id")
    moved = door.post(f"{CLOCKS}{one}/advance/", json={"frozen_at": "2026-04-01T00:00:00Z"}, headers=key)
    assert moved.status_code == 202
    assert rows("SELECT kind, body FROM operations ORDER BY id") == [
        ("cancel_subscription", {"subscription_id": one, "when": "period_end"}),
        ("cancel_subscription", {"subscription_id": one, "when": "now"}),
        ("advance_test_clock", {"test_clock_id": one, "frozen_at": "2026-04-01T00:00:00Z"}),
    ]


def test_the_same_key_for_another_subscription_is_refused(door: httpx.Client, key: dict[str, str]) -> None:
    headers = {**key, "Idempotency-Key": "1"}
    first, second = (door.post(f"{SUBSCRIPTIONS}{uuid4()}/resume/", headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 422)
    assert second.json()["type"] == "urn:cashbeat:problem:idempotency_key_reused"


def test_a_path_for_two_methods_says_so_to_a_third(door: httpx.Client, key: dict[str, str]) -> None:
    answer = door.delete(SUBSCRIPTIONS, headers=key)
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


def _begin_trial(books: Session, account_id: UUID, plan: str) -> UUID:
    """A subscription that is in its trial for all of March."""
    seed(books)
    command = CreateSubscription(account_id=account_id, plan=PlanChoice(plan=plan), trial_days=31)
    return create_subscription(books, uuid7(), command, MARCH_1).id


def _subscribe(books: Session, account_id: UUID, plan: str) -> UUID:
    """A subscription for March that is paid by transfer, and was."""
    seed(books)
    command = CreateSubscription(account_id=account_id, plan=PlanChoice(plan=plan), pay_by="transfer")
    subscription_id = create_subscription(books, uuid7(), command, MARCH_1).id
    books.flush()
    invoice = books.scalars(select(Invoice).where(Invoice.subscription_id == subscription_id)).one()
    invoice.allocated_minor = invoice.total_minor
    settle_invoice(books, invoice, MARCH_1, MARCH_1)
    books.flush()
    return subscription_id
