"""Two pages for the same plan: the customer starts one subscription."""

from uuid import UUID

from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import SubscriptionStatus
from database.memory import WorkState
from schemas.commands import StartSubscriptionCheckout
from tests.gateways.sandbox_process import Sandbox
from tests.workers.gateway_run import Subscriber, deliver
from workers.wiring import Work


def _status(work: Work, subscription_id: UUID) -> SubscriptionStatus:
    with work.database.transaction() as session:
        return get_subscription(session, subscription_id).status


def _wanted(subscriber: Subscriber, **fields: object) -> StartSubscriptionCheckout:
    pages = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
    return StartSubscriptionCheckout.model_validate(
        {"account_id": subscriber.account_id, "plan": {"plan": "starter"}, **pages, **fields}
    )


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
