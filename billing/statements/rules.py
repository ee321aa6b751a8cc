"""Pure rules: what an invoice and a line have to do with each other, and when nobody has to look."""

from dataclasses import dataclass
from enum import StrEnum

from billing.invoices.tables import OWED, Invoice
from billing.statements.tables import StatementLine


class Finding(StrEnum):
    """What a line was found to be."""

    REFERENCE = "reference"
    PART = "part"
    APPROVED_BEFORE = "approved_before"
    UNSEEN = "unseen"
    REJECTED = "rejected"
    UNMATCHED = "unmatched"
    TOO_MUCH = "too_much"
    NOT_OPEN = "not_open"
    OTHER_CURRENCY = "other_currency"
    GATEWAY_COLLECTS = "gateway_collects"
    MISTYPED = "mistyped"
    AMOUNT_AND_PAYER = "amount_and_payer"
    SEVERAL = "several"
    COLLECTIVE = "collective"
    TWIN = "twin"
    TAKEN_BACK = "taken_back"
    REVERSAL = "reversal"
    REFUND = "refund"
    OUTGOING = "outgoing"
    NOTHING = "nothing"


# Money is booked without a look only by a reference whose check digits are right, and as far as it was asked for.
SURE = frozenset({Finding.REFERENCE, Finding.PART, Finding.APPROVED_BEFORE})
REASONS = {
    Finding.REFERENCE: "pays the invoice by its reference",
    Finding.PART: "pays a part of the invoice by its reference",
    Finding.APPROVED_BEFORE: "was approved before it was seen on the statement",
    Finding.UNSEEN: "may be what was claimed or approved by hand, with another amount, day, way or invoice",
    Finding.REJECTED: "was rejected by a person",
    Finding.UNMATCHED: "is not what it was matched with, a person said",
    Finding.TOO_MUCH: "is more than the invoice leaves to pay",
    Finding.NOT_OPEN: "names an invoice that is paid or void",
    Finding.OTHER_CURRENCY: "names an invoice in another currency",
    Finding.GATEWAY_COLLECTS: "names an invoice that a gateway collects by itself",
    Finding.MISTYPED: "names an invoice without a reference that checks",
    Finding.AMOUNT_AND_PAYER: "is as much as the invoice of somebody of the payer's name",
    Finding.SEVERAL: "may be for several invoices",
    Finding.COLLECTIVE: "is the sum of several payments, and the bank does not tell the share of each",
    Finding.TWIN: "may be another line that paid the invoice, was rejected or set aside",
    Finding.TAKEN_BACK: "was taken back by the bank",
    Finding.REVERSAL: "takes back another line, or is a payment that was returned",
    Finding.REFUND: "is as much as a refund that was paid out",
    Finding.OUTGOING: "left the account, and no refund is as much",
    Finding.NOTHING: "fits nothing that is to be paid",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a line was found to be, and of which invoice (by number), claim or refund (by id); empty without one."""

    finding: Finding
    of: str = ""

    @property
    def is_sure(self) -> bool:
        """Whether it is booked without a look."""
        return self.finding in SURE


def weigh(line: StatementLine, invoice: Invoice) -> Finding:
    """What money under an invoice's own reference is."""
    if invoice.gateway:
        return Finding.GATEWAY_COLLECTS
    if invoice.status not in OWED or invoice.left_minor <= 0:
        return Finding.NOT_OPEN
    if invoice.currency != line.currency:
        return Finding.OTHER_CURRENCY
    if line.amount_minor > invoice.left_minor:
        return Finding.TOO_MUCH
    return Finding.REFERENCE if line.amount_minor == invoice.left_minor else Finding.PART


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for case, blanks and signs; an empty one is nobody's."""
    first, second = ("".join(filter(str.isalnum, name.casefold())) for name in (one, other))
    return bool(first) and first == second
