"""Preview a service: what it would cost to add it, or what is given back without it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.cycle.plan_change.offer import quoted_lines, share_for, totals_of
from billing.cycle.services.wish import wish_away, wish_for
from billing.errors import Rejected
from billing.subscriptions.queries import get_subscription
from schemas.plan_change_views import ServicePreview


def preview_service(
    session: Session, subscription_id: UUID, slug: str, quantity: int, at: datetime, *, is_removed: bool
) -> ServicePreview:
    """What it is at an instant of the present period; at that instant it is charged the same.

    Raises what `wish_for` and `wish_away` raise, and `outside_period` for another instant.
    """
    subscription = get_subscription(session, subscription_id)
    at = at.replace(microsecond=0)
    if not subscription.period_start <= at < subscription.period_end:
        raise Rejected("outside_period", "A service is previewed at an instant of the present period.", status=422)
    if is_removed:
        wish = wish_away(session, subscription, slug, at)
    else:
        wish = wish_for(session, subscription, slug, quantity, at)
    lines = wish.quote.lines
    totals = totals_of(lines, wish.tax, subscription.currency)
    share = share_for(session, subscription, totals.total)
    return ServicePreview(
        subscription_id=subscription.id,
        at=at,
        service=slug,
        currency=subscription.currency,
        lines=quoted_lines(lines, totals),
        subtotal_minor=totals.subtotal.minor,
        tax_minor=totals.tax.minor,
        total_minor=totals.total.minor,
        balance_used_minor=share.used.minor,
        carried_over_minor=share.carried_over.minor,
        due_minor=share.left.minor,
        kept_minor=wish.quote.kept.minor,
        period_end=subscription.period_end,
    )
