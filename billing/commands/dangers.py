"""Commands that may need a second person, and what each of them does, as that person is shown it.

The effect is read from the books when the command has done its work: to ask, that work is taken back again; once it is
approved, the work is kept if its effect is still the same. So what is approved and what is done cannot differ.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.approvals.rules import ACCOUNTS, CREDITS, KEYS, PEOPLE, PROVIDERS, Effect
from billing.callers.rules import is_powerful
from billing.commands.verb import Result
from billing.credit_notes.queries import kept_of_void
from billing.credit_notes.tables import CreditNote
from billing.credits.queries import count_owed_for
from billing.invoices.queries import get_invoice
from billing.refunds.tables import Refund
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.callers import AddStaffMember, ChangeStaffRole, CreateApiKey, CreateStaffKey
from schemas.commands.credits import AdjustCredits
from schemas.commands.invoices import VoidInvoice
from schemas.commands.offered import OfferPaymentMethod, OfMethod, UpdateOfferedMethod
from schemas.commands.providers import DisableProvider, EnableProvider, OfProvider
from schemas.commands.refunds import CreditInvoice, RefundPayment, WriteOffInvoice
from schemas.commands.usage import SetCreditOverdraftMax
from schemas.permissions import of_key

# the hint tells it from another of the same name
OF_A_KEY: tuple[str, ...] = (
    "name", "hint", "scopes", "account_ids", "staff_id", "expires_at", "requests_per_minute_max",
)  # fmt: skip
OF_A_PERSON: tuple[str, ...] = ("name", "email", "role", "role_before")
Danger = Callable[[Session, Operation, Any, Result], Effect]


def _refund(session: Session, operation: Operation, command: RefundPayment, result: Result) -> Effect:
    refund = session.get_one(Refund, operation.id)
    notes = list(session.scalars(select(CreditNote).where(CreditNote.refund_id == refund.id)))
    shown = {
        "payment_id": str(refund.receipt_id),
        "amount_minor": refund.amount_minor,
        "kept_minor": refund.kept_minor,
        "currency": refund.currency,
        "credit_notes": _notes(notes),
        "credits_owed": count_owed_for(session, [note.cause for note in notes]),
        **_why(command),
    }
    return Effect(refund.account_id, refund.amount_minor, refund.currency, shown)


def _credit(session: Session, operation: Operation, command: CreditInvoice, result: Result) -> Effect:
    note = session.get_one(CreditNote, UUID(result["id"]))
    shown = {
        "credit_notes": _notes([note]),
        "currency": note.currency,
        "credits_owed": count_owed_for(session, [note.cause]),
        **_why(command),
    }
    return Effect(note.account_id, note.total_minor, note.currency, shown)


def _write_off(session: Session, operation: Operation, command: WriteOffInvoice, result: Result) -> Effect:
    invoice = get_invoice(session, command.invoice_id)
    shown = {
        "invoice_id": str(invoice.id), "number": invoice.number, "status": str(invoice.status),
        "left_minor": invoice.left_minor, "currency": invoice.currency, "reason": command.reason,
    }  # fmt: skip
    return Effect(invoice.account_id, invoice.left_minor, invoice.currency, shown)


def _void(session: Session, operation: Operation, command: VoidInvoice, result: Result) -> Effect:
    """What was left to pay is what nobody is asked for any more; what had paid a part of it is kept."""
    invoice, kept_minor = get_invoice(session, command.invoice_id), kept_of_void(session, command.invoice_id)
    left_minor = invoice.total_minor - invoice.credited_minor - kept_minor
    shown = {
        "invoice_id": str(invoice.id), "number": invoice.number, "status": str(invoice.status),
        "left_minor": left_minor, "kept_minor": kept_minor, "currency": invoice.currency,
        "reason": command.reason,
    }  # fmt: skip
    return Effect(invoice.account_id, left_minor, invoice.currency, shown)


def _adjust(session: Session, operation: Operation, command: AdjustCredits, result: Result) -> Effect:
    """The balance is left out: it moves with every use, and is no effect of this."""
    shown = {
        "account_id": str(command.account_id), "direction": command.direction, "amount": command.amount,
        "expires_at": command.expires_at.isoformat() if command.expires_at else None, "reason": command.reason,
    }  # fmt: skip
    return Effect(command.account_id, command.amount, CREDITS, shown)


def _overdraft(session: Session, operation: Operation, command: SetCreditOverdraftMax, result: Result) -> Effect:
    """What may be used without being paid for is as good as granted."""
    amount = command.credit_overdraft_max
    shown = {"account_id": str(command.account_id), "credit_overdraft_max": amount}
    return Effect(command.account_id, amount, CREDITS, shown)


def _key(session: Session, operation: Operation, command: CreateApiKey | CreateStaffKey, result: Result) -> Effect:
    """One of a server that could neither decide nor move money counts as none."""
    of_server = isinstance(command, CreateApiKey) and not is_powerful(of_key(command.scopes))
    shown = {name: result[name] for name in OF_A_KEY}
    return Effect(None, 0 if of_server else 1, KEYS, shown)


def _person(
    session: Session, operation: Operation, command: AddStaffMember | ChangeStaffRole, result: Result
) -> Effect:
    shown = {name: result[name] for name in OF_A_PERSON if name in result}
    return Effect(None, 1, PEOPLE, shown)


def _method(
    session: Session, operation: Operation, command: OfferPaymentMethod | UpdateOfferedMethod, result: Result
) -> Effect:
    """Where the money goes is looked at by another; how a way to pay is called and ordered is not."""
    names_account = any(command.changes.get(name) is not None for name in OfMethod.accounts)
    shown = {name: result[name] for name in ("country", "method", "enabled", *OfMethod.accounts)}
    return Effect(None, int(names_account), ACCOUNTS, shown)


def _provider(session: Session, operation: Operation, command: OfProvider, result: Result) -> Effect:
    return Effect(None, 1, PROVIDERS, result)


def _why(command: RefundPayment | CreditInvoice) -> dict[str, Any]:
    """What somebody has chosen and written besides: the second person answers for it, too."""
    return {"reason": command.reason, "used_credits": command.used_credits, "note": command.note}


def _notes(notes: list[CreditNote]) -> list[dict[str, Any]]:
    """Without their ids and numbers, which are others when it is done again."""
    said = [
        {
            "invoice_id": str(note.invoice_id), "total_minor": note.total_minor, "tax_minor": note.tax_minor,
            "refunded_minor": note.refunded_minor, "kept_minor": note.kept_minor, "unpaid_minor": note.unpaid_minor,
        }
        for note in notes
    ]  # fmt: skip
    return sorted(said, key=lambda note: str(note["invoice_id"]))


DANGERS: Mapping[type[Command], Danger] = {
    RefundPayment: _refund,
    CreditInvoice: _credit,
    WriteOffInvoice: _write_off,
    VoidInvoice: _void,
    AdjustCredits: _adjust,
    SetCreditOverdraftMax: _overdraft,
    CreateApiKey: _key,
    CreateStaffKey: _key,
    AddStaffMember: _person,
    ChangeStaffRole: _person,
    OfferPaymentMethod: _method,
    UpdateOfferedMethod: _method,
    EnableProvider: _provider,
    DisableProvider: _provider,
}
