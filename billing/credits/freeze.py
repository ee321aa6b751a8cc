"""Freeze a grant: nobody uses it, and nothing of it expires."""

from datetime import datetime

from billing.credits.tables import CreditGrant


def freeze_grant(grant: CreditGrant, now: datetime) -> None:
    """What is left until its expiry is kept, as while a subscription is paused. The caller holds its row lock."""
    if grant.expires_at is not None:
        grant.held_for, grant.expires_at = grant.expires_at - now, None
    grant.is_frozen = True
