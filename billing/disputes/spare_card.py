"""Spare the card of whoever contests a payment: nothing is bought with it by itself any more."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.disputes.tables import CONTESTED, Dispute, DisputeStatus
from billing.top_ups.stop import stop_for_dispute


def spare_card(
    session: Session, account_id: UUID, disputes: Iterable[Dispute], before: Mapping[str, DisputeStatus], now: datetime
) -> None:
    """Stop the top-up when a bank takes money, and again when it keeps it: each charge may be another dispute.

    A customer who sets it anew in between wants it, whatever the news of the same dispute are. `before` says by
    reference how each stood. The caller has taken all locks of credits that it needs.
    """
    if any(_takes_anew(each.status, before.get(each.dispute_ref)) for each in disputes):
        stop_for_dispute(session, account_id, now)


def _takes_anew(after: DisputeStatus, before: DisputeStatus | None) -> bool:
    if after in CONTESTED:
        return before not in CONTESTED
    return after is DisputeStatus.LOST and before is not DisputeStatus.LOST
