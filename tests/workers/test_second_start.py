"""Two ways to start the same plan, or a page and a start of ours: the customer starts one subscription."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from billing.accounts.queries import get_account
from billing.clocks.timelines import Timeline
from billing.gateway_run.expire_unopened import UNOPENED_STARTS
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import SubscriptionStatus
from database.engine import Database, make_engine
from database.memory import WorkState, discarded_as, ready_again
from database.operations import Operation
from schemas.commands.subscriptions import CancelSubscription, ChangePlan, CreateSubscription, StartSubscriptionCheckout
from tests.gateways.sandbox_process import Sandbox
from tests.workers.gateway_run import JANUARY_31, Subscriber, deliver
from workers.sweeps import do_due
from workers.wiring import Work


def _status(work: Work, subscription_id: UUID) -> SubscriptionStatus:
    with work.database.transaction() as session:
        return get_subscription(session, subscription_id).status


def _wanted(subscriber: Subscriber, **fields: object) -> StartSubscriptionCheckout:
    pages = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
    return StartSubscriptionCheckout.model_validate(
        {"account_id": subscriber.account_id, "plan": {"plan": "starter"}, **pages, **fields}
    )


def _ours(subscriber: Subscriber, **fields: object) -> CreateSubscription:
    """A start whose cycle we run, to be paid by transfer."""
    wanted = {"account_id": subscriber.account_id, "plan": {"plan": "starter"}, "pay_by": "transfer", **fields}
    return CreateSubscription.model_validate(wanted)


def _code(operation: Operation) -> str:
    return str((operation.problem or {}).get("type", "")).rpartition(":")[2]


def test_a_second_page_closes_the_first(work: Work, subscriber: Subscriber, module_sandbox: Sandbox) -> None:
    subscriber.begin(trial_days=14)
    first, page = subscriber.subscription_id, subscriber.checkout["checkout_url"]
    subscriber.begin(trial_days=14)
    assert (_status(work, first), module_sandbox.pay(page) == 303) == (SubscriptionStatus.EXPIRED, False)
    subscriber.pay()
    deliver(work, subscriber.news())
    assert _status(work, subscriber.subscription_id) is SubscriptionStatus.TRIALING


def test_a_first_page_that_was_paid_has_started_it(work: Work, subscriber: Subscriber) -> None:
    subscriber.subscribe()
    refused = subscriber.run(_wanted(subscriber))
    assert (refused.problem or {})["type"].endswith("already_subscribed")
    assert _status(work, subscriber.subscription_id) is SubscriptionStatus.ACTIVE, "before its event was heard"
    deliver(work, subscriber.news())


def test_a_page_that_the_gateway_refuses_holds_up_no_other(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    refused = subscriber.run(_wanted(subscriber, trial_days=14, success_url=f"https://app.example/{'x' * 1_900}"))
    if refused.state is WorkState.REJECTED:
        assert _status(work, refused.id) is SubscriptionStatus.EXPIRED
    subscriber.subscribe(trial_days=14)
    deliver(work, subscriber.news())
    assert _status(work, subscriber.subscription_id) is SubscriptionStatus.TRIALING


def test_a_start_of_ours_closes_the_page_first(work: Work, subscriber: Subscriber, module_sandbox: Sandbox) -> None:
    subscriber.begin(trial_days=14)
    ours = subscriber.command(_ours(subscriber, trial_days=14))
    assert _status(work, subscriber.subscription_id) is SubscriptionStatus.EXPIRED
    assert module_sandbox.pay(subscriber.checkout["checkout_url"]) != 303
    assert ours["status"] == SubscriptionStatus.TRIALING


def test_a_start_of_ours_beside_a_page_that_was_paid_is_refused(work: Work, subscriber: Subscriber) -> None:
    subscriber.subscribe()
    assert _code(subscriber.run(_ours(subscriber))) == "already_subscribed"
    assert _status(work, subscriber.subscription_id) is SubscriptionStatus.ACTIVE
    deliver(work, subscriber.news())


def test_whoever_wants_two_has_two(work: Work, subscriber: Subscriber) -> None:
    subscriber.begin()
    ours = subscriber.command(_ours(subscriber, allow_another=True))
    subscriber.pay()
    deliver(work, subscriber.news())
    assert [_status(work, each) for each in (subscriber.subscription_id, UUID(ours["id"]))] == [
        SubscriptionStatus.ACTIVE
    ] * 2


@pytest.mark.parametrize("wish", [{"coupon": "NOBODY"}, {"plan": {"plan": "starter", "currency": "JPY"}}])
@pytest.mark.parametrize("start", [_ours, _wanted])
def test_a_start_that_is_refused_leaves_the_customer_the_page(
    work: Work, subscriber: Subscriber, start: Any, wish: dict[str, Any]
) -> None:
    subscriber.begin()
    assert subscriber.run(start(subscriber, **wish)).state is WorkState.REJECTED
    subscriber.pay()
    deliver(work, subscriber.news())
    assert _status(work, subscriber.subscription_id) is SubscriptionStatus.ACTIVE


@pytest.mark.parametrize("start", [_ours, _wanted])
def test_a_page_that_never_came_about_holds_up_no_other_start(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox, start: Any
) -> None:
    """The gateway does not answer; its next try comes after hours, or never. The customer starts in another way."""
    module_sandbox.arm("429", method="POST", path="/v1/checkout/sessions", count=10)
    first = subscriber.run(_wanted(subscriber, trial_days=14))
    assert (first.state, _status(work, first.id)) == (WorkState.READY, SubscriptionStatus.INCOMPLETE)
    module_sandbox.clear_faults()

    assert subscriber.run(start(subscriber, trial_days=14)).state is WorkState.DONE
    assert _status(work, first.id) is SubscriptionStatus.EXPIRED
    again = subscriber.try_again(first.id)
    assert (again.state, _code(again)) == (WorkState.REJECTED, "subscription_state"), (
        "no page is opened for it any more"
    )


@pytest.mark.parametrize("decision", [ready_again(), discarded_as("ops", "the customer is gone")])
def test_a_start_whose_page_never_came_about_is_over_when_the_page_would_be(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox, database_url: str, decision: dict[str, Any]
) -> None:
    """The gateway is away for longer than is tried. A person decides against the start, or for it, too late."""
    module_sandbox.arm("429", method="POST", path="/v1/checkout/sessions", count=100)
    first = subscriber.run(_wanted(subscriber, trial_days=14))
    assert _expire_unopened(subscriber, 23) == 0, "it is still tried"
    while first.state is WorkState.READY:
        first = subscriber.try_again(first.id)
    module_sandbox.clear_faults()
    again = _wanted(subscriber, trial_days=14, allow_another=True)
    assert _code(subscriber.run(again)) == "trial_used"
    assert (_expire_unopened(subscriber, 22), _expire_unopened(subscriber, 23)) == (0, 1)
    assert _status(work, first.id) is SubscriptionStatus.EXPIRED
    assert subscriber.run(again).state is WorkState.DONE
    assert _expire_unopened(subscriber, 1_000) == 0, "what was opened ends at the gateway"
    with Database(make_engine(database_url)).transaction() as session:
        session.execute(update(Operation).where(Operation.id == first.id).values(decision))
    assert subscriber.try_again(first.id).state in (WorkState.REJECTED, WorkState.DISCARDED)


def _expire_unopened(subscriber: Subscriber, hours: int) -> int:
    """The sweep comes so many hours after the start; how many it gives up."""
    with subscriber.work.database.transaction() as session:
        clock_id = get_account(session, subscriber.account_id).clock_id
    timeline = Timeline(clock_id, JANUARY_31 + timedelta(hours=hours))
    return do_due(subscriber.work, UNOPENED_STARTS, timeline)


@pytest.mark.parametrize("when", ["now", "period_end"])
def test_no_change_leads_to_a_second_subscription_of_a_plan(work: Work, subscriber: Subscriber, when: str) -> None:
    """`period_end` is not to be had where the gateway runs the cycle: there our own is the one that changes."""
    subscriber.subscribe()
    deliver(work, subscriber.news())
    ours = UUID(subscriber.command(_ours(subscriber, plan={"plan": "growth"}))["id"])
    of_gateway = subscriber.subscription_id, "growth"
    for subscription_id, plan in [(ours, "starter"), *([of_gateway] if when == "now" else [])]:
        wanted = {"subscription_id": subscription_id, "plan": {"plan": plan}, "when": when}
        assert _code(subscriber.run(ChangePlan.model_validate(wanted))) == "already_subscribed"


def test_no_change_at_the_gateway_leads_to_a_second_trial_of_a_plan(work: Work, subscriber: Subscriber) -> None:
    had = UUID(subscriber.command(_ours(subscriber, plan={"plan": "growth"}, trial_days=14))["id"])
    subscriber.command(CancelSubscription(subscription_id=had, when="now"))
    subscriber.subscribe(trial_days=14)
    deliver(work, subscriber.news())
    wanted = {"subscription_id": subscriber.subscription_id, "plan": {"plan": "growth"}, "when": "now"}
    assert _code(subscriber.run(ChangePlan.model_validate(wanted))) == "trial_used"
    again = subscriber.command(ChangePlan.model_validate({**wanted, "allow_trial_again": True}))
    assert (again["status"], again["plan"]) == (SubscriptionStatus.TRIALING, "growth")
