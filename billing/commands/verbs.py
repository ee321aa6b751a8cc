"""Commands that change the books and ask nobody: one verb each, in one transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.open import open_account
from billing.accounts.queries import get_account, lock_account, view_account
from billing.cards.order import order_cards
from billing.clocks.advance import advance_clock
from billing.clocks.queries import view_clock
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.credit_notes.queries import show_credit_note
from billing.credit_notes.tables import CreditNoteReason
from billing.credits.watch import set_watch
from billing.cycle.end.cancel import cancel_subscription
from billing.cycle.end.reactivate import reactivate_subscription
from billing.cycle.pause.pause import pause_subscription
from billing.cycle.pause.resume import resume_subscription
from billing.cycle.plan_change.change_plan import change_plan
from billing.cycle.start.create import create_subscription
from billing.errors import Rejected
from billing.invoices.queries import get_invoice
from billing.manual_payments.attach_proof import attach_proof
from billing.manual_payments.choose import choose_manual_payment
from billing.manual_payments.order_package import order_package
from billing.manual_payments.queries import get_claim, show_claim, show_manual_payment
from billing.manual_payments.reject import reject_claim
from billing.manual_payments.rules import KEY, Approval
from billing.manual_payments.submit import Claimed, submit_claim
from billing.manual_payments.withdraw import withdraw_claim
from billing.money import Money
from billing.outcomes.approve_payment import approve_payment
from billing.payment_methods.tables import ManualMethod
from billing.receipts.queries import get_payment
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.credit_invoice import CreditWish, credit_invoice
from billing.refunds.queries import show_refund
from billing.refunds.tables import UsedCredits
from billing.subscriptions.queries import get_subscription, lock_subscription, show_changed, show_subscription
from billing.top_ups.end import end_top_up
from billing.top_ups.set import set_top_up
from billing.usage.consume import consume_credits
from database.api_keys import name_of_key
from database.operations import PRODUCT_CALLER, Operation
from schemas.commands import (
    AdvanceTestClock,
    ApprovePayment,
    AttachPaymentProof,
    CancelSubscription,
    ChangePlan,
    Command,
    ConsumeCredits,
    CreateSubscription,
    CreditInvoice,
    EndAutoTopUp,
    OfClaim,
    OfSubscription,
    OpenAccount,
    OrderPaymentMethods,
    PauseSubscription,
    ReactivateSubscription,
    RefundPayment,
    RejectPayment,
    ResumeSubscription,
    SetAutoTopUp,
    SetBalanceWatch,
    SetCreditDebtMax,
    StartManualPayment,
    SubmitPaymentClaim,
    WithdrawPaymentClaim,
)
from schemas.proofs import decode_proof

Result = dict[str, Any]
Verb = Callable[[Session, Operation, Any, datetime], Result]


def time_of(session: Session, command: Command, wall: Wall) -> datetime:
    """The time it is for the account that a command is about."""
    account_id = getattr(command, "account_id", None)
    if isinstance(command, OfSubscription):
        account_id = get_subscription(session, command.subscription_id).account_id
    if isinstance(command, RefundPayment):
        account_id = get_payment(session, command.payment_id).account_id
    if isinstance(command, OfClaim):
        account_id = get_claim(session, command.claim_id).account_id
    if isinstance(command, CreditInvoice | SubmitPaymentClaim):
        account_id = get_invoice(session, command.invoice_id).account_id
    return now_of(session, account_id, wall) if account_id else wall.at


def cause_of(operation: Operation) -> str:
    """What makes the effects of an operation unique."""
    return f"operation/{operation.id}"


def _open_account(session: Session, operation: Operation, command: OpenAccount, now: datetime) -> Result:
    account_id = open_account(session, operation.id, command)
    return view_account(get_account(session, account_id)).model_dump(mode="json")


def _consume_credits(session: Session, operation: Operation, command: ConsumeCredits, now: datetime) -> Result:
    cause, account_id = cause_of(operation), command.account_id
    balance = consume_credits(session, account_id, command.amount, cause, command.description, now)
    return {"account_id": str(account_id), "consumed": command.amount, "balance": balance}


def _create(session: Session, operation: Operation, command: CreateSubscription, now: datetime) -> Result:
    return _shown(session, create_subscription(session, operation.id, command, now).id)


def _change_plan(session: Session, operation: Operation, command: ChangePlan, now: datetime) -> Result:
    made = change_plan(session, command, cause_of(operation), now)
    return show_changed(session, command.subscription_id, made).model_dump(mode="json")


def _cancel(session: Session, operation: Operation, command: CancelSubscription, now: datetime) -> Result:
    subscription = lock_subscription(session, command.subscription_id)
    at_period_end = command.when == "period_end"
    cancel_subscription(session, subscription, at_period_end=at_period_end, cause=cause_of(operation), now=now)
    return _shown(session, subscription.id)


def _reactivate(session: Session, operation: Operation, command: ReactivateSubscription, now: datetime) -> Result:
    reactivate_subscription(lock_subscription(session, command.subscription_id), now)
    return _shown(session, command.subscription_id)


def _pause(session: Session, operation: Operation, command: PauseSubscription, now: datetime) -> Result:
    subscription = lock_subscription(session, command.subscription_id)
    pause_subscription(session, subscription, command.resumes_at, cause_of(operation), now)
    return _shown(session, subscription.id)


def _resume(session: Session, operation: Operation, command: ResumeSubscription, now: datetime) -> Result:
    resume_subscription(session, lock_subscription(session, command.subscription_id), now)
    return _shown(session, command.subscription_id)


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


def _order_cards(session: Session, operation: Operation, command: OrderPaymentMethods, now: datetime) -> Result:
    get_account(session, command.account_id)
    order_cards(session, command.account_id, command.card_ids)
    return command.model_dump(mode="json")


def _refund(session: Session, operation: Operation, command: RefundPayment, now: datetime) -> Result:
    wish = RefundWish(
        receipt_id=command.payment_id,
        amount_minor=command.amount_minor,
        reason=CreditNoteReason(command.reason),
        used_credits=UsedCredits(command.used_credits),
        requested_by=operation.caller,
        cause=cause_of(operation),
        note=command.note,
        paid_out_on=command.paid_out_on,
    )
    refund = begin_refund(session, operation.id, wish, now)
    session.flush()
    return show_refund(session, refund.id).model_dump(mode="json")


def _credit(session: Session, operation: Operation, command: CreditInvoice, now: datetime) -> Result:
    wish = CreditWish(
        invoice_id=command.invoice_id,
        amount_minor=command.amount_minor,
        reason=CreditNoteReason(command.reason),
        used_credits=UsedCredits(command.used_credits),
        cause=cause_of(operation),
        note=command.note,
    )
    return show_credit_note(session, credit_invoice(session, wish, now).id).model_dump(mode="json")


def _start_manual(session: Session, operation: Operation, command: StartManualPayment, now: datetime) -> Result:
    method, cause = ManualMethod(command.method), cause_of(operation)
    if command.invoice_id is not None:
        invoice = choose_manual_payment(session, command.invoice_id, method, cause)
    elif command.account_id is not None and command.package is not None:
        invoice = order_package(session, command.account_id, command.package, method, cause, now)
    return show_manual_payment(session, invoice.id).model_dump(mode="json")


def _submit_claim(session: Session, operation: Operation, command: SubmitPaymentClaim, now: datetime) -> Result:
    claimed = Claimed(
        invoice_id=command.invoice_id,
        method=ManualMethod(command.method),
        amount=Money(command.amount_minor, command.currency),
        paid_on=command.paid_on,
        submitted_by=operation.caller,
        cause=cause_of(operation),
        paid_as=command.reference,
    )
    return _claim(session, submit_claim(session, operation.id, claimed, now).id)


def _attach_proof(session: Session, operation: Operation, command: AttachPaymentProof, now: datetime) -> Result:
    return _claim(session, attach_proof(session, command.claim_id, decode_proof(command.content)).id)


def _withdraw_claim(session: Session, operation: Operation, command: WithdrawPaymentClaim, now: datetime) -> Result:
    return _claim(session, withdraw_claim(session, command.claim_id, operation.caller, now).id)


def _approve(session: Session, operation: Operation, command: ApprovePayment, now: datetime) -> Result:
    approval = Approval(_person(session, operation), command.fingerprint)
    return _claim(session, approve_payment(session, command.claim_id, approval, now).id)


def _reject(session: Session, operation: Operation, command: RejectPayment, now: datetime) -> Result:
    by = _person(session, operation)
    return _claim(session, reject_claim(session, command.claim_id, command.reason, by, now).id)


def _person(session: Session, operation: Operation) -> str:
    """Who decides about money. A product gives itself any name and is nobody; keys of one name are one person's."""
    if operation.caller.startswith(PRODUCT_CALLER):
        raise Rejected("not_a_person", "A product cannot decide about a payment; a person with an API key can.")
    return KEY + name_of_key(session, UUID(operation.caller))


