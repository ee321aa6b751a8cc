"""Preview a change of plan: what it would cost and bring, without writing anything."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.terms import PlanTerms
from billing.cycle.plan_change.choice import ChangeResult, check_change, find_change
from billing.cycle.plan_change.offer import quote_now, quoted_lines, share_for, totals_of
from billing.cycle.plan_change.quote import ChangeQuote
from billing.cycle.pricing.discounts import next_discount
from billing.cycle.pricing.lines import period_lines
from billing.cycle.renewal.next_period import next_period
from billing.errors import Rejected
from billing.money import Money
from billing.subscriptions.queries import additions_of, get_subscription
from billing.subscriptions.tables import PayBy, Subscription
from billing.tax.queries import decide_tax
from schemas.commands.subscriptions import PlanWish
from schemas.plan_change_views import ChangePreview


def preview_change(session: Session, command: PlanWish, at: datetime) -> ChangePreview:
    """What the change would be at an instant of the present period; charged at that instant it is the same.

    A change at the period's end shows the invoice of the next period. Raises what `change_plan` raises, and
    `outside_period` for another instant.
    """
    subscription = get_subscription(session, command.subscription_id)
    change = find_change(session, subscription, command)
    check_change(session, subscription, change)
    at = at.replace(microsecond=0)
    if not subscription.period_start <= at < subscription.period_end:
        raise Rejected("outside_period", "A change is previewed at an instant of the present period.", status=422)
    if change.is_now:
        return _view(session, subscription, "now", at, quote_now(session, subscription, change, at))
    return _view(session, subscription, "period_end", at, _next_period(session, subscription, change.wanted))


def _next_period(session: Session, subscription: Subscription, wanted: PlanTerms) -> ChangeQuote:
    period = next_period(subscription, wanted)
    additions = additions_of(session, subscription.id)
    lines = period_lines(wanted, additions, next_discount(subscription), period)
    return ChangeQuote(tuple(lines), Money(0, wanted.price.currency), wanted.credits, subscription.anchor, period)


def _view(session: Session, subscription: Subscription, when: str, at: datetime, quote: ChangeQuote) -> ChangePreview:
    day = at.date() if when == "now" else quote.period.start.date()
    tax = decide_tax(session, get_account(session, subscription.account_id).country, day)
    totals = totals_of(quote.lines, tax, subscription.currency)
    share = share_for(session, subscription, totals.total)
    shown = ChangePreview(
        subscription_id=subscription.id,
        at=at,
        when=when,
        change=_result(subscription, when, share.left),
        currency=subscription.currency,
        lines=quoted_lines(quote.lines, totals),
        subtotal_minor=totals.subtotal.minor,
        tax_minor=totals.tax.minor,
        total_minor=totals.total.minor,
        balance_used_minor=share.used.minor,
        carried_over_minor=share.carried_over.minor,
        due_minor=share.left.minor,
        kept_minor=quote.kept.minor,
        credits_granted=max(quote.credits_gained, 0),
        credits_revoked=max(-quote.credits_gained, 0),
        period_start=quote.period.start,
        period_end=quote.period.end,
        fingerprint="",
    )
    return shown.model_copy(update={"fingerprint": sha256(shown.model_dump_json().encode()).hexdigest()})


def _result(subscription: Subscription, when: str, due: Money) -> ChangeResult:
    """What `change_plan` would answer."""
    if when != "now":
        return ChangeResult.PLANNED
    is_charged = due.minor > 0 and subscription.pay_by is PayBy.CARD
    return ChangeResult.PENDING if is_charged else ChangeResult.MADE
