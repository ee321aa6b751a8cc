"""Which lines of an invoice a refund or a credit takes back, and which credits go with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.credit_notes.queries import parts_left
from billing.credit_notes.rules import Part, gross_of, take_back
from billing.credit_notes.sold import sold_with
from billing.credit_notes.tables import CreditNote
from billing.credits.tables import CreditGrant, CreditTransaction
from billing.invoices.tables import Invoice, InvoiceLine
from billing.refunds.sales import Line, Sale, credits_of, sales_of, take_unused, unused_minor
from billing.refunds.tables import UsedCredits


@dataclass(frozen=True, slots=True)
class Credited:
    """What is taken back of an invoice, and how many credits of each grant, by its cause."""

    parts: list[Part]
    credits: dict[str, int]


@dataclass(frozen=True, slots=True)
class Creditable:
    """What can be credited of an invoice now, with tax: all that is `left` of its lines, or what of that is unused.

    `minor` is how much that is, and `step` what parts of it are multiples of, where amounts are.
    """

    left: list[Part]
    sales: list[Sale]
    minor: int
    step: int

    @property
    def is_used(self) -> bool:
        """Whether somebody has used some of the credits that were bought with it, and what they cost stays paid."""
        return self.minor < gross_of(self.left)

    def take(self, amount_minor: int) -> Credited:
        """Take so much of it; raises ValueError for nothing, and for more than there is."""
        if not 0 < amount_minor <= self.minor:
            raise ValueError(f"{amount_minor} of {self.minor}")
        parts = self._parts(amount_minor)
        wanted = [credits_of(sale, parts) for sale in self.sales]
        return Credited(parts, {grant_cause(line_id): count for each in wanted for line_id, count in each.items()})

    def _parts(self, amount_minor: int) -> list[Part]:
        step = 1 if amount_minor % self.step else self.step
        if not self.is_used:
            return take_back(self.left, amount_minor, step)
        taken = {part.line_id: part for part in take_unused(self.sales, amount_minor, step)}
        return [taken[part.line_id] for part in self.left if part.line_id in taken]


def creditable_of(
    session: Session,
    invoice: Invoice,
    usable: Mapping[str, CreditGrant],
    used_credits: UsedCredits,
    step: int,
    taken_minor: int = 0,
) -> Creditable:
    """What can be credited of an invoice; with `reduce` only what nobody has used.

    Never more than is left of those that it belongs to and not disputed, see `sold_with`, less what is `taken_minor` of
    these already.
    `step` is what amounts of its currency are multiples of. The caller holds the invoice, and what its account can use.
    """
    whole = whole_of(session, invoice, usable, step)
    minor = unused_minor(whole.sales, whole.step) if used_credits is UsedCredits.REDUCE else whole.minor
    of_all = sold_with(session, invoice).creditable_minor - taken_minor
    return replace(whole, minor=max(min(minor, of_all), 0))


def whole_of(session: Session, invoice: Invoice, usable: Mapping[str, CreditGrant], step: int) -> Creditable:
    """All that is left of an invoice, also what a change of plan has given back of it: what can be lost of it."""
    left = parts_left(session, invoice.id)
    sales = sales_of(_lines(session, invoice.id, left, usable))
    is_in_steps = not any(minor % step for part in left for minor in (part.net_minor, part.tax_minor))
    return Creditable(left, sales, gross_of(left), step if is_in_steps else 1)


def grant_cause(line_id: UUID) -> str:
    """Under which a paid line has granted its credits; see `settle_invoices`."""
    return f"invoice_line/{line_id}"


def _lines(session: Session, invoice_id: UUID, left: Sequence[Part], usable: Mapping[str, CreditGrant]) -> list[Line]:
    billed = {
        line.id: line for line in session.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id))
    }
    taken_back = _taken_back(session, invoice_id)
    return [_line(billed[part.line_id], part, usable, taken_back) for part in left]


def _line(billed: InvoiceLine, left: Part, usable: Mapping[str, CreditGrant], taken_back: Mapping[str, int]) -> Line:
    grant = usable.get(grant_cause(billed.id))
    unused = grant.remaining if grant is not None else 0
    return Line(
        kind=billed.kind,
        billed_minor=billed.net_minor + billed.tax_minor,
        left=left,
        granted=billed.credits,
        unused=unused,
        used=billed.credits - unused - taken_back.get(grant_cause(billed.id), 0),
    )


def _taken_back(session: Session, invoice_id: UUID) -> dict[str, int]:
    """How many credits the invoice's credit notes have taken back, by the cause of their grants."""
    of_notes = (
        select(CreditGrant.cause, -func.sum(CreditTransaction.amount))
        .join(CreditTransaction, CreditTransaction.grant_id == CreditGrant.id)
        .join(CreditNote, CreditNote.cause == CreditTransaction.cause)
        .where(CreditNote.invoice_id == invoice_id)
    )
    return {cause: int(count) for cause, count in session.execute(of_notes.group_by(CreditGrant.cause))}
