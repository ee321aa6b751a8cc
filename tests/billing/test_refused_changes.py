"""A change of plan that could not be paid is refused, in the preview too, and the plan that is paid for runs on."""

from datetime import datetime
from uuid import UUID

import pytest

from billing.cards.detach import detach_card
from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.cycle.end.reactivate import reactivate_subscription
from billing.cycle.plan_change.preview import preview_change
from billing.errors import Rejected
from billing.subscriptions.queries import lock_subscription, show_subscription
from billing.subscriptions.tables import SubscriptionStatus
from billing.usage.consume import consume_credits
from schemas.commands.subscriptions import ChangePlan
from tests.billing.subscribers import Books, utc

BEGIN = utc("2026-04-01 10:00")
HALF = utc("2026-04-16 10:00")
LAST_HOUR = utc("2026-05-01 09:00")
END = utc("2026-05-01 10:00")


@pytest.fixture
def ada_with_pm_ada(books: Books) -> UUID:
    """A customer with a card."""
    account_id = books.open()
    books.give_card(account_id, BEGIN, "pm_ada")
    return account_id


def test_without_a_card_a_dearer_plan_is_refused_and_the_paid_one_runs_on(books: Books, ada_with_pm_ada: UUID) -> None:
    """Starter is paid until the 1st of May. The card goes on the 10th of April; Growth would cost 50.00 on the 16th."""
    subscription_id = books.subscribe(ada_with_pm_ada, BEGIN)
    books.answer(BEGIN)
    _detach(books, utc("2026-04-10 10:00"))

    refused = _refused(books, subscription_id, "growth", HALF)
    assert (refused.code, refused.status) == ("no_card", 409)
    assert refused.detail == "50.00 USD would be charged now, but the account has no card: save one first."
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE
    assert [invoice.total_minor for invoice in books.invoices(ada_with_pm_ada)] == [9_900]

    books.give_card(ada_with_pm_ada, HALF)
    assert _preview(books, subscription_id, "growth", HALF) == 5_000
    books.change(subscription_id, "growth", HALF)
    assert books.answer(HALF) == 1
    assert books.paid_minor(ada_with_pm_ada) == 9_900 + 5_000


def test_without_a_card_it_may_be_planned_and_cost_nothing_now(books: Books, ada_with_pm_ada: UUID) -> None:
    """To a cheaper plan now, to a dearer one with the next period, and up again as far as kept money goes."""
    subscription_id = books.subscribe(ada_with_pm_ada, BEGIN, "growth")
    books.answer(BEGIN)
    _detach(books, HALF)
    assert _preview(books, subscription_id, "scale", HALF, when="period_end") == 29_900
    books.change(subscription_id, "scale", HALF, when="period_end")

    books.change(subscription_id, "starter", HALF, when="now")
    assert books.kept_minor(ada_with_pm_ada) == 5_000
    assert _preview(books, subscription_id, "growth", HALF) == 0
    books.change(subscription_id, "growth", HALF)
    assert (books.kept_minor(ada_with_pm_ada), books.subscription(subscription_id).status) == (
        0,
        SubscriptionStatus.ACTIVE,
    )
    assert _refused(books, subscription_id, "scale", HALF).code == "no_card"


def test_without_a_card_a_trial_goes_to_any_plan_and_a_transfer_too(books: Books) -> None:
    """Tom goes from a free plan to Starter for the last hour of April: 99.00 / 720 are billed, and no card is asked."""
    with books.database.transaction() as session:
        publish_plan(session, "free", "Free", PlanContent(0, {("USD", Interval.MONTH): 0}))
    eve, tom = books.open("Eve"), books.open("Tom")
    on_trial = books.subscribe(eve, BEGIN, trial_days=30)
    by_transfer = books.subscribe(tom, BEGIN, "free", pay_by="transfer")
    books.change(on_trial, "scale", HALF)
    books.change(by_transfer, "starter", LAST_HOUR)
    assert [invoice.total_minor for invoice in books.invoices(eve)] == []
    assert [invoice.total_minor for invoice in books.invoices(tom)] == [0, 14]


def test_a_few_cents_are_not_charged_and_do_not_cost_the_plan(books: Books, ada_with_pm_ada: UUID) -> None:
    """An hour of April (720) is left: Growth for 199.00 instead of Starter for 99.00 costs 0.14, asked for with May."""
    subscription_id = books.subscribe(ada_with_pm_ada, BEGIN)
    books.answer(BEGIN)
    assert _preview(books, subscription_id, "growth", LAST_HOUR) == 0
    books.change(subscription_id, "growth", LAST_HOUR)
    assert (books.answer(LAST_HOUR), books.kept_minor(ada_with_pm_ada)) == (0, -14)
    assert books.subscription(subscription_id).status is SubscriptionStatus.ACTIVE

    books.come_due(END)
    books.answer(END)
    assert [invoice.total_minor for invoice in books.invoices(ada_with_pm_ada)] == [9_900, 14, 19_900]
    assert (books.paid_minor(ada_with_pm_ada), books.kept_minor(ada_with_pm_ada)) == (9_900 + 14 + 19_900, 0)


