"""Whether what a change costs can be had now. The preview and the change ask the same, of the same quote."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.balance.kept_money import usable_for
from billing.cards.minimums import least_charge
from billing.cards.queries import get_default_card
from billing.cycle.plan_change.quote import ChangeQuote
from billing.errors import Rejected
from billing.invoices.rules import add_up
from billing.money import Money, format_major
from billing.subscriptions.tables import PayBy, Subscription
from billing.usage.revoke import check_revocable


def check_quote(
    session: Session, subscription: Subscription, quote: ChangeQuote, tax_rate_ppm: int, at: datetime
) -> None:
    """Refuse what could not be carried out, before a plan that is paid for is put at risk. Reads without locks.

    Raises Rejected `no_card` or `amount_too_small` when something is left to pay by card, and `credits_already_used`
    when more of the plan's credits were used than the new plan leaves.
    """
    if subscription.pay_by is PayBy.CARD:
        due = _due(session, subscription, quote, tax_rate_ppm)
        if due.minor:
            _check_charge(session, subscription, due)
    if quote.credits_gained < 0:
        check_revocable(session, subscription.account_id, subscription.id, -quote.credits_gained, at)


def _due(session: Session, subscription: Subscription, quote: ChangeQuote, tax_rate_ppm: int) -> Money:
    """What is to be charged: the total less what kept money pays of it."""
    if not quote.lines:
        return Money(0, subscription.currency)
    total = add_up(quote.lines, tax_rate_ppm).total
    return total - usable_for(session, subscription, total)


def _check_charge(session: Session, subscription: Subscription, due: Money) -> None:
    """A charge that must fail would end in dunning, and take the plan along that was paid for."""
    if get_default_card(session, subscription.account_id) is None:
        detail = f"{format_major(due)} would be charged now, but the account has no card: save one first."
        raise Rejected("no_card", detail, status=409)
    least = least_charge(due.currency)
    if due.minor < least.minor:
        detail = (
            f"Only {format_major(due)} would be charged now, and a card can be charged no less than "
            f"{format_major(least)}: change the plan at the period's end instead (when=period_end)."
        )
        raise Rejected("amount_too_small", detail, status=409)
