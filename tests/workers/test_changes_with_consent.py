"""A change of plan at a gateway that asks the customer first, and changes prices with the next period alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from calls.run_command import run_command
from database.memory import WorkState
from database.operations import Operation, stage_command
from gateways.gateway import Gateway
from gateways.ports import RunsSubscriptions
from schemas.commands.subscriptions import ChangePlan
from schemas.facts.subscriptions import SubscriptionFact
from tests.workers.gateway_run import Subscriber, deliver
from workers.wiring import Work

CONSENT = "https://gateway.example/agree"


@dataclass
class Asking:
    """Its subscriptions as they are, but for a change of price: that waits for the customer."""

    subscriptions: RunsSubscriptions
    prorated: bool | None = None

    def change_price(
        self, subscription_ref: str, item_ref: str, price_ref: str, *, prorate: bool, idempotency_key: str
    ) -> SubscriptionFact:
        self.prorated = prorate
        there = self.subscriptions.fetch_subscription(subscription_ref=subscription_ref)
        assert there is not None
        return replace(there, approval_url=CONSENT)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.subscriptions, name)


class Consenting:
    """A worker to whom that gateway is the only one."""

    def __init__(self, work: Work) -> None:
        there = work.gateway("stripe")
        self.asking = Asking(there.subscriptions)
        limits = replace(there.limits, changes_at_renewal=True)
        gateways: Mapping[str, Gateway] = {"stripe": replace(there, limits=limits, offers_subscriptions=self.asking)}
        self.work = replace(work, gateways=gateways)

    def change(self, subscriber: Subscriber, plan: str, when: str | None) -> Operation:
        wanted = {"subscription_id": subscriber.subscription_id, "plan": {"plan": plan}, "when": when}
        command = ChangePlan.model_validate(wanted)
        body = command.model_dump(mode="json")
        with self.work.database.transaction() as session:
            row_id = stage_command(session, command.kind, body, "test", f"{plan}/{when}")
        run_command(self.work, row_id)
        with self.work.database.transaction() as session:
            return session.get_one(Operation, row_id)


@pytest.fixture
def consenting(work: Work, subscriber: Subscriber) -> Consenting:
    """Somebody on Starter."""
    subscriber.subscribe()
    deliver(work, subscriber.news())
    return Consenting(work)


@pytest.mark.parametrize("when", ["period_end", None])
def test_the_customer_is_sent_to_agree_and_nothing_changes_before(
    consenting: Consenting, subscriber: Subscriber, when: str | None
) -> None:
    changed = consenting.change(subscriber, "growth", when)
    assert changed.state is WorkState.DONE, changed.problem
    result = changed.result or {}
    assert (result["change"], result["approval_url"], result["plan"]) == ("to_approve", CONSENT, "starter")
    assert (result["pending_change"], consenting.asking.prorated) == (None, False)


def test_at_once_is_refused_before_it_is_asked(consenting: Consenting, subscriber: Subscriber) -> None:
    refused = consenting.change(subscriber, "growth", "now")
    assert (refused.state, (refused.problem or {})["type"]) == (
        WorkState.REJECTED, "urn:cashbeat:problem:change_is_at_renewal",
    )  # fmt: skip
    assert consenting.asking.prorated is None


def test_a_gateway_that_changes_at_once_says_so(work: Work, consenting: Consenting, subscriber: Subscriber) -> None:
    consenting.work = work
    changed = consenting.change(subscriber, "growth", "now")
    assert ((changed.result or {})["change"], (changed.result or {})["approval_url"]) == ("made", "")