@pytest.mark.parametrize(("kept", "due"), [(4_949, 51), (4_950, 50), (4_951, 0), (4_999, 0), (5_000, 0)])
def test_kept_money_leaves_what_a_card_can_be_charged_or_nothing_to_pay(
    books: Books, ada_with_pm_ada: UUID, kept: int, due: int
) -> None:
    """Half a month of Growth instead of Starter is 50.00. With 49.99 that are kept 0.01 is no charge, but owed."""
    with books.database.transaction() as session:
        publish_plan(session, "rest", "Rest", PlanContent(0, {("USD", Interval.MONTH): 29_900 - kept}))
    subscription_id, other = books.subscribe(ada_with_pm_ada, BEGIN), books.subscribe(ada_with_pm_ada, BEGIN, "scale")
    books.answer(BEGIN)
    books.change(other, "rest", BEGIN, when="now")
    assert books.kept_minor(ada_with_pm_ada) == kept
    assert _preview(books, subscription_id, "growth", HALF) == due
    books.change(subscription_id, "growth", HALF)
    assert books.answer(HALF) == bool(due)
    assert books.kept_minor(ada_with_pm_ada) == kept - (5_000 - due)


def test_credits_that_are_used_are_missed_in_the_preview_too(books: Books, ada_with_pm_ada: UUID) -> None:
    """Growth to Starter at half time takes back 500 of the 1,500 credits; 1,001 are used: 499 are left."""
    subscription_id = books.subscribe(ada_with_pm_ada, BEGIN, "growth")
    books.answer(BEGIN)
    _use(books, ada_with_pm_ada, 1_000)
    assert _preview(books, subscription_id, "starter", HALF, when="now") == 0
    _use(books, ada_with_pm_ada, 1)
    refused = _refused(books, subscription_id, "starter", HALF, when="now")
    assert (refused.code, refused.status) == ("credits_already_used", 409)
    assert refused.detail == "500 credits would be taken back, only 499 are unspent."
    assert _preview(books, subscription_id, "starter", HALF) == 9_900, "at the period's end it may be"


def test_what_is_to_end_has_no_next_period_to_plan_for(books: Books, ada_with_pm_ada: UUID) -> None:
    subscription_id = books.subscribe(ada_with_pm_ada, BEGIN, "growth")
    books.answer(BEGIN)
    books.cancel(subscription_id, HALF, at_period_end=True)
    for plan, when in [("starter", None), ("scale", "period_end")]:
        assert _refused(books, subscription_id, plan, HALF, when).code == "subscription_ends"
    books.change(subscription_id, "scale", HALF)
    assert books.answer(HALF) == 1, "a dearer plan for the days that are left is the customer's to choose"
    assert books.come_due(END) == 1
    assert books.subscription(subscription_id).status is SubscriptionStatus.CANCELED


def test_what_was_planned_before_the_end_was_wanted_is_planned_again_after_it(
    books: Books, ada_with_pm_ada: UUID
) -> None:
    subscription_id = books.subscribe(ada_with_pm_ada, BEGIN, "growth")
    books.answer(BEGIN)
    books.change(subscription_id, "starter", HALF)
    assert _next_plan(books, subscription_id) == "starter"
    books.cancel(subscription_id, HALF, at_period_end=True)
    assert _next_plan(books, subscription_id) is None
    with books.database.transaction() as session:
        reactivate_subscription(lock_subscription(session, subscription_id), HALF)
    assert _next_plan(books, subscription_id) == "starter"
    books.come_due(END)
    books.answer(END)
    assert [invoice.total_minor for invoice in books.invoices(ada_with_pm_ada)] == [19_900, 9_900]


def _next_plan(books: Books, subscription_id: UUID) -> str | None:
    with books.database.transaction() as session:
        return show_subscription(session, subscription_id).next_plan


def _detach(books: Books, now: datetime) -> None:
    with books.database.transaction() as session:
        assert detach_card(session, "stripe", "pm_ada", now)


def _use(books: Books, account_id: UUID, amount: int) -> None:
    with books.database.transaction() as session:
        consume_credits(session, account_id, amount, f"use/{amount}", "", BEGIN)


def _preview(books: Books, subscription_id: UUID, plan: str, at: datetime, when: str | None = None) -> int:
    """What is to be paid by the preview, in US cents."""
    wanted = ChangePlan.model_validate({"subscription_id": subscription_id, "plan": {"plan": plan}, "when": when})
    with books.database.transaction() as session:
        return preview_change(session, wanted, at).due_minor


def _refused(books: Books, subscription_id: UUID, plan: str, at: datetime, when: str | None = None) -> Rejected:
    """The refusal, which is the same in the preview."""
    with pytest.raises(Rejected) as previewed:
        _preview(books, subscription_id, plan, at, when)
    with pytest.raises(Rejected) as refused:
        books.change(subscription_id, plan, at, when=when)
    assert str(previewed.value) == str(refused.value)
    return refused.value
