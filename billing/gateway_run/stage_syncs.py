"""Ask gateways about subscriptions that they run: at an instant of a test clock, for another tax, or at their end."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.gateway_run.wanted_tax import is_taxed_otherwise, wanted_tax
from billing.subscriptions.rules import ENDED
from billing.subscriptions.tables import Collection, Subscription, SubscriptionStatus
from database.operations import stage_command
from schemas.commands.subscriptions import SyncWithGateway
from schemas.facts.subscriptions import SubscriptionFact

# who says so, in the row of the operation
TAX = "tax"
PERIOD_END = "period_end"

# the start of one that is incomplete is the customer's to finish; its event tells us
ASKED_ABOUT = frozenset(SubscriptionStatus) - ENDED - {SubscriptionStatus.INCOMPLETE}


def stage_syncs(session: Session, clock_id: UUID, at: datetime) -> Sequence[UUID]:
    """Stage a command for each, once per instant, and return the operations' ids: the clock waits for their end.

    Webhooks would tell the same, but nobody can say when the last of them has come.
    """
    found = select(Subscription.id).where(
        Subscription.clock_id == clock_id,
        Subscription.collection == Collection.GATEWAY,
        Subscription.status.in_(ASKED_ABOUT),
    )
    return [_stage(session, clock_id, subscription_id, at) for subscription_id in session.scalars(found)]


def stage_tax_sync(session: Session, subscription_id: UUID, account_id: UUID, fact: SubscriptionFact) -> None:
    """Stage a command if the next invoice would bear another tax than ours of its day; once after each invoice.

    Asking, it brings the rate along. Once, so that nobody fights with a person at the gateway.
    """
    wanted = wanted_tax(session, account_id, fact.period_end.date())
    if is_taxed_otherwise(fact, wanted):
        rate = f"{wanted.name}/{wanted.rate_ppm}" if wanted else "none"
        _stage_by(session, TAX, subscription_id, f"{fact.latest_invoice_ref}/{fact.period_end.isoformat()}/{rate}")


def stage_end_sync(session: Session, subscription_id: UUID, at: datetime) -> None:
    """Stage a command for a subscription that should have ended with its period; once per instant."""
    _stage_by(session, PERIOD_END, subscription_id, at.isoformat())


def stage_syncs_of_country(session: Session, country: str, valid_from: date, cause: str) -> int:
    """Stage a command for each subscription whose next invoice a rate from that day on concerns; returns how many.

    Those whose next invoice comes earlier are looked at when it has come.
    """
    found = (
        select(Subscription.id)
        .join(Account, Account.id == Subscription.account_id)
        .where(
            Account.country == country,
            Subscription.collection == Collection.GATEWAY,
            Subscription.status.in_(ASKED_ABOUT),
            Subscription.period_end >= datetime.combine(valid_from, time(), UTC),
        )
    )
    return len([_stage_by(session, TAX, subscription_id, cause) for subscription_id in session.scalars(found)])


def stage_syncs_of_account(session: Session, account_id: UUID, cause: str) -> int:
    """Stage a command for each subscription of an account whose country is another one now; returns how many."""
    found = select(Subscription.id).where(
        Subscription.account_id == account_id,
        Subscription.collection == Collection.GATEWAY,
        Subscription.status.in_(ASKED_ABOUT),
    )
    return len([_stage_by(session, TAX, subscription_id, cause) for subscription_id in session.scalars(found)])


def _stage(session: Session, clock_id: UUID, subscription_id: UUID, at: datetime) -> UUID:
    return _stage_by(session, f"test_clock/{clock_id}", subscription_id, at.isoformat())


def _stage_by(session: Session, caller: str, subscription_id: UUID, cause: str) -> UUID:
    body = SyncWithGateway(subscription_id=subscription_id).model_dump(mode="json")
    return stage_command(session, SyncWithGateway.kind, body, caller, f"{subscription_id}/{cause}")
