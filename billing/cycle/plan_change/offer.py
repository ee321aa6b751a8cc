"""What a change costs now, and whether it can be had. The preview and the change ask the same, of the same quote."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.queries import get_default_card, least_for
from billing.catalog.terms import PlanTerms
from billing.credit_notes.sold import sold_for
from billing.cycle.plan_change.choice import Change
from billing.cycle.plan_change.quote import ChangeQuote, Running, quote_change
from billing.cycle.pricing.discounts import next_discount, present_discount
from billing.errors import Rejected
from billing.invoices.queries import get_invoice, last_tax
from billing.invoices.rules import LineDraft, Totals, add_up
from billing.money import Money, format_major
from billing.periods import Period
from billing.receipts.queries import kept_for
from billing.receipts.rules import Share, share_of_kept
from billing.subscriptions.pending_changes import find_pending_change
from billing.subscriptions.queries import additions_of
from billing.subscriptions.tables import PayBy, Subscription, SubscriptionStatus
from billing.tax.decision import TaxDecision
from billing.tax.queries import decide_tax
from billing.usage.revoke import check_revocable
from schemas.plan_change_views import QuotedLineView


def quote_now(session: Session, subscription: Subscription, change: Change, at: datetime) -> ChangeQuote:
    """What the change costs at an instant within the present period. Reads without locks.

    Refuses what could not be carried out, before a plan that is paid for is put at risk. Raises Rejected `no_card` when
    something is left to pay by card, and `credits_already_used` when more of the plan's credits were used than the new
    plan leaves.
    """
    tax = decide_tax(session, get_account(session, subscription.account_id).country, at.date())
    quote = quote_change(running_of(session, subscription, change.running, tax), change.wanted, tax, at)
    if subscription.pay_by is PayBy.CARD:
        due = _due(session, subscription, quote, tax)
        if due.minor:
            _check_charge(session, subscription, due)
    if quote.credits_gained < 0:
        check_revocable(session, subscription.account_id, subscription.id, -quote.credits_gained, at)
    return quote


def totals_of(lines: Sequence[LineDraft], tax: TaxDecision, currency: str) -> Totals:
    """What the lines of a quote come to: nothing in this currency where it has none."""
    nothing = Money(0, currency)
    return add_up(lines, tax) if lines else Totals(nothing, nothing)


def quoted_lines(lines: Sequence[LineDraft], totals: Totals) -> list[QuotedLineView]:
    """The lines of a quote as a preview shows them, each with its part of the tax."""
    return [_quoted_line(*taxed) for taxed in zip(lines, totals.line_taxes, strict=True)]


def _quoted_line(line: LineDraft, tax: Money) -> QuotedLineView:
    return QuotedLineView(
        kind=line.kind.value,
        description=line.description,
        quantity=line.quantity,
        unit_minor=line.unit.minor,
        net_minor=line.net.minor,
        tax_minor=tax.minor,
    )


def share_for(session: Session, subscription: Subscription, total: Money) -> Share:
    """What of a total kept money would meet now, and what would be carried over; without a lock.

    What a change that waits has used of it comes back.
    """
    kept = kept_for(session, subscription.account_id, total.currency) + _used_by_pending(session, subscription)
    is_by_card = subscription.pay_by is PayBy.CARD
    least = least_for(session, subscription.account_id, total.currency) if is_by_card else None
    return share_of_kept(kept, total, least)


def _used_by_pending(session: Session, subscription: Subscription) -> Money:
    pending = find_pending_change(session, subscription.id)
    used = get_invoice(session, pending.invoice_id).allocated_minor if pending else 0
    return Money(used, subscription.currency)


def running_of(session: Session, subscription: Subscription, terms: PlanTerms, tax: TaxDecision) -> Running:
    """What runs now, on these terms; `tax` is what counts today where nothing was charged yet."""
    return Running(
        terms=terms,
        discount=present_discount(subscription),
        next_discount=next_discount(subscription),
        additions=additions_of(session, subscription.id),
        anchor=subscription.anchor,
        period=Period(subscription.period_start, subscription.period_end),
        tax=last_tax(session, subscription.id) or tax,
        is_trial=subscription.status is SubscriptionStatus.TRIALING,
        sold=sold_for(session, subscription.id, subscription.period_end),
    )


def _due(session: Session, subscription: Subscription, quote: ChangeQuote, tax: TaxDecision) -> Money:
    """What is to be charged: the total less what kept money meets of it, and what is carried over."""
    if not quote.lines:
        return Money(0, subscription.currency)
    total = add_up(quote.lines, tax).total
    return share_for(session, subscription, total).left


def _check_charge(session: Session, subscription: Subscription, due: Money) -> None:
    """A charge that must fail is not even tried."""
    if get_default_card(session, subscription.account_id) is None:
        detail = f"{format_major(due)} would be charged now, but the account has no card: save one first."
        raise Rejected("no_card", detail, status=409)
