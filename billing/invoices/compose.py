"""Compose an invoice: from lines and a tax decision to the rows that are written.

An invoice is born here and nowhere else, whether it is written alone, with hundreds of others, or after a gateway's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.invoices.rules import LineDraft, Totals, add_up
from billing.invoices.tables import InvoiceReason, InvoiceStatus
from billing.money import Money
from billing.tax.decision import TaxDecision
from database.ids import uuid7

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """What an invoice is for. `cause` makes it the only one of its kind; `tax` is that of lines without their own.

    `gateway` and `invoice_ref` name the invoice of a gateway that this one mirrors.
    """

    account_id: UUID
    cause: str
    reason: InvoiceReason
    lines: Sequence[LineDraft]
    tax: TaxDecision
    subscription_id: UUID | None = None
    gateway: str = ""
    invoice_ref: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """What issuing adds: the buyer as of then, when it was issued and is due, and what is met without asking for it."""

    number: str
    buyer: Mapping[str, str]
    issued_at: datetime
    due_at: datetime
    used: Money
    carried_over: Money


@dataclass(frozen=True, slots=True)
class Composed:
    """The rows of `invoices` and `invoice_lines`; columns that are not among them have their defaults."""

    invoice: Row
    lines: list[Row]
    totals: Totals


def compose_invoice(invoice_id: UUID, new: NewInvoice) -> Composed:
    """A draft with its lines."""
    totals = add_up(new.lines, new.tax)
    taxed = zip(new.lines, totals.line_taxes, strict=True)
    lines = [_line(invoice_id, new.tax, position, *of_line) for position, of_line in enumerate(taxed)]
    return Composed(_invoice(invoice_id, new, totals), lines, totals)


def issued(composed: Composed, issue: Issue) -> Row:
    """The row of an invoice that is written as issued at once; the same that `issue_invoice` makes of a draft."""
    return {
        **composed.invoice,
        "status": InvoiceStatus.PENDING,
        "number": issue.number,
        "buyer": issue.buyer,
        "issued_at": issue.issued_at,
        "due_at": issue.due_at,
        "balance_used_minor": issue.used.minor,
        "carried_over_minor": issue.carried_over.minor,
        "allocated_minor": issue.used.minor + issue.carried_over.minor,
    }


def _invoice(invoice_id: UUID, new: NewInvoice, totals: Totals) -> Row:
    return {
        "id": invoice_id,
        "account_id": new.account_id,
        "subscription_id": new.subscription_id,
        "reason": new.reason,
        "gateway": new.gateway,
        "invoice_ref": new.invoice_ref,
        "cause": new.cause,
        "status": InvoiceStatus.DRAFT,
        "currency": totals.subtotal.currency,
        "subtotal_minor": totals.subtotal.minor,
        "tax_minor": totals.tax.minor,
        "total_minor": totals.total.minor,
        "tax_reason": new.tax.reason,
        "tax_evidence": new.tax.evidence,
        "balance_used_minor": 0,
        "carried_over_minor": 0,
        "allocated_minor": 0,
    }


def _line(invoice_id: UUID, tax: TaxDecision, position: int, line: LineDraft, line_tax: Money) -> Row:
    decided = line.tax or tax
    return {
        "id": uuid7(),
        "invoice_id": invoice_id,
        "position": position,
        "description": line.description,
        "quantity": line.quantity,
        "unit_minor": line.unit.minor,
        "net_minor": line.net.minor,
        "tax_name": decided.name,
        "tax_rate_ppm": decided.rate_ppm,
        "tax_minor": line_tax.minor,
        "credits": line.credits,
        "credits_expire_at": line.credits_expire_at,
        "kind": line.kind,
        "period_start": line.period.start if line.period else None,
        "period_end": line.period.end if line.period else None,
    }
