"""Credits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account, lock_account
from billing.commands.verb import Result, SetVerb, Verb, cause_of
from billing.credits.queries import view_balance
from billing.credits.watch import set_watch
from billing.errors import Rejected
from billing.manual_payments.order_package import order_package
from billing.manual_payments.queries import show_manual_payment
from billing.payment_methods.tables import ManualMethod
from billing.payments.buy_by_card import buy_by_card
from billing.payments.quote_package import check_shown
from billing.payments.views import show_attempt
from billing.top_ups.end import end_top_up
from billing.top_ups.set import set_top_up
from billing.usage.adjust import adjust_credits
from billing.usage.consume import Consumption, consume_all, consume_credits
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.credits import (
    BY_HAND,
    SAVED,
    AdjustCredits,
    ConsumeCredits,
    EndAutoTopUp,
    PurchaseCredits,
    SetAutoTopUp,
    SetBalanceWatch,
    SetCreditDebtMax,
)


def _consume_credits(session: Session, operation: Operation, command: ConsumeCredits, now: datetime) -> Result:
    cause, account_id = cause_of(operation), command.account_id
    balance = consume_credits(session, account_id, command.amount, cause, command.description, now)
    return _consumed(command, balance)


def _consume_set(
    session: Session, asked: Sequence[tuple[Operation, ConsumeCredits]], times: Mapping[UUID, datetime]
) -> list[Result | Rejected]:
    wishes = [
        Consumption(
            command.account_id, command.amount, cause_of(operation), command.description, times[command.account_id]
        )
        for operation, command in asked
    ]
    return [
        left if isinstance(left, Rejected) else _consumed(command, left)
        for (_, command), left in zip(asked, consume_all(session, wishes), strict=True)
    ]


def _consumed(command: ConsumeCredits, balance: int) -> Result:
    return {"account_id": str(command.account_id), "consumed": command.amount, "balance": balance}


def _purchase(session: Session, operation: Operation, command: PurchaseCredits, now: datetime) -> Result:
    """Past every gateway, or from what is saved; on a page it is a conversation, see `calls.purchase_on_page`."""
    account_id, cause = command.account_id, cause_of(operation)
    if command.method in BY_HAND:
        invoice = order_package(session, account_id, command.package, ManualMethod(command.method), cause, now)
        check_shown(invoice.total_minor, command.total_minor)
        return {"paid_by": command.method, **show_manual_payment(session, invoice.id).model_dump(mode="json")}
    attempt = buy_by_card(session, account_id, command.package, cause, now, command.shown_card_id)
    check_shown(attempt.amount_minor, command.total_minor)
    return {"paid_by": SAVED, **show_attempt(session, attempt.id).model_dump(mode="json")}


def _set_watch(session: Session, operation: Operation, command: SetBalanceWatch, now: datetime) -> Result:
    get_account(session, command.account_id)
    set_watch(session, command.account_id, command.warn_below)
    return {"account_id": str(command.account_id), "warn_below": command.warn_below}


def _set_debt_max(session: Session, operation: Operation, command: SetCreditDebtMax, now: datetime) -> Result:
    lock_account(session, command.account_id).credit_debt_max = command.credit_debt_max
    return command.model_dump(mode="json")


def _set_top_up(session: Session, operation: Operation, command: SetAutoTopUp, now: datetime) -> Result:
    set_top_up(session, command.account_id, command.package, command.top_up_below, command.monthly_max, now)
    return command.model_dump(mode="json")


def _end_top_up(session: Session, operation: Operation, command: EndAutoTopUp, now: datetime) -> Result:
    end_top_up(session, command.account_id, now)
    return {"account_id": str(command.account_id)}


def _adjust(session: Session, operation: Operation, command: AdjustCredits, now: datetime) -> Result:
    account_id, cause = command.account_id, cause_of(operation)
    adjust_credits(
        session, account_id, command.direction, command.amount, command.reason, cause, now, command.expires_at
    )
    session.flush()
    return view_balance(session, account_id, now).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    ConsumeCredits: _consume_credits,
    PurchaseCredits: _purchase,
    SetBalanceWatch: _set_watch,
    SetCreditDebtMax: _set_debt_max,
    SetAutoTopUp: _set_top_up,
    EndAutoTopUp: _end_top_up,
    AdjustCredits: _adjust,
}
SETS: Mapping[type[Command], SetVerb] = {ConsumeCredits: _consume_set}