def _claim(session: Session, claim_id: UUID) -> Result:
    return show_claim(session, claim_id).model_dump(mode="json")


def _advance_clock(session: Session, operation: Operation, command: AdvanceTestClock, now: datetime) -> Result:
    return view_clock(advance_clock(session, command.test_clock_id, command.frozen_at)).model_dump(mode="json")


def _shown(session: Session, subscription_id: UUID) -> Result:
    return show_subscription(session, subscription_id).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    OpenAccount: _open_account,
    ConsumeCredits: _consume_credits,
    CreateSubscription: _create,
    ChangePlan: _change_plan,
    CancelSubscription: _cancel,
    ReactivateSubscription: _reactivate,
    PauseSubscription: _pause,
    ResumeSubscription: _resume,
    SetBalanceWatch: _set_watch,
    SetCreditDebtMax: _set_debt_max,
    SetAutoTopUp: _set_top_up,
    EndAutoTopUp: _end_top_up,
    OrderPaymentMethods: _order_cards,
    AdvanceTestClock: _advance_clock,
    RefundPayment: _refund,
    CreditInvoice: _credit,
    StartManualPayment: _start_manual,
    SubmitPaymentClaim: _submit_claim,
    AttachPaymentProof: _attach_proof,
    WithdrawPaymentClaim: _withdraw_claim,
    ApprovePayment: _approve,
    RejectPayment: _reject,
}
