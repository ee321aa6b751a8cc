"""Change the plan of a subscription that its gateway runs."""

from typing import Any

from sqlalchemy.orm import Session

from billing.catalog.gateway_prices import remember_price
from billing.clocks.timelines import now_of
from billing.cycle.plan_change.choice import Change, ChangeResult, check_admitted, find_change
from billing.errors import Rejected
from billing.gateway_run.begin_checkout import price_request
from billing.subscriptions.queries import get_subscription, show_changed
from calls.bring_tax import bring_tax
from calls.gateway_run import Asked, drop_pending, whom_to_ask
from calls.hear_subscription import ask_waited_for, record_subscription
from database.operations import Operation
from gateways.gateway import Gateway
from schemas.commands.subscriptions import ChangePlan
from schemas.facts.subscriptions import SubscriptionFact
from workers.claims import Act
from workers.wiring import Work


def change_plan_at_gateway(work: Work, operation: Operation, command: ChangePlan) -> Act:
    """Claim: what our price is called there. Call: the change. Record: the subscription as it is then.

    The gateway prorates and bills, and makes the change when that is paid; or it changes plans with the next period and
    asks the customer first. The present plan takes back a change that waits.
    """
    asked = whom_to_ask(work, command)
    change = _possible_change(work, asked.gateway, command)
    subscriptions, key = asked.gateway.subscriptions, f"cashbeat/change_plan/{operation.id}"
    if change.is_stay:
        drop_pending(asked, key)
        return _recorded(work, command, asked, _present(asked))
    price_ref = subscriptions.ensure_price(price_request(change.wanted))
    with work.database.transaction() as session:
        # before the call: the invoice that it brings may be heard of before the call's own answer
        remember_price(session, asked.gateway.name, price_ref, change.wanted.price_id)
        today = now_of(session, asked.account_id, work.wall()).date()
    # the change is billed today, and the subscription may stand at the rate of its next invoice already
    present = bring_tax(work, asked.gateway, asked.account_id, _present(asked), today, f"{key}/before")
    try:
        ref, item_ref = asked.subscription_ref, present.items[0].item_ref
        prorate = not asked.gateway.limits.changes_at_renewal
        changed = subscriptions.change_price(ref, item_ref, price_ref, prorate=prorate, idempotency_key=key)
    except Rejected:
        _bring_next_tax(work, asked, present, key)
        raise
    return _recorded(work, command, asked, _bring_next_tax(work, asked, changed, key))


def _bring_next_tax(work: Work, asked: Asked, fact: SubscriptionFact, key: str) -> SubscriptionFact:
    """Also after a refusal: no new invoice comes that would have the rate brought along once more."""
    return bring_tax(work, asked.gateway, asked.account_id, fact, fact.period_end.date(), f"{key}/after")


def _present(asked: Asked) -> SubscriptionFact:
    present = asked.gateway.subscriptions.fetch_subscription(subscription_ref=asked.subscription_ref)
    if present is None or not present.items:
        raise Rejected("subscription_not_found", "The gateway does not know the subscription.", status=404)
    return present


def _recorded(work: Work, command: ChangePlan, asked: Asked, fact: SubscriptionFact) -> Act:
    """With the invoice that the change waits for, if it does."""
    waited_for = ask_waited_for(asked.gateway, fact)

    def act(session: Session) -> dict[str, Any]:
        record_subscription(session, fact, asked.asked_at, work.wall(), waited_for)
        shown = show_changed(session, command.subscription_id, _result(fact), fact.approval_url)
        return shown.model_dump(mode="json")

    return act


def _result(fact: SubscriptionFact) -> ChangeResult:
    if fact.approval_url:
        return ChangeResult.TO_APPROVE
    return ChangeResult.PENDING if fact.pending else ChangeResult.MADE


def _possible_change(work: Work, gateway: Gateway, command: ChangePlan) -> Change:
    """What is wanted, if it may be had, and when: without `when` a downgrade is promised for the period's end."""
    if command.quoted is not None:
        raise Rejected("subscription_state", "A gateway runs this subscription, and alone knows the cost.", status=409)
    with work.database.transaction() as session:
        subscription = get_subscription(session, command.subscription_id)
        change = find_change(session, subscription, command)
        check_admitted(session, subscription, change)
    at_renewal = gateway.limits.changes_at_renewal
    if change.is_stay or change.is_now is not at_renewal or (at_renewal and command.when is None):
        return change
    if change.is_now:
        detail = "The gateway runs this subscription and changes its plan with the next period: choose when=period_end."
        raise Rejected("change_is_at_renewal", detail, status=409)
    detail = "The gateway runs this subscription and changes its plan at once: choose when=now."
    raise Rejected("change_is_immediate", detail, status=409)
