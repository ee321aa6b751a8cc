"""Events of subscriptions that the gateway runs: what they write, what they ask, and that they write it once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from billing.catalog.tables import Coupon
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.engine import Database, make_engine
from database.ids import uuid7
from database.inbox import InboxEvent
from database.memory import WorkState
from database.outbox import OutboxEntry
from schemas.commands.subscriptions import (
    CancelSubscription,
    ChangePlan,
    PauseSubscription,
    ResumeSubscription,
    SyncWithGateway,
)
from schemas.messages.webhooks import HandleWebhooks
from settings import SANDBOX_STRIPE_KEY
from tasks import webhooks
from tests.gateways.sandbox_process import ANSWER_SECONDS, Sandbox
from tests.logins import as_worker
from tests.workers.gateway_run import JANUARY_31, Subscriber, bills, books, deliver, last, settle, store
from workers.wiring import Work

DAY = timedelta(days=1)
FEBRUARY_14, MARCH_1, MARCH_8, MARCH_14 = (JANUARY_31 + days * DAY for days in (14, 29, 36, 42))
APRIL_1, APRIL_14 = (JANUARY_31 + days * DAY for days in (60, 73))
THREADS = 16


def _subscription(ada: Subscriber) -> Subscription:
    with ada.work.database.transaction() as session:
        return get_subscription(session, ada.subscription_id)


def _mails(ada: Subscriber) -> list[str]:
    with ada.work.database.transaction() as session:
        return sorted(session.scalars(select(OutboxEntry.topic)))


def _credits(ada: Subscriber) -> list[int]:
    """What is left of each grant, the first to expire first."""
    grants = books(ada.work)["grants"]
    return [grant["remaining"] for grant in sorted(grants, key=lambda grant: str(grant["expires_at"]))]


def test_sixteen_workers_with_the_same_news_write_it_once(
    work: Work, subscriber: Subscriber, database_url: str
) -> None:
    subscriber.subscribe()
    events = subscriber.news()
    copies = [store(work, [{**event, "id": f"{event['id']}{n}"} for event in events]) for n in range(THREADS)]
    together = Barrier(THREADS)
    doorway: Any = webhooks.handle
    handle = doorway.__wrapped__.__wrapped__

    def worker(ids: list[Any]) -> None:
        own = replace(work, database=Database(make_engine(as_worker(database_url))))
        together.wait()
        handle(own, HandleWebhooks(ids=tuple(ids)))
        own.database.engine.dispose()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(worker, copies))
    settle(work)
    written = books(work)
    counts = {name: len(written[name]) for name in ("subscriptions", "invoices", "attempts", "grants", "cards")}
    assert counts == {"subscriptions": 1, "invoices": 1, "attempts": 1, "grants": 1, "cards": 1}
    assert bills(subscriber) == [("start", "paid", 9_900, 0)]
    assert _mails(subscriber) == ["subscription_activated"]


def test_a_gateway_that_asks_us_to_slow_down_is_asked_nothing_more_for_that_long(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    subscriber.subscribe()
    first, second = ([event] for event in subscriber.news()[-2:])
    module_sandbox.arm("429", retry_after_seconds=30, method="GET")
    webhooks.handle(ids=store(work, first))
    module_sandbox.clear_faults()
    (row_id,) = store(work, second)
    webhooks.handle(ids=[row_id])
    with work.database.transaction() as session:
        left = session.get_one(InboxEvent, row_id)
    assert (left.state, left.attempts, left.error) == (WorkState.READY, 0, "the gateway is asked by others")


def test_the_last_news_alone_brings_all_that_went_before(work: Work, subscriber: Subscriber) -> None:
    subscriber.subscribe()
    subscriber.live_until(FEBRUARY_14)
    subscriber.change_plan("growth")
    subscriber.change_plan("starter")
    subscriber.live_until(MARCH_1)
    deliver(work, [last(subscriber.news(), "invoice.paid")])
    # half of 199.00 less half of 99.00 was paid and then kept, and used by March
    assert bills(subscriber) == [
        ("start", "paid", 9_900, 0),
        ("change", "paid", 5_000, 0),
        ("change", "paid", 0, 0),
        ("renewal", "paid", 9_900, 5_000),
    ]
    # what half a month of the larger plan had added went with it
    assert sum(_credits(subscriber)) == 1_000
    assert books(work)["balances"] == [{"currency": "USD", "balance_minor": 0}]
    assert _mails(subscriber).count("payment_confirmation") + _mails(subscriber).count("invoice_pdf") == 2


def test_a_trial_is_not_billed_and_its_end_is(work: Work, subscriber: Subscriber) -> None:
    subscriber.subscribe(trial_days=14)
    deliver(work, subscriber.news())
    assert (_subscription(subscriber).status, bills(subscriber), _credits(subscriber)) == (
        SubscriptionStatus.TRIALING,
        [],
        [],
    )
    assert _mails(subscriber) == ["subscription_activated"]
    subscriber.live_until(FEBRUARY_14 + DAY)
    deliver(work, subscriber.news())
    assert _subscription(subscriber).status is SubscriptionStatus.ACTIVE
    assert (bills(subscriber), _credits(subscriber)) == ([("renewal", "paid", 9_900, 0)], [500])
    assert _mails(subscriber) == ["subscription_activated", "subscription_renewal"]


def test_a_trial_of_which_one_hears_only_afterwards_is_welcomed_nevertheless(
    work: Work, subscriber: Subscriber
) -> None:
    subscriber.subscribe(trial_days=14)
    subscriber.live_until(FEBRUARY_14 + DAY)
    deliver(work, subscriber.news())
    assert bills(subscriber) == [("renewal", "paid", 9_900, 0)]
    assert _mails(subscriber) == ["subscription_activated", "subscription_renewal"]


def test_a_free_month_by_coupon_is_billed_with_nothing_and_grants_its_credits(
    work: Work, subscriber: Subscriber
) -> None:
    _coupon(work, "FREE", 1_000_000)
    subscriber.subscribe(coupon="FREE")
    deliver(work, subscriber.news())
    assert (bills(subscriber), _credits(subscriber)) == ([("start", "paid", 0, 0)], [500])


@pytest.mark.parametrize("is_late", [False, True])
def test_what_the_gateway_does_not_charge_is_owed_with_its_next_invoice(
    work: Work, subscriber: Subscriber, is_late: bool
) -> None:
    """A coupon leaves 0.20 of February and of March to pay; April asks for 99.40. Told by month, or at the end."""
    _coupon(work, "CHEAP", 998_000, periods=2)
    subscriber.subscribe(trial_days=14, coupon="CHEAP")
    for month in (FEBRUARY_14, MARCH_14, APRIL_14):
        subscriber.live_until(month + DAY)
        if not is_late:
            deliver(work, subscriber.news())
    if is_late:
        deliver(work, [last(subscriber.news(), "invoice.paid")])
    assert bills(subscriber) == [
        ("renewal", "paid", 20, 0),
        ("renewal", "paid", 20, -20),
        ("renewal", "paid", 9_900, -40),
    ]
    assert _subscription(subscriber).status is SubscriptionStatus.ACTIVE
    assert books(work)["balances"] == [{"currency": "USD", "balance_minor": 0}]
    assert "payment_failed" not in _mails(subscriber)


def test_a_card_that_declines_is_told_of_once_and_the_next_card_pays(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    subscriber.subscribe()
    subscriber.in_portal("card", card_number="4000000000000341")
    deliver(work, subscriber.news())
    subscriber.live_until(MARCH_1)
    failed = subscriber.news()
    deliver(work, failed, [{**event, "id": f"{event['id']}again"} for event in failed])
    assert _subscription(subscriber).status is SubscriptionStatus.PAST_DUE
    assert bills(subscriber)[-1] == ("renewal", "pending", 9_900, 0)
    tries = [each for each in books(work)["attempts"] if each["status"] == "failed"]
    assert [(each["failure_code"], each["amount_minor"]) for each in tries] == [("generic_decline", 9_900)]
    assert _mails(subscriber).count("payment_failed") == 1

    subscriber.in_portal("card", card_number="4242424242424242")
    subscriber.live_until(MARCH_8)
    deliver(work, subscriber.news())
    assert _subscription(subscriber).status is SubscriptionStatus.ACTIVE
    assert bills(subscriber)[-1] == ("renewal", "paid", 9_900, 0)
    assert _credits(subscriber) == [500, 500]


def test_months_without_news_are_made_up_for_by_one_command(work: Work, subscriber: Subscriber) -> None:
    subscriber.subscribe()
    subscriber.in_portal("card", card_number="4000000000000341")
    subscriber.live_until(MARCH_1)
    assert subscriber.command(SyncWithGateway(subscription_id=subscriber.subscription_id))["status"] == "past_due"
    assert bills(subscriber) == [("start", "paid", 9_900, 0), ("renewal", "pending", 9_900, 0)]
    attempts = {each["status"]: each for each in books(work)["attempts"]}
    assert attempts["captured"]["charge_ref"].startswith("ch_")
    assert attempts["failed"]["failure_code"] == "generic_decline"
    before = books(work)
    subscriber.command(SyncWithGateway(subscription_id=subscriber.subscription_id))
    assert books(work) == before


def test_a_payment_that_bears_no_mark_of_ours_is_not_asked_about(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    subscriber.subscribe()
    intents = [event for event in subscriber.news() if event["type"].startswith("payment_intent")]
    assert intents
    module_sandbox.arm("500", stage="before", method="GET", path="/v1/payment_intents")
    deliver(work, intents)


def test_news_of_a_paid_invoice_is_not_asked_about_again(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    subscriber.subscribe()
    events = subscriber.news()
    deliver(work, events)
    module_sandbox.arm("500", stage="before", method="GET", path="/v1/invoices")
    deliver(work, [{**event, "id": f"{event['id']}again"} for event in events if event["type"].startswith("invoice")])


def test_a_coupon_is_counted_once_however_often_the_checkout_is_tried(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    _coupon(work, "HALF", 500_000, redemptions_max=1)
    subscriber.begin(coupon="HALF")
    assert _redemptions(work) == 1
    subscriber.pay()
    deliver(work, subscriber.news())
    assert bills(subscriber) == [("start", "paid", 4_950, 0)]
    with pytest.raises(AssertionError, match="coupon_used_up"):
        Subscriber(work, module_sandbox).begin(coupon="HALF")
    assert _redemptions(work) == 1


def test_a_plan_is_changed_by_command_and_its_invoice_follows(work: Work, subscriber: Subscriber) -> None:
    subscriber.subscribe()
    deliver(work, subscriber.news())
    subscriber.live_until(FEBRUARY_14)
    wanted = ChangePlan.model_validate({"subscription_id": subscriber.subscription_id, "plan": {"plan": "growth"}})
    assert subscriber.command(wanted)["plan"] == "growth"
    deliver(work, subscriber.news())
    assert bills(subscriber)[-1] == ("change", "paid", 5_000, 0)
    assert sum(_credits(subscriber)) == 1_000


def test_a_year_begun_on_the_day_after_the_31st_brings_the_credits_that_ours_does(
    work: Work, subscriber: Subscriber
) -> None:
    """27 of the month's 28 days are left: 48,000 are granted, and 3,857 of the 4,000 taken back."""
    subscriber.subscribe("scale")
    deliver(work, subscriber.news())
    subscriber.live_until(JANUARY_31 + DAY)
    yearly = {"plan": "scale", "interval": "year"}
    wanted = ChangePlan.model_validate({"subscription_id": subscriber.subscription_id, "plan": yearly})
    subscriber.command(wanted)
    deliver(work, subscriber.news())
    assert bills(subscriber)[-1][:2] == ("change", "paid")
    assert sum(_credits(subscriber)) == 48_143


