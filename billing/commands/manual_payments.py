"""Money by hand."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.commands.person import person_of
from billing.commands.verb import Result, Verb, cause_of
from billing.manual_payments.attach_proof import attach_proof
from billing.manual_payments.choose import choose_manual_payment
from billing.manual_payments.order_package import order_package
from billing.manual_payments.queries import show_claim, show_manual_payment
from billing.manual_payments.reject import reject_claim
from billing.manual_payments.rules import Approval
from billing.manual_payments.submit import Claimed, submit_claim
from billing.manual_payments.withdraw import withdraw_claim
from billing.money import Money
from billing.outcomes.approve_payment import approve_payment
from billing.payment_methods.tables import ManualMethod
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.manual_payments import (
    ApprovePayment,
    AttachPaymentProof,
    RejectPayment,
    StartManualPayment,
    SubmitPaymentClaim,
    WithdrawPaymentClaim,
)
from schemas.proofs import decode_proof


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
    approval = Approval(person_of(session, operation), command.fingerprint)
    return _claim(session, approve_payment(session, command.claim_id, approval, now).id)


def _reject(session: Session, operation: Operation, command: RejectPayment, now: datetime) -> Result:
    by = person_of(session, operation)
    return _claim(session, reject_claim(session, command.claim_id, command.reason, by, now).id)


def _claim(session: Session, claim_id: UUID) -> Result:
    return show_claim(session, claim_id).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    StartManualPayment: _start_manual,
    SubmitPaymentClaim: _submit_claim,
    AttachPaymentProof: _attach_proof,
    WithdrawPaymentClaim: _withdraw_claim,
    ApprovePayment: _approve,
    RejectPayment: _reject,
}
