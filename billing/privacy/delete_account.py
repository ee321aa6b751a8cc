"""Delete an account: what runs ends, what the law asks for stays, the rest is erased."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.queries import account_closed, lock_account
from billing.accounts.tables import Account
from billing.cards.queries import list_cards
from billing.credits.watch import set_watch
from billing.cycle.end.cancel import cancel_subscription
from billing.errors import Rejected
from billing.privacy.check_deletable import check_confirmed, check_deletable
from billing.privacy.erase import erase_at_once
from billing.privacy.forget_memory import forget_memory
from billing.privacy.retention import keep_until
from billing.subscriptions.queries import lock_in_order, lock_subscription
from billing.subscriptions.rules import ENDED
from billing.subscriptions.tables import Collection, Subscription
from billing.top_ups.end import end_top_up
from database.operations import stage_command
from database.untold import tell
from schemas.commands.payments import RemovePaymentMethod
from schemas.commands.subscriptions import CancelSubscription

# who says so, in the rows of the commands that follow
CALLER = "account_deletion"


def delete_account(
    session: Session, account_id: UUID, typed_name: str, cause: str, wall_now: datetime, now: datetime
) -> Account:
    """Delete it, in one transaction; what gateways have to be told follows as commands of their own.

    Subscriptions end now and nothing is refunded; credits that are left are lost. `now` is the account's own time, by
    which subscriptions end; `wall_now`, UTC, that of the law. Raises Rejected `account_not_found`, `account_closed`,
    `name_differs`, and as `check_deletable`.
    """
    account = lock_account(session, account_id)
    if account.closed_at is not None:
        raise account_closed()
    check_confirmed(account, typed_name)
    _end_subscriptions(session, account_id, cause, now)
    check_deletable(session, account_id)
    end_top_up(session, account_id, now)
    set_watch(session, account_id, None)
    _remove_cards(session, account_id)
    account.closed_at, account.keep_until, account.forget_at = wall_now, keep_until(wall_now), wall_now
    session.flush()
    # while what is looked for is still known
    forget_memory(session, account_id, [account.billing_email])
    erase_at_once(session, account_id)
    session.refresh(account)
    tell(session, "account.deleted", account_id, account_id, _told(account))
    return account


def _told(account: Account) -> dict[str, str]:
    ends = {"closed_at": account.closed_at, "keep_until": account.keep_until}
    return {"account_id": str(account.id)} | {name: at.isoformat() for name, at in ends.items() if at is not None}


def _end_subscriptions(session: Session, account_id: UUID, cause: str, now: datetime) -> None:
    """In the order in which all lock them. One that a gateway runs ends there, and then here."""
    running = select(Subscription.id).where(Subscription.account_id == account_id, Subscription.status.not_in(ENDED))
    lock_in_order(session, running)
    for subscription_id in session.scalars(running.order_by(Subscription.id)).all():
        subscription = lock_subscription(session, subscription_id)
        if subscription.collection is Collection.GATEWAY:
            if not subscription.subscription_ref:
                detail = "A subscription can still be agreed to on a gateway's page; its time is over within a day."
                raise Rejected("payment_under_way", detail, status=409)
            _stage(session, CancelSubscription(subscription_id=subscription_id, when="now"), subscription_id)
        else:
            cancel_subscription(session, subscription, at_period_end=False, cause=cause, now=now)


def _remove_cards(session: Session, account_id: UUID) -> None:
    for card in list_cards(session, account_id):
        _stage(session, RemovePaymentMethod(card_id=card.id, allow_last=True), card.id)


def _stage(session: Session, command: CancelSubscription | RemovePaymentMethod, subject_id: UUID) -> None:
    stage_command(session, command.kind, command.model_dump(mode="json"), CALLER, f"{subject_id}/{command.kind}")
