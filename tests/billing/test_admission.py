"""An account has one subscription of a plan at a time and one trial of it, unless the caller says otherwise."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from billing.clocks.wall import Wall
from billing.cycle.plan_change.preview import preview_change
from billing.errors import Rejected
from billing.gateway_run.begin_checkout import begin_checkout
from billing.gateway_run.expire_checkout import expire_checkout
from billing.subscriptions.tables import SubscriptionStatus
from database.ids import uuid7
from schemas.commands.subscriptions import ChangePlan, StartSubscriptionCheckout
from tests.billing.gateway_facts import GatewayRun
from tests.billing.subscribers import Books, utc

BEGIN = utc("2026-04-01 10:00")
STRICT = {"allow_another": False, "allow_trial_again": False}


def _subscribe(books: Books, account_id: UUID, plan: str = "starter", **fields: object) -> UUID:
    return books.subscribe(account_id, BEGIN, plan, **{**STRICT, **fields})


def _change(books: Books, subscription_id: UUID, plan: str, **fields: object) -> None:
    books.change(subscription_id, plan, BEGIN, **{"allow_another": False, **fields})


def _begin_checkout(books: Books, account_id: UUID, **fields: object) -> UUID:
    pages = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
    command = StartSubscriptionCheckout.model_validate(
        {"account_id": account_id, "plan": {"plan": "starter"}, **pages, **fields}
    )
    subscription_id = uuid7()
    with books.database.transaction() as session:
        begin_checkout(session, subscription_id, command, "stripe", BEGIN, Wall(BEGIN))
    return subscription_id


def _expire(books: Books, subscription_id: UUID) -> None:
    """Nobody has paid on the page in its time."""
    with books.database.transaction() as session:
        expire_checkout(session, subscription_id, BEGIN + timedelta(hours=23))


def _refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Rejected) as refused:
        act()
    assert refused.value.status == 409
    return refused.value.code


def test_a_start_that_its_gateway_has_and_whose_payment_is_confirmed_is_waited_for(
    books: Books, run: GatewayRun
) -> None:
    books.give_card(run.account_id, BEGIN)
    run.hear(run.fact(status="incomplete"))
    assert _refusal(lambda: _subscribe(books, run.account_id)) == "already_subscribed"
    assert _refusal(lambda: _begin_checkout(books, run.account_id)) == "already_subscribed"
    run.hear(run.fact(status="expired"))
    _subscribe(books, run.account_id)


def test_a_second_subscription_of_the_same_plan_is_refused_while_the_first_runs(books: Books, ada: UUID) -> None:
    first = _subscribe(books, ada)
    assert _refusal(lambda: _subscribe(books, ada)) == "already_subscribed", "its first payment is awaited"
    books.answer(BEGIN)
    assert _refusal(lambda: _subscribe(books, ada, interval="year")) == "already_subscribed", "it is the same plan"
    assert _refusal(lambda: _begin_checkout(books, ada)) == "already_subscribed"
    _subscribe(books, ada, "growth")
    _subscribe(books, books.open("Eve"), pay_by="transfer")
    second = _subscribe(books, ada, allow_another=True)
    assert second != first
    for each in (first, second):
        books.cancel(each, BEGIN)
    _subscribe(books, ada)


def test_of_two_starts_at_the_same_moment_one_is_refused(books: Books, ada: UUID) -> None:
    def start(_: int) -> str:
        try:
            _subscribe(books, ada)
        except Rejected as refused:
            return refused.code
        return "started"

    with ThreadPoolExecutor(4) as callers:
        assert sorted(callers.map(start, range(4))) == ["already_subscribed"] * 3 + ["started"]


def test_one_trial_per_account_and_plan_also_after_it_has_gone_to_another_plan(books: Books, ada: UUID) -> None:
    first = _subscribe(books, ada, trial_days=14)
    books.change(first, "growth", BEGIN)
    books.cancel(first, BEGIN)
    assert _refusal(lambda: _subscribe(books, ada, trial_days=14)) == "trial_used"
    assert _refusal(lambda: _begin_checkout(books, ada, trial_days=7)) == "trial_used"
    _subscribe(books, books.open("Eve"), trial_days=14)
    assert _refusal(lambda: _subscribe(books, ada, "growth", trial_days=14)) == "trial_used", "it was in its trial, too"
    _subscribe(books, ada, "scale", trial_days=14)
    without = _subscribe(books, ada)
    books.answer(BEGIN)
    books.cancel(without, BEGIN)
    again = _subscribe(books, ada, trial_days=14, allow_trial_again=True)
    assert books.subscription(again).status is SubscriptionStatus.TRIALING


def test_no_change_within_a_trial_leads_to_a_second_trial_of_a_plan(books: Books, ada: UUID) -> None:
    books.cancel(_subscribe(books, ada, "growth", trial_days=14), BEGIN)
    second = _subscribe(books, ada, trial_days=14)
    assert _refusal(lambda: _change(books, second, "growth")) == "trial_used"
    assert _refusal(lambda: _change(books, second, "growth", when="now", interval="year")) == "trial_used"
    assert _refusal(lambda: _preview(books, second, "growth", "now")) == "trial_used"
    _preview(books, second, "growth", "now", allow_trial_again=True)
    _change(books, second, "scale", when="now")
    _change(books, second, "starter", when="now")  # its own trial goes on
    _change(books, second, "growth", when="now", allow_trial_again=True)
    again = books.subscription(second)
    assert (again.status, again.period_end) == (SubscriptionStatus.TRIALING, BEGIN + timedelta(days=14))


def test_a_plan_whose_trial_was_had_is_gone_to_when_the_trial_is_over(books: Books, ada: UUID) -> None:
    books.cancel(_subscribe(books, ada, "growth", trial_days=14), BEGIN)
    planned, later = _subscribe(books, ada, trial_days=14), _subscribe(books, ada, "scale", trial_days=14)
    _preview(books, planned, "growth", "period_end")
    _change(books, planned, "growth", when="period_end")
    trial_end = BEGIN + timedelta(days=14)
    books.catch_up(trial_end)
    books.answer(trial_end)
    books.change(later, "growth", trial_end, when="now")
    assert {books.subscription(each).status for each in (planned, later)} == {SubscriptionStatus.ACTIVE}


def test_of_two_trials_at_the_same_moment_one_is_refused(books: Books, ada: UUID) -> None:
    def start(_: int) -> str:
        try:
            _subscribe(books, ada, trial_days=14, allow_another=True)
        except Rejected as refused:
            return refused.code
        return "started"

    with ThreadPoolExecutor(4) as callers:
        assert sorted(callers.map(start, range(4))) == ["started"] + ["trial_used"] * 3


def test_a_page_on_which_nothing_was_started_gives_the_trial_back(books: Books, ada: UUID) -> None:
    started = _begin_checkout(books, ada, trial_days=14)
    assert _refusal(lambda: _begin_checkout(books, ada, trial_days=14)) == "already_subscribed", "while it is open"
    assert _refusal(lambda: _begin_checkout(books, ada, trial_days=14, allow_another=True)) == "trial_used"
    _expire(books, started)
    _begin_checkout(books, ada, trial_days=14)


def test_a_page_on_which_nothing_was_started_gives_no_trial_back_but_its_own(books: Books, ada: UUID) -> None:
    books.cancel(_subscribe(books, ada, trial_days=14), BEGIN)
    _expire(books, _begin_checkout(books, ada, trial_days=14, allow_trial_again=True))
    assert _refusal(lambda: _begin_checkout(books, ada, trial_days=14)) == "trial_used"


def test_a_trial_that_was_had_while_a_page_was_open_is_remembered_when_the_page_ends(books: Books, ada: UUID) -> None:
    page = _begin_checkout(books, ada, trial_days=14)
    books.cancel(_subscribe(books, ada, trial_days=14, allow_another=True, allow_trial_again=True), BEGIN)
    _expire(books, page)
    assert _refusal(lambda: _subscribe(books, ada, trial_days=14)) == "trial_used"


def test_a_start_of_ours_is_refused_while_a_page_for_the_plan_is_open(books: Books, ada: UUID) -> None:
    started = _begin_checkout(books, ada)
    assert _refusal(lambda: _subscribe(books, ada)) == "already_subscribed"
    _subscribe(books, ada, "growth")
    _expire(books, started)
    _subscribe(books, ada)


@pytest.mark.parametrize("when", ["now", "period_end"])
def test_no_change_leads_to_a_plan_that_the_account_has_already(books: Books, ada: UUID, when: str) -> None:
    starter, growth = _subscribe(books, ada), _subscribe(books, ada, "growth")
    books.answer(BEGIN)
    assert _refusal(lambda: _change(books, growth, "starter", when=when)) == "already_subscribed"
    assert _refusal(lambda: _preview(books, starter, "growth", when)) == "already_subscribed"
    _change(books, starter, "growth", when=when, allow_another=True)
    _change(books, growth, "growth", when=when, interval="year")  # it stays with its plan


@pytest.mark.parametrize("when", ["now", "period_end"])
def test_a_plan_that_is_to_come_is_had_already(books: Books, ada: UUID, when: str) -> None:
    """It is planned for the next period, or waits to be paid."""
    starter = _subscribe(books, ada)
    books.answer(BEGIN)
    books.change(starter, "growth", BEGIN, when=when)
    with pytest.raises(Rejected, match=r"already_subscribed: .* or one that is to go to it"):
        _subscribe(books, ada, "growth")
    books.cancel(starter, BEGIN, at_period_end=True)
    if when == "period_end":
        assert _refusal(lambda: _subscribe(books, ada, "growth")) == "already_subscribed", "the end may be taken back"


def test_of_two_changes_to_a_plan_at_the_same_moment_one_is_refused(books: Books, ada: UUID) -> None:
    several = [_subscribe(books, ada, allow_another=True) for _ in range(2)]
    books.answer(BEGIN)

    def change(subscription_id: UUID) -> str:
        try:
            _change(books, subscription_id, "growth")
        except Rejected as refused:
            return refused.code
        return "changed"

    with ThreadPoolExecutor(2) as callers:
        assert sorted(callers.map(change, several)) == ["already_subscribed", "changed"]


def _preview(books: Books, subscription_id: UUID, plan: str, when: str, **fields: object) -> None:
    wanted = {"subscription_id": subscription_id, "plan": {"plan": plan}, "when": when, **fields}
    command = ChangePlan.model_validate(wanted)
    with books.database.transaction() as session:
        preview_change(session, command, BEGIN)