@pytest.mark.parametrize("when", [None, "period_end"])
def test_a_downgrade_that_would_wait_for_the_period_is_refused_before_the_gateway_hears_of_it(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox, when: str | None
) -> None:
    subscriber.subscribe("growth")
    deliver(work, subscriber.news())
    wanted = {"subscription_id": subscriber.subscription_id, "plan": {"plan": "starter"}}
    module_sandbox.arm("500", stage="before", path="/v1/")
    refused = subscriber.run(ChangePlan.model_validate({**wanted, "when": when}))
    assert (refused.problem or {})["type"].endswith("change_is_immediate")
    module_sandbox.clear_faults()
    assert subscriber.command(ChangePlan.model_validate({**wanted, "when": "now"}))["plan"] == "starter"


def test_a_pause_ends_by_command_and_its_month_is_void(work: Work, subscriber: Subscriber) -> None:
    subscriber.subscribe()
    deliver(work, subscriber.news())
    until = PauseSubscription(subscription_id=subscriber.subscription_id, resumes_at=MARCH_8)
    assert (subscriber.run(until).problem or {})["type"].endswith("resume_is_by_hand")
    assert subscriber.command(PauseSubscription(subscription_id=subscriber.subscription_id))["status"] == "paused"
    subscriber.live_until(MARCH_1)
    deliver(work, subscriber.news())
    assert bills(subscriber)[-1] == ("renewal", "void", 9_900, 0)
    assert subscriber.command(ResumeSubscription(subscription_id=subscriber.subscription_id))["status"] == "active"
    subscriber.live_until(APRIL_1)
    deliver(work, subscriber.news())
    assert bills(subscriber)[-1] == ("renewal", "paid", 9_900, 0)
    assert _mails(subscriber).count("subscription_paused") == 1


