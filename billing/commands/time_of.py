"""Whom a command is about, and what time it is there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import find_account_of_token
from billing.clocks.timelines import open_now_of
from billing.clocks.wall import Wall
from billing.invoices.queries import get_invoice
from billing.manual_payments.queries import get_claim
from billing.receipts.queries import get_payment
from billing.subscriptions.queries import get_subscription
from billing.team.queries import account_of_invitation, account_of_member, find_invitation
from billing.usage.queries import get_reservation
from schemas.commands.accounts import ConfirmEmail
from schemas.commands.base import Command
from schemas.commands.invoices import VoidInvoice
from schemas.commands.manual_payments import OfClaim, SubmitPaymentClaim
from schemas.commands.refunds import CreditInvoice, RefundPayment, WriteOffInvoice
from schemas.commands.subscriptions import OfSubscription
from schemas.commands.team import AcceptInvitation, OfInvitation, OfMember
from schemas.commands.usage import OfReservation


def time_of(session: Session, command: Command, wall: Wall) -> datetime:
    """The time it is for the account that a command is about.

    Raises Rejected `account_closed` for what would begin something for an account that was deleted; what concerns its
    papers, its cards or what is to end goes on. `account_suspended` is what `begins` something while it is suspended:
    this is the one place that refuses it, with `calls.run_set` for what comes in sets.
    """
    named: UUID | None = getattr(command, "account_id", None)
    if named is not None:
        return open_now_of(session, named, wall, begins=command.begins)
    account_id = account_of(session, command)
    if account_id is None:
        return wall.at
    return open_now_of(session, account_id, wall, begins=command.begins, is_of_what_is_left=True)


def account_of(session: Session, command: Command) -> UUID | None:
    """The account that a command is about; None for one that is about none. Raises Rejected where there is no such."""
    account_id: UUID | None = getattr(command, "account_id", None)
    if isinstance(command, OfSubscription):
        account_id = get_subscription(session, command.subscription_id).account_id
    if isinstance(command, RefundPayment):
        account_id = get_payment(session, command.payment_id).account_id
    if isinstance(command, OfReservation):
        account_id = get_reservation(session, command.reservation_id).account_id
    if isinstance(command, OfClaim):
        account_id = get_claim(session, command.claim_id).account_id
    if isinstance(command, CreditInvoice | SubmitPaymentClaim | VoidInvoice | WriteOffInvoice):
        account_id = get_invoice(session, command.invoice_id).account_id
    if isinstance(command, ConfirmEmail):
        account_id = find_account_of_token(session, command.token)
    return account_id or _account_of_team(session, command)


def _account_of_team(session: Session, command: Command) -> UUID | None:
    """In whose team; None where whom or what it is about is not there any more."""
    if isinstance(command, OfMember):
        return account_of_member(session, command.member_id)
    if isinstance(command, OfInvitation):
        return account_of_invitation(session, command.invitation_id)
    if isinstance(command, AcceptInvitation):
        invitation = find_invitation(session, command.token)
        return invitation.account_id if invitation else None
    return None
