"""What was shown to whoever agreed to a change of plan still holds, or the change is not made."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cycle.plan_change.preview import preview_change
from billing.errors import Rejected
from billing.subscriptions.tables import Subscription
from billing.tax.queries import decide_tax
from schemas.commands.subscriptions import PlanWish, Quoted
from schemas.plan_change_views import ChangePreview

# so long somebody may look at a price before they agree: as long as the portal lets them look at anything
QUOTE_LIVES = timedelta(minutes=30)


def check_quoted(
    session: Session, subscription: Subscription, wish: PlanWish, quoted: Quoted, now: datetime
) -> ChangePreview:
    """The preview, which is to the letter what was shown. The caller holds the locks of account and subscription.

    Raises Rejected `quote_stale` when it was shown too long ago, the period or the tax has changed since, or anything
    that it said is another by now; and what `preview_change` raises.
    """
    if not quoted.at <= now < min(quoted.at + QUOTE_LIVES, subscription.period_end):
        raise quote_stale()
    if not subscription.period_start <= quoted.at or _tax_has_changed(session, subscription, quoted.at, now):
        raise quote_stale()
    preview = preview_change(session, wish, quoted.at)
    if preview.fingerprint != quoted.fingerprint:
        raise quote_stale()
    return preview


def quote_stale() -> Rejected:
    """Of what is not as it was shown any more."""
    detail = "What was shown is not what the change would cost or bring now: look at a new preview, and agree to that."
    return Rejected("quote_stale", detail, status=409)


def _tax_has_changed(session: Session, subscription: Subscription, shown_at: datetime, now: datetime) -> bool:
    """Whether the invoice, which is of today, would have another tax than that of the day on which it was shown."""
    country = get_account(session, subscription.account_id).country
    shown, due = (decide_tax(session, country, at.date()) for at in (shown_at, now))
    return (shown.name, shown.rate_ppm) != (due.name, due.rate_ppm)