def test_every_cancellation_is_told_of_once(work: Work, subscriber: Subscriber) -> None:
    subscriber.subscribe()
    deliver(work, subscriber.news())
    subscriber.in_portal("cancel")
    deliver(work, subscriber.news())
    subscriber.in_portal("resume")
    deliver(work, subscriber.news())
    subscriber.live_until(FEBRUARY_14)
    subscriber.command(CancelSubscription(subscription_id=subscriber.subscription_id))
    subscriber.live_until(MARCH_1)
    deliver(work, subscriber.news())
    assert _subscription(subscriber).status is SubscriptionStatus.CANCELED
    assert _mails(subscriber).count("subscription_canceled") == 2


def test_a_checkout_that_nobody_pays_expires(work: Work, subscriber: Subscriber) -> None:
    _coupon(work, "ONCE", 500_000, redemptions_max=1)
    subscriber.begin(coupon="ONCE")
    path = f"/v1/checkout/sessions/{subscriber.checkout['checkout_ref']}/expire"
    requests.post(f"{subscriber.sandbox.address}{path}", auth=(SANDBOX_STRIPE_KEY, ""), timeout=ANSWER_SECONDS)
    deliver(work, subscriber.news())
    ended = _subscription(subscriber)
    # by the account's own clock, which stands
    assert (ended.status, ended.ended_at) == (SubscriptionStatus.EXPIRED, JANUARY_31)
    assert _redemptions(work) == 0, "somebody else may have the coupon"


def _coupon(work: Work, code: str, ppm: int, **fields: Any) -> None:
    with work.database.transaction() as session:
        session.add(Coupon(id=uuid7(), code=code, name=code, percent_ppm=ppm, **fields))


def _redemptions(work: Work) -> int:
    with work.database.transaction() as session:
        return session.scalars(select(func.sum(Coupon.redemptions))).one()
