"""Change the plan of a subscription that its gateway runs."""

from billing.catalog.gateway_prices import remember_price
from billing.catalog.terms import PlanTerms
from billing.cycle.plan_change.choice import find_change
from billing.errors import Rejected
from billing.gateway_run.begin_checkout import price_request
from billing.subscriptions.queries import get_subscription
from calls.gateway_run import whom_to_ask, written
from database.operations import Operation
from schemas.commands import ChangePlan
from workers.claims import Act
from workers.wiring import Work


def change_plan_at_gateway(work: Work, operation: Operation, command: ChangePlan) -> Act:
    """Claim: what our price is called there. Call: the change. Record: the subscription as it is then.

    The gateway prorates and bills; a change at the period's end is not among what it can be asked for.
    """
    asked, terms = whom_to_ask(work, command), _immediate_terms(work, command)
    subscriptions, reference = asked.gateway.subscriptions, asked.subscription_ref
    price_ref = subscriptions.ensure_price(price_request(terms))
    present = subscriptions.fetch_subscription(subscription_ref=reference)
    if present is None or not present.items:
        raise Rejected("subscription_not_found", "The gateway does not know the subscription.", status=404)
    with work.database.transaction() as session:
        # before the call: the invoice that it brings may be heard of before the call's own answer
        remember_price(session, asked.gateway.name, price_ref, terms.price_id)
    key, item_ref = f"cashbeat/change_plan/{operation.id}", present.items[0].item_ref
    changed = subscriptions.change_price(reference, item_ref, price_ref, prorate=True, idempotency_key=key)
    return written(work, command, changed, asked)


def _immediate_terms(work: Work, command: ChangePlan) -> PlanTerms:
    """What is wanted, if it is wanted now: without `when` a downgrade is promised for the period's end."""
    with work.database.transaction() as session:
        change = find_change(session, get_subscription(session, command.subscription_id), command)
    if change.is_now:
        return change.wanted
    detail = "The gateway runs this subscription and changes its plan at once: choose when=now."
    raise Rejected("change_is_immediate", detail, status=409)
